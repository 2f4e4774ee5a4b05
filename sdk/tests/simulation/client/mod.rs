//! One participant: a session, its signaling backend and its peer connections, driven like in a browser.

mod acts;
mod files;
mod mixing;
mod streams;

use std::collections::BTreeMap;
use std::ops::Range;

use moim::engine::connection::ConnectionCommand;
use moim::engine::data::Frame;
use moim::engine::exchange::Command;
use moim::engine::session::{self, Event, PathChange, Session};
use moim::engine::stream::StreamFrame;
use moim::model::{Channel, LinkId, Order, ParticipantId, PublicationId, Timestamp, Topology};
use moim::signaling::{self, NativeBackend, SignalingBackend, SocketEvent};

pub(crate) use self::acts::{Line, Wave};
pub(crate) use self::files::Files;
pub(crate) use self::mixing::{PICTURE, sound_for};
pub(crate) use self::streams::Streams;
use super::peer_connection::{PeerConnection, PeerEvent};
use super::queue::{self, ClientId, PeerId, SocketId};
use super::random::Random;
use super::script::{Action, Character};
use super::view::View;

pub(crate) const ROOM: &str = "tea";
/// The token by which the hub recognises the mixers that are started for it.
pub(crate) const MIXER_TOKEN: &str = "started here";

/// An output of the client.
#[derive(Debug)]
pub(crate) enum Effect {
    OpenSocket,
    SendText(String),
    CloseSocket,
    /// A future event of a peer connection.
    After(Timestamp, LinkId, PeerId, PeerEvent),
    /// Bytes sent over a data channel.
    Message(LinkId, Channel, Frame),
    /// The page acts a moment later.
    Later(Timestamp, Action),
    /// A peer connection is closed.
    Closed(LinkId, PeerId),
}

#[derive(Debug)]
pub(crate) struct Client {
    id: ClientId,
    pub(crate) topology: Topology,
    pub(crate) character: Character,
    pub(crate) session: Session,
    backend: NativeBackend,
    pub(crate) peers: BTreeMap<LinkId, PeerConnection>,
    /// The number of its peer connections so far.
    opened: PeerId,
    pub(crate) view: View,
    pub(crate) own_id: Option<ParticipantId>,
    /// The ids that it had before its server forgot it.
    pub(crate) former_ids: Vec<ParticipantId>,
    /// Since when it has its id.
    pub(crate) id_since: Timestamp,
    /// One of its connections may be able to reach its remote end since the world checked.
    pub(crate) has_signaled: bool,
    /// The percentage of operations of its peer connections that fail.
    pub(crate) faults: u64,
    /// The page exists.
    pub(crate) runs: bool,
    /// The script ends its session.
    pub(crate) departs: bool,
    /// What has happened since its machine sleeps.
    pub(crate) asleep: Option<Vec<queue::Event>>,
    /// From when to when its machine slept.
    pub(crate) slept: Vec<Range<Timestamp>>,
    /// How far its clock is behind: those of some systems stand still while the machine sleeps.
    pub(crate) lag: Timestamp,
    /// The server has put it into the lobby, as the last reply to a request to join.
    pub(crate) queues: bool,
    /// The server has forgotten it, because it was away for too long or because the server was restarted.
    pub(crate) was_forgotten: bool,
    /// Its connection to the server.
    pub(crate) socket_id: SocketId,
    pub(crate) timer: Option<Timestamp>,
    pub(crate) asked_to_be_host: bool,
    pub(crate) said: Vec<Line>,
    /// Unreliable messages sent, and their receivers, if not everyone.
    pub(crate) waves: Vec<Wave>,
    /// Whether a publication is wanted at all, and at which height.
    pub(crate) wishes: BTreeMap<(ParticipantId, PublicationId), (bool, Option<u32>)>,
    pub(crate) orders: Vec<Order>,
    pub(crate) files: Files,
    pub(crate) streams: Streams,
    pub(crate) effects: Vec<Effect>,
}

