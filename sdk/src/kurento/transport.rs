//! How the messages of Kurento's protocol reach the server.

use std::fmt;

use crate::platform::socket::{Socket, SocketFrame};
use crate::signaling::SocketEvent;

/// Opens connections to a Kurento Media Server, or to a server that checks what a page may do and passes it on.
///
/// Kurento's protocol has no authorisation. The server in between decides it, for example by the cookies of the page or by a
/// token in its URL. [`Kurento::connect`](super::Kurento::connect) uses a WebSocket; implement this for everything else.
pub trait KurentoTransport: fmt::Debug {
    /// Opens a connection, again after each one that was closed. `on_event` must not be called before this returns.
    fn open(&self, on_event: Box<dyn Fn(SocketEvent)>) -> Box<dyn KurentoConnection>;
}

/// A connection of a [`KurentoTransport`]. It is closed when it is dropped, after everything was sent.
pub trait KurentoConnection: fmt::Debug {
    /// Sends a message.
    fn send(&self, message: String);
}

/// A WebSocket to this URL.
pub(super) struct WebSocketTransport(pub(super) String);

/// Without the URL, which may have a token.
impl fmt::Debug for WebSocketTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocketTransport").finish_non_exhaustive()
    }
}

impl KurentoTransport for WebSocketTransport {
    fn open(&self, on_event: Box<dyn Fn(SocketEvent)>) -> Box<dyn KurentoConnection> {
        Box::new(Socket::open(self.0.clone(), Vec::new(), on_event))
    }
}

impl KurentoConnection for Socket {
    fn send(&self, message: String) {
        Self::send(self, SocketFrame::Text(message));
    }
}
