//! Signaling backends: each speaks one server's language, as a sans-IO state machine.

pub mod native;

use crate::model::{SignalCommand, SignalEvent, Timestamp};

pub use native::NativeBackend;

/// One connection to one kind of signaling server.
///
/// Feed one input, then drain [`poll_output`](Self::poll_output) until it returns `None`. No input panics,
/// whatever the server sent.
pub trait SignalingBackend: std::fmt::Debug {
    /// Encodes what the session wants.
    fn handle_command(&mut self, command: SignalCommand, now: Timestamp);
    /// Takes what happened to the socket.
    fn handle_socket(&mut self, event: SocketEvent, now: Timestamp);
    /// When [`handle_timeout`](Self::handle_timeout) has something to do.
    fn poll_timeout(&self) -> Option<Timestamp>;
    /// Lets time pass: heartbeats and their absence.
    fn handle_timeout(&mut self, now: Timestamp);
    /// The next thing to do.
    fn poll_output(&mut self) -> Option<Output>;
}

/// What happened to the socket that [`Output::Connect`] asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketEvent {
    /// It is open.
    Opened,
    /// A text frame came.
    Text(String),
    /// A binary frame came.
    Binary(Vec<u8>),
    /// It is closed, or could not be opened.
    Closed {
        /// The code of the close frame (RFC 6455), 1006 if there was none.
        code: u16,
        /// The reason in the close frame.
        reason: String,
    },
}

/// What a backend wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Open a WebSocket. There is one at most.
    Connect {
        /// `ws:` or `wss:`.
        url: String,
    },
    /// Send a text frame.
    Send(String),
    /// Close the socket, when all frames are sent.
    Close,
    /// Tell the session.
    Event(SignalEvent),
}
