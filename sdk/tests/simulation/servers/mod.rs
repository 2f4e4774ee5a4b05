//! Rooms over servers that do not follow moim's own rules: the client or the server makes the offers, unasked or on
//! request, over one connection or two; publications get other names, and updates arrive late, twice and out of order.

mod backend;
mod server;

use std::collections::{BTreeMap, BTreeSet};

use moim::engine::connection::ConnectionCommand;
use moim::engine::exchange::Command;
use moim::engine::session::{self, Event as SessionEvent, Session};
use moim::model::{LinkId, Publication, Timestamp};
use moim::signaling::{self, JoinRequest, Lane, Offerer, ParticipantInfo, Profile, SignalingBackend, Slot};
use moim::{MediaKind, ParticipantId, PublicationId, Topology, TrackSource};

use self::backend::{FromServer, RuleBackend, ToServer};
use self::server::Server;
use crate::peer_connection::{PeerConnection, PeerEvent};
use crate::random::Random;

/// What kind of server it is.
#[derive(Clone, Copy, Debug)]
struct Rules {
    lanes: &'static [(Lane, Offerer)],
    join_carries_offer: bool,
    /// Answers say what the sections carry.
    answers_carry: bool,
    renames: bool,
}

impl Rules {
    fn receiving_lane(&self) -> Lane {
        self.lanes.iter().map(|(lane, _)| *lane).find(|lane| *lane != Lane::Publish).unwrap()
    }

    /// Who makes the offers on the connection over which the client sends.
    fn sending(&self) -> (Lane, Offerer) {
        self.lanes.iter().copied().find(|(lane, _)| *lane != Lane::Subscribe).unwrap()
    }

    fn server_offers(&self) -> bool {
        let receiving = self.receiving_lane();
        self.lanes.iter().any(|(lane, offerer)| *lane == receiving && *offerer != Offerer::Us)
    }
}

const ONE: &[(Lane, Offerer)] = &[(Lane::Both, Offerer::Us)];
const TWO_OF_OURS: &[(Lane, Offerer)] = &[(Lane::Publish, Offerer::Us), (Lane::Subscribe, Offerer::Us)];
const SERVER_OFFERS: &[(Lane, Offerer)] = &[(Lane::Publish, Offerer::Us), (Lane::Subscribe, Offerer::Server)];
const ON_REQUEST: &[(Lane, Offerer)] =
    &[(Lane::Publish, Offerer::Us), (Lane::Subscribe, Offerer::ThemOnRequest)];
const ALL_OFFERS: &[(Lane, Offerer)] =
    &[(Lane::Publish, Offerer::Server), (Lane::Subscribe, Offerer::Server)];
const ALL_ON_REQUEST: &[(Lane, Offerer)] =
    &[(Lane::Publish, Offerer::ThemOnRequest), (Lane::Subscribe, Offerer::ThemOnRequest)];

#[test]
fn the_client_makes_every_offer_and_the_first_travels_with_the_request_to_join() {
    try_seeds(Rules { lanes: ONE, join_carries_offer: true, answers_carry: true, renames: true });
    try_seeds(Rules { lanes: ONE, join_carries_offer: true, answers_carry: false, renames: false });
}

#[test]
fn the_client_makes_every_offer_once_the_room_is_joined() {
    try_seeds(Rules { lanes: ONE, join_carries_offer: false, answers_carry: true, renames: true });
    try_seeds(Rules { lanes: TWO_OF_OURS, join_carries_offer: false, answers_carry: true, renames: true });
}

#[test]
fn the_server_offers_what_there_is_to_receive() {
    for renames in [true, false] {
        let rules = Rules { lanes: SERVER_OFFERS, join_carries_offer: false, answers_carry: false, renames };
        try_seeds(rules);
        try_seeds(Rules { lanes: ON_REQUEST, ..rules });
    }
}

#[test]
fn the_server_makes_every_offer() {
    for lanes in [ALL_OFFERS, ALL_ON_REQUEST] {
        try_seeds(Rules { lanes, join_carries_offer: false, answers_carry: false, renames: true });
    }
}

const SEEDS: u64 = 100;
const CALM_FROM: Timestamp = 20_000;
const END: Timestamp = 60_000;

fn try_seeds(rules: Rules) {
    let seeds = std::env::var("MOIM_SIM_SEED").ok().map(|seed| seed.parse().expect("a number"));
    let mut tracks = 0;
    for seed in seeds.map_or(0..SEEDS, |seed| seed..seed + 1) {
        let run = std::panic::catch_unwind(|| {
            let mut world = World::new(seed, rules);
            world.run();
            world.check()
        });
        tracks += run.unwrap_or_else(|_| panic!("seed {seed} of {rules:?}"));
    }
    assert!(tracks > 0);
}

