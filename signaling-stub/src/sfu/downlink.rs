//! What one client gets in one media section: of which version, and since when.

use std::time::{Duration, Instant};

use str0m::media::{MediaData, Rid};

use super::{Source, timeline::Timeline};

/// A key frame that does not come is asked for again after this time.
const PATIENCE: Duration = Duration::from_millis(600);

/// One section.
#[derive(Debug, Default)]
pub(super) struct Downlink {
    pub(super) timeline: Timeline,
    /// The version that is being forwarded; a key frame began it.
    playing: Option<(Source, Option<Rid>)>,
    /// The version to switch to at its next key frame.
    target: Option<Option<Rid>>,
    asked_at: Option<Instant>,
    is_paused: bool,
}

/// What to do with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Forward,
    Drop,
    /// Drop it, and ask for a key frame of this version.
    Ask(Option<Rid>),
}

impl Downlink {
    /// Another publication comes here from now on, or none.
    pub(super) fn reset(&mut self) {
        self.playing = None;
        self.target = None;
        self.asked_at = None;
        self.timeline.cut();
    }

    /// Shows nothing, as long as nothing is aimed at; or goes on. Says whether it goes on after it was paused.
    pub(super) fn pause(&mut self, is_paused: bool) -> bool {
        if is_paused && !self.is_paused {
            self.reset();
        }
        std::mem::replace(&mut self.is_paused, is_paused) && !is_paused
    }

    /// The version that is being forwarded, or is to be.
    pub(super) fn version(&self) -> Option<Option<Rid>> {
        self.target.or(self.playing.map(|(_, rid)| rid))
    }

    /// Chooses the version.
    pub(super) fn aim(&mut self, rid: Option<Rid>) {
        let is_playing = self.playing.is_some_and(|(_, playing)| playing == rid);
        let target = (!is_playing).then_some(rid);
        if self.target != target {
            self.target = target;
            self.asked_at = None;
        }
    }

    /// Judges a frame of sound: all of it goes on.
    pub(super) fn judge_audio(&mut self, source: Source) -> Verdict {
        if self.playing != Some((source, None)) {
            self.playing = Some((source, None));
            self.timeline.cut();
        }
        Verdict::Forward
    }

    /// Judges a frame of pictures: what is begun with a key frame goes on till another version has one.
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
            // The receiver cannot see the gap: the numbers that it gets have none.
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
