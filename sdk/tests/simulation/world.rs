//! The clients, the server and what is under way between them.

use moim::Topology;
use moim::engine::data::Frame;
use moim::model::{ConnectionState, ParticipantId, Timestamp};
use moim::signaling::SocketEvent;
use moim_protocol::{Routed, SFU_ID};
use moim_signaling_stub::{ConnectionId, Hub, Limits, Output};

use super::client::{Client, Effect};
use super::link::{Link, Weather};
use super::peer_connection::PeerEvent;
use super::queue::{ClientId, Event, Queue};
use super::random::Random;
use super::script::{Action, CALM_FROM, Script};
use super::sfu::{Sfu, SfuClient};

/// Long enough for every repetition and for the server to notice who is gone.
pub(crate) const END: Timestamp = CALM_FROM + 75_000;

pub(crate) struct World {
    pub(crate) clients: Vec<Client>,
    pub(crate) hub: Hub,
    pub(crate) sfu: Sfu,
    /// What the SFU keeps for clients whose data channel is not open.
    held: Vec<(ClientId, Frame)>,
    /// When the last frame that is no heartbeat was sent.
    pub(crate) last_news: Timestamp,
    pub(crate) events: u64,
    queue: Queue,
    random: Random,
    weather: Weather,
    server_timer: Option<Timestamp>,
    up: Vec<Link>,
    down: Vec<Link>,
    traced: bool,
}

impl World {
    pub(crate) fn new(seed: u64, topology: Topology, traced: bool) -> Self {
        let mut random = Random::new(seed);
        let script = Script::new(&mut random);
        let mut queue = Queue::default();
        for (at, client, action) in script.actions {
            queue.push(at, Event::Act(client, action));
        }
        Self {
            clients: (0..script.clients).map(|id| Client::new(id, topology)).collect(),
            hub: Hub::new(Limits::default()).with_seed(seed).with_sfu(),
            sfu: Sfu::default(),
            held: Vec::new(),
            last_news: 0,
            events: 0,
            queue,
            random,
            weather: script.weather,
            server_timer: None,
            up: vec![Link::default(); script.clients],
            down: vec![Link::default(); script.clients],
            traced,
        }
    }

    pub(crate) fn run(&mut self) {
        while let Some(event) = self.queue.pop(END) {
            if self.traced {
                println!("{:>6} {event:?}", self.queue.now());
            }
            if self.queue.now() >= CALM_FROM {
                self.weather = Weather::Calm;
            }
            self.events += 1;
            self.handle(event);
        }
    }

    fn handle(&mut self, event: Event) {
        let now = self.queue.now();
        let random = &mut self.random;
        let id = match event {
            Event::ServerTimer => {
                self.server_timer = None;
                self.hub.handle_timeout(now);
                self.sfu.handle_timeout(now);
                self.transmit();
                return self.serve();
            }
            Event::AtServer(id, event) => {
                self.at_server(id, event);
                return self.serve();
            }
            Event::Act(id, _) | Event::AtClient(id, _) | Event::AtPeer(id, ..) | Event::ClientTimer(id)
                if !self.clients[id].runs =>
            {
                return;
            }
            Event::Act(id, action) => {
                self.act(id, action);
                id
            }
            Event::AtClient(id, event) => {
                self.clients[id].socket(event, now, random);
                id
            }
            Event::AtPeer(id, peer, event) => {
                self.clients[id].peer(&peer, event, now, random);
                id
            }
            Event::ClientTimer(id) => {
                self.clients[id].timer(now, random);
                id
            }
        };
        self.follow(id);
    }

    fn act(&mut self, id: ClientId, action: Action) {
        let now = self.queue.now();
        let client = &mut self.clients[id];
        if client.view.ended.is_some() {
            return;
        }
        match action {
            Action::Crash | Action::Freeze | Action::Cut | Action::Leave => client.departs = true,
            _ => {}
        }
        let closed = || SocketEvent::Closed { code: 1006, reason: String::new() };
        if let Action::Crash | Action::Cut = action {
            self.queue.push(self.up[id].end(now), Event::AtServer(id, closed()));
        }
        match action {
            Action::Crash | Action::Freeze => {
                client.runs = false;
                for peer in client.peers.keys().cloned().collect::<Vec<_>>() {
                    let after = self.random.number(500..5_000);
                    self.far_end_gone(id, &peer, after);
                }
            }
            Action::Cut => self.queue.push(self.down[id].end(now), Event::AtClient(id, closed())),
            action => client.act(action, now, &mut self.random),
        }
    }

