//! A room as an application knows it from the events alone. It panics when an event is inconsistent with the previous
//! ones.

use std::collections::BTreeMap;

use moim::engine::data::DataMessage;
use moim::engine::session::{Event, PathChange, Receipt, Session};
use moim::model::{Lobby, ParticipantId, ParticipantInfo, PublicationId, RefusalCode, Role, Timestamp};
use moim::{Error, ParticipantConnectionState, SignalingError};

#[derive(Debug, Default)]
pub(crate) struct View {
    /// A host has to admit this client.
    pub(crate) waits: bool,
    pub(crate) joined: bool,
    pub(crate) is_reconnecting: bool,
    pub(crate) participants: BTreeMap<ParticipantId, ParticipantInfo>,
    /// Participants that have left since the client checked.
    pub(crate) gone: Vec<ParticipantId>,
    /// When this client was informed that a participant left.
    pub(crate) left_at: BTreeMap<ParticipantId, Timestamp>,
    pub(crate) lobby: Lobby,
    pub(crate) role: Option<Role>,
    /// The `mid` of each track.
    pub(crate) tracks: BTreeMap<(ParticipantId, PublicationId), String>,
    pub(crate) states: BTreeMap<ParticipantId, ParticipantConnectionState>,
    /// When the connection to a participant was last closed or replaced although the participant stayed.
    pub(crate) replaced_at: BTreeMap<ParticipantId, Timestamp>,
    /// When this client was last connected to the server again.
    pub(crate) reconnected_at: Timestamp,
    /// What happened to the path of files to each participant.
    pub(crate) paths: BTreeMap<ParticipantId, Vec<(Timestamp, PathChange)>>,
    /// When the connection to a participant was last being restored.
    pub(crate) restored_at: BTreeMap<ParticipantId, Timestamp>,
    /// The chat messages of each sender, including those who have left.
    pub(crate) lines: BTreeMap<ParticipantId, Vec<String>>,
    /// Unreliable messages, by sender.
    pub(crate) waves: BTreeMap<ParticipantId, Vec<String>>,
    /// Who has received this client's messages, and when that was reported.
    pub(crate) receipts: Vec<(Timestamp, Receipt)>,
    /// It acted as a host without being the host.
    pub(crate) is_not_host: bool,
    pub(crate) ended: Option<Option<Error>>,
    /// Participants or tracks have changed since the mixer checked.
    pub(crate) has_news: bool,
}

