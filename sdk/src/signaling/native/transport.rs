//! The socket of the native backend: frames queued until it opens, and a heartbeat.

use std::collections::VecDeque;

use moim_protocol::ClientMessage;

use super::super::Output;
use super::super::heartbeat::{Beat, Heartbeat};
use crate::model::{SignalEvent, Timestamp};

/// A server that is silent for this many heartbeats is considered lost.
const SILENT_HEARTBEATS: Timestamp = 3;
const DEFAULT_HEARTBEAT_MS: Timestamp = 5_000;
/// The server's heartbeat interval is brought into this range.
const MIN_HEARTBEAT_MS: Timestamp = 100;
const MAX_HEARTBEAT_MS: Timestamp = 60_000;

/// A connection to the server.
#[derive(Debug)]
pub(super) struct Transport {
    url: String,
    socket: Socket,
    /// Frames queued until the socket is open.
    waiting: Vec<ClientMessage>,
    heartbeat: Heartbeat,
    pub(super) outputs: VecDeque<Output>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Socket {
    None,
    Connecting,
    Open,
    Closed,
}

impl Transport {
    pub(super) fn new(url: String) -> Self {
        Self {
            url,
            socket: Socket::None,
            waiting: Vec::new(),
            heartbeat: Heartbeat::new(DEFAULT_HEARTBEAT_MS, SILENT_HEARTBEATS * DEFAULT_HEARTBEAT_MS),
            outputs: VecDeque::new(),
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.socket == Socket::Closed
    }

    pub(super) fn connect(&mut self, now: Timestamp) {
        if self.socket == Socket::None {
            self.socket = Socket::Connecting;
            self.heartbeat.opening(now);
            self.outputs.push_back(Output::Connect { url: self.url.clone(), protocols: Vec::new() });
        }
    }

    /// Sends a message, once the socket is open.
    pub(super) fn send(&mut self, message: ClientMessage) {
        match self.socket {
            Socket::Open => self.outputs.push_back(Output::Text(message.encode())),
            Socket::None | Socket::Connecting if self.waiting.contains(&message) => {}
            Socket::None | Socket::Connecting => self.waiting.push(message),
            Socket::Closed => {}
        }
    }

    /// Sends a message that the server may reject individually.
    pub(super) fn request(&mut self, request: u32, message: ClientMessage) {
        match self.socket {
            Socket::Open => self.outputs.push_back(Output::Text(message.encode_request(request))),
            _ => self.send(message),
        }
    }

    pub(super) fn event(&mut self, event: SignalEvent) {
        self.outputs.push_back(Output::Event(event));
    }

    /// Sends `leave`, and closes.
    pub(super) fn leave(&mut self) {
        if self.socket == Socket::Open {
            self.send(ClientMessage::Leave);
        }
        self.close();
    }

    /// Opens a new socket in place of the current one.
    pub(super) fn reconnect(&mut self, now: Timestamp) {
        if matches!(self.socket, Socket::Connecting | Socket::Open) {
            self.close();
        }
        self.waiting.clear();
        self.socket = Socket::None;
        self.connect(now);
    }

    /// Pings the server, and considers it lost unless it is heard within this time, or a few round trips.
    pub(super) fn probe(&mut self, within_ms: u32, now: Timestamp) {
        if self.socket == Socket::Open && self.heartbeat.probe(within_ms, now) {
            self.send(ClientMessage::Ping);
        }
    }

    pub(super) fn close(&mut self) {
        self.socket = Socket::Closed;
        self.waiting.clear();
        self.outputs.push_back(Output::Close);
    }

    /// A message or an event was received from the server's socket.
    pub(super) fn heard(&mut self, now: Timestamp) {
        self.heartbeat.heard(now);
    }

    /// The server's heartbeat interval.
    pub(super) fn set_heartbeat(&mut self, heartbeat_ms: u32) {
        let interval_ms = Timestamp::from(heartbeat_ms).clamp(MIN_HEARTBEAT_MS, MAX_HEARTBEAT_MS);
        self.heartbeat.set(interval_ms, SILENT_HEARTBEATS * interval_ms);
    }

    pub(super) fn opened(&mut self, now: Timestamp) {
        self.socket = Socket::Open;
        self.heartbeat.opened(now);
        for message in std::mem::take(&mut self.waiting) {
            self.send(message);
        }
    }

    pub(super) fn closed(&mut self, code: u16, reason: String) {
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

    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        (self.socket == Socket::Open).then(|| self.heartbeat.poll_timeout())
    }

    pub(super) fn handle_timeout(&mut self, now: Timestamp) {
        if self.socket != Socket::Open {
            return;
        }
        match self.heartbeat.handle_timeout(now) {
            Beat::Nothing => {}
            Beat::Ping => self.send(ClientMessage::Ping),
            Beat::Lost(silence) => {
                self.close();
                let detail = format!("received nothing from the server for {silence} ms");
                self.event(SignalEvent::Lost { detail });
            }
        }
    }
}

/// The query may contain a token.
fn without_query(url: &str) -> String {
    url.split(['?', '#']).next().unwrap_or_default().to_owned()
}
