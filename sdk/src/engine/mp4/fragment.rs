//! The last video sample, in the last fragment that has one.

use super::boxes::{child, children, uint};
use super::{Movie, Patch};

const DATA_OFFSET: u64 = 0x1;
const FIRST_SAMPLE_FLAGS: u64 = 0x4;
const SAMPLE_DURATION: u64 = 0x100;
/// Size, flags and composition offset: the optional four-byte fields of a sample besides its duration.
const OTHER_FIELDS: [u64; 3] = [0x200, 0x400, 0x800];

/// Where the duration of the last video sample is stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LastPicture {
    at: usize,
    start: u64,
    ticks: u64,
    timescale: u64,
}

impl Movie {
    /// Whether the content of a `moof` box has video samples.
    pub fn has_pictures(&self, content: &[u8]) -> bool {
        self.pictures(content).is_some()
    }

    /// The last video sample in the content of a `moof` box. `None` if there is none, or it has no duration of its own.
    pub fn last_picture(&self, content: &[u8]) -> Option<LastPicture> {
        let (_, timescale) = self.picture?;
        let (traf_at, traf) = self.pictures(content)?;
        let tfdt = child(traf, b"tfdt")?.1;
        let width = if *tfdt.first()? == 1 { 8 } else { 4 };
        let mut start = uint(tfdt.get(4..4 + width)?);
        let mut last: Option<LastPicture> = None;
        for (_, run_at, run) in children(traf).filter(|(name, ..)| name == b"trun") {
            let flags = uint(run.get(1..4)?);
            if flags & SAMPLE_DURATION == 0 {
                return None;
            }
            let has = |flag: u64| usize::from(flags & flag != 0) * 4;
            let samples_at = 8 + has(DATA_OFFSET) + has(FIRST_SAMPLE_FLAGS);
            let sample_size = 4 + OTHER_FIELDS.into_iter().map(has).sum::<usize>();
            let count = usize::try_from(uint(run.get(4..8)?)).ok()?;
            let samples = run.get(samples_at..)?.chunks_exact(sample_size).take(count);
            if samples.len() < count {
                return None;
            }
            for (index, sample) in samples.enumerate() {
                start = last.map_or(start, |last| last.start.saturating_add(last.ticks));
                let at = traf_at + run_at + samples_at + index * sample_size;
                last = Some(LastPicture { at, start, ticks: uint(sample.get(..4)?), timescale });
            }
        }
        last
    }

    /// The last `traf` box of the video track, and the offset of its content.
    fn pictures<'a>(&self, content: &'a [u8]) -> Option<(usize, &'a [u8])> {
        let (id, _) = self.picture?;
        let is_picture = |traf: &[u8]| {
            child(traf, b"tfhd").and_then(|(_, tfhd)| tfhd.get(4..8)).is_some_and(|bytes| uint(bytes) == id)
        };
        let trafs = children(content).filter(|(name, _, traf)| name == b"traf" && is_picture(traf));
        trafs.last().map(|(_, at, traf)| (at, traf))
    }
}

impl LastPicture {
    /// When the sample ends, in milliseconds from the start of the file.
    pub fn end_ms(&self) -> f64 {
        (self.start as f64 + self.ticks as f64) * 1000.0 / self.timescale as f64
    }

    /// Extends it to `end_ms`. `None` if it already lasts that long, or the duration does not fit into the field.
    pub fn until(&self, end_ms: f64) -> Option<Patch> {
        let end = (end_ms * self.timescale as f64 / 1000.0).round() as u64;
        let ticks = end.checked_sub(self.start).filter(|ticks| *ticks > self.ticks)?;
        Some(Patch { at: self.at as u64, bytes: u32::try_from(ticks).ok()?.to_be_bytes().to_vec() })
    }
}
