//! The duration of the last video frame.
//!
//! A block lasts until the next one, so the duration of the last one is unknown: players guess, and skip or add seconds
//! at the end of a still screen share. A `BlockDuration` sets it, which only a `BlockGroup` can contain.

use super::ebml;
use super::id;

/// The flags of a `SimpleBlock` that a `Block` has too: invisible, and lacing. Key frames are marked differently.
const COMMON_FLAGS: u8 = 0x0E;

/// The last video block as the browser wrote it, and what is needed to give it a duration.
#[derive(Clone, Debug)]
pub(super) struct LastPicture {
    pub time: u64,
    /// Where the element begins, and where the bytes begin that are kept.
    pub from: u64,
    pub kept_from: u64,
    pub end: u64,
    /// Replaces the bytes in between, after the group's header.
    prefix: Vec<u8>,
    /// Follows the kept bytes, besides the duration.
    suffix: Vec<u8>,
}

impl LastPicture {
    /// From a `SimpleBlock`, of which `content` has at least the header.
    pub(super) fn simple(
        header: &ebml::Header,
        from: u64,
        content: &[u8],
        block: BlockStart,
    ) -> Option<Self> {
        let size = header.size?;
        let kept_from = from.checked_add((header.length + block.length) as u64)?;
        let end = from.checked_add(header.length as u64)?.checked_add(size)?;
        let mut prefix = ebml::start(id::BLOCK, size);
        prefix.extend_from_slice(content.get(..block.length - 1)?);
        prefix.push(block.flags & COMMON_FLAGS);
        Some(Self { time: 0, from, kept_from, end, prefix, suffix: Vec::new() })
    }

    /// From a `BlockGroup` without a duration.
    pub(super) fn group(from: u64, content_from: u64, end: u64) -> Self {
        Self { time: 0, from, kept_from: content_from, end, prefix: Vec::new(), suffix: Vec::new() }
    }

    /// Marks the frame of a `SimpleBlock` as dependent on an earlier one.
    pub(super) fn refer_to(&mut self, earlier: u64) {
        let distance = (earlier as i64).saturating_sub(self.time as i64);
        self.suffix = ebml::element(id::REFERENCE_BLOCK, &distance.to_be_bytes());
    }

    /// The bytes before and after the kept ones, for a duration of `ticks`.
    pub(super) fn lasting(&self, ticks: u64) -> (Vec<u8>, Vec<u8>) {
        let mut behind = ebml::uint_element(id::BLOCK_DURATION, ticks);
        behind.extend_from_slice(&self.suffix);
        let size = self.prefix.len() as u64 + (self.end - self.kept_from) + behind.len() as u64;
        let mut before = ebml::start(id::BLOCK_GROUP, size);
        before.extend_from_slice(&self.prefix);
        (before, behind)
    }
}

/// The header of a block's content: track number, time relative to the cluster, flags; and the header's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlockStart {
    pub track: u64,
    pub offset: i64,
    pub flags: u8,
    pub length: usize,
}
