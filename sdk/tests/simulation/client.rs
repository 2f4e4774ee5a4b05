//! One participant: a session, its signaling backend and its peer connections, driven as a browser drives them.

use std::collections::BTreeMap;

use moim::engine::connection::ConnectionCommand;
use moim::engine::exchange::Command;
use moim::engine::session::{self, Session};
use moim::model::{Channel, JoinRequest, ParticipantId, Profile, Timestamp, Topology};
use moim::signaling::{self, NativeBackend, SignalingBackend, SocketEvent};

use super::peer_connection::{PeerConnection, PeerEvent};
use super::queue::ClientId;
use super::random::Random;
use super::script::Action;
use super::view::View;

pub(crate) const ROOM: &str = "tea";
const JOIN_TIMEOUT_MS: u32 = 20_000;

/// What leaves the client.
#[derive(Debug)]
pub(crate) enum Effect {
    OpenSocket,
    SendText(String),
    CloseSocket,
    /// Something will happen at a peer connection.
    After(Timestamp, ParticipantId, PeerEvent),
    /// Bytes go over a data channel.
    Message(ParticipantId, moim::engine::data::Frame),
    /// A peer connection is closed.
    Closed(ParticipantId),
}

#[derive(Debug)]
pub(crate) struct Client {
    id: ClientId,
    topology: Topology,
    pub(crate) session: Session,
    backend: NativeBackend,
    pub(crate) peers: BTreeMap<ParticipantId, PeerConnection>,
    pub(crate) view: View,
    pub(crate) own_id: Option<ParticipantId>,
    /// The page exists.
    pub(crate) runs: bool,
    /// The script ends its stay.
    pub(crate) departs: bool,
    pub(crate) timer: Option<Timestamp>,
    /// The lines for each receiver that was known when they were sent.
    pub(crate) said: BTreeMap<ParticipantId, Vec<String>>,
    said_count: u32,
    pub(crate) effects: Vec<Effect>,
}

impl Client {
    pub(crate) fn new(id: ClientId, topology: Topology) -> Self {
        Self {
            id,
            topology,
            session: Session::new(Vec::new()),
            backend: NativeBackend::new("ws://stub/ws"),
            peers: BTreeMap::new(),
            view: View::default(),
            own_id: None,
            runs: true,
            departs: false,
            timer: None,
            said: BTreeMap::new(),
            said_count: 0,
            effects: Vec::new(),
        }
    }

    pub(crate) fn has_sfu(&self) -> bool {
        self.topology == Topology::Sfu
    }

    /// In the room, as far as the client knows.
    pub(crate) fn stays(&self) -> bool {
        self.runs && self.view.joined && self.view.ended.is_none()
    }

    pub(crate) fn act(&mut self, action: Action, now: Timestamp, random: &mut Random) {
        match action {
            Action::Join => {
                let request = JoinRequest {
                    room: ROOM.into(),
                    profile: Profile { name: format!("client {}", self.id), ..Profile::default() },
                    topology: self.topology,
                    role: moim::Role::Participant,
                    publications: Vec::new(),
                    relay: None,
                };
                self.session.join(request, JOIN_TIMEOUT_MS, now);
            }
            Action::Publish(publication) => {
                if !self.session.publications().iter().any(|known| known.id == publication.id) {
                    self.session.publish(publication, now);
                }
            }
            Action::Unpublish(publication) => self.session.unpublish(&publication.id, now),
            Action::Mute => {
                if let Some(mut publication) = random.pick(self.session.publications().iter().cloned()) {
                    publication.muted = !publication.muted;
                    self.session.publish(publication, now);
                }
            }
            Action::Say { to_one } => self.say(to_one, now, random),
            Action::Leave => self.session.leave(),
            Action::Crash | Action::Freeze | Action::Cut => {}
        }
        self.run(now, random);
    }

    fn say(&mut self, to_one: bool, now: Timestamp, random: &mut Random) {
        let others: Vec<_> = self.session.others().map(|other| other.id.clone()).collect();
        let one = random.pick(others.clone()).filter(|_| to_one);
        self.said_count += 1;
        let text = format!("{}: line {}", self.id, self.said_count);
        for receiver in others.into_iter().filter(|id| one.as_ref().is_none_or(|one| one == id)) {
            self.said.entry(receiver).or_default().push(text.clone());
        }
        self.session.send_chat(&text, one.as_ref(), now).unwrap();
    }

