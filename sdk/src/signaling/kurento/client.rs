//! The calls of one session, over one socket at a time.

use std::collections::VecDeque;
use std::fmt;

use serde_json::{Map, Value};

use super::message::{INVALID_SESSION, Received, Request};
use crate::error::{Error, KurentoError, Result, SignalingError};
use crate::model::Timestamp;
use crate::signaling::SocketEvent;

/// Calls that may wait, with those that are being performed.
const MAX_CALLS: usize = 1024;

/// How long a socket may take to open, and the server to say which session it is.
const OPEN_MS: Timestamp = 10_000;

/// After this long without anything from the server it is asked for a sign of life.
const QUIET_MS: Timestamp = 10_000;

/// After this long without anything from the server, while it owes a reply, the socket counts as dead. Calls are performed in
/// their order, so a ping is answered after a slow call.
const SILENT_MS: Timestamp = 20_000;

/// How long a call may be sent again after it was first sent. The server remembers its reply for 20 s.
const REPEAT_MS: Timestamp = 15_000;

/// The delay of the first attempt to connect again; each further one is twice as long.
const FIRST_DELAY_MS: Timestamp = 250;
const MAX_DELAY_MS: Timestamp = 5_000;

/// How long to try. A server forgets a session without a socket after one or two periods of 240 s.
const RECONNECT_MS: Timestamp = 240_000;

/// An action to perform.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Output {
    /// Open a socket, instead of another one, of which no more events follow.
    Open,
    /// Send a text frame.
    Send(String),
    /// Close the socket, after all frames were sent.
    Close,
    /// A call has ended.
    Reply {
        /// The number that [`KurentoClient::call`] returned.
        id: u64,
        /// Its value.
        result: Result<Value>,
    },
    /// An object emitted an event.
    Event {
        /// The object's id.
        object: String,
        /// The type of the event.
        kind: String,
        /// Its members.
        data: Value,
    },
    /// The connection has changed.
    Notice(Notice),
}

/// What happens to the connection.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Notice {
    /// There is a session.
    Connected,
    /// The socket was cut, and is being opened again. Calls wait.
    Interrupted,
    /// The session continues, with its objects and subscriptions. Events in the meantime are lost.
    Restored,
    /// The server has forgotten the session, and a new one has begun: all objects are gone.
    ObjectsLost,
    /// It has ended.
    Closed(Error),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The socket is being opened.
    Opening {
        until: Timestamp,
    },
    /// `connect` was sent.
    Connecting {
        id: u64,
        until: Timestamp,
    },
    Open,
    /// The socket was cut.
    Waiting {
        until: Timestamp,
    },
    Closed,
}

#[derive(Debug)]
struct Call {
    id: u64,
    request: Request,
    /// When it was first sent.
    first_sent: Option<Timestamp>,
    /// Whether it was sent over this socket.
    is_sent: bool,
}

/// A session with a server.
///
/// Pass it one input, then drain [`poll_output`](Self::poll_output) until it returns `None`.
pub(crate) struct KurentoClient {
    /// The server's URL, for errors.
    url: String,
    state: State,
    session: Option<String>,
    /// Whether there has been a session: only then is a lost connection opened again.
    has_connected: bool,
    /// Whether the server knows the session, which it does from the first object on.
    is_known: bool,
    last_id: u64,
    /// In the order of their ids.
    calls: VecDeque<Call>,
    ping: Option<(u64, Timestamp)>,
    outputs: VecDeque<Output>,
    /// When the server last sent something.
    heard: Timestamp,
    /// When the socket was cut, and the attempts since then.
    cut: Option<(Timestamp, u32)>,
}

/// Without the session, whose id is all that is needed to use its objects.
impl fmt::Debug for KurentoClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KurentoClient").field("state", &self.state).finish_non_exhaustive()
    }
}

impl KurentoClient {
    /// Starts to connect. `url` is for errors, and its query and its user are left out.
    pub(crate) fn new(url: &str, now: Timestamp) -> Self {
        Self {
            url: without_secrets(url),
            state: State::Opening { until: now + OPEN_MS },
            session: None,
            has_connected: false,
            is_known: false,
            last_id: 0,
            calls: VecDeque::new(),
            ping: None,
            outputs: VecDeque::from([Output::Open]),
            heard: now,
            cut: None,
        }
    }

    /// Calls the server, as soon as there is a session. The reply has the number that is returned.
    ///
    /// # Errors
    /// `QueueFull`; `InvalidOptions` if the request is larger than a server accepts; `InvalidState` after the end.
    pub(crate) fn call(&mut self, request: Request, now: Timestamp) -> Result<u64> {
        if self.state == State::Closed {
            return Err(closed());
        }
        let waiting = self.calls.len();
        if waiting >= MAX_CALLS {
            return Err(KurentoError::QueueFull { waiting }.into());
        }
        let id = self.next_id();
        let text = request.to_text(id, self.session.as_deref())?;
        let is_sent = self.state == State::Open;
        if is_sent {
            self.outputs.push_back(Output::Send(text));
        }
        self.calls.push_back(Call { id, request, first_sent: is_sent.then_some(now), is_sent });
        Ok(id)
    }

