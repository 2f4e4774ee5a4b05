//! What one client sends in one media section: its versions, how large they are, and when a key frame was asked for.

use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

use str0m::media::{MediaData, Rid};

use super::{layers::Layer, vp8};

/// Over which time bitrates are measured.
const WINDOW: Duration = Duration::from_secs(1);
/// A version that is silent for this long is not sent any more: browsers stop what their bandwidth does not allow.
const ALIVE: Duration = Duration::from_secs(2);
/// Key frames cost a lot. One answers all who asked meanwhile.
const KEY_FRAME_INTERVAL: Duration = Duration::from_millis(500);

/// One publication as it arrives.
#[derive(Debug, Default)]
pub(super) struct Uplink {
    versions: HashMap<Option<Rid>, Version>,
    asked_at: HashMap<Option<Rid>, Instant>,
}

#[derive(Debug, Default)]
struct Version {
    frames: VecDeque<(Instant, usize)>,
    bytes: usize,
    height: Option<u32>,
}

impl Uplink {
    /// Takes a frame into account.
    pub(super) fn measure(&mut self, data: &MediaData, now: Instant) {
        let version = self.versions.entry(data.rid).or_default();
        version.frames.push_back((now, data.data.len()));
        version.bytes += data.data.len();
        while version.frames.front().is_some_and(|(at, _)| *at + WINDOW < now) {
            version.bytes -= version.frames.pop_front().map_or(0, |(_, bytes)| bytes);
        }
        if data.is_keyframe() {
            version.height = vp8::size(&data.data).map(|(_, height)| height).or(version.height);
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

    /// Whether a key frame may be asked for now.
    pub(super) fn may_ask(&mut self, rid: Option<Rid>, now: Instant) -> bool {
        let is_due = self.asked_at.get(&rid).is_none_or(|at| *at + KEY_FRAME_INTERVAL <= now);
        if is_due {
            self.asked_at.insert(rid, now);
        }
        is_due
    }
}
