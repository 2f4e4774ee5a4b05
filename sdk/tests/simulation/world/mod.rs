//! The clients, the server and the messages in flight between them.

mod cuts;
mod mixers;
mod paths;

use std::collections::{BTreeMap, BTreeSet};

use moim::Topology;
use moim::engine::data::Frame;
use moim::model::{Channel, LinkId, Order, ParticipantId, Timestamp};
use moim::signaling::SocketEvent;
use moim_protocol::{ErrorCode, ServerMessage};
use moim_signaling_stub::{ConnectionId, Hub, Limits, Output};

use super::checks;
use super::client::{Client, Effect, MIXER_TOKEN, ROOM};
use super::link::{Link, Weather};
use super::queue::{ClientId, Event, Queue, SocketId};
use super::random::Random;
use super::script::{Action, CALM_FROM, Character, Script};
use super::sfu::Sfu;

/// Long enough for every repetition and for the server to detect lost clients.
pub(crate) const END: Timestamp = CALM_FROM + 95_000;

pub(crate) struct World {
    pub(crate) clients: Vec<Client>,
    pub(crate) hub: Hub,
    /// When the server began; `None` while there is none.
    server_born_at: Option<Timestamp>,
    /// The seed of the server.
    servers: u64,
    pub(crate) sfu: Sfu,
    pub(crate) topology: Topology,
    /// The mixer that was started last.
    mixer: Option<ClientId>,
    /// The room became empty while a participant waited for it.
    has_turned_away: bool,
    /// The participants whom the server has welcomed.
    welcomed: BTreeMap<ParticipantId, ClientId>,
    /// Messages that the SFU queues for clients whose data channel is not open.
    held: Vec<(ClientId, Channel, Frame)>,
    stuck: Vec<cuts::Stuck>,
    /// When the last machine that sleeps wakes.
    pub(crate) wakes_at: Timestamp,
    /// The paths that were cut.
    pub(crate) cuts: u64,
    /// The ends of connections that no ICE restart restores.
    pub(crate) breaks: u64,
    /// The ids of each name in the lobby.
    pub(crate) lobby_ids: BTreeMap<String, BTreeSet<ParticipantId>>,
    /// When the last frame other than a heartbeat was sent.
    pub(crate) last_news: Timestamp,
    pub(crate) events: u64,
    /// The connections that the server has.
    open: BTreeSet<ConnectionId>,
    queue: Queue,
    random: Random,
    weather: Weather,
    faults: u64,
    server_timer: Option<Timestamp>,
    up: Vec<Link>,
    down: Vec<Link>,
    traced: bool,
}

fn hub(seed: u64) -> Hub {
    Hub::new(Limits::default()).with_seed(seed).with_sfu().with_mixers().with_mixer_token(MIXER_TOKEN)
}

/// A connection, as the server names it.
fn connection(id: ClientId, socket: SocketId) -> ConnectionId {
    ConnectionId((id as u64) << 32 | socket)
}

fn client_and_socket(ConnectionId(connection): ConnectionId) -> (ClientId, SocketId) {
    (ClientId::try_from(connection >> 32).unwrap(), connection & u64::from(u32::MAX))
}

impl World {
    pub(crate) fn new(seed: u64, topology: Topology, traced: bool) -> Self {
        let mut random = Random::new(seed);
        let script = Script::new(&mut random, topology);
        let mut queue = Queue::default();
        for (at, client, action) in script.actions {
            queue.push(at, Event::Act(client, action));
        }
        for at in script.server_dies {
            queue.push(at, Event::ServerDies);
        }
        for (at, action) in script.mixer_ends {
            queue.push(at, Event::MixerActs(action));
        }
        let mut world = Self {
            clients: Vec::new(),
            hub: hub(seed),
            server_born_at: Some(0),
            servers: seed,
            sfu: Sfu::default(),
            topology,
            mixer: None,
            has_turned_away: false,
            welcomed: BTreeMap::new(),
            held: Vec::new(),
            stuck: Vec::new(),
            wakes_at: 0,
            cuts: 0,
            breaks: 0,
            lobby_ids: BTreeMap::new(),
            last_news: 0,
            events: 0,
            open: BTreeSet::new(),
            queue,
            random,
            weather: script.weather,
            faults: script.faults,
            server_timer: None,
            up: Vec::new(),
            down: Vec::new(),
            traced,
        };
        for character in script.clients {
            world.add_client(character);
        }
        world
    }

