//! The session at the server: its requests, which of them wait for a reply, and whether the server is there.

use std::collections::VecDeque;

use moim_protocol::json::Write;

use super::wire::{Raw, Text, object};
use crate::collections::SortedMap;
use crate::model::{LinkId, LinkSignal, SignalEvent, Slot, Timestamp};
use crate::signaling::Output;

/// Requests without a reply. The oldest ones are given up.
const MAX_PENDING: usize = 256;
/// Below the time-out of a session at the server, which is 60 s unless it is configured.
const INTERVAL_MS: Timestamp = 10_000;
const SILENT_MS: Timestamp = 20_000;

/// A request whose reply matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request {
    Create,
    Claim,
    AttachPublisher,
    AttachSubscriber,
    AttachProbe,
    Join,
    CreateRoom,
    Offer,
    Subscribe,
    Start,
    /// The present participants.
    List,
    /// Their streams.
    Probe,
    /// A change whose failure is reported: the name, a host's action.
    Change,
    /// Its failure has no consequence.
    Other,
}

#[derive(Default)]
pub(super) struct Session {
    pub(super) id: Option<u64>,
    pub(super) token: Option<String>,
    pub(super) api_secret: Option<String>,
    last: u32,
    pending: SortedMap<u32, Request>,
    outputs: VecDeque<Output>,
    heard_at: Timestamp,
    /// Something was received over this socket.
    pub(super) is_heard: bool,
    next_ping: Timestamp,
    probed_until: Option<Timestamp>,
}

impl Session {
    pub(super) fn output(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    pub(super) fn event(&mut self, event: SignalEvent) {
        self.output(Output::Event(event));
    }

    pub(super) fn deliver(&mut self, link: LinkId, signal: LinkSignal<Slot>) {
        self.event(SignalEvent::Signal { link, signal });
    }

    pub(super) fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    pub(super) fn request(
        &mut self,
        request: Request,
        verb: &str,
        handle: Option<u64>,
        members: &[(&str, &dyn Write)],
    ) {
        self.last = self.last.wrapping_add(1);
        if self.pending.len() >= MAX_PENDING {
            self.pending.pop_first();
        }
        self.pending.insert(self.last, request);
        let (verb, transaction) = (Text(verb), self.last.to_string());
        let mut all: Vec<(&str, &dyn Write)> = vec![
            ("janus", &verb),
            ("transaction", &transaction),
            ("session_id", &self.id),
            ("handle_id", &handle),
            ("token", &self.token),
            ("apisecret", &self.api_secret),
        ];
        all.extend_from_slice(members);
        let text = object(&all).0;
        self.output(Output::Text(text));
    }

    /// Sends a message to the plugin.
    pub(super) fn message(&mut self, request: Request, handle: u64, body: &Raw, jsep: Option<&Raw>) {
        match jsep {
            Some(jsep) => self.request(request, "message", Some(handle), &[("body", body), ("jsep", jsep)]),
            None => self.request(request, "message", Some(handle), &[("body", body)]),
        }
    }

    pub(super) fn attach(&mut self, request: Request) {
        self.request(request, "attach", None, &[("plugin", &Text("janus.plugin.videoroom"))]);
    }

    pub(super) fn detach(&mut self, handle: u64) {
        self.request(Request::Other, "detach", Some(handle), &[]);
    }

    /// The request that a message replies to.
    pub(super) fn take(&mut self, transaction: Option<&str>) -> Option<Request> {
        self.pending.remove(&transaction?.parse().ok()?)
    }

    pub(super) fn awaits(&self, request: Request) -> bool {
        self.pending.values().any(|pending| *pending == request)
    }

    /// The replies to these requests no longer matter.
    pub(super) fn ignore(&mut self, requests: &[Request]) {
        self.pending.retain(|_, pending| !requests.contains(pending));
    }

    /// The replies are lost.
    pub(super) fn ignore_all(&mut self) {
        self.pending.clear();
    }

    pub(super) fn heard(&mut self, now: Timestamp) {
        self.heard_at = now;
        self.is_heard = true;
        self.probed_until = None;
    }

    pub(super) fn start_heartbeat(&mut self, now: Timestamp) {
        self.heard(now);
        self.is_heard = false;
        self.next_ping = now + INTERVAL_MS;
    }

    /// The server has to reply in this time.
    pub(super) fn probe(&mut self, within: Timestamp, now: Timestamp) {
        self.next_ping = now;
        self.probed_until = Some(now + within);
    }

    fn silent_at(&self) -> Timestamp {
        let silent_at = self.heard_at + SILENT_MS;
        self.probed_until.map_or(silent_at, |until| until.min(silent_at))
    }

    pub(super) fn poll_timeout(&self) -> Timestamp {
        self.next_ping.min(self.silent_at())
    }

    /// Sends what keeps the session. Returns for how many milliseconds the server has been silent, if too long.
    pub(super) fn handle_timeout(&mut self, now: Timestamp) -> Option<Timestamp> {
        if self.silent_at() <= now {
            return Some(now.saturating_sub(self.heard_at));
        }
        if self.next_ping <= now {
            self.next_ping = now + INTERVAL_MS;
            if self.id.is_some() {
                self.request(Request::Other, "keepalive", None, &[]);
            }
        }
        None
    }
}
