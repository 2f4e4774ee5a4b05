//! Whatever clients do, in any order: nothing panics, and every client sees a consistent roster.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use moim_protocol::{LeaveReason, ParticipantId, ParticipantInfo, ServerMessage};
use moim_signaling_stub::{ConnectionId, Hub, Limits, Output};
use proptest::prelude::*;
use serde_json::{Value, json};

const ROOMS: [&str; 2] = ["kitchen", "cellar"];
const LIMITS: Limits = Limits {
    max_message_bytes: 600,
    messages_per_second: 5,
    message_burst: 12,
    max_participants_per_room: 3,
    max_rooms: 2,
    max_connections: 5,
    max_connections_per_address: 5,
    max_rooms_per_address: 2,
    join_timeout_ms: 5_000,
    max_room_length: 10,
    max_name_length: 10,
    max_metadata_length: 10,
    max_participant_bytes: 1_000,
    max_waiting: 4,
    max_waiting_bytes: 1_000,
    max_waiting_per_address: 32,
    max_mixers_per_address: 3,
    max_publications: 2,
    max_publication_id_length: 10,
    heartbeat_ms: 500,
    idle_timeout_ms: 1500,
    grace_ms: 1000,
};

#[derive(Clone, Debug)]
enum Event {
    Connect,
    Text(usize, Said),
    Binary(usize),
    Oversize(usize),
    Disconnect(usize),
    Wait(u64),
    ShutDown,
}