impl Client {
    pub(crate) fn new(id: ClientId, topology: Topology, character: Character) -> Self {
        let backend = NativeBackend::new("ws://stub/ws");
        Self {
            id,
            topology,
            character,
            session: Session::new(backend.capabilities(), Vec::new(), character.wants_everything),
            backend,
            peers: BTreeMap::new(),
            opened: 0,
            view: View::default(),
            own_id: None,
            former_ids: Vec::new(),
            id_since: 0,
            has_signaled: false,
            faults: 0,
            runs: true,
            departs: false,
            asleep: None,
            slept: Vec::new(),
            lag: 0,
            queues: false,
            was_forgotten: false,
            socket_id: 0,
            timer: None,
            asked_to_be_host: false,
            said: Vec::new(),
            waves: Vec::new(),
            wishes: BTreeMap::new(),
            orders: Vec::new(),
            files: Files::default(),
            streams: Streams::default(),
            effects: Vec::new(),
        }
    }

    /// Joined, as far as the client knows.
    pub(crate) fn stays(&self) -> bool {
        self.runs && self.view.joined && self.view.ended.is_none() && !self.waits()
    }

    /// Waiting in the lobby, as far as the client knows.
    pub(crate) fn waits(&self) -> bool {
        let is_outside =
            if self.view.joined { self.view.is_reconnecting && self.queues } else { self.view.waits };
        self.runs && is_outside && self.view.ended.is_none()
    }

    /// Whether this is or was its id.
    pub(crate) fn is(&self, id: &ParticipantId) -> bool {
        self.own_id.as_ref() == Some(id) || self.former_ids.contains(id)
    }

    /// How long its machine has slept since then.
    pub(crate) fn slept_since(&self, since: Timestamp) -> Timestamp {
        self.slept.iter().map(|slept| slept.end.saturating_sub(slept.start.max(since))).sum()
    }

    /// Its wish about a remote publication.
    pub(crate) fn wants(&self, owner: &ParticipantId, id: &PublicationId) -> (bool, Option<u32>) {
        let by_default = (self.character.wants_everything, None);
        self.wishes.get(&(owner.clone(), id.clone())).copied().unwrap_or(by_default)
    }

    pub(crate) fn socket(&mut self, event: SocketEvent, now: Timestamp, random: &mut Random) {
        self.backend.handle_socket(event, now - self.lag);
        self.run(now, random);
    }

    pub(crate) fn peer(
        &mut self,
        id: &LinkId,
        peer_id: PeerId,
        event: PeerEvent,
        now: Timestamp,
        random: &mut Random,
    ) {
        let Some(peer) = self.peers.get_mut(id).filter(|peer| peer.id == peer_id) else { return };
        self.has_signaled |= matches!(event, PeerEvent::OperationDone);
        let input = peer.handle(event, random);
        if let Some(input) = input {
            self.session.handle_connection(id, input, now - self.lag);
        }
        self.run(now, random);
    }

    pub(crate) fn timer(&mut self, now: Timestamp, random: &mut Random) {
        if self.next_timer().is_none_or(|at| now < at) {
            return;
        }
        let is_kept = |(link, peer): (&LinkId, &PeerConnection)| {
            let is_restorable = peer.connected && !peer.ice.is_broken && !peer.has_lost_channel;
            is_restorable.then(|| (link.clone(), peer.id))
        };
        let kept: Vec<_> = self.peers.iter().filter_map(is_kept).collect();
        self.backend.handle_timeout(now - self.lag);
        self.session.handle_timeout(now - self.lag);
        self.run(now, random);
        assert!(self.next_timer().is_none_or(|at| now < at), "a timer that is due for ever");
        for (link, id) in kept {
            let peer = self.peers.get(&link);
            assert!(peer.is_none_or(|peer| peer.id == id), "{link}: an ICE restart would have restored it");
        }
    }

    pub(crate) fn next_timer(&self) -> Option<Timestamp> {
        let due = self.session.poll_timeout().into_iter().chain(self.backend.poll_timeout()).min();
        due.map(|at| at + self.lag)
    }