#[derive(Debug)]
enum Event {
    Join,
    Act,
    Leave,
    AtServer(ToServer),
    AtClient(FromServer),
    AtPeer(LinkId, PeerEvent),
    Timer,
}

#[derive(Debug)]
struct Client {
    session: Session,
    backend: RuleBackend,
    peers: BTreeMap<LinkId, PeerConnection>,
    joined: bool,
    /// When the last message arrives in each direction: a connection keeps the order of signals.
    last_up: Timestamp,
    last_down: Timestamp,
}

struct World {
    now: Timestamp,
    events: BTreeMap<(Timestamp, u64), (usize, Event)>,
    pushed: u64,
    random: Random,
    clients: Vec<Client>,
    server: Server,
}

impl World {
    fn new(seed: u64, rules: Rules) -> Self {
        let mut random = Random::new(seed);
        let people = usize::try_from(random.number(2..6)).unwrap();
        let client = || {
            let backend = RuleBackend::new(rules);
            let session = Session::new(backend.capabilities(), Vec::new(), true);
            let peers = BTreeMap::new();
            Client { session, backend, peers, joined: false, last_up: 0, last_down: 0 }
        };
        let clients = (0..people).map(|_| client()).collect();
        let (events, server) = (BTreeMap::new(), Server::new(rules));
        let mut world = Self { now: 0, events, pushed: 0, random, clients, server };
        for id in 0..people {
            let joins_at = world.random.number(1..8_000);
            world.push(joins_at, id, Event::Join);
            for _ in 0..world.random.number(0..25) {
                let at = world.random.number(1..CALM_FROM);
                world.push(at, id, Event::Act);
            }
            if world.random.happens(30) {
                let at = world.random.number(joins_at + 1..CALM_FROM);
                world.push(at, id, Event::Leave);
            }
        }
        world
    }

    fn push(&mut self, at: Timestamp, id: usize, event: Event) {
        self.pushed += 1;
        self.events.insert((at.max(self.now), self.pushed), (id, event));
    }

    fn run(&mut self) {
        while let Some(((at, _), (id, event))) = self.events.pop_first() {
            if at > END {
                break;
            }
            self.now = at;
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
            Event::Act => act(&mut client.session, random, now),
            Event::Leave => client.session.leave(),
            Event::AtServer(message) => {
                self.server.receive(id, message);
                return self.serve();
            }
            Event::AtClient(message) => client.backend.receive(message),
            Event::AtPeer(link, event) => {
                let input = client.peers.get_mut(&link).and_then(|peer| peer.handle(event, random));
                if let Some(input) = input {
                    client.session.handle_connection(&link, input, now);
                }
            }
            Event::Timer => client.session.handle_timeout(now),
        }
        self.follow(id);
    }

    /// Performs what the client asks for.
    fn follow(&mut self, id: usize) {
        let (now, random) = (self.now, &mut self.random);
        let client = &mut self.clients[id];
        loop {
            if let Some(output) = client.session.poll_output() {
                match output {
                    session::Output::Prepare => {}
                    session::Output::Signal(command) => client.backend.handle_command(command, now),
                    session::Output::Connection { link, command } => {
                        command_peer(client, link, command, random)
                    }
                    session::Output::Event(event) => client.joined |= event == SessionEvent::Joined,
                }
            } else {
                match client.backend.poll_output() {
                    Some(signaling::Output::Event(event)) => client.session.handle_signal(event, now),
                    Some(output) => panic!("{output:?} of a backend without a socket"),
                    None => break,
                }
            }
        }
        let mut due = Vec::new();
        for (link, peer) in &mut client.peers {
            let outputs = peer.outputs.drain(..);
            due.extend(outputs.map(|(after, event)| (now + after, Event::AtPeer(link.clone(), event))));
        }
        while let Some(message) = client.backend.to_server.pop_front() {
            client.last_up = client.last_up.max(now + random.number(1..100));
            due.push((client.last_up, Event::AtServer(message)));
        }
        due.extend(client.session.poll_timeout().map(|at| (at.max(now + 1), Event::Timer)));
        for (at, event) in due {
            self.push(at, id, event);
        }
    }