    fn add_client(&mut self, character: Character) -> ClientId {
        let id = self.clients.len();
        self.clients.push(Client::new(id, self.topology, character));
        self.clients[id].faults = self.faults;
        self.up.push(Link::default());
        self.down.push(Link::default());
        id
    }

    pub(crate) fn client_of(&self, id: &ParticipantId) -> Option<ClientId> {
        self.clients.iter().position(|client| client.own_id.as_ref() == Some(id))
    }

    /// The client that has or had this id.
    pub(crate) fn known_as(&self, id: &ParticipantId) -> Option<&Client> {
        self.clients.iter().find(|client| client.is(id))
    }

    pub(crate) fn run(&mut self) {
        while let Some(event) = self.queue.pop(END) {
            if self.traced {
                println!("{:>6} {event:?}", self.queue.now());
            }
            if self.queue.now() >= CALM_FROM {
                self.calm_down();
            }
            self.events += 1;
            let client = event.client();
            self.handle(event);
            if let Some(id) = client {
                checks::check_frames(self, id);
            }
        }
    }

    fn calm_down(&mut self) {
        (self.weather, self.faults) = (Weather::Calm, 0);
        for client in &mut self.clients {
            client.faults = 0;
            client.peers.values_mut().for_each(|peer| peer.faults = 0);
        }
    }

    fn handle(&mut self, event: Event) {
        let now = self.queue.now();
        let event = match self.unless_asleep(event) {
            Some(event) => event,
            None => return,
        };
        let random = &mut self.random;
        let id = match event {
            Event::ServerTimer => {
                self.server_timer = None;
                let Some(hub_now) = self.hub_now() else { return };
                self.hub.handle_timeout(hub_now);
                self.sfu.handle_timeout(now);
                self.transmit();
                return self.serve();
            }
            Event::AtServer(id, socket, event) => {
                self.at_server(id, socket, event);
                return self.serve();
            }
            Event::ServerDies => return self.server_dies(),
            Event::ServerListens => {
                self.server_born_at = Some(now);
                return;
            }
            Event::MixerActs(action) => return self.mixer_acts(action),
            Event::PathReturns(id, link) => return self.path_returns(id, &link),
            Event::Wakes(id) => return self.wake(id),
            Event::AtClient(id, socket, _) if self.clients[id].socket_id != socket => return,
            Event::Act(id, _) | Event::AtClient(id, ..) | Event::AtPeer(id, ..) | Event::ClientTimer(id)
                if !self.clients[id].runs =>
            {
                return;
            }
            Event::Act(id, action) => {
                self.act(id, action);
                id
            }
            Event::AtClient(id, _, event) => {
                self.clients[id].socket(event, now, random);
                id
            }
            Event::AtPeer(id, link, peer, event) => {
                self.clients[id].peer(&link, peer, event, now, random);
                id
            }
            Event::ClientTimer(id) => {
                self.clients[id].timer(now, random);
                id
            }
        };
        self.follow(id);
    }

    /// Keeps what happens at a client whose machine sleeps until it wakes.
    fn unless_asleep(&mut self, event: Event) -> Option<Event> {
        let (Event::Act(id, _) | Event::AtClient(id, ..) | Event::AtPeer(id, ..) | Event::ClientTimer(id)) =
            event
        else {
            return Some(event);
        };
        match &mut self.clients[id].asleep {
            Some(missed) => missed.push(event),
            None => return Some(event),
        }
        None
    }

    fn act(&mut self, id: ClientId, action: Action) {
        let now = self.queue.now();
        let client = &mut self.clients[id];
        if client.view.ended.is_some() {
            return;
        }
        client.departs |= action.ends_the_stay();
        let closed = || SocketEvent::Closed { code: 1006, reason: String::new() };
        let socket = client.socket_id;
        if let Action::Crash | Action::Cut | Action::CutAtServer = action {
            self.queue.push(self.up[id].end(now), Event::AtServer(id, socket, closed()));
        }
        match action {
            Action::Crash | Action::Freeze => {
                client.runs = false;
                let peers: Vec<_> = client.peers.iter().map(|(link, peer)| (link.clone(), peer.id)).collect();
                for (link, peer) in peers {
                    let after = self.random.number(500..5_000);
                    self.far_end_gone(id, &link, peer, after);
                }
            }
            Action::CutPath { lasts } => self.cut_path(id, lasts),
            Action::Sleep { lasts } => self.sleep(id, lasts),
            Action::CutAtServer => {}
            Action::Cut | Action::CutAtClient => {
                self.queue.push(self.down[id].end(now), Event::AtClient(id, socket, closed()));
            }
            action => {
                let lines = client.said.len();
                client.act(action, now, &mut self.random);
                if client.said.len() > lines {
                    self.owe_last_line(id);
                }
            }
        }
    }