    /// As in `sdk/src/room/driver.rs`.
    fn run(&mut self, now: Timestamp, random: &mut Random) {
        let local = now - self.lag;
        loop {
            if let Some(output) = self.session.poll_output() {
                match output {
                    session::Output::Prepare => {}
                    session::Output::Signal(command) => self.backend.handle_command(command, local),
                    session::Output::Connection { link, command } => self.command(link, command, random),
                    session::Output::Event(event) => self.event(event, now, random),
                }
                continue;
            }
            if self.run_files(random) || self.run_streams() {
                continue;
            }
            match self.backend.poll_output() {
                Some(signaling::Output::Connect { .. }) => self.effects.push(Effect::OpenSocket),
                Some(signaling::Output::Text(text)) => self.effects.push(Effect::SendText(text)),
                Some(signaling::Output::Close) => self.effects.push(Effect::CloseSocket),
                Some(signaling::Output::Event(event)) => self.session.handle_signal(event, local),
                Some(output) => panic!("{output:?} is not part of the protocol"),
                None => break,
            }
        }
        if self.session.own_id().is_some_and(|id| self.own_id.as_ref() != Some(id)) {
            let former = std::mem::replace(&mut self.own_id, self.session.own_id().cloned());
            self.former_ids.extend(former);
            (self.id_since, self.has_signaled) = (now, true);
        }
        for gone in std::mem::take(&mut self.view.gone) {
            self.wishes.retain(|(owner, _), _| *owner != gone);
        }
        if std::mem::take(&mut self.view.has_news) && self.character.is_mixer {
            self.effects.push(Effect::Later(random.number(1..150), Action::Mix));
        }
        for (id, peer) in &mut self.peers {
            let (peer_id, outputs) = (peer.id, peer.outputs.drain(..));
            let after = |(after, event)| Effect::After(after, id.clone(), peer_id, event);
            self.effects.extend(outputs.map(after));
        }
    }

    fn event(&mut self, event: Event, now: Timestamp, random: &mut Random) {
        match &event {
            Event::FileFrame(from, frame) => {
                return match StreamFrame::decode(frame) {
                    Some(frame) => self.stream_frame(from.clone(), frame, now, random),
                    None => self.file_frame(from.clone(), frame, now, random),
                };
            }
            Event::PathChange(id, change) => self.path_changed(id, *change),
            Event::ParticipantLeft(id, _) => self.path_changed(id, PathChange::Lost),
            Event::Ended(_) => {
                self.files.all_lost();
                self.streams.all_lost();
            }
            _ => {}
        }
        self.view.take(event, &self.session, now);
    }

    fn path_changed(&mut self, with: &ParticipantId, change: PathChange) {
        self.files.path_changed(with, change);
        self.streams.path_changed(with, change);
    }

    fn command(&mut self, id: LinkId, command: ConnectionCommand, random: &mut Random) {
        if let ConnectionCommand::Open { profile, .. } = command {
            self.opened += 1;
            let name = format!("{}-{id}-{}", self.id, self.opened);
            let connection = PeerConnection::open(self.opened, name, &id, &profile, self.faults);
            assert!(self.peers.insert(id, connection).is_none(), "opened twice");
            return;
        }
        self.has_signaled |= matches!(command, ConnectionCommand::Exchange(Command::AddIceCandidate(_)));
        let peer = self.peers.get_mut(&id).unwrap_or_else(|| panic!("{command:?} without a connection"));
        match command {
            ConnectionCommand::Open { .. } => {}
            ConnectionCommand::Close => {
                let closed = self.peers.remove(&id).unwrap();
                self.effects.push(Effect::Closed(id, closed.id));
            }
            ConnectionCommand::Attach(publication, limit) => {
                let known = self.session.publications().iter().find(|known| known.id == publication);
                // It may have been removed again, which is the next command.
                let kind = known.map_or(moim::MediaKind::Video, |known| known.kind);
                peer.attach(publication, kind, limit);
            }
            ConnectionCommand::Limit(publication, limit) => peer.limit(&publication, limit),
            ConnectionCommand::SetIceServers(_) | ConnectionCommand::SendKeyFrames => {}
            ConnectionCommand::Receive(sections) => peer.receive(sections),
            ConnectionCommand::Detach(publication) => peer.detach(&publication),
            ConnectionCommand::Exchange(Command::SetLocalDescription) => peer.set_local_description(random),
            ConnectionCommand::Exchange(Command::SetRemoteDescription(description)) => {
                peer.set_remote_description(description, random);
            }
            ConnectionCommand::Exchange(Command::AddIceCandidate(candidate)) => {
                peer.add_ice_candidate(candidate)
            }
            ConnectionCommand::Exchange(Command::RestartIce) => peer.restart_ice(),
            ConnectionCommand::Send(channel, frame) => {
                assert!(peer.open_channels.contains(&channel), "a message over a channel that is not open");
                self.effects.push(Effect::Message(id, channel, frame));
            }
        }
    }
}
