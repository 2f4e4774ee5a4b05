//! The backend for moim's own protocol (`moim-protocol`), JSON over one WebSocket.

use std::collections::VecDeque;

use moim_protocol::{ClientMessage, Join, ServerMessage, VERSION};

use super::{Output, SignalingBackend, SocketEvent};
use crate::model::{JoinRequest, Order, RequestId, SignalCommand, SignalEvent, Timestamp};

/// A server that is silent for this many heartbeats is considered lost.
const SILENT_HEARTBEATS: Timestamp = 3;
const DEFAULT_HEARTBEAT_MS: Timestamp = 5_000;

/// The connection to a moim signaling server.
#[derive(Debug)]
pub struct NativeBackend {
    url: String,
    socket: Socket,
    /// Frames queued until the socket is open.
    waiting: Vec<ClientMessage>,
    heartbeat_ms: Timestamp,
    next_ping: Timestamp,
    heard_at: Timestamp,
    outputs: VecDeque<Output>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Socket {
    None,
    Connecting,
    Open,
    Closed,
}

impl NativeBackend {
    /// Creates a backend that will connect to `url`, which begins with `ws:` or `wss:`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            socket: Socket::None,
            waiting: Vec::new(),
            heartbeat_ms: DEFAULT_HEARTBEAT_MS,
            next_ping: 0,
            heard_at: 0,
            outputs: VecDeque::new(),
        }
    }

    fn connect(&mut self, now: Timestamp) {
        if self.socket == Socket::None {
            self.socket = Socket::Connecting;
            self.heard_at = now;
            self.outputs.push_back(Output::Connect { url: self.url.clone() });
        }
    }

    fn send(&mut self, message: ClientMessage) {
        match self.socket {
            Socket::Open => self.outputs.push_back(Output::Send(message.encode())),
            Socket::None | Socket::Connecting if self.waiting.contains(&message) => {}
            Socket::None | Socket::Connecting => self.waiting.push(message),
            Socket::Closed => {}
        }
    }

    /// Sends a message that the server may reject individually.
    fn request(&mut self, request: RequestId, message: ClientMessage) {
        match self.socket {
            Socket::Open => self.outputs.push_back(Output::Send(message.encode_request(request))),
            _ => self.send(message),
        }
    }

    fn event(&mut self, event: SignalEvent) {
        self.outputs.push_back(Output::Event(event));
    }

    fn close(&mut self) {
        self.socket = Socket::Closed;
        self.waiting.clear();
        self.outputs.push_back(Output::Close);
    }

    fn receive(&mut self, text: &str) {
        let message = match ServerMessage::decode(text) {
            Ok(message) => message,
            Err(error) => return self.event(SignalEvent::Undecodable { detail: error.to_string() }),
        };
        let event = match message {
            ServerMessage::Welcome(welcome) => {
                self.heartbeat_ms = Timestamp::from(welcome.heartbeat_ms.max(1));
                self.next_ping = self.heard_at + self.heartbeat_ms;
                SignalEvent::Joined {
                    participant_id: welcome.participant_id,
                    roster: welcome.roster,
                    ice_servers: welcome.ice_servers,
                }
            }
            ServerMessage::Participant { revision, participant } => {
                SignalEvent::Participant { revision, participant }
            }
            ServerMessage::ParticipantLeft { revision, participant_id, reason } => {
                SignalEvent::ParticipantLeft { revision, participant_id, reason }
            }
            ServerMessage::Lobby { revision, lobby } => SignalEvent::Lobby { revision, lobby },
            ServerMessage::Roster(roster) => SignalEvent::Roster(roster),
            ServerMessage::Waiting => SignalEvent::Waiting,
            ServerMessage::MuteRequested { from, publication_id } => {
                SignalEvent::MuteRequested { from, publication_id }
            }
            ServerMessage::Relay { from, payload } => SignalEvent::Relay { from, payload },
            ServerMessage::Pong { revision } => SignalEvent::Revision(revision),
            ServerMessage::Error(error) => SignalEvent::Refused(error),
            // Of a later version.
            _ => return,
        };
        self.event(event);
    }
}

impl SignalingBackend for NativeBackend {
    fn handle_command(&mut self, command: SignalCommand, now: Timestamp) {
        let message = match command {
            SignalCommand::Connect => return self.connect(now),
            SignalCommand::Join(request) => {
                self.connect(now);
                join(request)
            }
            SignalCommand::Relay { to, payload } => ClientMessage::Relay { to, payload },
            SignalCommand::Publish(request, publications) => {
                return self.request(request, ClientMessage::Publish { publications });
            }
            SignalCommand::Update(request, profile) => {
                return self.request(request, ClientMessage::Update(profile));
            }
            SignalCommand::Order(request, order) => return self.request(request, of_host(order)),
            SignalCommand::Sync => ClientMessage::Sync,
            SignalCommand::Leave if self.socket == Socket::Closed => return,
            SignalCommand::Leave => {
                if self.socket == Socket::Open {
                    self.send(ClientMessage::Leave);
                }
                return self.close();
            }
        };
        self.send(message);
    }