    /// Sends what the server says. Only signals keep their order.
    fn serve(&mut self) {
        for (to, message) in std::mem::take(&mut self.server.outputs) {
            let random = &mut self.random;
            let longest = if random.happens(20) { 2_000 } else { 100 };
            let at = self.now + random.number(1..longest);
            let again = random.happens(20).then(|| at + random.number(1..3_000));
            if let FromServer::Update(..) = message {
                if let Some(again) = again {
                    self.push(again, to, Event::AtClient(message.clone()));
                }
                self.push(at, to, Event::AtClient(message));
            } else {
                let client = &mut self.clients[to];
                client.last_down = client.last_down.max(at);
                let at = client.last_down;
                self.push(at, to, Event::AtClient(message));
            }
        }
    }

    /// At any time: no frame of a publication is forwarded or received as another one.
    fn check_frames(&self) {
        let (sends, _) = self.server.rules.sending();
        for (id, known) in &self.server.clients {
            let client = &self.clients[*id];
            for (mid, publication) in &known.mids {
                let sent = client.peers.get(&LinkId::Server(sends)).and_then(|peer| peer.sent_in(mid));
                let is_forwarded = known.names.contains_key(publication);
                assert!(
                    !is_forwarded || sent.is_none_or(|sent| sent == publication),
                    "{sent:?} of client {id} is forwarded as {publication}"
                );
            }
            for (owner, publication, mid) in client.session.live_tracks() {
                let seen = known.forwarded.get(mid);
                let is_same =
                    |slot: &Slot| (&slot.participant_id, &slot.publication_id) == (owner, publication);
                assert!(seen.is_none_or(is_same), "{seen:?} is received as {publication} of {owner}");
            }
        }
    }

    /// Everyone in the room knows the others and receives what they publish. Returns the number of tracks.
    fn check(&self) -> usize {
        let mut count = 0;
        for (id, known) in &self.server.clients {
            let client = &self.clients[*id];
            assert!(client.joined);
            let others = self.server.clients.values().filter(|other| other.info.id != known.info.id);
            let info = |other: &ParticipantInfo| (other.id.clone(), other.publications.clone());
            let people: BTreeMap<_, _> = others.clone().map(|other| info(&other.info)).collect();
            let seen: BTreeMap<_, _> = client.session.others().map(info).collect();
            assert_eq!(seen, people);

            let published: BTreeSet<(ParticipantId, PublicationId)> = others
                .flat_map(|other| {
                    let ids = other.info.publications.iter().map(|publication| publication.id.clone());
                    ids.map(|publication| (other.info.id.clone(), publication))
                })
                .collect();
            let live: Vec<_> = client.session.live_tracks().collect();
            let tracks = live.iter().map(|(owner, id, _)| ((*owner).clone(), (*id).clone())).collect();
            assert_eq!(published, tracks, "of client {id}");
            let peer = &client.peers[&LinkId::Server(self.server.rules.receiving_lane())];
            for (owner, publication, mid) in live {
                let slot = &known.slots[mid];
                assert_eq!((&slot.participant_id, &slot.publication_id), (owner, publication));
                assert!(peer.receives(mid).is_some(), "{publication} of {owner} for client {id}");
                count += 1;
            }
        }
        count
    }
}

fn command_peer(client: &mut Client, link: LinkId, command: ConnectionCommand, random: &mut Random) {
    if let ConnectionCommand::Open { profile, .. } = command {
        let peer = PeerConnection::open(0, format!("{link}"), &link, &profile, 0);
        assert!(client.peers.insert(link, peer).is_none(), "opened twice");
        return;
    }
    let peer = client.peers.get_mut(&link).unwrap_or_else(|| panic!("{command:?} without a connection"));
    match command {
        ConnectionCommand::Close => drop(client.peers.remove(&link)),
        ConnectionCommand::Attach(id, limit) => {
            let known = client.session.publications().iter().find(|known| known.id == id);
            peer.attach(id, known.map_or(MediaKind::Video, |known| known.kind), limit);
        }
        ConnectionCommand::Detach(id) => peer.detach(&id),
        ConnectionCommand::Receive(sections) => peer.receive(sections),
        ConnectionCommand::Exchange(Command::SetLocalDescription) => peer.set_local_description(random),
        ConnectionCommand::Exchange(Command::SetRemoteDescription(description)) => {
            peer.set_remote_description(description, random);
        }
        command => panic!("{command:?} is nothing that these servers lead to"),
    }
}

/// Publishes something, or ends a publication.
fn act(session: &mut Session, random: &mut Random, now: Timestamp) {
    let (name, kind) = random
        .pick([("camera", MediaKind::Video), ("microphone", MediaKind::Audio), ("screen", MediaKind::Video)])
        .unwrap();
    let id = PublicationId::from(name);
    if session.publications().iter().any(|known| known.id == id) {
        session.unpublish(&id, now);
    } else {
        session.publish(Publication { id, kind, source: TrackSource::Custom, muted: false, to: None }, now);
    }
}
