//! Messages of any size over a data channel that limits the size of its messages.
//!
//! Between two moim ends a text message that fits is sent unchanged. Every binary frame begins with one byte that
//! gives its type: a whole message, a fragment of one, or a message of the [file transfer](super::transfer). All
//! fragments of a message except the last have the same length, so a fragment's offset follows from its index: they may
//! arrive in any order, or be lost.
//!
//! The [`MARK`] in the channel's `protocol` tells the remote end that this end frames its messages.

mod reassembly;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

pub use reassembly::{Assembly, Reassembler};

use std::ops::Range;

use crate::error::DataChannelError;

/// The suffix of the `protocol` of a channel with framing.
pub const MARK: &str = "+moim.1";
/// The longest frame in bytes, where the connection allows it. Longer ones would delay the messages behind them.
pub const MAX_FRAME_BYTES: usize = 64 * 1024;
/// First byte of a whole binary message.
pub const WHOLE: u8 = 0;
/// First byte of a message of the file transfer.
pub const TRANSFER: u8 = 3;
/// First byte of a message of a room's streams.
pub const STREAM: u8 = 5;
/// Length of a fragment's header.
pub const HEADER_BYTES: usize = 17;

const BINARY_FRAGMENT: u8 = 1;
const TEXT_FRAGMENT: u8 = 2;

/// The type of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// Text, whose bytes are UTF-8.
    Text,
    /// Binary.
    Binary,
}

/// The header of a fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FragmentHeader {
    /// Text or binary.
    pub kind: MessageKind,
    /// The message's number within the channel; numbers increase and wrap around.
    pub message: u32,
    /// The message's length in bytes.
    pub total: u32,
    /// The length in bytes of every fragment except the last.
    pub unit: u32,
    /// The index of the fragment.
    pub index: u32,
}

/// The type of a binary frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// A whole message; it starts after the first byte.
    Whole,
    /// A fragment of a message; it starts after [`HEADER_BYTES`].
    Fragment(FragmentHeader),
    /// A message of the file transfer, including the first byte.
    Transfer,
}

impl FrameKind {
    /// Parses the beginning of a binary frame; [`HEADER_BYTES`] of it are enough. `None` if it is malformed.
    pub fn read(start: &[u8]) -> Option<Self> {
        match *start.first()? {
            WHOLE => Some(Self::Whole),
            TRANSFER => Some(Self::Transfer),
            BINARY_FRAGMENT => FragmentHeader::read(MessageKind::Binary, start).map(Self::Fragment),
            TEXT_FRAGMENT => FragmentHeader::read(MessageKind::Text, start).map(Self::Fragment),
            _ => None,
        }
    }
}

impl FragmentHeader {
    fn read(kind: MessageKind, start: &[u8]) -> Option<Self> {
        let number = |at: usize| Some(u32::from_be_bytes(start.get(at..at + 4)?.try_into().ok()?));
        let header =
            Self { kind, message: number(1)?, total: number(5)?, unit: number(9)?, index: number(13)? };
        (header.unit > 0 && header.index < header.total.div_ceil(header.unit)).then_some(header)
    }

    /// Encodes the header.
    pub fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let tag = match self.kind {
            MessageKind::Binary => BINARY_FRAGMENT,
            MessageKind::Text => TEXT_FRAGMENT,
        };
        let mut bytes = [tag; HEADER_BYTES];
        for (place, number) in
            bytes[1..].chunks_exact_mut(4).zip([self.message, self.total, self.unit, self.index])
        {
            place.copy_from_slice(&number.to_be_bytes());
        }
        bytes
    }

    /// The bytes of the message that the fragment holds.
    pub fn range(&self) -> Range<usize> {
        let (unit, total) = (self.unit as usize, self.total as usize);
        let start = (self.index as usize).saturating_mul(unit).min(total);
        start..start.saturating_add(unit).min(total)
    }

    fn fragments(&self) -> usize {
        self.total.div_ceil(self.unit) as usize
    }

    /// Whether two fragments belong to the same message.
    fn agrees_with(&self, other: &Self) -> bool {
        Self { index: 0, ..*self } == Self { index: 0, ..*other }
    }
}

/// The fragments of a message, in order.
#[derive(Clone, Debug)]
pub struct Fragments {
    next: FragmentHeader,
}

impl Fragments {
    /// Splits a message of `length` bytes into frames of at most `limit` bytes each, including headers.
    ///
    /// # Errors
    /// `TooLarge` if the limit is too small for a header, or the length does not fit into it.
    pub fn new(
        kind: MessageKind,
        message: u32,
        length: usize,
        limit: usize,
    ) -> Result<Self, DataChannelError> {
        let too_large = |limit| DataChannelError::TooLarge { size: length, limit };
        let unit = limit.checked_sub(HEADER_BYTES).filter(|&unit| unit > 0).ok_or(too_large(limit))?;
        let total = u32::try_from(length).map_err(|_| too_large(u32::MAX as usize))?;
        let unit = u32::try_from(unit).unwrap_or(u32::MAX);
        Ok(Self { next: FragmentHeader { kind, message, total, unit, index: 0 } })
    }
}

impl Iterator for Fragments {
    type Item = FragmentHeader;

    fn next(&mut self) -> Option<FragmentHeader> {
        let header = self.next;
        self.next.index = header.index.saturating_add(1);
        (!header.range().is_empty()).then_some(header)
    }
}

/// The `protocol` of a channel with framing.
pub fn marked(protocol: &str) -> String {
    format!("{protocol}{MARK}")
}

/// Returns the application's part of a channel's `protocol`, and whether the remote end frames its messages.
pub fn unmarked(protocol: &str) -> (&str, bool) {
    protocol.strip_suffix(MARK).map_or((protocol, false), |own| (own, true))
}