#[derive(Clone, Debug)]
enum Said {
    Message(Value),
    /// To the participant of this many joins ago, in any room.
    Relay(usize),
    /// Into this room, with the token of this many tokens ago.
    Resume(&'static str, usize),
    Garbage(String),
}

fn said() -> impl Strategy<Value = Said> {
    let name = prop_oneof![4 => "[a-z]{1,3}", 1 => ".{0,14}"];
    let publication = ("[ab]", any::<bool>())
        .prop_map(|(id, muted)| json!({ "id": id, "kind": "audio", "source": "microphone", "muted": muted }));
    let publications = prop::collection::vec(publication, 0..3);
    let room = prop_oneof![6 => prop::sample::select(&ROOMS[..]), 1 => Just("attic"), 1 => Just("")];
    let join = (prop::sample::select(vec![1, 1, 1, 1, 1, 1, 1, 2]), room, name.clone(), publications.clone());
    let join = (join, prop::option::weighted(0.7, Just("")));
    prop_oneof![
        4 => join.prop_map(|((version, room, name, publications), resume)| Said::Message(json!({
            "type": "join", "version": version, "room": room, "name": name, "publications": publications,
            "resume": resume,
        }))),
        3 => (prop::sample::select(&ROOMS[..]), 0..6usize).prop_map(|(room, back)| Said::Resume(room, back)),
        3 => publications.prop_map(|p| Said::Message(json!({ "type": "publish", "publications": p }))),
        3 => (name, "[xy]").prop_map(|(name, metadata)| {
            Said::Message(json!({ "type": "update", "name": name, "metadata": metadata }))
        }),
        4 => (0..6usize).prop_map(Said::Relay),
        3 => prop::sample::select(vec!["sync", "ping", "leave", "dance", "relay"])
            .prop_map(|name| Said::Message(json!({ "type": name }))),
        1 => ".{0,700}".prop_map(Said::Garbage),
        1 => "[{}\\[\\]\",:a-z0-9]{0,20}".prop_map(Said::Garbage),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let who = 0..6usize;
    prop_oneof![
        10 => Just(Event::Connect),
        50 => (who.clone(), said()).prop_map(|(who, said)| Event::Text(who, said)),
        1 => who.clone().prop_map(Event::Binary),
        1 => who.clone().prop_map(Event::Oversize),
        3 => who.prop_map(Event::Disconnect),
        8 => (0..700u64).prop_map(Event::Wait),
        1 => prop::bool::weighted(0.1).prop_map(|end| if end { Event::ShutDown } else { Event::Wait(2000) }),
    ]
}

/// A client's view from its messages alone.
#[derive(Debug, Default)]
struct View {
    me: Option<ParticipantId>,
    revision: u64,
    participants: BTreeMap<ParticipantId, ParticipantInfo>,
}

impl View {
    fn take(&mut self, message: ServerMessage) {
        match message {
            ServerMessage::Welcome(welcome) => {
                assert!(self.me.is_none() || self.me.as_ref() == Some(&welcome.participant_id));
                let own = welcome.roster.participants.iter().filter(|p| p.id == welcome.participant_id);
                assert_eq!(own.count(), 1, "a welcome holds its receiver once");
                self.me = Some(welcome.participant_id);
                assert!(
                    welcome.roster.revision >= self.revision && welcome.roster.revision <= self.revision + 1
                        || self.revision == 0
                );
                self.replace(welcome.roster);
            }
            ServerMessage::Roster(roster) => {
                let (revision, before) = (self.revision, std::mem::take(&mut self.participants));
                self.replace(roster);
                assert_eq!(
                    (revision, before),
                    (self.revision, self.participants.clone()),
                    "nothing was missed"
                );
            }
            ServerMessage::Participant { revision, participant } => {
                if revision == self.revision {
                    assert_eq!(Some(&participant.id), self.me.as_ref(), "only an acknowledgement repeats");
                    assert_eq!(self.participants.get(&participant.id), Some(&participant));
                } else {
                    assert_eq!(revision, self.revision + 1, "no gap");
                }
                self.revision = revision;
                self.participants.insert(participant.id.clone(), participant);
            }
            ServerMessage::ParticipantLeft { revision, participant_id, reason } => {
                assert_eq!(revision, self.revision + 1, "no gap");
                assert_ne!(reason, LeaveReason::Unknown);
                self.revision = revision;
                assert!(self.participants.remove(&participant_id).is_some(), "it was there");
            }
            ServerMessage::Relay { from, .. } => {
                assert!(self.participants.contains_key(&from), "the sender is in the room");
                assert_ne!(Some(&from), self.me.as_ref(), "nobody relays to itself");
            }
            ServerMessage::Pong { revision } => assert_eq!(revision, self.revision),
            _ => {}
        }
    }

    fn replace(&mut self, roster: moim_protocol::Roster) {
        assert!(roster.participants.is_sorted_by(|a, b| a.join_order < b.join_order));
        self.revision = roster.revision;
        self.participants = roster.participants.into_iter().map(|p| (p.id.clone(), p)).collect();
    }
}

struct World {
    hub: Hub,
    now: u64,
    next_id: u64,
    shut_down: bool,
    /// Connections that are open from the client's perspective.
    views: BTreeMap<ConnectionId, View>,
    every_id: Vec<ParticipantId>,
    every_token: Vec<String>,
}

impl World {
    fn new() -> Self {
        let hub = Hub::new(LIMITS).with_seed(3);
        Self {
            hub,
            now: 0,
            next_id: 0,
            shut_down: false,
            views: BTreeMap::new(),
            every_id: Vec::new(),
            every_token: Vec::new(),
        }
    }

    fn nth(&self, who: usize) -> ConnectionId {
        // Beyond the open ones: an id that the hub does not know.
        self.views.keys().nth(who).copied().unwrap_or(ConnectionId(u64::MAX))
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Connect => {
                self.next_id += 1;
                self.views.insert(ConnectionId(self.next_id), View::default());
                self.hub.handle_connected(ConnectionId(self.next_id), self.now);
            }
            Event::Text(who, said) => {
                let text = match said {
                    Said::Message(message) => message.to_string(),
                    Said::Garbage(text) => text,
                    Said::Resume(room, back) => {
                        let token = self.every_token.iter().rev().nth(back).map_or("forged", String::as_str);
                        json!({ "type": "join", "version": 1, "room": room, "name": "x", "resume": token })
                            .to_string()
                    }
                    Said::Relay(back) => {
                        let to = self.every_id.iter().rev().nth(back).map_or("nobody", ParticipantId::as_str);
                        json!({ "type": "relay", "to": to, "payload": { "seq": 1 } }).to_string()
                    }
                };
                self.hub.handle_text(self.nth(who), &text, self.now);
            }
            Event::Binary(who) => self.hub.handle_binary(self.nth(who), 3, self.now),
            Event::Oversize(who) => self.hub.handle_oversize(self.nth(who)),
            Event::Disconnect(who) => {
                let id = self.nth(who);
                self.views.remove(&id);
                self.hub.handle_disconnected(id, self.now);
            }
            Event::Wait(ms) => {
                self.now += ms;
                self.hub.handle_timeout(self.now);
                assert!(self.hub.poll_timeout().is_none_or(|at| at > self.now), "a time-out is done with");
            }
            Event::ShutDown => {
                self.shut_down = true;
                self.hub.shut_down();
            }
        }
        self.deliver();
        self.check();
    }

    fn deliver(&mut self) {
        while let Some(output) = self.hub.poll_output() {
            match output {
                Output::Send { to, message } => {
                    if let ServerMessage::Welcome(welcome) = &message
                        && !self.every_id.contains(&welcome.participant_id)
                    {
                        self.every_id.push(welcome.participant_id.clone());
                        self.every_token.extend(welcome.resume_token.clone());
                    }
                    assert!(!message.encode().is_empty());
                    self.views.get_mut(&to).expect("nothing is sent to a closed connection").take(message);
                }
                Output::Close { id, .. } => {
                    assert!(self.views.remove(&id).is_some(), "a connection is closed once");
                }
                other => panic!("nobody is there for {other:?}"),
            }
        }
    }

    fn check(&self) {
        let stats = self.hub.stats();
        assert_eq!(stats.connections, self.views.len(), "the hub knows exactly the open connections");
        assert!(stats.connections <= LIMITS.max_connections && stats.rooms <= LIMITS.max_rooms);
        assert!(!self.shut_down || self.views.is_empty());

        let joined: BTreeMap<_, _> =
            self.views.values().filter_map(|v| v.me.clone().map(|id| (id, v))).collect();
        assert_eq!(joined.len(), self.views.values().filter(|view| view.me.is_some()).count());
        let rooms: Vec<_> = ["kitchen", "cellar", "attic"].map(|room| self.hub.participants(room)).into();
        assert_eq!(
            rooms.iter().filter(|room| !room.is_empty()).count(),
            stats.rooms,
            "no empty room is kept"
        );
        let present: BTreeSet<_> = rooms.iter().flatten().map(|p| &p.id).collect();
        assert_eq!(present.len(), stats.participants, "nobody is in a room twice");
        let here: BTreeSet<_> = rooms.iter().flatten().filter(|p| !p.reconnecting).map(|p| &p.id).collect();
        assert_eq!(
            here,
            joined.keys().collect(),
            "each participant has one open connection, or none and is reconnecting"
        );
        for room in rooms {
            assert!(room.len() <= LIMITS.max_participants_per_room);
            for participant in room.iter().filter(|participant| !participant.reconnecting) {
                let view: Vec<_> = joined[&participant.id].participants.values().collect();
                let mut actual: Vec<_> = room.iter().collect();
                actual.sort_by(|a, b| a.id.cmp(&b.id));
                assert_eq!(view, actual, "each client knows its room");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn rosters_stay_consistent_whatever_clients_do(events in prop::collection::vec(event(), 0..120)) {
        let mut world = World::new();
        for event in events {
            world.apply(event);
        }
    }
}
