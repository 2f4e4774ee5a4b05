//! Corrects the duration of an MP4 recording.
//!
//! Chromium writes fragments (`moof`). The durations in the header (`moov`) cover only the first of them,
//! some in the wrong unit, and the last video sample gets the usual frame duration, however long it was shown.
//! All of these are fixed-size numbers, so the file is corrected in place.
//!
//! [ISO base media file format](https://www.iso.org/standard/83102.html), and
//! [how browsers read it](https://www.w3.org/TR/mse-byte-stream-format-isobmff/).

mod boxes;
mod fragment;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

pub use boxes::{Header, MAX_HEADER};
pub use fragment::LastPicture;

use boxes::{child, children, uint};

/// Bytes that replace as many others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// The offset in the content of the box.
    pub at: u64,
    /// The new bytes.
    pub bytes: Vec<u8>,
}

/// The parts of the `moov` box that matter here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movie {
    durations: Vec<Duration>,
    /// The id and the timescale (ticks per second) of the video track.
    pub(self) picture: Option<(u64, u64)>,
}

/// A duration field in the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Duration {
    at: usize,
    width: usize,
    timescale: u64,
}

impl Movie {
    /// Parses the content of a `moov` box. `None` if it is not understood.
    pub fn read(content: &[u8]) -> Option<Self> {
        let (at, mvhd) = child(content, b"mvhd")?;
        let (timescale, whole) = timed(mvhd, at)?;
        let mut movie = Self { durations: vec![whole], picture: None };
        for (_, track_at, track) in children(content).filter(|(name, ..)| name == b"trak") {
            let (tkhd_at, tkhd) = child(track, b"tkhd")?;
            let (media_at, media) = child(track, b"mdia")?;
            let (mdhd_at, mdhd) = child(media, b"mdhd")?;
            let (id, of_track) = track_header(tkhd, track_at + tkhd_at, timescale)?;
            let (ticks, of_media) = timed(mdhd, track_at + media_at + mdhd_at)?;
            movie.durations.extend([of_track, of_media]);
            let handler = child(media, b"hdlr").and_then(|(_, handler)| handler.get(8..12));
            if handler == Some(b"vide") && movie.picture.is_none() {
                movie.picture = Some((id, ticks));
            }
        }
        Some(movie)
    }

    /// Returns the patches that set the duration of the file.
    pub fn lasting(&self, duration_ms: f64) -> Vec<Patch> {
        let patch = |duration: &Duration| {
            let ticks = (duration_ms * duration.timescale as f64 / 1000.0).round() as u64;
            Patch { at: duration.at as u64, bytes: ticks.to_be_bytes()[8 - duration.width..].to_vec() }
        };
        self.durations.iter().map(patch).collect()
    }
}

/// The timescale and the position of the duration in an `mvhd` or `mdhd`, whose content begins at `at`.
fn timed(content: &[u8], at: usize) -> Option<(u64, Duration)> {
    let (scale_at, width) = if *content.first()? == 1 { (20, 8) } else { (12, 4) };
    let timescale = uint(content.get(scale_at..scale_at + 4)?);
    content.get(scale_at + 4..scale_at + 4 + width)?;
    (timescale > 0).then_some((timescale, Duration { at: at + scale_at + 4, width, timescale }))
}

/// The id of a track, and the position of its duration, in the movie's timescale.
fn track_header(content: &[u8], at: usize, timescale: u64) -> Option<(u64, Duration)> {
    let (id_at, width) = if *content.first()? == 1 { (20, 8) } else { (12, 4) };
    let id = uint(content.get(id_at..id_at + 4)?);
    content.get(id_at + 8..id_at + 8 + width)?;
    Some((id, Duration { at: at + id_at + 8, width, timescale }))
}