impl View {
    pub(crate) fn take(&mut self, event: Event, session: &Session, now: Timestamp) {
        assert!(self.ended.is_none(), "{event:?} after the end");
        let may_be_first = matches!(
            event,
            Event::Waiting | Event::Joined | Event::Ended(_) | Event::Receipt(_) | Event::Warning { .. }
        );
        assert!(self.joined || may_be_first, "{event:?} before joining");
        match event {
            Event::Reconnecting => {
                assert!(!std::mem::replace(&mut self.is_reconnecting, true), "no change");
            }
            Event::Reconnected => {
                assert!(std::mem::take(&mut self.is_reconnecting), "no change");
                self.reconnected_at = now;
            }
            Event::ParticipantReconnecting(info) => {
                let known = self.participants.get_mut(&info.id).expect("someone who is here");
                assert_ne!(std::mem::replace(&mut known.reconnecting, info.reconnecting), info.reconnecting);
            }
            Event::Waiting => assert!(!std::mem::replace(&mut self.waits, true), "told twice to wait"),
            Event::Joined => {
                assert!(!std::mem::replace(&mut self.joined, true), "joined twice");
                self.role = session.own_role();
            }
            Event::PermissionsChange(_) => panic!("there are no tokens"),
            Event::RoleChange(role) => assert_ne!(self.role.replace(role), Some(role), "no change"),
            Event::ParticipantJoined(participant) => {
                self.has_news = true;
                let state = session.connection_state(&participant.id);
                if state == ParticipantConnectionState::Reconnecting {
                    self.states.insert(participant.id.clone(), state);
                }
                let before = self.participants.insert(participant.id.clone(), participant);
                assert_eq!(before, None, "someone came twice");
            }
            Event::ParticipantUpdated(participant) => {
                self.knows(&participant.id);
                self.participants.insert(participant.id.clone(), participant);
            }
            Event::ParticipantLeft(id, _) => {
                self.has_news = true;
                self.knows(&id);
                assert!(self.tracks.keys().all(|(owner, _)| *owner != id), "{id} left its tracks behind");
                self.participants.remove(&id);
                self.ends_state(&id, now);
                self.gone.push(id.clone());
                self.left_at.insert(id, now);
            }
            Event::LobbyChange(lobby) => {
                assert_ne!(self.lobby, lobby, "no change");
                self.lobby = lobby;
            }
            Event::TrackAdded { participant_id, publication, mid, .. } => {
                self.has_news = true;
                let known = self.knows(&participant_id).publications.iter();
                assert_eq!(known.clone().find(|known| known.id == publication.id), Some(&publication));
                let moved = self.tracks.insert((participant_id, publication.id), mid.clone());
                assert_ne!(moved, Some(mid), "a track was added twice");
            }
            Event::TrackRemoved(id, publication) => {
                self.has_news = true;
                self.knows(&id);
                let track = self.tracks.remove(&(id, publication));
                assert!(track.is_some(), "a track was removed that was not there");
            }
            Event::TrackMuteChanged(id, publication, muted) => {
                let known = self.knows(&id).publications.iter().find(|known| known.id == publication);
                assert_eq!(known.map(|known| known.muted), Some(muted));
            }
            Event::MuteRequested(_, publication) => {
                let known = session.publications().iter().find(|known| known.id == publication);
                assert_eq!(known.map(|known| known.muted), Some(true), "the host's word counts");
            }
            Event::ConnectionStateChange(id, state) => {
                self.knows(&id);
                assert_ne!(self.ends_state(&id, now), Some(state), "no change");
                if state == ParticipantConnectionState::New {
                    self.replaced_at.insert(id.clone(), now);
                }
                self.states.insert(id, state);
            }
            Event::Message(id, message) => self.heard(id, message),
            Event::LayoutChange(_) | Event::FileFrame(..) => panic!("not for the application"),
            Event::PathChange(id, change) => {
                self.knows(&id);
                self.paths.entry(id).or_default().push((now, change));
            }
            Event::PublicationRefused(id) => panic!("{id} is refused"),
            Event::Receipt(receipt) => self.receipts.push((now, receipt)),
            Event::Warning { error, .. } => match error {
                Error::Signaling(SignalingError::Refused { code: RefusalCode::NotHost, .. }) => {
                    self.is_not_host = true;
                }
                Error::Negotiation { detail, .. } => {
                    assert!(detail.contains("a fault of the model"), "{detail}");
                }
                error => panic!("{error}"),
            },
            Event::Capacity | Event::Called { .. } | Event::CallEnded(..) => {}
            Event::Ended(error) => self.ended = Some(error),
        }
    }

    fn ends_state(&mut self, id: &ParticipantId, now: Timestamp) -> Option<ParticipantConnectionState> {
        let state = self.states.remove(id);
        if state == Some(ParticipantConnectionState::Reconnecting) {
            self.restored_at.insert(id.clone(), now);
        }
        state
    }

    fn heard(&mut self, id: ParticipantId, message: DataMessage) {
        self.knows(&id);
        match message {
            DataMessage::Chat { text, .. } => self.lines.entry(id).or_default().push(text),
            DataMessage::Data { payload, .. } => {
                let wave = String::from_utf8(payload).unwrap();
                let waves = self.waves.entry(id).or_default();
                assert!(!waves.contains(&wave), "something came twice");
                waves.push(wave);
            }
            DataMessage::Receipt { .. }
            | DataMessage::Mark { .. }
            | DataMessage::Resend
            | DataMessage::Call { .. }
            | DataMessage::Response { .. }
            | DataMessage::Quality(_) => panic!("not for the application"),
        }
    }

    fn knows(&self, id: &ParticipantId) -> &ParticipantInfo {
        self.participants.get(id).unwrap_or_else(|| panic!("news of {id}, who is not here"))
    }
}
