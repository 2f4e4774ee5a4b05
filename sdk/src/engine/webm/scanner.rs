//! Parses a recording as it grows, and keeps what is needed to complete it.

use super::ebml::{self, Header, Read};
use super::id;
use super::last_picture::{BlockStart, LastPicture};

/// The largest accepted header. Those of browsers have a few hundred bytes.
const MAX_HEADER: usize = 1 << 20;
/// The minimum distance of cues, in the segment's ticks of usually one millisecond.
const CUE_DISTANCE: u64 = 500;

/// Parses a WebM file in pieces. It never fails: on unexpected data it gives up, and the file stays unchanged.
#[derive(Debug, Default)]
pub struct Scanner {
    /// Data that was pushed and not parsed yet.
    pending: Vec<u8>,
    /// The offset of `pending` in the file.
    position: u64,
    /// Bytes to skip before the next element.
    skip: u64,
    /// Everything before the first cluster.
    pub(super) header: Vec<u8>,
    pub(super) first_cluster: Option<u64>,
    cluster: Option<Cluster>,
    group: Option<Group>,
    pub(super) cues: Vec<Cue>,
    /// The time of the last block, in ticks.
    pub(super) last: Option<u64>,
    pub(super) cue_track: Option<u64>,
    /// The number of the video track.
    picture_track: Option<u64>,
    pub(super) last_picture: Option<LastPicture>,
    broken: bool,
}

/// A position to start playback from: a cluster with a key frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cue {
    pub time: u64,
    /// The offset of the cluster in the original file.
    pub position: u64,
}

#[derive(Clone, Copy, Debug)]
struct Cluster {
    position: u64,
    time: u64,
    has_cue: bool,
    /// The segment has an unknown size, which needs no correction when it grows.
    is_open: bool,
}

/// A `BlockGroup` that is being parsed: whether its frame is a key frame is known at its end.
#[derive(Clone, Copy, Debug)]
struct Group {
    from: u64,
    content_from: u64,
    end: u64,
    block: Option<(u64, u64)>,
    is_key: bool,
    has_duration: bool,
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

    /// Whether everything so far could be parsed, and there is media.
    pub(super) fn is_usable(&self) -> bool {
        !self.broken && self.first_cluster.is_some() && self.last.is_some()
    }

    /// Whether everything so far could be parsed, and there is no media.
    pub fn is_blank(&self) -> bool {
        !self.broken && self.last.is_none()
    }

    fn give_up(&mut self) {
        *self = Self { broken: true, ..Self::default() };
    }

    /// Parses one element, if it is complete. Masters are entered; of a block only its header is read.
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
            let tracks = tracks(&self.header);
            let picture_tracks = tracks.iter().filter(|track| track.is_picture);
            self.picture_track = picture_tracks.map(|track| track.number).min();
            self.cue_track = self.picture_track.or(tracks.iter().map(|track| track.number).min());
            self.first_cluster = Some(self.position);
            return self.read_media(Header { id, size, length });
        }
        // A master of unknown size is entered like the segment: its children follow.
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
                let is_open = size.is_none();
                self.cluster = Some(Cluster { position: self.position, time: 0, has_cue: false, is_open });
                self.take(length);
                return true;
            }
            id::BLOCK_GROUP => {
                let Some(size) = size else { return self.refuse() };
                let content_from = self.position.saturating_add(length as u64);
                self.group = Some(Group {
                    from: self.position,
                    content_from,
                    end: content_from.saturating_add(size),
                    block: None,
                    is_key: true,
                    has_duration: false,
                });
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
                Read::Done(block) => {
                    let cluster = self.cluster.map_or(0, |cluster| cluster.time);
                    let time = cluster.saturating_add_signed(block.offset);
                    match &mut self.group {
                        Some(group) if id == id::BLOCK => group.block = Some((block.track, time)),
                        _ => {
                            let header = Header { id, size, length };
                            let picture = LastPicture::simple(&header, self.position, content, block);
                            let is_key = block.flags & 0x80 != 0;
                            self.picture(block.track, time, picture, !is_key);
                            self.block(block.track, time, is_key);
                        }
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
            id::BLOCK_DURATION => {
                if let Some(group) = &mut self.group {
                    group.has_duration = true;
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
        let Some(group) = self.group.take() else { return };
        if let Some((track, time)) = group.block {
            let picture = LastPicture::group(group.from, group.content_from, group.end);
            self.picture(track, time, (!group.has_duration).then_some(picture), false);
            self.block(track, time, group.is_key);
        }
    }

    /// Keeps a frame that may be the last one. `needs_reference` if it must still be marked as dependent on an
    /// earlier one.
    fn picture(&mut self, track: u64, time: u64, picture: Option<LastPicture>, needs_reference: bool) {
        if Some(track) != self.picture_track {
            return;
        }
        let before = self.last_picture.take();
        let is_open = self.cluster.is_some_and(|cluster| cluster.is_open);
        self.last_picture = picture.filter(|_| is_open).map(|mut picture| {
            picture.time = time;
            if needs_reference {
                picture.refer_to(before.map_or(time, |before| before.time));
            }
            picture
        });
    }

    fn block(&mut self, track: u64, time: u64, is_key: bool) {
        self.last = self.last.max(Some(time));
        let is_cue = is_key && *self.cue_track.get_or_insert(track) == track;
        let Some(cluster) = self.cluster.as_mut().filter(|cluster| is_cue && !cluster.has_cue) else {
            return;
        };
        cluster.has_cue = true;
        if self.cues.last().is_none_or(|last| last.time.saturating_add(CUE_DISTANCE) <= time) {
            self.cues.push(Cue { time, position: cluster.position });
        }
    }
}

fn block_start(content: &[u8]) -> Read<BlockStart> {
    match ebml::number(content) {
        Read::Done((Some(track), number)) => match content.get(number..number + 3) {
            Some(&[high, low, flags]) => {
                let offset = i64::from(i16::from_be_bytes([high, low]));
                Read::Done(BlockStart { track, offset, flags, length: number + 3 })
            }
            _ => Read::More,
        },
        Read::More => Read::More,
        _ => Read::Broken,
    }
}

struct Track {
    is_picture: bool,
    number: u64,
}

/// The tracks in the header.
fn tracks(header: &[u8]) -> Vec<Track> {
    const VIDEO: u64 = 1;
    let Some((_, tracks, _)) = super::finish::segment_children(header).find(|(id, ..)| *id == id::TRACKS)
    else {
        return Vec::new();
    };
    let entries = ebml::children(tracks).filter(|(id, ..)| *id == id::TRACK_ENTRY);
    entries
        .filter_map(|(_, entry, _)| {
            let member = |wanted: u32| {
                ebml::children(entry)
                    .find(|(id, ..)| *id == wanted)
                    .and_then(|(_, value, _)| ebml::uint(value))
            };
            Some(Track {
                is_picture: member(id::TRACK_TYPE) == Some(VIDEO),
                number: member(id::TRACK_NUMBER)?,
            })
        })
        .collect()
}
