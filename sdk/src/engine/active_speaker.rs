//! Detects who speaks, and the dominant speaker, from the audio levels of all participants.
//!
//! Pass levels to [`handle_level`](ActiveSpeakers::handle_level) as they arrive, about ten a second for each
//! participant; then drain [`poll_output`](ActiveSpeakers::poll_output). Short noises are ignored, pauses between words
//! do not end a speech, and the dominant speaker changes only when another participant is clearly louder for a while.

use std::collections::VecDeque;

use crate::collections::SortedMap;
use crate::model::{ParticipantId, Timestamp};

/// A level above this starts a speech: about -34 dBFS.
const BEGIN: f64 = 0.02;
/// A level below this is a pause: about -40 dBFS.
const PAUSE: f64 = 0.01;
/// How long a participant must be loud to count as a speaker, in milliseconds.
const BEGIN_AFTER: Timestamp = 200;
/// How long a pause between words may be, in milliseconds.
const END_AFTER: Timestamp = 800;
/// How much louder than the dominant speaker another participant must be, and for how many milliseconds.
const LOUDER: f64 = 1.4;
const DOMINANT_AFTER: Timestamp = 600;
/// Time constant of the smoothed loudness, in milliseconds.
const SMOOTHING: f64 = 300.0;

/// A change of the active or dominant speakers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// The set of active speakers changed. Sorted by id.
    SpeakersChanged(Vec<ParticipantId>),
    /// The dominant speaker changed. `None` when the previous one has left and nobody speaks; while everyone is silent,
    /// the last one stays.
    DominantSpeakerChanged(Option<ParticipantId>),
}

#[derive(Clone, Copy, Debug)]
struct Voice {
    loudness: f64,
    heard: Timestamp,
    speaks: bool,
    /// Since when the level has been across the threshold for the other state.
    turning: Option<Timestamp>,
    /// Since when the participant has been clearly louder than the dominant speaker.
    leads: Option<Timestamp>,
}

/// The speakers of a conversation.
#[derive(Clone, Debug, Default)]
pub struct ActiveSpeakers {
    voices: SortedMap<ParticipantId, Voice>,
    dominant: Option<ParticipantId>,
    outputs: VecDeque<Output>,
}

impl ActiveSpeakers {
    /// A conversation in which nobody has spoken yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a participant's audio level: the root mean square, from 0 to 1. `NaN` counts as silence.
    pub fn handle_level(&mut self, participant: &ParticipantId, level: f64, now: Timestamp) {
        let level = if level.is_finite() { level.clamp(0.0, 1.0) } else { 0.0 };
        let silent = Voice { loudness: 0.0, heard: now, speaks: false, turning: None, leads: None };
        let voice = self.voices.get_or_insert_with(participant.clone(), || silent);
        let passed = now.saturating_sub(voice.heard) as f64;
        voice.loudness += (level - voice.loudness) * (1.0 - (-passed / SMOOTHING).exp());
        voice.heard = voice.heard.max(now);
        self.update(now);
    }

    /// Advances time: call it when no levels arrived for a while, for example from a muted participant.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        for voice in self.voices.values_mut() {
            if now.saturating_sub(voice.heard) > END_AFTER {
                (voice.loudness, voice.heard) = (0.0, now);
            }
        }
        self.update(now);
    }

    /// Removes a participant.
    pub fn handle_left(&mut self, participant: &ParticipantId, now: Timestamp) {
        let spoke = self.voices.remove(participant).is_some_and(|voice| voice.speaks);
        if spoke {
            self.outputs.push_back(Output::SpeakersChanged(self.speakers()));
        }
        if self.dominant.as_ref() == Some(participant) {
            self.dominant = None;
            self.update(now);
            if self.dominant.is_none() {
                self.outputs.push_back(Output::DominantSpeakerChanged(None));
            }
        }
    }

    /// The active speakers, sorted by id.
    pub fn speakers(&self) -> Vec<ParticipantId> {
        self.voices.iter().filter(|(_, voice)| voice.speaks).map(|(id, _)| id.clone()).collect()
    }

    /// The dominant speaker.
    pub fn dominant_speaker(&self) -> Option<&ParticipantId> {
        self.dominant.as_ref()
    }

    /// Returns the next change.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn update(&mut self, now: Timestamp) {
        let mut changed = false;
        for voice in self.voices.values_mut() {
            let (turns, after) = if voice.speaks {
                (voice.loudness < PAUSE, END_AFTER)
            } else {
                (voice.loudness > BEGIN, BEGIN_AFTER)
            };
            if lasts(&mut voice.turning, turns, after, now) {
                voice.speaks = !voice.speaks;
                voice.turning = None;
                changed = true;
            }
        }
        if changed {
            self.outputs.push_back(Output::SpeakersChanged(self.speakers()));
        }
        self.choose_dominant(now);
    }

    fn choose_dominant(&mut self, now: Timestamp) {
        let current = self.dominant.as_ref().and_then(|id| self.voices.get(id)).filter(|voice| voice.speaks);
        // A participant who follows a silent one takes over sooner.
        let (limit, after) = current.map_or((0.0, 0), |voice| (voice.loudness * LOUDER, DOMINANT_AFTER));
        let mut best: Option<(&ParticipantId, f64)> = None;
        for (id, voice) in &mut self.voices {
            let louder = voice.speaks && voice.loudness > limit && self.dominant.as_ref() != Some(id);
            let leads = lasts(&mut voice.leads, louder, after, now);
            if leads && best.is_none_or(|(_, loudness)| voice.loudness > loudness) {
                best = Some((id, voice.loudness));
            }
        }
        if let Some((id, _)) = best {
            let id = id.clone();
            self.dominant = Some(id.clone());
            self.voices.values_mut().for_each(|voice| voice.leads = None);
            self.outputs.push_back(Output::DominantSpeakerChanged(Some(id)));
        }
    }
}

