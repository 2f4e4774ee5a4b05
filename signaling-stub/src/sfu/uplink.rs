//! What one client sends in one media section: its layers, their size, and pending key frame requests.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::{Duration, Instant},
};

use str0m::media::Rid;

use super::{layers::Layer, vp8};

/// The interval over which bit rates are measured.
const WINDOW: Duration = Duration::from_secs(1);
/// A layer that is silent for this long is inactive: browsers stop layers for which the bandwidth does not suffice.
const ALIVE: Duration = Duration::from_secs(2);
/// Minimum interval of key frame requests, as key frames are large. One serves all requests within it.
const KEY_FRAME_INTERVAL: Duration = Duration::from_millis(500);

/// A received publication.
#[derive(Debug, Default)]
pub(super) struct Uplink {
    versions: HashMap<Option<Rid>, Version>,
    asked_at: HashMap<Option<Rid>, Instant>,
    /// The layers of which a key frame will be requested as soon as the interval allows.
    wanted: HashSet<Option<Rid>>,
}

#[derive(Debug, Default)]
struct Version {
    frames: VecDeque<(Instant, usize)>,
    bytes: usize,
    height: Option<u32>,
}

impl Uplink {
    /// Accounts for a frame.
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

    /// The active layers, by ascending bit rate.
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

    /// Requests a key frame; of all layers, if none is named.
    pub(super) fn want_key_frame(&mut self, rid: Option<Rid>, now: Instant) {
        if rid.is_some() {
            self.wanted.insert(rid);
            return;
        }
        let alive: Vec<_> = self.layers(now).iter().map(|layer| layer.rid).collect();
        // A still picture sends no frames, but can be requested all the same.
        let all = if alive.is_empty() { self.versions.keys().copied().collect() } else { alive };
        self.wanted.extend(all);
    }

    /// The layers of which to request a key frame now.
    pub(super) fn take_due(&mut self, now: Instant) -> Vec<Option<Rid>> {
        let is_due = |rid: &Option<Rid>| self.due_at(*rid).is_none_or(|at| at <= now);
        let due: Vec<_> = self.wanted.iter().copied().filter(is_due).collect();
        for rid in &due {
            self.wanted.remove(rid);
            self.asked_at.insert(*rid, now);
        }
        due
    }

    /// When the next request is due.
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
        assert_eq!(uplink.take_due(at(500)), [None], "delayed, but not dropped");
        assert_eq!(uplink.take_due(at(2_000)), [], "and once");

        uplink.want_key_frame(None, at(2_000));
        assert_eq!(uplink.take_due(at(2_000)), [None]);
        uplink.want_key_frame(None, at(2_100));
        uplink.measure(None, &[1; 20], true, at(2_200));
        assert_eq!(uplink.poll_timeout(), None, "one key frame serves both requests");
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
