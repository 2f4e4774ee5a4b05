//! Gives a recording in MP4 its length.
//!
//! Chromium writes fragments (`moof`). What it says of the whole in the beginning (`moov`) counts the first of them only,
//! some of it in the wrong unit, and the last picture gets the usual duration of a picture, however long it stayed on.
//! All of these are numbers of a fixed size, so the file is corrected in place.
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

/// Bytes that stand in place of as many others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// Where, in the content of the box that was read.
    pub at: u64,
    /// The new bytes.
    pub bytes: Vec<u8>,
}

/// What the `moov` box says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movie {
    durations: Vec<Duration>,
    /// The id and the ticks per second of the track with pictures.
    pub(self) picture: Option<(u64, u64)>,
}

/// A duration in the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Duration {
    at: usize,
    width: usize,
    timescale: u64,
}

impl Movie {
    /// Reads the content of a `moov` box. `None` if it is not understood.
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

    /// Says how long the file is.
    pub fn lasting(&self, duration_ms: f64) -> Vec<Patch> {
        let patch = |duration: &Duration| {
            let ticks = (duration_ms * duration.timescale as f64 / 1000.0).round() as u64;
            Patch { at: duration.at as u64, bytes: ticks.to_be_bytes()[8 - duration.width..].to_vec() }
        };
        self.durations.iter().map(patch).collect()
    }
}

/// The unit and the place of the duration in an `mvhd` or `mdhd`, whose content begins at `at`.
fn timed(content: &[u8], at: usize) -> Option<(u64, Duration)> {
    let (scale_at, width) = if *content.first()? == 1 { (20, 8) } else { (12, 4) };
    let timescale = uint(content.get(scale_at..scale_at + 4)?);
    content.get(scale_at + 4..scale_at + 4 + width)?;
    (timescale > 0).then_some((timescale, Duration { at: at + scale_at + 4, width, timescale }))
}

/// The id of a track, and the place of its duration, which counts in the movie's unit.
fn track_header(content: &[u8], at: usize, timescale: u64) -> Option<(u64, Duration)> {
    let (id_at, width) = if *content.first()? == 1 { (20, 8) } else { (12, 4) };
    let id = uint(content.get(id_at..id_at + 4)?);
    content.get(id_at + 8..id_at + 8 + width)?;
    Some((id, Duration { at: at + id_at + 8, width, timescale }))
}
