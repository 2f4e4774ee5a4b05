//! Reads a recording as it grows, and keeps what is needed to finish it.

use super::ebml::{self, Header, Read};
use super::id;

/// A header without end is no header. Those of browsers have some hundred bytes.
const MAX_HEADER: usize = 1 << 20;
/// Cues need not be closer than this, in the segment's ticks of mostly a millisecond.
const CUE_DISTANCE: u64 = 500;

/// Reads a WebM file in pieces. Whatever the bytes, it never fails: it gives up, and the file stays as it is.
#[derive(Debug, Default)]
pub struct Scanner {
    /// What was pushed and not read yet.
    pending: Vec<u8>,
    /// Where `pending` begins in the file.
    position: u64,
    /// Bytes to pass over before the next element.
    skip: u64,
    /// Everything before the first cluster.
    pub(super) header: Vec<u8>,
    pub(super) first_cluster: Option<u64>,
    cluster: Option<Cluster>,
    group: Option<Group>,
    pub(super) cues: Vec<Cue>,
    /// Where the last block begins, in ticks.
    pub(super) last: Option<u64>,
    pub(super) cue_track: Option<u64>,
    broken: bool,
}

/// A place to start playing from: a cluster that has a key frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cue {
    pub time: u64,
    /// Of the cluster, in the file as the browser wrote it.
    pub position: u64,
}

#[derive(Clone, Copy, Debug)]
struct Cluster {
    position: u64,
    time: u64,
    has_cue: bool,
}

/// A `BlockGroup` that is being read: whether its frame stands alone is known at its end.
#[derive(Clone, Copy, Debug)]
struct Group {
    end: u64,
    block: Option<(u64, u64)>,
    is_key: bool,
}

