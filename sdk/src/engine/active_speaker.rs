//! Who speaks, and who of them leads the conversation, from how loud everyone is.
//!
//! Feed levels as they come, some ten a second for each participant, by [`handle_level`](ActiveSpeakers::handle_level);
//! then drain [`poll_output`](ActiveSpeakers::poll_output). Short noises do not count, pauses between words do not
//! end a speech, and the dominant speaker changes only when another one is clearly louder for a while.

use std::collections::{BTreeMap, VecDeque};

use crate::model::{ParticipantId, Timestamp};

/// Who is louder than this begins to speak: about -34 dBFS.
const BEGIN: f64 = 0.02;
/// Who is quieter than this makes a pause: about -40 dBFS.
const PAUSE: f64 = 0.01;
/// How long one must be loud to count as a speaker, in milliseconds.
const BEGIN_AFTER: Timestamp = 200;
/// How long a pause between words may be, in milliseconds.
const END_AFTER: Timestamp = 800;
/// How much louder than the dominant speaker another one has to be, and for how many milliseconds.
const LOUDER: f64 = 1.4;
const DOMINANT_AFTER: Timestamp = 600;
/// In this time the measure of loudness follows a change for the most part, in milliseconds.
const SMOOTHING: f64 = 300.0;

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Others speak than before. In the order of their ids.
    SpeakersChanged(Vec<ParticipantId>),
    /// Another participant leads. None when the one who did has left and nobody speaks; while all are silent, the last
    /// one stays.
    DominantSpeakerChanged(Option<ParticipantId>),
}

#[derive(Clone, Copy, Debug)]
struct Voice {
    loudness: f64,
    heard: Timestamp,
    speaks: bool,
    /// Since when loudness calls for the other state.
    turning: Option<Timestamp>,
    /// Since when the voice is clearly louder than the dominant one.
    leads: Option<Timestamp>,
}

/// The state of a conversation.
#[derive(Clone, Debug, Default)]
pub struct ActiveSpeakers {
    voices: BTreeMap<ParticipantId, Voice>,
    dominant: Option<ParticipantId>,
    outputs: VecDeque<Output>,
}

impl ActiveSpeakers {
    /// A conversation in which nobody has spoken yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes how loud a participant is: the root mean square, from 0 to 1. What is no number counts as silence.
    pub fn handle_level(&mut self, participant: &ParticipantId, level: f64, now: Timestamp) {
        let level = if level.is_finite() { level.clamp(0.0, 1.0) } else { 0.0 };
        let silent = Voice { loudness: 0.0, heard: now, speaks: false, turning: None, leads: None };
        let voice = self.voices.entry(participant.clone()).or_insert(silent);
        let passed = now.saturating_sub(voice.heard) as f64;
        voice.loudness += (level - voice.loudness) * (1.0 - (-passed / SMOOTHING).exp());
        voice.heard = voice.heard.max(now);
        self.update(now);
    }

    /// Lets time pass: call it when no levels came for a while, as of a participant who was muted.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        for voice in self.voices.values_mut() {
            if now.saturating_sub(voice.heard) > END_AFTER {
                (voice.loudness, voice.heard) = (0.0, now);
            }
        }
        self.update(now);
    }

    /// Forgets a participant.
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

    /// Who speaks now, in the order of their ids.
    pub fn speakers(&self) -> Vec<ParticipantId> {
        self.voices.iter().filter(|(_, voice)| voice.speaks).map(|(id, _)| id.clone()).collect()
    }

    /// Who leads the conversation.
    pub fn dominant_speaker(&self) -> Option<&ParticipantId> {
        self.dominant.as_ref()
    }

    /// Takes the next change.
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
        // Whoever follows a silent one needs not be louder for long.
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

/// Whether `holds` has been true for `after` milliseconds; `since` remembers from when.
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

    /// Levels of several participants ten times a second; gives the changes.
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
        // Whoever goes on when the leading one has ended follows, however quiet.
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
        let voice = speakers.voices[&id("ana")];
        assert!((0.0..=1.0).contains(&voice.loudness), "{voice:?}");
    }
}
