//! Signaling backends: each implements one server's protocol, as a sans-IO state machine.

pub mod native;

use crate::model::{Capabilities, SignalCommand, SignalEvent, Timestamp};

pub use native::NativeBackend;

/// A connection to a signaling server.
/// Pass it one input, then drain [`poll_output`](Self::poll_output) until it returns `None`. It never panics,
/// whatever the server sends.
pub trait SignalingBackend: std::fmt::Debug {
    /// The server's capabilities, as far as the session needs them.
    fn capabilities(&self) -> Capabilities;
    /// Encodes a command of the session.
    fn handle_command(&mut self, command: SignalCommand, now: Timestamp);
    /// Handles an event of the socket.
    fn handle_socket(&mut self, event: SocketEvent, now: Timestamp);
    /// When [`handle_timeout`](Self::handle_timeout) is due.
    fn poll_timeout(&self) -> Option<Timestamp>;
    /// Advances time, for heartbeats and their timeout.
    fn handle_timeout(&mut self, now: Timestamp);
    /// Returns the next output.
    fn poll_output(&mut self) -> Option<Output>;
}

/// An event of the socket that [`Output::Connect`] requested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketEvent {
    /// It is open.
    Opened,
    /// A text frame was received.
    Text(String),
    /// A binary frame was received.
    Binary(Vec<u8>),
    /// It was closed, or could not be opened.
    Closed {
        /// The code of the close frame (RFC 6455), 1006 if there was none.
        code: u16,
        /// The reason in the close frame.
        reason: String,
    },
}

/// An action to perform.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Open a WebSocket. There is at most one.
    Connect {
        /// A `ws:` or `wss:` URL.
        url: String,
    },
    /// Send a text frame.
    Send(String),
    /// Close the socket, after all frames were sent.
    Close,
    /// Pass an event to the session.
    Event(SignalEvent),
}
