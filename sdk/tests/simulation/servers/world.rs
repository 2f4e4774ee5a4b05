//! The clients, the server, and what is between them.

use std::collections::{BTreeMap, BTreeSet};

use moim::Topology;
use moim::engine::session;
use moim::model::{LinkId, Timestamp};
use moim::signaling::{self, JoinRequest, Profile, SignalingBackend, SocketEvent};

use super::backend::{FromServer, ToServer};
use super::client::Client;
use super::paths::Stuck;
use super::server::Server;
use super::{Return, Rules, SocketId};
use crate::peer_connection::PeerEvent;
use crate::queue::PeerId;
use crate::random::Random;

const CALM_FROM: Timestamp = 20_000;
const END: Timestamp = 110_000;
/// How long a server that can resume keeps a place.
const GRACE_MS: Timestamp = 4_000;

#[derive(Debug)]
pub(super) enum Event {
    Join,
    Act,
    Leave,
    /// The client's socket reaches the server, if it is there.
    Dials(SocketId),
    AtServer(SocketId, ToServer),
    ClosedAtServer(SocketId),
    AtClient(SocketId, FromServer),
    SocketAtClient(SocketId, SocketEvent),
    /// A place is no longer kept.
    GivesUp(u64),
    AtPeer(LinkId, PeerId, PeerEvent),
    Timer,
    CutSocket,
    CutPath(Timestamp),
    PathReturns(LinkId, PeerId),
    ServerDies,
    ServerListens,
}

pub(super) struct World {
    pub(super) now: Timestamp,
    events: BTreeMap<(Timestamp, u64), (usize, Event)>,
    pushed: u64,
    pub(super) random: Random,
    pub(super) clients: Vec<Client>,
    pub(super) server: Server,
    listens: bool,
    /// Sockets over which nothing arrives any more, although one end or both have not noticed.
    dead: BTreeSet<(usize, SocketId)>,
    pub(super) stuck: Vec<Stuck>,
}

impl World {
    pub(super) fn new(seed: u64, rules: Rules) -> Self {
        let mut random = Random::new(seed);
        let people = usize::try_from(random.number(2..6)).unwrap();
        let clients = (0..people).map(|_| Client::new(rules)).collect();
        let (events, server, stuck) = (BTreeMap::new(), Server::new(rules), Vec::new());
        let dead = BTreeSet::new();
        let mut world =
            Self { now: 0, events, pushed: 0, random, clients, server, listens: true, dead, stuck };
        for id in 0..people {
            let joins_at = world.random.number(1..8_000);
            world.push(joins_at, id, Event::Join);
            world.plan(id, 25, |_| Event::Act);
            if world.random.happens(30) {
                let at = world.random.number(joins_at + 1..CALM_FROM);
                world.push(at, id, Event::Leave);
            }
            if rules.returns != Return::Never {
                world.plan(id, 4, |_| Event::CutSocket);
                world.plan(id, 4, |random| Event::CutPath(random.number(500..15_000)));
            }
        }
        if rules.returns != Return::Never && world.random.happens(50) {
            world.plan(0, 3, |_| Event::ServerDies);
        }
        world
    }

    /// Something happens to a client, so many times at most.
    fn plan(&mut self, id: usize, most: u64, event: impl Fn(&mut Random) -> Event) {
        for _ in 0..self.random.number(0..most) {
            let at = self.random.number(1..CALM_FROM);
            let event = event(&mut self.random);
            self.push(at, id, event);
        }
    }

    pub(super) fn push(&mut self, at: Timestamp, id: usize, event: Event) {
        self.pushed += 1;
        self.events.insert((at.max(self.now), self.pushed), (id, event));
    }

    pub(super) fn run(&mut self) {
        while let Some(((at, _), (id, event))) = self.events.pop_first() {
            if at > END {
                break;
            }
            self.now = at;
            if std::env::var_os("MOIM_SIM_SEED").is_some() {
                println!("{at} {id} {event:?}");
            }
            self.handle(id, event);
            self.check_frames();
        }
    }

    fn handle(&mut self, id: usize, event: Event) {
        let (now, random) = (self.now, &mut self.random);
        let client = &mut self.clients[id];
        match event {
            Event::Join => {
                let profile = Profile { name: format!("client {id}"), ..Profile::default() };
                let request = JoinRequest::new("tea", profile, Topology::Sfu);
                client.session.join(request, 30_000, now);
            }
            Event::Act => client.act(id, random, now),
            Event::Leave => client.session.leave(),
            Event::Dials(socket) => return self.dials(id, socket),
            Event::AtServer(socket, _) | Event::AtClient(socket, _) if self.dead.contains(&(id, socket)) => {}
            Event::AtServer(socket, message) => {
                self.server.receive(id, socket, message);
                return self.serve();
            }
            Event::ClosedAtServer(socket) => {
                if let Some(seat) = self.server.closed(id, socket) {
                    self.push(now + GRACE_MS, id, Event::GivesUp(seat));
                }
                return self.serve();
            }
            Event::GivesUp(seat) => {
                self.server.give_up(id, seat);
                return self.serve();
            }
            Event::AtClient(socket, message) => {
                if client.socket == socket && client.is_open {
                    client.backend.receive(message);
                }
            }
            Event::SocketAtClient(socket, event) => {
                if client.socket == socket {
                    client.is_open = event == SocketEvent::Opened;
                    client.backend.handle_socket(event, now);
                }
            }
            Event::AtPeer(link, peer_id, event) => {
                let peer = client.peers.get_mut(&link).filter(|peer| peer.id == peer_id);
                let input = peer.and_then(|peer| peer.handle(event, random));
                if let Some(input) = input {
                    client.session.handle_connection(&link, input, now);
                }
            }
            Event::Timer => client.session.handle_timeout(now),
            Event::CutSocket => return self.cut_socket(id),
            Event::CutPath(lasts) => self.cut_path(id, lasts),
            Event::PathReturns(link, peer) => self.path_returns(id, &link, peer),
            Event::ServerDies => return self.server_dies(),
            Event::ServerListens => self.listens = true,
        }
        self.follow(id);
    }

