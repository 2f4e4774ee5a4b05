//! Adds to a recording what the browser could not know when it wrote the header: a duration, and cues for seeking.
//!
//! Browsers write WebM as a stream, and never update its header. The [`Scanner`] parses the data as it
//! arrives and keeps the header and the positions of the clusters; [`Scanner::finish`] then creates a new header and
//! the cues, which go before and after the clusters. Only the duration of the last frame is added to those.
//!
//! [WebM](https://www.webmproject.org/docs/container/), [Matroska](https://www.rfc-editor.org/rfc/rfc9559),
//! [EBML](https://www.rfc-editor.org/rfc/rfc8794).

mod ebml;
mod finish;
mod last_picture;
mod scanner;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

pub use finish::{Finished, Part};
pub use scanner::Scanner;

/// Element ids, including their length markers.
mod id {
    pub(super) const EBML: u32 = 0x1A45_DFA3;
    pub(super) const SEGMENT: u32 = 0x1853_8067;
    pub(super) const SEEK_HEAD: u32 = 0x114D_9B74;
    pub(super) const SEEK: u32 = 0x4DBB;
    pub(super) const SEEK_ID: u32 = 0x53AB;
    pub(super) const SEEK_POSITION: u32 = 0x53AC;
    pub(super) const VOID: u32 = 0xEC;
    pub(super) const INFO: u32 = 0x1549_A966;
    pub(super) const TIMESTAMP_SCALE: u32 = 0x2A_D7B1;
    pub(super) const DURATION: u32 = 0x4489;
    pub(super) const TRACKS: u32 = 0x1654_AE6B;
    pub(super) const TRACK_ENTRY: u32 = 0xAE;
    pub(super) const TRACK_NUMBER: u32 = 0xD7;
    pub(super) const TRACK_TYPE: u32 = 0x83;
    pub(super) const CLUSTER: u32 = 0x1F43_B675;
    pub(super) const TIMESTAMP: u32 = 0xE7;
    pub(super) const SIMPLE_BLOCK: u32 = 0xA3;
    pub(super) const BLOCK_GROUP: u32 = 0xA0;
    pub(super) const BLOCK: u32 = 0xA1;
    pub(super) const BLOCK_DURATION: u32 = 0x9B;
    pub(super) const REFERENCE_BLOCK: u32 = 0xFB;
    pub(super) const CUES: u32 = 0x1C53_BB6B;
    pub(super) const CUE_POINT: u32 = 0xBB;
    pub(super) const CUE_TIME: u32 = 0xB3;
    pub(super) const CUE_TRACK_POSITIONS: u32 = 0xB7;
    pub(super) const CUE_TRACK: u32 = 0xF7;
    pub(super) const CUE_CLUSTER_POSITION: u32 = 0xF1;
}