    /// Ends the session. The server releases the objects that no other session has used.
    pub(crate) fn close(&mut self) {
        if self.state == State::Open
            && let Some(session) = self.session.take()
        {
            let request = Request::new("closeSession", Map::new());
            // It is small.
            let text = request.to_text(self.next_id(), Some(&session)).unwrap_or_default();
            self.outputs.push_back(Output::Send(text));
        }
        if self.state != State::Closed {
            self.end(closed());
        }
    }

    /// Handles an event of the socket.
    pub(crate) fn handle_socket(&mut self, event: SocketEvent, now: Timestamp) {
        match (event, self.state) {
            (_, State::Closed | State::Waiting { .. }) => {}
            (SocketEvent::Opened, State::Opening { .. }) => self.connect(now),
            (SocketEvent::Opened, _) => {}
            (SocketEvent::Text(text), _) => self.handle_text(&text, now),
            // The server sends text frames only.
            (SocketEvent::Binary(_), _) => {}
            (SocketEvent::Closed { .. }, State::Opening { .. }) if self.cut.is_none() => {
                self.end(SignalingError::Unreachable { url: self.url.clone() }.into());
            }
            (SocketEvent::Closed { code, reason }, _) => {
                self.interrupt(&format!("closed with code {code} {reason}"), now);
            }
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due.
    pub(crate) fn poll_timeout(&self) -> Option<Timestamp> {
        match self.state {
            State::Opening { until } | State::Connecting { until, .. } | State::Waiting { until } => {
                Some(until)
            }
            State::Open => Some(self.owed_since().map_or(self.heard + QUIET_MS, |since| since + SILENT_MS)),
            State::Closed => None,
        }
    }

    /// Advances time. It may be called before [`poll_timeout`](Self::poll_timeout) is due.
    pub(crate) fn handle_timeout(&mut self, now: Timestamp) {
        if self.poll_timeout().is_none_or(|due| now < due) {
            return;
        }
        match self.state {
            State::Opening { .. } if self.cut.is_none() => {
                self.end(SignalingError::Unreachable { url: self.url.clone() }.into());
            }
            State::Opening { .. } | State::Connecting { .. } => {
                self.interrupt("the server does not respond", now)
            }
            State::Open if self.owed_since().is_some() => self.interrupt("the server does not respond", now),
            State::Open => {
                let id = self.next_id();
                if let Ok(text) = Request::ping(QUIET_MS).to_text(id, self.session.as_deref()) {
                    self.outputs.push_back(Output::Send(text));
                }
                self.ping = Some((id, now));
            }
            State::Waiting { .. } => self.open(now),
            State::Closed => {}
        }
    }

    /// Returns the next output.
    pub(crate) fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Ids are unique in all sessions: a server would answer a used one with the reply that it remembers.
    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Since when the server owes a reply and has sent nothing.
    fn owed_since(&self) -> Option<Timestamp> {
        let call = self.calls.iter().find(|call| call.is_sent).and_then(|call| call.first_sent);
        let ping = self.ping.map(|(_, sent)| sent);
        call.into_iter().chain(ping).min().map(|since| since.max(self.heard))
    }

    fn open(&mut self, now: Timestamp) {
        self.state = State::Opening { until: now + OPEN_MS };
        self.outputs.push_back(Output::Open);
    }

    /// Begins a session, or continues it. Once on each socket: the server answers a second time with an error.
    fn connect(&mut self, now: Timestamp) {
        let id = self.next_id();
        self.heard = now;
        if let Ok(text) = Request::new("connect", Map::new()).to_text(id, self.session.as_deref()) {
            self.outputs.push_back(Output::Send(text));
        }
        self.state = State::Connecting { id, until: now + OPEN_MS };
    }

    fn handle_text(&mut self, text: &str, now: Timestamp) {
        self.heard = now;
        match Received::parse(text) {
            Some(Received::Reply { id, result }) => match self.state {
                State::Connecting { id: connect, .. } if connect == id => self.connected(result, now),
                _ => self.handle_reply(id, result),
            },
            Some(Received::Event { object, kind, data }) => {
                self.outputs.push_back(Output::Event { object, kind, data });
            }
            None => {
                log::warn!(target: "moim::kurento", "a message of the server was not understood");
                if matches!(self.state, State::Connecting { .. }) && self.session.is_some() {
                    self.start_afresh(now);
                }
            }
        }
    }

    fn connected(&mut self, result: Result<Value, Value>, now: Timestamp) {
        let session = match &result {
            Ok(result) => result.get("sessionId").and_then(Value::as_str),
            Err(error) => {
                let is_unknown = error.get("code").and_then(Value::as_i64) == Some(INVALID_SESSION);
                if is_unknown && self.session.is_some() {
                    return self.start_afresh(now);
                }
                return self.end(Request::new("connect", Map::new()).refusal(error, None));
            }
        };
        if self.session.is_some() && session != self.session.as_deref() {
            // Nonsense, or another session, which has none of the objects.
            return self.start_afresh(now);
        }
        let Some(session) = session else {
            let detail = "the reply to `connect` has no session".to_owned();
            return self.end(SignalingError::Undecodable { detail }.into());
        };
        let is_restored = self.session.is_some();
        self.session = Some(session.to_owned());
        self.has_connected = true;
        self.state = State::Open;
        let was_cut = self.cut.take().is_some();
        self.outputs.push_back(Output::Notice(match (was_cut, is_restored) {
            (true, true) => Notice::Restored,
            _ => Notice::Connected,
        }));
        self.send_waiting(now);
    }

    /// The server has forgotten the session, never knew it because it had no objects, or replied nonsense. The next one begins on another
    /// socket: this one may count as the old session's.
    fn start_afresh(&mut self, now: Timestamp) {
        self.session = None;
        if std::mem::take(&mut self.is_known) {
            let detail = "the server has forgotten the session".to_owned();
            for Call { id, .. } in std::mem::take(&mut self.calls) {
                let result = Err(KurentoError::ObjectLost { detail: detail.clone() }.into());
                self.outputs.push_back(Output::Reply { id, result });
            }
            self.outputs.push_back(Output::Notice(Notice::ObjectsLost));
        }
        self.open(now);
    }

    /// Sends what was called in the meantime, and again what was interrupted, with the same ids.
    fn send_waiting(&mut self, now: Timestamp) {
        let session = self.session.clone();
        let (outputs, calls) = (&mut self.outputs, &mut self.calls);
        calls.retain_mut(|call| {
            let first_sent = *call.first_sent.get_or_insert(now);
            let text = if now.saturating_sub(first_sent) > REPEAT_MS {
                let detail = "the server may have performed the call, or not".to_owned();
                Err(SignalingError::Lost { detail }.into())
            } else {
                call.request.to_text(call.id, session.as_deref())
            };
            call.is_sent = text.is_ok();
            outputs.push_back(match text {
                Ok(text) => Output::Send(text),
                Err(error) => Output::Reply { id: call.id, result: Err(error) },
            });
            call.is_sent
        });
    }

    fn handle_reply(&mut self, id: u64, result: Result<Value, Value>) {
        if self.ping.is_some_and(|(ping, _)| ping == id) {
            self.ping = None;
        }
        let Some(at) = self.calls.iter().position(|call| call.id == id && call.is_sent) else { return };
        let Some(call) = self.calls.remove(at) else { return };
        let result = match result {
            Ok(mut result) => {
                self.is_known |= call.request.makes_session_known();
                Ok(result.get_mut("value").map(Value::take).unwrap_or_default())
            }
            Err(error) => Err(call.request.refusal(&error, self.session.as_deref())),
        };
        self.outputs.push_back(Output::Reply { id, result });
    }

    /// The socket is gone, or as good as gone.
    fn interrupt(&mut self, detail: &str, now: Timestamp) {
        self.ping = None;
        self.calls.iter_mut().for_each(|call| call.is_sent = false);
        self.outputs.push_back(Output::Close);
        if self.cut.is_none() && self.session.is_some() {
            self.outputs.push_back(Output::Notice(Notice::Interrupted));
        }
        let (since, attempts) = self.cut.unwrap_or((now, 0));
        if !self.has_connected || now.saturating_sub(since) >= RECONNECT_MS {
            return self.end(SignalingError::Lost { detail: detail.to_owned() }.into());
        }
        self.cut = Some((since, attempts.saturating_add(1)));
        let delay = FIRST_DELAY_MS.saturating_mul(1 << attempts.min(16)).min(MAX_DELAY_MS);
        self.state = State::Waiting { until: now + delay };
    }

    fn end(&mut self, error: Error) {
        self.state = State::Closed;
        self.outputs.push_back(Output::Close);
        for Call { id, .. } in std::mem::take(&mut self.calls) {
            self.outputs.push_back(Output::Reply { id, result: Err(error.clone()) });
        }
        self.outputs.push_back(Output::Notice(Notice::Closed(error)));
    }
}

fn closed() -> Error {
    Error::InvalidState { action: "call the Kurento server", state: "the connection is closed" }
}

/// A URL without its query, its fragment and its user.
fn without_secrets(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    format!("{scheme}://{}{path}", host.rsplit('@').next().unwrap_or_default())
}
