//! Messages of any size over a data channel, whose own messages are limited.
//!
//! Between two moim ends a text message that fits travels as it is. Every binary frame begins with one byte that says
//! what follows: a whole message, a fragment of one, or a message of the [file transfer](super::transfer). All
//! fragments of a message have the same length, but the last, so a fragment's place follows from its index: they may
//! come in any order, or not at all.
//!
//! The [`MARK`] in the channel's `protocol` tells an end that the other one frames its messages.

mod reassembly;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

pub use reassembly::{Assembly, Reassembler};

use std::ops::Range;

use crate::error::DataChannelError;

/// What the `protocol` of a channel with framing ends with.
pub const MARK: &str = "+moim.1";
/// The longest frame in bytes, where the connection allows it. Longer ones hold up what waits behind them.
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

/// What a message was given as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// Text, whose bytes are UTF-8.
    Text,
    /// Bytes.
    Binary,
}

/// Where a fragment belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FragmentHeader {
    /// Text or bytes.
    pub kind: MessageKind,
    /// Which message of the channel; the numbers rise and wrap around.
    pub message: u32,
    /// The message's length in bytes.
    pub total: u32,
    /// The length of every fragment but the last, in bytes.
    pub unit: u32,
    /// Which fragment.
    pub index: u32,
}

/// What a binary frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// A message; it begins after the first byte.
    Whole,
    /// A part of a message; it begins after [`HEADER_BYTES`].
    Fragment(FragmentHeader),
    /// A message of the file transfer, first byte included.
    Transfer,
}

impl FrameKind {
    /// Reads the beginning of a binary frame; [`HEADER_BYTES`] of it are enough. `None` if it makes no sense.
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

    /// The header's bytes.
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

    /// Which bytes of the message the fragment holds.
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

/// The fragments of one message, first to last.
#[derive(Clone, Debug)]
pub struct Fragments {
    next: FragmentHeader,
}

impl Fragments {
    /// Cuts a message of `length` bytes into frames of at most `limit` bytes each, headers included.
    ///
    /// # Errors
    /// `TooLarge` if the limit leaves no room for a header, or the length does not fit into it.
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

/// What `protocol` becomes for a channel with framing.
pub fn marked(protocol: &str) -> String {
    format!("{protocol}{MARK}")
}

/// The application's part of a channel's `protocol`, and whether the far end frames its messages.
pub fn unmarked(protocol: &str) -> (&str, bool) {
    protocol.strip_suffix(MARK).map_or((protocol, false), |own| (own, true))
}