    /// Lets the client's doings have their effects.
    fn follow(&mut self, id: ClientId) {
        let now = self.queue.now();
        for effect in std::mem::take(&mut self.clients[id].effects) {
            match effect {
                Effect::OpenSocket => {
                    let opened = now + self.random.number(5..200);
                    self.queue.push(opened, Event::AtServer(id, SocketEvent::Opened));
                    self.queue.push(opened + 5, Event::AtClient(id, SocketEvent::Opened));
                }
                Effect::SendText(text) => {
                    self.note(&text, r#"{"type":"ping"}"#);
                    if let Some(at) = self.up[id].arrival(self.weather, now, &mut self.random) {
                        self.queue.push(at, Event::AtServer(id, SocketEvent::Text(text)));
                    }
                }
                Effect::CloseSocket => {
                    let closed = SocketEvent::Closed { code: 1000, reason: String::new() };
                    self.queue.push(self.up[id].end(now), Event::AtServer(id, closed));
                }
                Effect::After(after, peer, event) => {
                    self.queue.push(now + after, Event::AtPeer(id, peer, event));
                }
                Effect::Message(peer, frame) => self.message(id, &peer, frame),
                Effect::Closed(peer) => {
                    let after = self.random.number(1..100);
                    self.far_end_gone(id, &peer, after);
                }
            }
        }
        self.connect(id);
        let client = &mut self.clients[id];
        let timer = client.next_timer();
        if client.timer != timer {
            client.timer = timer;
            if let Some(at) = timer {
                self.queue.push(at, Event::ClientTimer(id));
            }
        }
    }

    fn at_server(&mut self, id: ClientId, event: SocketEvent) {
        let now = self.queue.now();
        let connection = ConnectionId(id as u64);
        match event {
            SocketEvent::Opened => self.hub.handle_connected(connection, now),
            SocketEvent::Text(text) => self.hub.handle_text(connection, &text, now),
            SocketEvent::Binary(_) => self.hub.handle_binary(connection, now),
            SocketEvent::Closed { .. } => self.hub.handle_disconnected(connection, now),
        }
    }

    /// Does what the server wants.
    fn serve(&mut self) {
        let now = self.queue.now();
        while let Some(output) = self.hub.poll_output() {
            match output {
                Output::Send { to: ConnectionId(to), message } => {
                    let to = ClientId::try_from(to).unwrap();
                    let text = message.encode();
                    self.note(&text, r#"{"type":"pong""#);
                    if let Some(at) = self.down[to].arrival(self.weather, now, &mut self.random) {
                        self.queue.push(at, Event::AtClient(to, SocketEvent::Text(text)));
                    }
                }
                Output::Close { id: ConnectionId(id), reason } => {
                    let id = ClientId::try_from(id).unwrap();
                    let closed =
                        SocketEvent::Closed { code: reason.code(), reason: reason.as_str().to_owned() };
                    self.queue.push(self.down[id].end(now), Event::AtClient(id, closed));
                }
                Output::Media(command) => {
                    self.sfu.handle(command, now);
                    self.transmit();
                }
                other => panic!("nobody is there for {other:?}"),
            }
        }
        let timeouts = self.hub.poll_timeout().into_iter().chain(self.sfu.poll_timeout());
        let next = timeouts.min();
        if let Some(at) = next.filter(|at| self.server_timer.is_none_or(|known| *at < known)) {
            self.server_timer = Some(at);
            self.queue.push(at, Event::ServerTimer);
        }
    }

    /// Hands on what the SFU has to say.
    fn transmit(&mut self) {
        while let Some((id, payload)) = self.sfu.poll_transmit() {
            self.hub.handle_sfu_payload(id, payload);
        }
    }

    fn note(&mut self, text: &str, heartbeat: &str) {
        if !text.starts_with(heartbeat) {
            self.last_news = self.queue.now();
        }
    }

    /// Both ends of the connection between `id` and `peer`: the client over there, and who `id` is to it.
    pub(crate) fn far_end(&self, id: ClientId, peer: &ParticipantId) -> Option<(ClientId, ParticipantId)> {
        let far = self.clients.iter().position(|client| client.own_id.as_ref() == Some(peer))?;
        let own_id = self.clients[id].own_id.clone()?;
        self.clients[far].peers.contains_key(&own_id).then_some((far, own_id))
    }

    /// Connects what has exchanged enough to find each other.
    fn connect(&mut self, id: ClientId) {
        let open: Vec<_> =
            self.clients[id].peers.iter().filter(|(_, connection)| !connection.connected).collect();
        let open: Vec<_> = open.into_iter().map(|(peer, _)| peer.clone()).collect();
        for peer in open {
            if self.clients[id].peers[&peer].can_reach_sfu() {
                self.connect_end(id, peer);
                continue;
            }
            let Some((far, own_id)) = self.far_end(id, &peer) else { continue };
            let reached = self.clients[id].peers[&peer].can_reach(&self.clients[far].peers[&own_id]);
            if !reached || !self.clients[far].runs {
                continue;
            }
            for (id, peer) in [(id, peer), (far, own_id)] {
                self.connect_end(id, peer);
            }
        }
    }

    fn connect_end(&mut self, id: ClientId, peer: ParticipantId) {
        let now = self.queue.now();
        let connected = now + self.random.number(2..300);
        let opens = connected + self.random.number(1..200);
        let connection = self.clients[id].peers.get_mut(&peer).unwrap();
        connection.connected = true;
        connection.channel_opens_at = Some(opens);
        let mut push = |at, event| self.queue.push(at, Event::AtPeer(id, peer.clone(), event));
        push(now + 1, PeerEvent::State(ConnectionState::Connecting));
        push(connected, PeerEvent::State(ConnectionState::Connected));
        push(opens, PeerEvent::ChannelOpen);
        let (held, others) = std::mem::take(&mut self.held).into_iter().partition(|(to, _)| *to == id);
        self.held = others;
        let held: Vec<(ClientId, Frame)> = held;
        for (to, frame) in held {
            self.message_from_sfu(to, frame);
        }
    }

    /// Hands a message on as the SFU does.
    fn message_to_sfu(&mut self, from: ClientId, frame: &Frame) {
        let Frame::Binary(bytes) = frame else { panic!("{frame:?} without an address") };
        let routed = Routed::decode(bytes).expect("an address");
        let Some(sender) = self.sfu.clients.get(&ConnectionId(from as u64)) else { return };
        let message = Routed { peer: sender.participant.as_str(), ..routed.clone() }.encode().unwrap();
        let is_meant =
            |client: &SfuClient| routed.peer.is_empty() || client.participant.as_str() == routed.peer;
        let others = self.sfu.clients.iter().filter(|(id, client)| id.0 != from as u64 && is_meant(client));
        let others: Vec<_> = others.map(|(id, _)| ClientId::try_from(id.0).unwrap()).collect();
        for to in others {
            self.message_from_sfu(to, Frame::Binary(message.clone()));
        }
    }

    fn message_from_sfu(&mut self, to: ClientId, frame: Frame) {
        let sfu = ParticipantId::from(SFU_ID);
        let sooner = self.queue.now() + self.random.number(1..80);
        let connection = self.clients[to].peers.get_mut(&sfu);
        let Some((connection, opens)) =
            connection.and_then(|known| known.channel_opens_at.map(|at| (known, at)))
        else {
            return self.held.push((to, frame));
        };
        connection.last_arrival = sooner.max(connection.last_arrival).max(opens + 1);
        let at = connection.last_arrival;
        self.queue.push(at, Event::AtPeer(to, sfu, PeerEvent::Message(frame)));
    }

    fn message(&mut self, id: ClientId, peer: &ParticipantId, frame: Frame) {
        if peer.as_str() == SFU_ID {
            return self.message_to_sfu(id, &frame);
        }
        let Some((far, own_id)) = self.far_end(id, peer) else { return };
        let opens = self.clients[far].peers[&own_id].channel_opens_at.expect("a channel that opens");
        let sooner = self.queue.now() + self.random.number(1..80);
        let connection = self.clients[id].peers.get_mut(peer).unwrap();
        connection.last_arrival = sooner.max(connection.last_arrival).max(opens + 1);
        let at = connection.last_arrival;
        self.queue.push(at, Event::AtPeer(far, own_id, PeerEvent::Message(frame)));
    }

    /// The far end notices that this one is gone.
    fn far_end_gone(&mut self, id: ClientId, peer: &ParticipantId, after: Timestamp) {
        if let Some((far, own_id)) = self.far_end(id, peer) {
            let at = self.queue.now() + after;
            for event in [PeerEvent::ChannelClosed, PeerEvent::State(ConnectionState::Disconnected)] {
                self.queue.push(at, Event::AtPeer(far, own_id.clone(), event));
            }
        }
    }
}