    pub(crate) fn socket(&mut self, event: SocketEvent, now: Timestamp, random: &mut Random) {
        self.backend.handle_socket(event, now);
        self.run(now, random);
    }

    pub(crate) fn peer(&mut self, id: &ParticipantId, event: PeerEvent, now: Timestamp, random: &mut Random) {
        let Some(peer) = self.peers.get_mut(id) else { return };
        let input = peer.handle(event, random);
        if let Some(input) = input {
            self.session.handle_connection(id, input, now);
        }
        self.run(now, random);
    }

    pub(crate) fn timer(&mut self, now: Timestamp, random: &mut Random) {
        if self.next_timer().is_none_or(|at| now < at) {
            return;
        }
        self.backend.handle_timeout(now);
        self.session.handle_timeout(now);
        self.run(now, random);
        assert!(self.next_timer().is_none_or(|at| now < at), "a timer that is due for ever");
    }

    pub(crate) fn next_timer(&self) -> Option<Timestamp> {
        self.session.poll_timeout().into_iter().chain(self.backend.poll_timeout()).min()
    }

    /// As `sdk/src/room/driver.rs` does it.
    fn run(&mut self, now: Timestamp, random: &mut Random) {
        loop {
            if let Some(output) = self.session.poll_output() {
                match output {
                    session::Output::Signal(command) => self.backend.handle_command(command, now),
                    session::Output::Connection { peer, command } => self.command(peer, command, random),
                    session::Output::Event(event) => self.view.take(event),
                }
                continue;
            }
            match self.backend.poll_output() {
                Some(signaling::Output::Connect { .. }) => self.effects.push(Effect::OpenSocket),
                Some(signaling::Output::Send(text)) => self.effects.push(Effect::SendText(text)),
                Some(signaling::Output::Close) => self.effects.push(Effect::CloseSocket),
                Some(signaling::Output::Event(event)) => self.session.handle_signal(event, now),
                None => break,
            }
        }
        self.own_id = self.session.own_id().cloned().or(self.own_id.take());
        for (id, peer) in &mut self.peers {
            let outputs = peer.outputs.drain(..);
            self.effects.extend(outputs.map(|(after, event)| Effect::After(after, id.clone(), event)));
        }
    }

    fn command(&mut self, id: ParticipantId, command: ConnectionCommand, random: &mut Random) {
        if let ConnectionCommand::Open { far_end, .. } = command {
            let connection = PeerConnection::open(format!("{}-{id}", self.id), far_end);
            assert!(self.peers.insert(id, connection).is_none(), "opened twice");
            return;
        }
        let peer = self.peers.get_mut(&id).unwrap_or_else(|| panic!("{command:?} without a connection"));
        match command {
            ConnectionCommand::Open { .. } => {}
            ConnectionCommand::Close => {
                self.peers.remove(&id);
                self.effects.push(Effect::Closed(id));
            }
            ConnectionCommand::Attach(publication) => {
                let known = self.session.publications().iter().find(|known| known.id == publication);
                // It may be gone again, which is the next command.
                let kind = known.map_or(moim::MediaKind::Video, |known| known.kind);
                peer.attach(publication, kind);
            }
            ConnectionCommand::Limit(..) => {}
            ConnectionCommand::Receive(sections) => peer.receive(sections),
            ConnectionCommand::Detach(publication) => peer.detach(&publication),
            ConnectionCommand::Exchange(Command::SetLocalDescription) => peer.set_local_description(random),
            ConnectionCommand::Exchange(Command::SetRemoteDescription(description)) => {
                peer.set_remote_description(description, random);
            }
            ConnectionCommand::Exchange(Command::AddIceCandidate(candidate)) => {
                peer.add_ice_candidate(candidate)
            }
            ConnectionCommand::Exchange(Command::RestartIce) => unreachable!("rooms do not ask for it"),
            ConnectionCommand::Send(channel, frame) => {
                assert!(peer.channel_open, "a message over a channel that is not open");
                assert_eq!(channel, Channel::Reliable, "nobody sends anything else");
                self.effects.push(Effect::Message(id, frame));
            }
        }
    }
}
