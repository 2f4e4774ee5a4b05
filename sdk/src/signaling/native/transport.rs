//! The socket of the native backend: frames queued until it opens, and a heartbeat.

use std::collections::VecDeque;

use moim_protocol::ClientMessage;

use super::super::Output;
use crate::model::{SignalEvent, Timestamp};

/// A server that is silent for this many heartbeats is considered lost.
const SILENT_HEARTBEATS: Timestamp = 3;
/// A probe allows the server this many of the round trips that were measured, ...
const PROBE_ROUND_TRIPS: Timestamp = 3;
/// ... up to this time.
const LONGEST_PROBE_MS: Timestamp = 2_000;
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
    heartbeat_ms: Timestamp,
    next_ping: Timestamp,
    heard_at: Timestamp,
    /// The ping without a reply, or the opening of the socket.
    asked_at: Option<Timestamp>,
    /// How long the server takes to reply, by the longest of the recent replies.
    round_trip_ms: Timestamp,
    /// When it is considered lost, unless it is heard before.
    probed_until: Option<Timestamp>,
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
            heartbeat_ms: DEFAULT_HEARTBEAT_MS,
            next_ping: 0,
            heard_at: 0,
            asked_at: None,
            round_trip_ms: 0,
            probed_until: None,
            outputs: VecDeque::new(),
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.socket == Socket::Closed
    }

    pub(super) fn connect(&mut self, now: Timestamp) {
        if self.socket == Socket::None {
            self.socket = Socket::Connecting;
            self.heard(now);
            self.asked_at = Some(now);
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
        if self.socket != Socket::Open {
            return;
        }
        let usual = (PROBE_ROUND_TRIPS * self.round_trip_ms).min(LONGEST_PROBE_MS);
        let until = now + Timestamp::from(within_ms).max(usual);
        if self.probed_until.is_none() {
            self.ping(now);
        }
        self.probed_until = Some(self.probed_until.map_or(until, |before| before.min(until)));
    }

    fn ping(&mut self, now: Timestamp) {
        self.asked_at.get_or_insert(now);
        self.send(ClientMessage::Ping);
    }

    pub(super) fn close(&mut self) {
        self.socket = Socket::Closed;
        self.waiting.clear();
        self.outputs.push_back(Output::Close);
    }

    /// A message or an event was received from the server's socket.
    pub(super) fn heard(&mut self, now: Timestamp) {
        if let Some(asked_at) = self.asked_at.take() {
            let took = now.saturating_sub(asked_at);
            // A shorter one counts only in part: the next one may be as long as those before.
            self.round_trip_ms = took.max((3 * self.round_trip_ms + took) / 4);
        }
        self.heard_at = now;
        self.probed_until = None;
    }

    /// The server's heartbeat interval.
    pub(super) fn set_heartbeat(&mut self, heartbeat_ms: u32) {
        self.heartbeat_ms = Timestamp::from(heartbeat_ms).clamp(MIN_HEARTBEAT_MS, MAX_HEARTBEAT_MS);
        self.next_ping = self.heard_at + self.heartbeat_ms;
    }

    pub(super) fn opened(&mut self, now: Timestamp) {
        self.socket = Socket::Open;
        self.next_ping = now + self.heartbeat_ms;
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

    /// When the server is considered lost, unless it is heard before.
    fn silent_at(&self) -> Timestamp {
        let silent_at = self.heard_at + SILENT_HEARTBEATS * self.heartbeat_ms;
        self.probed_until.map_or(silent_at, |until| until.min(silent_at))
    }

    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        (self.socket == Socket::Open).then(|| self.next_ping.min(self.silent_at()))
    }

    pub(super) fn handle_timeout(&mut self, now: Timestamp) {
        if self.socket != Socket::Open {
            return;
        }
        if self.silent_at() <= now {
            let detail = format!("received nothing from the server for {} ms", now - self.heard_at);
            self.close();
            self.event(SignalEvent::Lost { detail });
        } else if self.next_ping <= now {
            self.next_ping = now + self.heartbeat_ms;
            self.ping(now);
        }
    }
}

/// The query may contain a token.
fn without_query(url: &str) -> String {
    url.split(['?', '#']).next().unwrap_or_default().to_owned()
}