    /// Performs what the client asks for.
    fn follow(&mut self, id: usize) {
        let (now, random) = (self.now, &mut self.random);
        let client = &mut self.clients[id];
        let mut due = Vec::new();
        loop {
            if let Some(output) = client.session.poll_output() {
                match output {
                    session::Output::Prepare => {}
                    session::Output::Signal(command) => client.backend.handle_command(command, now),
                    session::Output::Connection { link, command } => client.command(link, command, random),
                    session::Output::Event(event) => client.view.take(event, &client.session, now),
                }
                continue;
            }
            match client.backend.poll_output() {
                Some(signaling::Output::Event(event)) => client.session.handle_signal(event, now),
                Some(signaling::Output::Connect { .. }) => {
                    let before = client.socket;
                    due.push((now + random.number(1..200), Event::ClosedAtServer(before)));
                    (client.socket, client.is_open) = (before + 1, false);
                    due.push((now + random.number(1..300), Event::Dials(client.socket)));
                }
                // After what was sent.
                Some(signaling::Output::Close) => {
                    client.last_up = client.last_up.max(now + random.number(1..100));
                    due.push((client.last_up + 100, Event::ClosedAtServer(client.socket)));
                }
                Some(output) => panic!("{output:?} of a backend with a socket"),
                None => break,
            }
        }
        if client.session.own_id().is_some_and(|own| client.id_since.0.as_ref() != Some(own)) {
            client.id_since = (client.session.own_id().cloned(), now);
        }
        for (link, peer) in &mut client.peers {
            let (peer_id, outputs) = (peer.id, peer.outputs.drain(..));
            let at_peer = |(after, event)| (now + after, Event::AtPeer(link.clone(), peer_id, event));
            due.extend(outputs.map(at_peer));
        }
        while let Some(message) = client.backend.to_server.pop_front() {
            client.last_up = client.last_up.max(now + random.number(1..100));
            due.push((client.last_up, Event::AtServer(client.socket, message)));
        }
        due.extend(client.session.poll_timeout().map(|at| (at.max(now + 1), Event::Timer)));
        let frames = std::mem::take(&mut client.frames);
        for (at, event) in due {
            self.push(at, id, event);
        }
        for (link, channel, frame) in frames {
            self.message(id, &link, channel, frame);
        }
        self.connect(id);
    }

    fn dials(&mut self, id: usize, socket: SocketId) {
        let client = &mut self.clients[id];
        if client.socket != socket {
            return;
        }
        let event = match self.listens {
            true => {
                self.server.opened(id, socket);
                SocketEvent::Opened
            }
            false => SocketEvent::Closed { code: 1006, reason: String::new() },
        };
        client.last_down = client.last_down.max(self.now + self.random.number(1..100));
        let at = client.last_down;
        self.push(at, id, Event::SocketAtClient(socket, event));
    }

    /// One end may notice much later. Who has not joined yet would not join any more.
    fn cut_socket(&mut self, id: usize) {
        let client = &self.clients[id];
        if !client.view.joined || !client.is_open {
            return;
        }
        let (socket, now) = (client.socket, self.now);
        let after = |random: &mut Random| if random.happens(30) { random.number(1..6_000) } else { 1 };
        let (here, there) = (now + after(&mut self.random), now + after(&mut self.random));
        self.dead.insert((id, socket));
        let closed = SocketEvent::Closed { code: 1006, reason: String::new() };
        self.push(here, id, Event::SocketAtClient(socket, closed));
        self.push(there, id, Event::ClosedAtServer(socket));
    }

    fn server_dies(&mut self) {
        if !std::mem::take(&mut self.listens) {
            return;
        }
        self.server.restart();
        let listens_at = self.now + self.random.number(100..8_000);
        self.push(listens_at, 0, Event::ServerListens);
        self.events.retain(|_, (_, event)| !matches!(event, Event::AtServer(..) | Event::GivesUp(_)));
        for id in 0..self.clients.len() {
            self.lose_paths(id);
            let client = &mut self.clients[id];
            client.last_down = client.last_down.max(self.now + self.random.number(1..500));
            let (socket, at) = (client.socket, client.last_down);
            let closed = SocketEvent::Closed { code: 1006, reason: String::new() };
            if client.socket > 0 {
                self.push(at, id, Event::SocketAtClient(socket, closed));
            }
        }
    }

    /// Sends what the server says. Only signals keep their order.
    fn serve(&mut self) {
        for (to, message) in std::mem::take(&mut self.server.outputs) {
            let Some(socket) = self.server.clients.get(&to).and_then(|client| client.socket) else {
                continue;
            };
            let random = &mut self.random;
            let longest = if random.happens(20) { 2_000 } else { 100 };
            let at = self.now + random.number(1..longest);
            let again = random.happens(20).then(|| at + random.number(1..3_000));
            if let FromServer::Update(..) = message {
                if let Some(again) = again {
                    self.push(again, to, Event::AtClient(socket, message.clone()));
                }
                self.push(at, to, Event::AtClient(socket, message));
            } else {
                let client = &mut self.clients[to];
                client.last_down = client.last_down.max(at);
                let at = client.last_down;
                self.push(at, to, Event::AtClient(socket, message));
            }
        }
        for id in 0..self.clients.len() {
            self.lose_ghosts(id);
        }
    }
}
