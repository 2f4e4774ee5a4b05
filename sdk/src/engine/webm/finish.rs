//! Creates the new header and the cues.

use std::ops::Range;

use super::ebml::{self, Header, Read};
use super::id;
use super::scanner::Scanner;

const NANOSECONDS: f64 = 1e6;
const DEFAULT_SCALE: u64 = 1_000_000;

/// What completes a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// The parts of the whole file, in order.
    pub parts: Vec<Part>,
    /// The duration in the header, in milliseconds.
    pub duration_ms: f64,
}

/// A part of a finished file.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// New bytes.
    New(Vec<u8>),
    /// A range of the original file.
    Kept(Range<u64>),
}

impl Part {
    fn len(&self) -> u64 {
        match self {
            Self::New(bytes) => bytes.len() as u64,
            Self::Kept(range) => range.end - range.start,
        }
    }
}

impl Scanner {
    /// Completes a file of `size` bytes that was recorded for `elapsed_ms`. `None` if it is not understood, or already
    /// complete.
    ///
    /// A still screen produces no frames, so a recording is at least as long as it ran, and the last frame
    /// is shown until then.
    pub fn finish(&self, size: u64, elapsed_ms: f64) -> Option<Finished> {
        let media_from = self.first_cluster.filter(|from| self.is_usable() && *from <= size)?;
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

        // Positions count from the segment's first byte, and a seek head has a fixed length.
        let info_at = seek_head(0, 0, 0).len() as u64;
        let tracks_at = info_at + info.len() as u64;
        let media_at = tracks_at + rest.len() as u64;
        let media = self.media(media_from..size, (duration_ms / tick_ms) as u64);
        let cues_at = media_at + media.iter().map(Part::len).sum::<u64>();
        let tail = self.cues(media_from, media_at);
        let mut head = ebml_header.to_vec();
        // The clusters have unknown sizes, which are valid only in a segment of unknown size.
        head.extend(ebml::start(id::SEGMENT, ebml::UNKNOWN));
        head.extend(seek_head(info_at, tracks_at, cues_at));
        head.extend(info);
        head.extend(rest);
        let parts = std::iter::once(Part::New(head)).chain(media).chain([Part::New(tail)]).collect();
        Some(Finished { parts, duration_ms })
    }

    /// The clusters, with the last frame extended to `end`, in ticks. Cues stay valid: no key frame comes later.
    fn media(&self, whole: Range<u64>, end: u64) -> Vec<Part> {
        let last = self
            .last_picture
            .as_ref()
            .filter(|last| last.time < end && last.kept_from <= last.end && last.end <= whole.end);
        let Some(last) = last else { return vec![Part::Kept(whole)] };
        let (before, behind) = last.lasting(end - last.time);
        vec![
            Part::Kept(whole.start..last.from),
            Part::New(before),
            Part::Kept(last.kept_from..last.end),
            Part::New(behind),
            Part::Kept(last.end..whole.end),
        ]
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

/// The elements of the segment before the first cluster.
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
