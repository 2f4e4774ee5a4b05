//! A participant: a session, its backend and its peer connections.

use std::collections::{BTreeMap, BTreeSet};

use moim::engine::connection::ConnectionCommand;
use moim::engine::data::{DataMessage, Frame};
use moim::engine::exchange::Command;
use moim::engine::session::Session;
use moim::model::{Channel, LinkId, Publication, Timestamp};
use moim::signaling::SignalingBackend;
use moim::{MediaKind, ParticipantId, PublicationId, TrackSource};

use super::backend::RuleBackend;
use super::{Rules, SocketId};
use crate::peer_connection::PeerConnection;
use crate::queue::PeerId;
use crate::random::Random;
use crate::view::View;

#[derive(Debug)]
pub(super) struct Client {
    pub(super) session: Session,
    pub(super) backend: RuleBackend,
    pub(super) peers: BTreeMap<LinkId, PeerConnection>,
    opened: PeerId,
    pub(super) view: View,
    pub(super) socket: SocketId,
    pub(super) is_open: bool,
    /// When the last message arrives in each direction: a socket keeps the order of signals.
    pub(super) last_up: Timestamp,
    pub(super) last_down: Timestamp,
    /// What is sent over peer connections.
    pub(super) frames: Vec<(LinkId, Channel, Frame)>,
    pub(super) said: Vec<Line>,
    pub(super) waves: Vec<String>,
    /// Since when it has its id, and the ids before.
    pub(super) id_since: (Option<ParticipantId>, Timestamp),
}

/// A chat message.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) id: u32,
    pub(super) text: String,
    pub(super) at: Timestamp,
    pub(super) receivers: BTreeSet<ParticipantId>,
}

impl Client {
    pub(super) fn new(rules: Rules) -> Self {
        let backend = RuleBackend::new(rules);
        Self {
            session: Session::new(backend.capabilities(), Vec::new(), true),
            backend,
            peers: BTreeMap::new(),
            opened: 0,
            view: View::default(),
            socket: 0,
            is_open: false,
            last_up: 0,
            last_down: 0,
            frames: Vec::new(),
            said: Vec::new(),
            waves: Vec::new(),
            id_since: (None, 0),
        }
    }

    pub(super) fn stays(&self) -> bool {
        self.view.joined && self.view.ended.is_none()
    }

    pub(super) fn command(&mut self, link: LinkId, command: ConnectionCommand, random: &mut Random) {
        if let ConnectionCommand::Open { profile, .. } = command {
            self.opened += 1;
            let peer =
                PeerConnection::open(self.opened, format!("{link} {}", self.opened), &link, &profile, 0);
            assert!(self.peers.insert(link, peer).is_none(), "opened twice");
            return;
        }
        let peer = self.peers.get_mut(&link).unwrap_or_else(|| panic!("{command:?} without a connection"));
        match command {
            ConnectionCommand::Close => drop(self.peers.remove(&link)),
            ConnectionCommand::Attach(id, limit) => {
                let known = self.session.publications().iter().find(|known| known.id == id);
                peer.attach(id, known.map_or(MediaKind::Video, |known| known.kind), limit);
            }
            ConnectionCommand::Detach(id) => peer.detach(&id),
            ConnectionCommand::Receive(sections) => peer.receive(sections),
            ConnectionCommand::SetIceServers(_) | ConnectionCommand::SendKeyFrames => {}
            ConnectionCommand::Send(channel, frame) => {
                assert!(peer.open_channels.contains(&channel), "a message over a channel that is not open");
                self.frames.push((link, channel, frame));
            }
            ConnectionCommand::Exchange(Command::SetLocalDescription) => peer.set_local_description(random),
            ConnectionCommand::Exchange(Command::SetRemoteDescription(description)) => {
                peer.set_remote_description(description, random);
            }
            ConnectionCommand::Exchange(Command::RestartIce) => peer.restart_ice(),
            command => panic!("{command:?} is nothing that these servers lead to"),
        }
    }

    /// Publishes something, ends a publication, or says something.
    pub(super) fn act(&mut self, name: usize, random: &mut Random, now: Timestamp) {
        let is_in = self.stays() && self.session.others().next().is_some();
        if is_in && random.happens(50) {
            let number = self.said.len() + self.waves.len();
            return match random.happens(50) {
                true => self.say(format!("{name}: line {number}"), now),
                false => self.wave(format!("{name}: wave {number}"), now),
            };
        }
        let (name, kind) = random
            .pick([
                ("camera", MediaKind::Video),
                ("microphone", MediaKind::Audio),
                ("screen", MediaKind::Video),
            ])
            .unwrap();
        let id = PublicationId::from(name);
        if self.session.publications().iter().any(|known| known.id == id) {
            self.session.unpublish(&id, now);
        } else {
            let source = TrackSource::Custom;
            self.session.publish(Publication { id, kind, source, muted: false, to: None }, now);
        }
    }

    fn say(&mut self, text: String, at: Timestamp) {
        let receivers = self.session.others().map(|other| other.id.clone()).collect();
        let id = self.session.send_chat(&text, None, at).unwrap();
        self.said.push(Line { id, text, at, receivers });
    }

    fn wave(&mut self, payload: String, now: Timestamp) {
        let message = DataMessage::Data { topic: "wave".to_owned(), payload: payload.clone().into_bytes() };
        self.session.send_data(&message, Channel::Reliable, None, now).unwrap();
        self.waves.push(payload);
    }
}