/// Whether `holds` has been true for `after` milliseconds; `since` stores when it became true.
fn lasts(since: &mut Option<Timestamp>, holds: bool, after: Timestamp, now: Timestamp) -> bool {
    if !holds {
        *since = None;
        return false;
    }
    now.saturating_sub(*since.get_or_insert(now)) >= after
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> ParticipantId {
        ParticipantId(name.to_owned())
    }

    /// Feeds levels of several participants ten times a second; returns the changes.
    fn talk(
        speakers: &mut ActiveSpeakers,
        now: &mut Timestamp,
        milliseconds: Timestamp,
        levels: &[(&str, f64)],
    ) -> Vec<Output> {
        for _ in 0..milliseconds / 100 {
            *now += 100;
            levels.iter().for_each(|(name, level)| speakers.handle_level(&id(name), *level, *now));
        }
        std::iter::from_fn(|| speakers.poll_output()).collect()
    }

    fn speaking(names: &[&str]) -> Output {
        Output::SpeakersChanged(names.iter().map(|name| id(name)).collect())
    }

    fn leading(name: &str) -> Output {
        Output::DominantSpeakerChanged(Some(id(name)))
    }

    #[test]
    fn who_speaks_is_told_once_and_leads() {
        let (mut speakers, mut now) = (ActiveSpeakers::new(), 0);
        let changes = talk(&mut speakers, &mut now, 2000, &[("ana", 0.2), ("bo", 0.001)]);
        assert_eq!(changes, [speaking(&["ana"]), leading("ana")]);
        assert_eq!(talk(&mut speakers, &mut now, 2000, &[("ana", 0.2), ("bo", 0.001)]), []);
    }

    #[test]
    fn a_cough_is_no_speech_and_a_pause_no_end() {
        let (mut speakers, mut now) = (ActiveSpeakers::new(), 0);
        talk(&mut speakers, &mut now, 1000, &[("ana", 0.0)]);
        let mut changes = talk(&mut speakers, &mut now, 100, &[("ana", 0.05)]);
        changes.extend(talk(&mut speakers, &mut now, 1000, &[("ana", 0.0)]));
        assert_eq!(changes, []);
        talk(&mut speakers, &mut now, 2000, &[("ana", 0.1)]);
        assert_eq!(talk(&mut speakers, &mut now, 600, &[("ana", 0.0)]), []);
        assert_eq!(talk(&mut speakers, &mut now, 1000, &[("ana", 0.1)]), []);
        assert_eq!(talk(&mut speakers, &mut now, 3000, &[("ana", 0.0)]), [speaking(&[])]);
        assert_eq!(speakers.dominant_speaker(), Some(&id("ana")), "while all are silent, the last one stays");
    }

    #[test]
    fn another_leads_when_clearly_louder_for_a_while() {
        let (mut speakers, mut now) = (ActiveSpeakers::new(), 0);
        talk(&mut speakers, &mut now, 2000, &[("ana", 0.2), ("bo", 0.0)]);
        let changes = talk(&mut speakers, &mut now, 3000, &[("ana", 0.2), ("bo", 0.22)]);
        assert_eq!(changes, [speaking(&["ana", "bo"])], "a little louder is not enough");
        talk(&mut speakers, &mut now, 300, &[("ana", 0.1), ("bo", 0.4)]);
        assert_eq!(speakers.dominant_speaker(), Some(&id("ana")), "nor is a moment");
        assert_eq!(talk(&mut speakers, &mut now, 2000, &[("ana", 0.1), ("bo", 0.4)]), [leading("bo")]);
        // When the dominant speaker has stopped, the next speaker takes over, however quiet.
        let changes = talk(&mut speakers, &mut now, 4000, &[("ana", 0.1), ("bo", 0.0)]);
        assert_eq!(changes, [leading("ana"), speaking(&["ana"])]);
    }

    #[test]
    fn whoever_leaves_or_is_muted_speaks_no_more() {
        let (mut speakers, mut now) = (ActiveSpeakers::new(), 0);
        talk(&mut speakers, &mut now, 2000, &[("ana", 0.2), ("bo", 0.1)]);
        speakers.handle_left(&id("ana"), now);
        let changes: Vec<_> = std::iter::from_fn(|| speakers.poll_output()).collect();
        assert_eq!(changes, [speaking(&["bo"]), leading("bo")]);
        speakers.handle_timeout(now + 900);
        speakers.handle_timeout(now + 1800);
        assert_eq!(speakers.poll_output(), Some(speaking(&[])));
        speakers.handle_left(&id("bo"), now + 1900);
        assert_eq!(speakers.poll_output(), Some(Output::DominantSpeakerChanged(None)));
        assert_eq!(speakers.poll_output(), None);
    }

    #[test]
    fn odd_levels_and_a_clock_that_goes_back_do_no_harm() {
        let mut speakers = ActiveSpeakers::new();
        for (level, now) in [(f64::NAN, 5), (f64::INFINITY, 3), (-1.0, 900), (9.0, 0), (9.0, u64::MAX)] {
            speakers.handle_level(&id("ana"), level, now);
            speakers.handle_timeout(now);
        }
        let voice = speakers.voices.get(&id("ana")).unwrap();
        assert!((0.0..=1.0).contains(&voice.loudness), "{voice:?}");
    }
}