    /// A mixer forwards a message to the participants whom it knows at that time; others may miss it.
    fn owe_last_line(&mut self, id: ClientId) {
        if self.topology != Topology::Mcu {
            return;
        }
        let mixer = self.clients[id].peers.keys().next().and_then(|link| self.client_of(link.participant()?));
        let mut known = mixer.map(|mixer| {
            self.clients[mixer].peers.keys().filter_map(LinkId::participant).cloned().collect::<Vec<_>>()
        });
        let line = self.clients[id].said.last_mut().unwrap();
        line.mixer = mixer;
        line.owed.retain(|receiver| known.get_or_insert_default().contains(receiver));
    }

    /// Processes the client's outputs.
    fn follow(&mut self, id: ClientId) {
        let now = self.queue.now();
        for effect in std::mem::take(&mut self.clients[id].effects) {
            match effect {
                Effect::OpenSocket => {
                    self.clients[id].socket_id += 1;
                    let socket = self.clients[id].socket_id;
                    (self.up[id], self.down[id]) = (Link::default(), Link::default());
                    let opened = now + self.random.number(5..200);
                    self.queue.push(opened, Event::AtServer(id, socket, SocketEvent::Opened));
                }
                Effect::SendText(text) => {
                    self.note(id, &text, r#"{"type":"ping"}"#);
                    if let Some(at) = self.up[id].arrival(self.weather, now, &mut self.random) {
                        let socket = self.clients[id].socket_id;
                        self.queue.push(at, Event::AtServer(id, socket, SocketEvent::Text(text)));
                    }
                }
                Effect::CloseSocket => {
                    let closed = SocketEvent::Closed { code: 1000, reason: String::new() };
                    let socket = self.clients[id].socket_id;
                    self.queue.push(self.up[id].end(now), Event::AtServer(id, socket, closed));
                }
                Effect::After(after, link, peer, event) => {
                    self.queue.push(now + after, Event::AtPeer(id, link, peer, event));
                }
                Effect::Message(peer, channel, frame) => self.message(id, &peer, channel, frame),
                Effect::Later(after, action) => self.queue.push(now + after, Event::Act(id, action)),
                Effect::Closed(link, peer) => {
                    let after = self.random.number(1..100);
                    self.far_end_gone(id, &link, peer, after);
                }
            }
        }
        if std::mem::take(&mut self.clients[id].has_signaled) {
            self.connect(id);
        }
        let client = &mut self.clients[id];
        let timer = client.next_timer();
        if client.timer != timer {
            client.timer = timer;
            if let Some(at) = timer {
                self.queue.push(at, Event::ClientTimer(id));
            }
        }
    }

    fn at_server(&mut self, id: ClientId, socket: SocketId, event: SocketEvent) {
        let connection = connection(id, socket);
        let Some(now) = self.hub_now() else {
            return self.refuse(id, socket, event);
        };
        // What a client has sent over a connection that it has given up is lost with it.
        let is_current = self.clients[id].socket_id == socket;
        if matches!(event, SocketEvent::Text(_)) && !is_current {
            return;
        }
        if event != SocketEvent::Opened && !self.open.contains(&connection) {
            return;
        }
        match event {
            SocketEvent::Opened => {
                self.open.insert(connection);
                self.queue.push(self.queue.now() + 5, Event::AtClient(id, socket, SocketEvent::Opened));
                self.hub.handle_connected(connection, now);
            }
            SocketEvent::Text(text) => self.hub.handle_text(connection, &text, now),
            SocketEvent::Binary(bytes) => self.hub.handle_binary(connection, bytes.len(), now),
            SocketEvent::Closed { .. } => {
                self.open.remove(&connection);
                self.hub.handle_disconnected(connection, now);
            }
        }
    }

    /// Nobody listens.
    fn refuse(&mut self, id: ClientId, socket: SocketId, event: SocketEvent) {
        if event == SocketEvent::Opened {
            let closed = SocketEvent::Closed { code: 1006, reason: String::new() };
            self.queue.push(self.queue.now() + 1, Event::AtClient(id, socket, closed));
        }
    }

    /// How long the server runs.
    fn hub_now(&self) -> Option<Timestamp> {
        self.server_born_at.map(|born_at| self.queue.now() - born_at)
    }

    /// The server dies, and forgets everyone.
    fn server_dies(&mut self) {
        let now = self.queue.now();
        self.stop_mixer();
        self.servers = self.servers.wrapping_add(0x9e37_79b9);
        self.hub = hub(self.servers);
        self.sfu = Sfu::default();
        self.held.clear();
        self.server_born_at = None;
        self.queue.push(now + self.random.number(1..4_000), Event::ServerListens);
        for connection in std::mem::take(&mut self.open) {
            let (id, socket) = client_and_socket(connection);
            let closed = SocketEvent::Closed { code: 1006, reason: String::new() };
            self.queue.push(self.down[id].end(now), Event::AtClient(id, socket, closed));
        }
    }

    /// Performs an output of the server.
    fn serve(&mut self) {
        let now = self.queue.now();
        for waiting in self.hub.lobby(ROOM).waiting {
            self.lobby_ids.entry(waiting.name).or_default().insert(waiting.id);
        }
        while let Some(output) = self.hub.poll_output() {
            match output {
                Output::Send { to, message } => {
                    let (to, socket) = client_and_socket(to);
                    match &message {
                        ServerMessage::Welcome(welcome) => {
                            self.welcomed.insert(welcome.participant_id.clone(), to);
                            self.clients[to].queues = false;
                        }
                        ServerMessage::Error(error) => {
                            let is_forgotten = error.code == ErrorCode::ResumeRefused;
                            self.clients[to].was_forgotten |= is_forgotten;
                            self.has_turned_away |= error.code == ErrorCode::NotAdmitted;
                        }
                        ServerMessage::Waiting => self.clients[to].queues = true,
                        _ => {}
                    }
                    let text = message.encode();
                    self.note(to, &text, r#"{"type":"pong""#);
                    if let Some(at) = self.down[to].arrival(self.weather, now, &mut self.random) {
                        self.queue.push(at, Event::AtClient(to, socket, SocketEvent::Text(text)));
                    }
                }
                Output::Close { id, reason } => {
                    self.open.remove(&id);
                    let (id, socket) = client_and_socket(id);
                    let closed =
                        SocketEvent::Closed { code: reason.code(), reason: reason.as_str().to_owned() };
                    self.queue.push(self.down[id].end(now), Event::AtClient(id, socket, closed));
                }
                Output::Media(command) => {
                    let refuses = self.random.happens(self.faults);
                    self.sfu.handle(command, refuses, now);
                    self.transmit();
                }
                Output::StartMixer(_) => self.start_mixer(),
                Output::StopMixer(_) => self.stop_mixer(),
            }
        }
        let born_at = self.server_born_at.unwrap_or(now);
        let timeouts =
            self.hub.poll_timeout().map(|at| at + born_at).into_iter().chain(self.sfu.poll_timeout());
        let next = timeouts.min();
        if let Some(at) = next.filter(|at| self.server_timer.is_none_or(|known| *at < known)) {
            self.server_timer = Some(at);
            self.queue.push(at, Event::ServerTimer);
        }
    }

    /// Sends the SFU's messages.
    fn transmit(&mut self) {
        while let Some((id, payload)) = self.sfu.poll_transmit() {
            self.hub.handle_sfu_payload(id, payload);
        }
    }

    /// A waiting client repeats its request, which is not activity.
    fn note(&mut self, id: ClientId, text: &str, heartbeat: &str) {
        if !text.starts_with(heartbeat) && !self.clients[id].waits() {
            self.last_news = self.queue.now();
        }
    }

    /// Whether a participant had another one removed, or left and so admitted nobody.
    pub(crate) fn has_removed_anyone(&self) -> bool {
        self.has_turned_away
            || self
                .clients
                .iter()
                .flat_map(|client| &client.orders)
                .any(|order| matches!(order, Order::Remove(_)))
    }
}
