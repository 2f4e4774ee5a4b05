//! Signaling: how the participants of a room find each other and exchange session descriptions.
//!
//! A [`SignalingBackend`] implements the protocol of one kind of server, as a state machine without IO: a room passes it
//! [commands](SignalCommand), socket events, HTTP responses and time, and performs its [outputs](Output). A room with
//! a server of the application's own is created by `Room::with_backend`.
//!
//! # The contract
//!
//! - [`SignalCommand::Join`] is the first command and [`SignalCommand::Leave`] the last. The answer to the first is
//!   [`SignalEvent::Joined`], [`Refused`](SignalEvent::Refused) or nothing: then the room fails with a timeout.
//! - An event contains the whole participant, and repeating it has no effect, so a server may send its updates twice. If
//!   they may arrive out of order, the backend drops the outdated ones.
//! - Signals belong to a link, which is one peer connection. The far end must receive them in order, each exactly once,
//!   and so must this end. A backend whose server may lose or reorder them numbers and repeats them.
//! - A participant's own publications have the ids that it chose, in events too; those of others may have any, the same
//!   in their [`ParticipantInfo`] and in every [`Slot`]. A backend whose server renames publications maps the ids.
//! - A backend repeats and confirms what its server may lose. The room says everything once.

mod heartbeat;
mod janus;
#[cfg_attr(
    not(all(target_arch = "wasm32", feature = "js")),
    allow(dead_code, unused_imports, reason = "used by `Kurento`")
)]
pub(crate) mod kurento;
mod livekit;
mod native;
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "used by `Room`"))]
mod servers;
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "used by `Room`"))]
mod whip;

use std::fmt;
use std::rc::Rc;

pub use crate::model::{
    Capabilities, Channel, DataContent, DataPacket, Feature, IceCandidate, JoinRequest, Lane, LinkId,
    LinkProfile, LinkSignal, Offerer, Order, ParticipantInfo, Profile, Publication, RefusalCode, SdpType,
    Sections, ServerLane, ServerRefusal, SessionDescription, SignalCommand, SignalEvent, Slot, Timestamp,
    Wanted, Wish,
};

pub use native::NativeBackend;

#[doc(hidden)]
pub use servers::backend_for;
#[cfg_attr(not(target_arch = "wasm32"), allow(unused_imports, reason = "used by `Room`"))]
pub(crate) use servers::{Scheme, Server};
pub use servers::{ServerOptions, ServerType};

/// A connection to a signaling server.
///
/// Pass it one input, then drain [`poll_output`](Self::poll_output) until it returns `None`. It never panics,
/// whatever the server sends.
pub trait SignalingBackend: fmt::Debug {
    /// What the server can do beyond signaling, such as forwarding media. Must not change.
    fn capabilities(&self) -> Capabilities;
    /// Handles a command of the room.
    fn handle_command(&mut self, command: SignalCommand, now: Timestamp);
    /// Handles an event of the socket that [`Output::Connect`] requested.
    fn handle_socket(&mut self, event: SocketEvent, now: Timestamp);
    /// Handles the response to [`Output::Http`], or the reason why there is none.
    fn handle_http(&mut self, id: u32, response: Result<HttpResponse, String>, now: Timestamp) {
        let _ = (id, response, now);
    }
    /// Encodes a message for a data channel with a [label](LinkProfile::labels): [`Output::Send`].
    fn handle_data(&mut self, packet: DataPacket, now: Timestamp) {
        let _ = (packet, now);
    }
    /// Decodes what a data channel with a label has received: [`Output::Received`].
    fn handle_channel(&mut self, channel: Channel, bytes: Vec<u8>, now: Timestamp) {
        let _ = (channel, bytes, now);
    }
    /// Called once, before everything else. A backend with inputs of its own wakes the room when they lead to outputs.
    fn handle_start(&mut self, wake: Wake) {
        drop(wake);
    }
    /// When [`handle_timeout`](Self::handle_timeout) is due.
    fn poll_timeout(&self) -> Option<Timestamp>;
    /// Advances time, for heartbeats and repetitions. It may be called before [`poll_timeout`](Self::poll_timeout) is due.
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
    /// Open a WebSocket. There is at most one: this replaces another one, of which no more events follow.
    Connect {
        /// A `ws:` or `wss:` URL.
        url: String,
        /// The subprotocols to offer to the server (RFC 6455).
        protocols: Vec<String>,
    },
    /// Send a text frame.
    Text(String),
    /// Send a binary frame.
    Binary(Vec<u8>),
    /// Close the socket, after all frames were sent.
    Close,
    /// Send an HTTP request. It is completed even if the room was left in the meantime.
    Http(HttpRequest),
    /// Pass an event to the session.
    Event(SignalEvent),
    /// Send over a data channel with a [label](LinkProfile::labels).
    Send(Channel, Vec<u8>),
    /// Pass a message that was received over such a channel to the session.
    Received(DataPacket),
}

/// An HTTP request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpRequest {
    /// The backend's number for it, which comes back with the response.
    pub id: u32,
    /// The method, such as `POST`.
    pub method: String,
    /// An `http:` or `https:` URL.
    pub url: String,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body. `GET` and `HEAD` must have none.
    pub body: Option<String>,
}

/// The response to an [`HttpRequest`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// The headers that the browser lets the page read (CORS), with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// Makes a room drain the outputs of its backend.
#[derive(Clone)]
pub struct Wake(Rc<dyn Fn()>);

impl Wake {
    /// Calls this function, which must not call the backend before it returns.
    pub fn new(wake: impl Fn() + 'static) -> Self {
        Self(Rc::new(wake))
    }

    /// The outputs are drained soon. Has no effect after the room was dropped.
    pub fn wake(&self) {
        (self.0)();
    }
}

impl fmt::Debug for Wake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wake")
    }
}
