//! What one client receives in one media section: which layer, and since when.

use std::time::{Duration, Instant};

use str0m::media::{MediaData, Rid};

use super::{Source, timeline::Timeline};

/// Interval after which a missing key frame is requested again.
const PATIENCE: Duration = Duration::from_millis(600);

/// One section.
#[derive(Debug, Default)]
pub(super) struct Downlink {
    pub(super) timeline: Timeline,
    /// The layer that is being forwarded, starting at a key frame.
    playing: Option<(Source, Option<Rid>)>,
    /// The layer to switch to at its next key frame.
    target: Option<Option<Rid>>,
    asked_at: Option<Instant>,
    is_paused: bool,
}

/// What to do with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Forward,
    Drop,
    /// Drop it, and request a key frame of this layer.
    Ask(Option<Rid>),
}

impl Downlink {
    /// Another publication is sent in this section from now on, or none.
    pub(super) fn reset(&mut self) {
        self.playing = None;
        self.target = None;
        self.asked_at = None;
        self.timeline.cut();
    }

    /// Pauses while there is no target layer; or resumes. Returns whether it resumes after a pause.
    pub(super) fn pause(&mut self, is_paused: bool) -> bool {
        if is_paused && !self.is_paused {
            self.reset();
        }
        std::mem::replace(&mut self.is_paused, is_paused) && !is_paused
    }

    /// The layer that is being forwarded, or will be.
    pub(super) fn version(&self) -> Option<Option<Rid>> {
        self.target.or(self.playing.map(|(_, rid)| rid))
    }

    /// Sets the target layer.
    pub(super) fn aim(&mut self, rid: Option<Rid>) {
        let is_playing = self.playing.is_some_and(|(_, playing)| playing == rid);
        let target = (!is_playing).then_some(rid);
        if self.target != target {
            self.target = target;
            self.asked_at = None;
        }
    }

    /// Decides about a frame of audio: all are forwarded.
    pub(super) fn judge_audio(&mut self, source: Source) -> Verdict {
        if self.playing != Some((source, None)) {
            self.playing = Some((source, None));
            self.timeline.cut();
        }
        Verdict::Forward
    }

    /// Decides about a frame of video: a layer is forwarded from its key frame until another layer has one.
    pub(super) fn judge_video(&mut self, source: Source, data: &MediaData, now: Instant) -> Verdict {
        let is_aimed_at = self.target == Some(data.rid);
        if is_aimed_at && data.is_keyframe() {
            self.playing = Some((source, data.rid));
            self.target = None;
            self.asked_at = None;
            self.timeline.cut();
            return Verdict::Forward;
        }
        if self.playing == Some((source, data.rid)) {
            if data.contiguous || data.is_keyframe() {
                return if is_aimed_at { Verdict::Drop } else { Verdict::Forward };
            }
            // The receiver cannot see the gap, as sequence numbers are rewritten.
            self.playing = None;
            self.target = self.target.or(Some(data.rid));
        }
        match self.target {
            Some(rid) if self.asked_at.is_none_or(|at| at + PATIENCE <= now) => {
                self.asked_at = Some(now);
                Verdict::Ask(rid)
            }
            _ => Verdict::Drop,
        }
    }
}
