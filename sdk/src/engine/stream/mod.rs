//! Streams of bytes or text between two participants, as two sans-IO state machines: [`StreamSender`] and
//! [`StreamReceiver`].
//!
//! The sender opens; the receiver grants credit. Chunks follow, within the credit: at most [`WINDOW_BYTES`] ahead of
//! what the receiver's application has read, so a slow reader blocks the writer, and neither the receiver's memory nor
//! that of an SFU grows. At the end the sender sends the total size, and the receiver confirms. Either end may cancel
//! the stream with a reason.
//!
//! A connection that is lost may be replaced by another one. Both ends are suspended meanwhile, if both can continue: the
//! sender's `Open` and the receiver's `Accept` say so. Over the new connection the sender sends `Resume`, and the receiver
//! accepts again, from the first byte that it does not have. The sender keeps what the receiver may miss, which is no more
//! than the window. The sender resumes as well if the receiver misses a chunk that an SFU has dropped, or is silent.
//! [`EndedStreams`] replies to an end that has missed how the stream has ended.

mod ended;
mod message;
mod receiver;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod renewal_tests;
mod sender;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

pub use ended::EndedStreams;
pub use message::{StreamFrame, StreamHeader, StreamId, StreamKind, StreamMessage};
pub use receiver::StreamReceiver;
pub use sender::StreamSender;

use super::data::MAX_ROUTED_BYTES;

/// How far a sender may be ahead of the receiver's application, in bytes.
pub const WINDOW_BYTES: u64 = 256 << 10;
/// The largest chunk: its frame fits through an SFU.
pub const CHUNK_BYTES: usize = MAX_ROUTED_BYTES - message::CHUNK_HEADER_BYTES;