impl Scanner {
    /// Takes the next bytes of the file.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.broken {
            return;
        }
        self.pending.extend_from_slice(bytes);
        while self.step() {}
        if self.first_cluster.is_none() && self.header.len() + self.pending.len() > MAX_HEADER {
            self.give_up();
        }
    }

    /// Whether everything so far could be read, and there is media.
    pub(super) fn is_usable(&self) -> bool {
        !self.broken && self.first_cluster.is_some() && self.last.is_some()
    }

    /// Whether everything so far could be read, and there is no media.
    pub fn is_blank(&self) -> bool {
        !self.broken && self.last.is_none()
    }

    fn give_up(&mut self) {
        *self = Self { broken: true, ..Self::default() };
    }

    /// Reads one element, if it is there. Masters are entered; of a block only its beginning is read.
    fn step(&mut self) -> bool {
        if self.skip > 0 {
            let bytes = self.skip.min(self.pending.len() as u64);
            self.take(bytes as usize);
            self.skip -= bytes;
            if self.skip > 0 {
                return false;
            }
        }
        if self.group.is_some_and(|group| group.end <= self.position) {
            self.end_group();
        }
        let header = match ebml::header(&self.pending) {
            Read::Done(header) => header,
            Read::More => return false,
            Read::Broken => {
                self.give_up();
                return false;
            }
        };
        if self.first_cluster.is_none() { self.read_header(header) } else { self.read_media(header) }
    }

    fn take(&mut self, count: usize) {
        if self.first_cluster.is_none() {
            self.header.extend_from_slice(&self.pending[..count]);
        }
        self.pending.drain(..count);
        self.position += count as u64;
    }

    fn read_header(&mut self, Header { id, size, length }: Header) -> bool {
        if id == id::CLUSTER {
            self.cue_track = cue_track(&self.header);
            self.first_cluster = Some(self.position);
            return self.read_media(Header { id, size, length });
        }
        // A master of unknown size is entered as the segment is: its children follow.
        let content = if id == id::SEGMENT { 0 } else { size.unwrap_or(0) };
        let Some(whole) = (length as u64).checked_add(content).filter(|whole| *whole <= MAX_HEADER as u64)
        else {
            self.give_up();
            return false;
        };
        if (self.pending.len() as u64) < whole {
            return false;
        }
        self.take(whole as usize);
        true
    }

    fn read_media(&mut self, Header { id, size, length }: Header) -> bool {
        let content = &self.pending[length..];
        match id {
            id::CLUSTER => {
                self.cluster = Some(Cluster { position: self.position, time: 0, has_cue: false });
                self.take(length);
                return true;
            }
            id::BLOCK_GROUP => {
                let Some(size) = size else { return self.refuse() };
                let end = self.position.saturating_add(length as u64).saturating_add(size);
                self.group = Some(Group { end, block: None, is_key: true });
                self.take(length);
                return true;
            }
            id::TIMESTAMP => {
                let Some(size) = size.filter(|size| *size <= 8) else { return self.refuse() };
                let Some(value) = content.get(..size as usize).and_then(ebml::uint) else { return false };
                if let Some(cluster) = &mut self.cluster {
                    cluster.time = value;
                }
            }
            id::SIMPLE_BLOCK | id::BLOCK => match block_start(content) {
                Read::Done((track, offset, flags)) => {
                    let cluster = self.cluster.map_or(0, |cluster| cluster.time);
                    let time = cluster.saturating_add_signed(offset);
                    match &mut self.group {
                        Some(group) if id == id::BLOCK => group.block = Some((track, time)),
                        _ => self.block(track, time, flags & 0x80 != 0),
                    }
                }
                Read::More => return false,
                Read::Broken => return self.refuse(),
            },
            id::REFERENCE_BLOCK => {
                if let Some(group) = &mut self.group {
                    group.is_key = false;
                }
            }
            _ => {}
        }
        let Some(whole) = size.and_then(|size| size.checked_add(length as u64)) else { return self.refuse() };
        self.skip = whole;
        true
    }

    fn refuse(&mut self) -> bool {
        self.give_up();
        false
    }

    fn end_group(&mut self) {
        if let Some(Group { block: Some((track, time)), is_key, .. }) = self.group.take() {
            self.block(track, time, is_key);
        }
    }

    fn block(&mut self, track: u64, time: u64, is_key: bool) {
        self.last = self.last.max(Some(time));
        let is_cue = is_key && *self.cue_track.get_or_insert(track) == track;
        let Some(cluster) = self.cluster.as_mut().filter(|cluster| is_cue && !cluster.has_cue) else {
            return;
        };
        cluster.has_cue = true;
        if self.cues.last().is_none_or(|last| last.time + CUE_DISTANCE <= time) {
            self.cues.push(Cue { time, position: cluster.position });
        }
    }
}

/// Track number, time after the cluster's, and flags.
fn block_start(content: &[u8]) -> Read<(u64, i64, u8)> {
    match ebml::number(content) {
        Read::Done((Some(track), length)) => match content.get(length..length + 3) {
            Some(&[high, low, flags]) => {
                Read::Done((track, i64::from(i16::from_be_bytes([high, low])), flags))
            }
            _ => Read::More,
        },
        Read::More => Read::More,
        _ => Read::Broken,
    }
}

/// The first track with pictures, else the first of all.
fn cue_track(header: &[u8]) -> Option<u64> {
    const VIDEO: u64 = 1;
    let tracks = super::finish::segment_children(header).find(|(id, ..)| *id == id::TRACKS)?.1;
    let entries = ebml::children(tracks).filter(|(id, ..)| *id == id::TRACK_ENTRY);
    let mut numbers: Vec<(bool, u64)> = entries
        .filter_map(|(_, entry, _)| {
            let member = |wanted: u32| {
                ebml::children(entry)
                    .find(|(id, ..)| *id == wanted)
                    .and_then(|(_, value, _)| ebml::uint(value))
            };
            Some((member(id::TRACK_TYPE) != Some(VIDEO), member(id::TRACK_NUMBER)?))
        })
        .collect();
    numbers.sort_unstable();
    numbers.first().map(|(_, number)| *number)
}
