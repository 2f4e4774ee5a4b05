//! The protocol of [Kurento Media Server](https://doc-kurento.readthedocs.io) 7: JSON-RPC 2.0 over a WebSocket, as a state
//! machine without IO.
//!
//! The server performs the calls of a socket in their order. It remembers each reply for 20 s by session and id, so a number
//! is never used twice, and a call that was interrupted is sent again with its own: it is performed once, whether the first
//! attempt arrived or not.
//!
//! The protocol has no authorisation: whoever knows an id, or asks for the list of pipelines, may use and release any object.

mod client;
mod edges;
mod message;
// proptest does not build for wasm32.
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

pub(crate) use client::{KurentoClient, Notice, Output};
pub(crate) use edges::Edges;
pub use edges::KurentoMedia;
pub(crate) use message::{Params, Request, params, value_to_text};
