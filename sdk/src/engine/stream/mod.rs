//! Streams of bytes or text between two participants, as two sans-IO state machines: [`StreamSender`] and
//! [`StreamReceiver`].
//!
//! The sender opens; the receiver grants credits. Chunks follow, as far as the credits reach: at most [`WINDOW_BYTES`] beyond
//! what the receiver's application has read, so a slow reader holds the writer, and neither the receiver's memory nor that
//! of an SFU fills. At the end the sender says how much it was, and the receiver that it has all. Either end may give the
//! stream up with a reason. A part that is lost on the way interrupts the stream.

mod message;
mod receiver;
mod sender;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

pub use message::{StreamFrame, StreamHeader, StreamId, StreamKind, StreamMessage};
pub use receiver::StreamReceiver;
pub use sender::StreamSender;

use super::data::MAX_ROUTED_BYTES;

/// How far a sender may be ahead of the receiver's application, in bytes.
pub const WINDOW_BYTES: u64 = 256 << 10;
/// The longest chunk: its frame passes an SFU.
pub const CHUNK_BYTES: usize = MAX_ROUTED_BYTES - message::CHUNK_HEADER_BYTES;
