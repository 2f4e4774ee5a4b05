//! The playable publications of the others, and where they are received.

use super::output::Event;
use super::wishes::Wishes;
use crate::collections::SortedMap;
use crate::engine::connection::Connection;
use crate::model::{LinkId, ParticipantId, PublicationId, Roster, Slot};

/// The media section (`mid`) of each playable publication.
#[derive(Debug, Default)]
pub(super) struct LiveTracks(SortedMap<(ParticipantId, PublicationId), String>);

impl LiveTracks {
    pub(super) fn iter(&self) -> impl Iterator<Item = (&ParticipantId, &PublicationId, &str)> {
        self.0.iter().map(|((owner, publication), mid)| (owner, publication, mid.as_str()))
    }

    /// Whether a publication is received in this media section.
    pub(super) fn is_received_in(&self, owner: &ParticipantId, id: &PublicationId, mid: &str) -> bool {
        self.0.get(&(owner.clone(), id.clone())).is_some_and(|at| at == mid)
    }

    /// Updates the tracks: a track is live when its publisher lists it in the roster, its connection has a section for
    /// it, and it is wanted.
    pub(super) fn refresh(
        &mut self,
        roster: &Roster,
        connections: &SortedMap<LinkId, Connection>,
        wishes: &Wishes,
    ) -> Vec<Event> {
        let mut live = SortedMap::new();
        let mut added = Vec::new();
        for (link, connection) in connections {
            for (mid, Slot { participant_id: owner, publication_id: id }) in connection.slots() {
                let Some(participant) = roster.get(owner) else { continue };
                let Some(publication) = participant.publications.iter().find(|known| known.id == *id) else {
                    continue;
                };
                if !wishes.wants(owner, id) {
                    continue;
                }
                let key = (owner.clone(), id.clone());
                // A remote end may name one publication in several sections: it is received in the first.
                if live.contains_key(&key) {
                    continue;
                }
                if self.0.get(&key) != Some(mid) {
                    let (participant_id, publication) = (owner.clone(), publication.clone());
                    let (link, mid) = (link.clone(), mid.clone());
                    added.push(Event::TrackAdded { participant_id, publication, link, mid });
                }
                live.insert(key, mid.clone());
            }
        }
        let mut events =
            self.remove(|owner, id, mid| live.get(&(owner.clone(), id.clone())).is_none_or(|at| at != mid));
        self.0 = live;
        events.extend(added);
        events
    }

    /// Removes the tracks that have ended.
    pub(super) fn remove(
        &mut self,
        gone: impl Fn(&ParticipantId, &PublicationId, &str) -> bool,
    ) -> Vec<Event> {
        let mut events = Vec::new();
        self.0.retain(|(owner, id), mid| {
            let is_gone = gone(owner, id, mid);
            if is_gone {
                events.push(Event::TrackRemoved(owner.clone(), id.clone()));
            }
            !is_gone
        });
        events
    }

    /// Removes all tracks without events.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
