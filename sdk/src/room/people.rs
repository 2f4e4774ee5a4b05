//! The handles of the other participants and of the publications. There is one for each, which follows the session.

use std::cell::RefCell;

use super::driver::Driver;
use super::participant::RemoteParticipant;
use super::publication::{self, Publication};
use crate::collections::SortedMap;
use crate::model::{self, ParticipantConnectionState, ParticipantId, ParticipantInfo};

#[derive(Debug, Default)]
pub(super) struct People {
    others: RefCell<SortedMap<ParticipantId, RemoteParticipant>>,
    own_publications: RefCell<Vec<Publication>>,
}

impl Driver {
    /// The other participants, in the order of joining.
    pub(super) fn participants(&self) -> Vec<RemoteParticipant> {
        let session = self.session.borrow();
        let others = self.people.others.borrow();
        session.others().filter_map(|info| others.get(&info.id).cloned()).collect()
    }

    /// Updates the handle of a participant to `now`, or creates it.
    pub(super) fn participant(&self, now: &ParticipantInfo) -> RemoteParticipant {
        let known = self.people.others.borrow().get(&now.id).cloned();
        let participant = known.unwrap_or_else(|| {
            let new = RemoteParticipant::new(now);
            self.people.others.borrow_mut().insert(now.id.clone(), new.clone());
            new
        });
        participant.follow(now);
        self.follow_media(&participant);
        participant
    }

    /// The tracks of a participant changed.
    pub(super) fn tracks_changed_of(&self, id: &ParticipantId) {
        self.media_changed_of(id);
        self.tracks_changed();
    }

    /// The tracks of a participant, or the quality of the call with it, changed.
    pub(super) fn media_changed_of(&self, id: &ParticipantId) {
        let participant = self.people.others.borrow().get(id).cloned();
        participant.iter().for_each(|participant| self.follow_media(participant));
    }

    /// The state of a connection changed. With a relay, all participants share one connection.
    pub(super) fn connections_changed(&self) {
        let others: Vec<_> = self.people.others.borrow().values().cloned().collect();
        others.iter().for_each(|participant| self.follow_media(participant));
    }

    pub(super) fn participant_left(&self, id: &ParticipantId) {
        let gone = self.people.others.borrow_mut().remove(id);
        self.quality.forget(id);
        gone.iter().for_each(|gone| {
            gone.follow_media(Vec::new(), ParticipantConnectionState::Closed, gone.quality())
        });
    }

    pub(super) fn everyone_left(&self) {
        let others: Vec<_> = self.people.others.borrow().keys().cloned().collect();
        others.iter().for_each(|id| self.participant_left(id));
    }

    /// The handle of a remote publication.
    pub(super) fn publication_of(&self, id: &ParticipantId, publication: model::Publication) -> Publication {
        let participant = self.people.others.borrow().get(id).cloned();
        let publications = participant.map(|participant| participant.publications());
        let known = publications.into_iter().flatten().find(|known| *known.id() == publication.id);
        known.unwrap_or_else(|| Publication::new(publication))
    }

    /// This participant's publications.
    pub(super) fn own_publications(&self) -> Vec<Publication> {
        self.people.own_publications.borrow().clone()
    }

    /// Called after each change of the session, such as a received message, most of which do not affect them.
    pub(super) fn follow_own_publications(&self) {
        let is_current = publication::is_current(
            &self.people.own_publications.borrow(),
            self.session.borrow().publications(),
        );
        if is_current {
            return;
        }
        let now = self.session.borrow().publications().to_vec();
        let mut publications = self.people.own_publications.take();
        publication::follow(&mut publications, &now);
        self.people.own_publications.replace(publications);
    }

    fn follow_media(&self, participant: &RemoteParticipant) {
        let of_participant = |id: &ParticipantId| id == participant.id();
        let tracks = self.remote_tracks.borrow();
        let tracks =
            tracks.values().filter(|track| of_participant(track.participant_id())).cloned().collect();
        let state = self.session.borrow().connection_state(participant.id());
        participant.follow_media(tracks, state, self.quality.of(participant.id()));
    }
}
