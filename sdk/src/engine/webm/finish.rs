//! The new header, and the cues.

use super::ebml::{self, Header, Read};
use super::id;
use super::scanner::Scanner;

const NANOSECONDS: f64 = 1e6;
const DEFAULT_SCALE: u64 = 1_000_000;

/// What makes a recording whole: `head`, then the file from `media_from` on, then `tail`.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// Stands in place of everything before `media_from`.
    pub head: Vec<u8>,
    /// Where the first cluster begins in the file as it was, in bytes.
    pub media_from: u64,
    /// Comes after the last cluster.
    pub tail: Vec<u8>,
    /// Milliseconds that the header now tells.
    pub duration_ms: f64,
}

impl Scanner {
    /// Finishes a file of `size` bytes that ran for `elapsed_ms`. `None` if it is not understood, or complete already.
    ///
    /// A screen that stands still gives no frames, so a recording is at least as long as it ran.
    pub fn finish(&self, size: u64, elapsed_ms: f64) -> Option<Finished> {
        let media_from = self.first_cluster.filter(|_| self.is_usable())?;
        let ebml_header = ebml::children(&self.header).find(|(id, ..)| *id == id::EBML)?.2;
        let info = segment_children(&self.header).find(|(id, ..)| *id == id::INFO)?.1;
        let scale = ebml::children(info).find(|(id, ..)| *id == id::TIMESTAMP_SCALE);
        let scale = scale.and_then(|(_, value, _)| ebml::uint(value)).filter(|scale| *scale > 0);
        let tick_ms = scale.unwrap_or(DEFAULT_SCALE) as f64 / NANOSECONDS;
        let duration_ms = (self.last? as f64 * tick_ms).max(elapsed_ms);

        let mut kept: Vec<u8> = ebml::children(info)
            .filter(|(id, ..)| !matches!(*id, id::DURATION | id::VOID))
            .flat_map(|(_, _, whole)| whole.iter().copied())
            .collect();
        kept.extend(ebml::element(id::DURATION, &(duration_ms / tick_ms).to_be_bytes()));
        let info = ebml::element(id::INFO, &kept);
        let rest: Vec<u8> = segment_children(&self.header)
            .filter(|(id, ..)| !matches!(*id, id::INFO | id::SEEK_HEAD | id::VOID | id::CUES))
            .flat_map(|(_, _, whole)| whole.iter().copied())
            .collect();

        // Positions count from the segment's first byte, and a seek head is as long whatever they are.
        let info_at = seek_head(0, 0, 0).len() as u64;
        let tracks_at = info_at + info.len() as u64;
        let media_at = tracks_at + rest.len() as u64;
        let cues_at = media_at + size.checked_sub(media_from)?;
        let tail = self.cues(media_from, media_at);
        let mut head = ebml_header.to_vec();
        // The clusters have no sizes, which only a segment without one may hold.
        head.extend(ebml::start(id::SEGMENT, ebml::UNKNOWN));
        head.extend(seek_head(info_at, tracks_at, cues_at));
        head.extend(info);
        head.extend(rest);
        Some(Finished { head, media_from, tail, duration_ms })
    }

    fn cues(&self, media_from: u64, media_at: u64) -> Vec<u8> {
        let track = self.cue_track.unwrap_or(1);
        let points = self.cues.iter().flat_map(|cue| {
            let mut positions = ebml::uint_element(id::CUE_TRACK, track);
            positions
                .extend(ebml::uint_element(id::CUE_CLUSTER_POSITION, cue.position - media_from + media_at));
            let mut point = ebml::uint_element(id::CUE_TIME, cue.time);
            point.extend(ebml::element(id::CUE_TRACK_POSITIONS, &positions));
            ebml::element(id::CUE_POINT, &point)
        });
        ebml::element(id::CUES, &points.collect::<Vec<_>>())
    }
}

fn seek_head(info: u64, tracks: u64, cues: u64) -> Vec<u8> {
    let seeks =
        [(id::INFO, info), (id::TRACKS, tracks), (id::CUES, cues)].into_iter().flat_map(|(id, position)| {
            let mut seek = ebml::element(id::SEEK_ID, &id.to_be_bytes());
            seek.extend(ebml::uint_element(id::SEEK_POSITION, position));
            ebml::element(id::SEEK, &seek)
        });
    ebml::element(id::SEEK_HEAD, &seeks.collect::<Vec<_>>())
}

/// The elements of the segment that stand before the first cluster.
pub(super) fn segment_children(header: &[u8]) -> impl Iterator<Item = (u32, &[u8], &[u8])> {
    let start =
        ebml::children(header).find(|(id, ..)| *id == id::EBML).map_or(0, |(_, _, whole)| whole.len());
    let segment = &header[start..];
    let content = match ebml::header(segment) {
        Read::Done(Header { id: id::SEGMENT, length, .. }) => &segment[length..],
        _ => &[],
    };
    ebml::children(content)
}
