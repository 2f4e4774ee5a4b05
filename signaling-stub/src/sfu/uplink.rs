//! What one client sends in one media section: its versions, how large they are, and when a key frame was asked for.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::{Duration, Instant},
};

use str0m::media::Rid;

use super::{layers::Layer, vp8};

/// Over which time bitrates are measured.
const WINDOW: Duration = Duration::from_secs(1);
/// A version that is silent for this long is not sent any more: browsers stop what their bandwidth does not allow.
const ALIVE: Duration = Duration::from_secs(2);
/// Key frames cost a lot. One answers all who ask within this time.
const KEY_FRAME_INTERVAL: Duration = Duration::from_millis(500);

/// One publication as it arrives.
#[derive(Debug, Default)]
pub(super) struct Uplink {
    versions: HashMap<Option<Rid>, Version>,
    asked_at: HashMap<Option<Rid>, Instant>,
    /// Of which a key frame is to be asked for as soon as it may be.
    wanted: HashSet<Option<Rid>>,
}

#[derive(Debug, Default)]
struct Version {
    frames: VecDeque<(Instant, usize)>,
    bytes: usize,
    height: Option<u32>,
}

impl Uplink {
    /// Takes a frame into account.
    pub(super) fn measure(&mut self, rid: Option<Rid>, frame: &[u8], is_key_frame: bool, now: Instant) {
        let version = self.versions.entry(rid).or_default();
        version.frames.push_back((now, frame.len()));
        version.bytes += frame.len();
        while version.frames.front().is_some_and(|(at, _)| *at + WINDOW < now) {
            version.bytes -= version.frames.pop_front().map_or(0, |(_, bytes)| bytes);
        }
        if is_key_frame {
            version.height = vp8::size(frame).map(|(_, height)| height).or(version.height);
            self.wanted.remove(&rid);
        }
    }

    /// The versions that are being sent, the smallest bitrate first.
    pub(super) fn layers(&self, now: Instant) -> Vec<Layer> {
        let alive = self.versions.iter().filter(|(_, version)| {
            version.frames.back().is_some_and(|(at, _)| now.saturating_duration_since(*at) < ALIVE)
        });
        let mut layers: Vec<_> = alive
            .map(|(rid, version)| Layer {
                rid: *rid,
                bitrate: version.bytes as f64 * 8.0 / WINDOW.as_secs_f64(),
                height: version.height,
            })
            .collect();
        layers.sort_by(|a, b| {
            (a.height, a.bitrate).partial_cmp(&(b.height, b.bitrate)).unwrap_or(std::cmp::Ordering::Equal)
        });
        layers
    }

    /// Wants a key frame; of every version, if none is named.
    pub(super) fn want_key_frame(&mut self, rid: Option<Rid>, now: Instant) {
        if rid.is_some() {
            self.wanted.insert(rid);
            return;
        }
        let alive: Vec<_> = self.layers(now).iter().map(|layer| layer.rid).collect();
        // What does not move is not sent, and can be asked for all the same.
        let all = if alive.is_empty() { self.versions.keys().copied().collect() } else { alive };
        self.wanted.extend(all);
    }

    /// The versions of which to ask for a key frame now.
    pub(super) fn take_due(&mut self, now: Instant) -> Vec<Option<Rid>> {
        let is_due = |rid: &Option<Rid>| self.due_at(*rid).is_none_or(|at| at <= now);
        let due: Vec<_> = self.wanted.iter().copied().filter(is_due).collect();
        for rid in &due {
            self.wanted.remove(rid);
            self.asked_at.insert(*rid, now);
        }
        due
    }

    /// When there will be something to ask for.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.wanted.iter().filter_map(|rid| self.due_at(*rid)).min()
    }

    fn due_at(&self, rid: Option<Rid>) -> Option<Instant> {
        self.asked_at.get(&rid).map(|at| *at + KEY_FRAME_INTERVAL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_frames_are_asked_for_at_once_and_then_not_too_often() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut uplink = Uplink::default();
        uplink.measure(None, &[1; 20], false, at(0));
        uplink.want_key_frame(None, at(0));
        assert_eq!(uplink.take_due(at(0)), [None]);
        uplink.measure(None, &[1; 20], true, at(90));

        uplink.want_key_frame(None, at(100));
        uplink.want_key_frame(None, at(200));
        assert_eq!(uplink.take_due(at(499)), []);
        assert_eq!(uplink.poll_timeout(), Some(at(500)));
        assert_eq!(uplink.take_due(at(500)), [None], "late, but not forgotten");
        assert_eq!(uplink.take_due(at(2_000)), [], "and once");

        uplink.want_key_frame(None, at(2_000));
        assert_eq!(uplink.take_due(at(2_000)), [None]);
        uplink.want_key_frame(None, at(2_100));
        uplink.measure(None, &[1; 20], true, at(2_200));
        assert_eq!(uplink.poll_timeout(), None, "the one that came answers both");
    }

    #[test]
    fn what_does_not_move_can_be_asked_for() {
        let start = Instant::now();
        let mut uplink = Uplink::default();
        uplink.measure(None, &[1; 20], true, start);
        let later = start + Duration::from_secs(60);
        uplink.want_key_frame(None, later);
        assert_eq!(uplink.take_due(later), [None]);
    }
}
