//! A room as an application knows it from the events alone. It panics when an event does not fit those before.

use std::collections::BTreeMap;

use moim::engine::data::DataMessage;
use moim::engine::session::{Event, Receipt};
use moim::model::{ParticipantId, ParticipantInfo, PublicationId};
use moim::{ConnectionState, Error};

#[derive(Debug, Default)]
pub(crate) struct View {
    pub(crate) joined: bool,
    pub(crate) participants: BTreeMap<ParticipantId, ParticipantInfo>,
    /// The `mid` of each track.
    pub(crate) tracks: BTreeMap<(ParticipantId, PublicationId), String>,
    pub(crate) states: BTreeMap<ParticipantId, ConnectionState>,
    /// The lines of each sender, of those too who have left.
    pub(crate) lines: BTreeMap<ParticipantId, Vec<String>>,
    /// Who has this client's lines.
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) ended: Option<Option<Error>>,
}

impl View {
    pub(crate) fn take(&mut self, event: Event) {
        assert!(self.ended.is_none(), "{event:?} after the end");
        assert!(
            self.joined || matches!(event, Event::Joined | Event::Ended(_) | Event::Receipt(_)),
            "{event:?} before joining"
        );
        match event {
            Event::Joined => assert!(!std::mem::replace(&mut self.joined, true), "joined twice"),
            Event::ParticipantJoined(participant) => {
                let before = self.participants.insert(participant.id.clone(), participant);
                assert_eq!(before, None, "someone came twice");
            }
            Event::ParticipantUpdated(participant) => {
                self.knows(&participant.id);
                self.participants.insert(participant.id.clone(), participant);
            }
            Event::ParticipantLeft(id, _) => {
                self.knows(&id);
                assert!(self.tracks.keys().all(|(owner, _)| *owner != id), "{id} left its tracks behind");
                self.participants.remove(&id);
                self.states.remove(&id);
            }
            Event::TrackAdded { participant_id, publication, mid, .. } => {
                let known = self.knows(&participant_id).publications.iter();
                assert_eq!(known.clone().find(|known| known.id == publication.id), Some(&publication));
                let moved = self.tracks.insert((participant_id, publication.id), mid.clone());
                assert_ne!(moved, Some(mid), "a track was added twice");
            }
            Event::TrackRemoved(id, publication) => {
                self.knows(&id);
                let track = self.tracks.remove(&(id, publication));
                assert!(track.is_some(), "a track was removed that was not there");
            }
            Event::TrackMuteChanged(id, publication, muted) => {
                let known = self.knows(&id).publications.iter().find(|known| known.id == publication);
                assert_eq!(known.map(|known| known.muted), Some(muted));
            }
            Event::ConnectionStateChange(id, state) => {
                self.knows(&id);
                assert_ne!(self.states.insert(id, state), Some(state), "no change");
            }
            Event::Message(id, DataMessage::Chat { text, .. }) => {
                self.knows(&id);
                self.lines.entry(id).or_default().push(text);
            }
            Event::Receipt(receipt) => self.receipts.push(receipt),
            Event::Message(..) | Event::FileFrame(..) => panic!("nobody sends this"),
            Event::Waiting | Event::LobbyChange(_) | Event::LayoutChange(_) | Event::MuteRequested(..) => {
                panic!("there is no host")
            }
            Event::Warning(error) => panic!("{error}"),
            Event::Ended(error) => self.ended = Some(error),
        }
    }

    fn knows(&self, id: &ParticipantId) -> &ParticipantInfo {
        self.participants.get(id).unwrap_or_else(|| panic!("news of {id}, who is not here"))
    }
}
