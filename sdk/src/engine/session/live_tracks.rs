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

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::engine::connection::ConnectionInput;
    use crate::engine::session::{Output, Session};
    use crate::model::{
        Capabilities, JoinRequest, LinkSignal, Lobby, MediaKind, ParticipantInfo, Profile, Publication, Role,
        SdpType, SessionDescription, SignalCommand, SignalEvent, Slots, Topology, TrackSource, participant,
    };

    /// In a mesh with `b`, which makes the offers.
    fn joined() -> Session {
        let mut session = Session::new(Capabilities::default(), Vec::new(), true);
        session.join(JoinRequest::new("tea", Profile::default(), Topology::Mesh), 1_000, 0);
        let participants = vec![participant("a", 1, Role::Participant), publishing(false)];
        let (participant_id, lobby, ice_servers) = ("a".into(), Lobby::default(), Vec::new());
        session.handle_signal(SignalEvent::Joined { participant_id, participants, lobby, ice_servers }, 0);
        session
    }

    fn publishing(camera: bool) -> ParticipantInfo {
        let camera = camera.then(|| Publication {
            id: "camera".into(),
            kind: MediaKind::Video,
            source: TrackSource::Camera,
            muted: false,
            to: None,
        });
        let publications = camera.into_iter().collect();
        ParticipantInfo { publications, ..participant("b", 2, Role::Participant) }
    }

    /// What happens at `a`.
    #[derive(Clone, Copy)]
    enum Step {
        /// The roster arrives, with or without the camera.
        Roster(bool),
        /// An offer arrives, with or without the camera.
        Offer(bool),
        /// The offer is applied and answered.
        Applied,
    }

    /// The events of tracks (`+` and `-`), and whether `a` asks for an offer.
    fn after(steps: &[Step]) -> (String, bool) {
        let (mut session, mut events, mut asks) = (joined(), String::new(), false);
        for (number, step) in steps.iter().enumerate() {
            let link = LinkId::from(ParticipantId::from("b"));
            match step {
                Step::Roster(camera) => {
                    session.handle_signal(SignalEvent::Participant(publishing(*camera)), 0)
                }
                Step::Offer(camera) => {
                    let sdp = format!("v={number}");
                    let description = SessionDescription { sdp_type: SdpType::Offer, sdp };
                    let slot = Slot { participant_id: "b".into(), publication_id: "camera".into() };
                    let carries = Some(Slots::from_iter(camera.then(|| ("0".to_owned(), slot))));
                    let signal = LinkSignal::Description { description, carries };
                    session.handle_signal(SignalEvent::Signal { link, signal }, 0);
                }
                Step::Applied => {
                    session.handle_connection(&link, ConnectionInput::RemoteDescriptionSet, 0);
                    let description = SessionDescription { sdp_type: SdpType::Answer, sdp: "v=0".into() };
                    let answered =
                        ConnectionInput::LocalDescriptionSet { description, mids: Default::default() };
                    session.handle_connection(&link, answered, 0);
                }
            }
            while let Some(output) = session.poll_output() {
                match output {
                    Output::Event(Event::TrackAdded { .. }) => events.push('+'),
                    Output::Event(Event::TrackRemoved(..)) => events.push('-'),
                    Output::Signal(SignalCommand::Signal {
                        signal: LinkSignal::RequestOffer { .. }, ..
                    }) => asks = true,
                    _ => {}
                }
            }
        }
        (events, asks)
    }

    #[test]
    fn what_is_published_again_under_its_id_is_added_once() {
        use Step::{Applied, Offer, Roster};
        let again: [&[Step]; 5] = [
            &[Roster(false), Offer(false), Applied, Roster(true), Offer(true), Applied],
            &[Roster(false), Roster(true), Offer(false), Applied, Offer(true), Applied],
            &[Roster(false), Offer(false), Roster(true), Applied, Offer(true), Applied],
            &[Roster(false), Offer(false), Applied, Offer(true), Applied, Roster(true)],
            // The roster without it was missed.
            &[Offer(false), Applied, Offer(true), Applied],
        ];
        for (number, steps) in again.into_iter().enumerate() {
            let steps = [&[Roster(true), Offer(true), Applied], steps].concat();
            assert_eq!(after(&steps).0, "+-+", "order {number}");
        }
        let early = [Offer(true), Applied, Roster(true), Offer(true), Roster(false), Roster(true), Applied];
        assert_eq!(after(&[&early[..], &[Offer(false), Applied, Offer(true), Applied]].concat()).0, "+-+");
    }

    #[test]
    fn a_roster_that_is_later_than_the_offer_loses_nothing() {
        use Step::{Applied, Offer, Roster};
        let late = [
            Roster(true),
            Offer(true),
            Applied,
            Offer(false),
            Applied,
            Offer(true),
            Applied,
            Roster(false),
            Roster(true),
        ];
        assert_eq!(after(&late), ("+-+-".to_owned(), true));
        assert_eq!(after(&[&late[..], &[Offer(true), Applied]].concat()).0, "+-+-+");
    }

    #[test]
    fn an_offer_is_requested_again_if_another_one_is_being_applied() {
        use Step::{Applied, Offer, Roster};
        let before = [Roster(true), Offer(true), Applied, Offer(false), Applied];
        let during = [Offer(true), Roster(false), Roster(true), Applied];
        let steps = [&before[..], &during].concat();
        assert_eq!(after(&steps), ("+-".to_owned(), true));
        assert_eq!(after(&[&steps[..], &[Offer(true), Applied]].concat()).0, "+-+");
    }
}