    fn handle_socket(&mut self, event: SocketEvent, now: Timestamp) {
        if self.socket == Socket::Closed {
            return;
        }
        self.heard_at = now;
        match event {
            SocketEvent::Opened => {
                self.socket = Socket::Open;
                self.next_ping = now + self.heartbeat_ms;
                for message in std::mem::take(&mut self.waiting) {
                    self.send(message);
                }
            }
            SocketEvent::Text(text) => self.receive(&text),
            SocketEvent::Binary(bytes) => {
                let detail = format!("received a binary frame of {} bytes, expected text", bytes.len());
                self.event(SignalEvent::Undecodable { detail });
            }
            SocketEvent::Closed { code, reason } => {
                let event = match self.socket {
                    Socket::Connecting => SignalEvent::Unreachable { url: without_query(&self.url) },
                    _ if reason.is_empty() => {
                        SignalEvent::Lost { detail: format!("the socket closed with code {code}") }
                    }
                    _ => SignalEvent::Lost { detail: reason },
                };
                self.socket = Socket::Closed;
                self.event(event);
            }
        }
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        let silent_at = self.heard_at + SILENT_HEARTBEATS * self.heartbeat_ms;
        (self.socket == Socket::Open).then(|| self.next_ping.min(silent_at))
    }

    fn handle_timeout(&mut self, now: Timestamp) {
        if self.socket != Socket::Open {
            return;
        }
        if self.heard_at + SILENT_HEARTBEATS * self.heartbeat_ms <= now {
            let detail = format!("received nothing from the server for {} ms", now - self.heard_at);
            self.close();
            self.event(SignalEvent::Lost { detail });
        } else if self.next_ping <= now {
            self.next_ping = now + self.heartbeat_ms;
            self.send(ClientMessage::Ping);
        }
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
}

fn join(request: JoinRequest) -> ClientMessage {
    let JoinRequest { room, profile, topology, role, token, publications, relay } = request;
    ClientMessage::Join(Join {
        version: VERSION,
        room,
        name: profile.name,
        metadata: profile.metadata,
        attributes: profile.attributes,
        topology,
        role,
        token,
        resume: None,
        publications,
        relay,
    })
}

fn of_host(order: Order) -> ClientMessage {
    match order {
        Order::Lock(locked) => ClientMessage::Lock { locked },
        Order::Admit(participant_id) => ClientMessage::Admit { participant_id },
        Order::Remove(participant_id) => ClientMessage::Remove { participant_id },
        Order::Mute(participant_id, publication_id) => ClientMessage::Mute { participant_id, publication_id },
    }
}

/// The query may contain a token.
fn without_query(url: &str) -> String {
    url.split(['?', '#']).next().unwrap_or_default().to_owned()
}

// proptest does not build for wasm32.
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Profile, Topology};

    fn drain(backend: &mut NativeBackend) -> Vec<Output> {
        std::iter::from_fn(|| backend.poll_output()).collect()
    }

    fn request() -> JoinRequest {
        JoinRequest {
            room: "tea".into(),
            profile: Profile { name: "Ana".into(), ..Profile::default() },
            topology: Topology::Mesh,
            role: crate::model::Role::Participant,
            token: None,
            publications: Vec::new(),
            relay: None,
        }
    }

    fn open() -> NativeBackend {
        let mut backend = NativeBackend::new("ws://127.0.0.1/ws?token=secret");
        backend.handle_command(SignalCommand::Join(request()), 0);
        backend.handle_socket(SocketEvent::Opened, 10);
        drain(&mut backend);
        backend
    }

    #[test]
    fn join_connects_and_is_sent_once_when_the_socket_is_open() {
        let mut backend = NativeBackend::new("ws://127.0.0.1/ws");
        backend.handle_command(SignalCommand::Join(request()), 0);
        backend.handle_command(SignalCommand::Join(request()), 2_000);
        assert_eq!(drain(&mut backend), [Output::Connect { url: "ws://127.0.0.1/ws".into() }]);
        backend.handle_socket(SocketEvent::Opened, 2_100);
        assert_eq!(drain(&mut backend), [Output::Send(join(request()).encode())]);
    }

    #[test]
    fn a_socket_that_never_opened_is_unreachable_and_its_token_is_not_shown() {
        let mut backend = NativeBackend::new("ws://127.0.0.1/ws?token=secret");
        backend.handle_command(SignalCommand::Join(request()), 0);
        drain(&mut backend);
        backend.handle_socket(SocketEvent::Closed { code: 1006, reason: String::new() }, 5);
        let url = "ws://127.0.0.1/ws".into();
        assert_eq!(drain(&mut backend), [Output::Event(SignalEvent::Unreachable { url })]);
    }

    #[test]
    fn a_silent_server_is_asked_and_then_given_up() {
        let mut backend = open();
        assert_eq!(backend.poll_timeout(), Some(5_010));
        backend.handle_timeout(5_010);
        assert_eq!(drain(&mut backend), [Output::Send(ClientMessage::Ping.encode())]);
        backend.handle_timeout(15_010);
        let outputs = drain(&mut backend);
        assert_eq!(outputs[0], Output::Close);
        assert!(matches!(&outputs[1], Output::Event(SignalEvent::Lost { .. })));
        assert_eq!(backend.poll_timeout(), None);
    }

    #[test]
    fn leaving_says_so_and_closes() {
        let mut backend = open();
        backend.handle_command(SignalCommand::Leave, 20);
        assert_eq!(drain(&mut backend), [Output::Send(ClientMessage::Leave.encode()), Output::Close]);
        backend.handle_socket(SocketEvent::Closed { code: 1000, reason: String::new() }, 30);
        assert_eq!(drain(&mut backend), [], "a requested close is not a loss");
    }

    proptest! {
        #[test]
        fn no_frame_panics_or_ends_the_connection(text in ".*", bytes: Vec<u8>) {
            let mut backend = open();
            backend.handle_socket(SocketEvent::Text(text), 20);
            backend.handle_socket(SocketEvent::Binary(bytes), 30);
            prop_assert!(drain(&mut backend).iter().all(|output| *output != Output::Close));
        }
    }
}
