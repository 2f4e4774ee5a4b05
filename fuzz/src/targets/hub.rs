//! The server's hub with many connections: its bounds hold, and nobody hears of another room.

use std::collections::BTreeMap;

use moim_protocol::{ClientMessage, ParticipantId, ServerMessage};
use moim_signaling_stub::{ConnectionId, Hub, Limits, Output};

use crate::lines::{number, steps};

/// The most outputs that one step may cause.
const MAX_OUTPUTS: usize = 5_000;

fn limits() -> Limits {
    Limits {
        max_message_bytes: 8_192,
        max_participants_per_room: 4,
        max_rooms: 3,
        max_connections: 8,
        max_waiting: 3,
        max_publications: 4,
        max_name_length: 20,
        max_metadata_length: 200,
        ..Limits::default()
    }
}

pub(crate) fn run(input: &[u8]) {
    let mut world = World {
        hub: Hub::new(limits()).with_seed(3).with_sfu().with_mixers().with_mixer_token("mixer"),
        now: 0,
        rooms: BTreeMap::new(),
        asked: BTreeMap::new(),
        owners: BTreeMap::new(),
        tokens: Vec::new(),
    };
    for (step, text) in steps(input) {
        world.step(step, &text);
        world.drain();
    }
}

struct World {
    hub: Hub,
    now: u64,
    /// The open connections, and the room of each that has joined.
    rooms: BTreeMap<ConnectionId, Option<String>>,
    /// The room that a connection wants to join.
    asked: BTreeMap<ConnectionId, String>,
    /// The room of each participant there has been.
    owners: BTreeMap<ParticipantId, String>,
    tokens: Vec<String>,
}

impl World {
    fn step(&mut self, step: u8, text: &str) {
        let (number, rest) = number(text);
        let id = ConnectionId(number % 10);
        match step {
            b'+' if !self.rooms.contains_key(&id) => {
                self.rooms.insert(id, None);
                self.hub.handle_connected_from(id, [127, 0, 0, (number % 2) as u8].into(), self.now);
            }
            b'-' | b'~' => {
                self.rooms.remove(&id);
                match step {
                    b'-' => self.hub.handle_disconnected(id, self.now),
                    _ => self.hub.handle_going_away(id, self.now),
                }
            }
            b't' => {
                let text = self.fill_in(rest);
                if let Ok(ClientMessage::Join(join)) = ClientMessage::decode(&text) {
                    self.asked.insert(id, join.room);
                }
                self.hub.handle_text(id, &text, self.now);
            }
            b'b' => self.hub.handle_binary(id, rest.len(), self.now),
            b'c' => self.hub.handle_control(id, self.now),
            b'o' => self.hub.handle_oversize(id),
            b'w' => {
                self.now = self.now.saturating_add(number % 100_000);
                self.hub.handle_timeout(self.now);
            }
            b'f' => self.hub.handle_sfu_failed(),
            b'!' => self.hub.shut_down(),
            _ => {}
        }
    }

    /// `$3` stands for the id of the fourth participant, and `#3` for the fourth resume token.
    fn fill_in(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (index, id) in self.owners.keys().take(10).enumerate() {
            text = text.replace(&format!("${index}"), id.as_str());
        }
        for (index, token) in self.tokens.iter().take(10).enumerate() {
            text = text.replace(&format!("#{index}"), token);
        }
        text
    }

    fn drain(&mut self) {
        let mut mentioned = Vec::new();
        let mut outputs = 0;
        while let Some(output) = self.hub.poll_output() {
            outputs += 1;
            assert!(outputs < MAX_OUTPUTS, "it does not come to an end");
            match output {
                Output::Send { to, message } => {
                    assert!(self.rooms.contains_key(&to), "{to:?} is not open");
                    if let ServerMessage::Welcome(welcome) = &message {
                        let room = self.asked.get(&to).expect("it asked for a room").clone();
                        self.owners.insert(welcome.participant_id.clone(), room.clone());
                        self.tokens.extend(welcome.resume_token.clone());
                        self.rooms.insert(to, Some(room));
                    }
                    mentioned.extend(participants(&message).into_iter().map(|participant| (to, participant)));
                    assert!(!message.encode().is_empty());
                }
                Output::Close { id, .. } => {
                    assert!(self.rooms.remove(&id).is_some(), "it is closed once");
                }
                Output::Media(_) | Output::StartMixer(_) | Output::StopMixer(_) => {}
            }
        }
        for (to, participant) in mentioned {
            let Some(Some(room)) = self.rooms.get(&to) else { continue };
            assert_eq!(self.owners.get(&participant), Some(room), "{participant:?} is in another room");
        }
        let (stats, limits) = (self.hub.stats(), limits());
        assert_eq!(stats.connections, self.rooms.len());
        assert!(stats.connections <= limits.max_connections && stats.rooms <= limits.max_rooms);
        assert!(stats.participants <= limits.max_rooms * limits.max_participants_per_room);
    }
}

/// Those whom a message is about, other than waiting ones, who are in no room.
fn participants(message: &ServerMessage) -> Vec<ParticipantId> {
    match message {
        ServerMessage::Welcome(welcome) => {
            welcome.roster.participants.iter().map(|it| it.id.clone()).collect()
        }
        ServerMessage::Roster(roster) => roster.participants.iter().map(|it| it.id.clone()).collect(),
        ServerMessage::Participant { participant, .. } => vec![participant.id.clone()],
        ServerMessage::ParticipantLeft { participant_id, .. } => vec![participant_id.clone()],
        ServerMessage::Relay { from, .. } if from.as_str() != moim_protocol::SFU_ID => vec![from.clone()],
        ServerMessage::MuteRequested { from, .. } => vec![from.clone()],
        _ => Vec::new(),
    }
}
