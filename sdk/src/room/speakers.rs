//! Detects the active speakers among the others, from the audio levels of received tracks.

use std::cell::RefCell;

use gloo_timers::callback::Interval;

use super::driver::Driver;
use super::event::RoomEvent;
use crate::collections::SortedMap;
use crate::engine::active_speaker::{ActiveSpeakers, Output};
use crate::model::{MediaKind, ParticipantId, TrackSource};
use crate::platform::{audio_level, clock};

const EVERY_MS: u32 = 100;

/// The levels of a room's remote voices. They are measured while there are remote tracks.
#[derive(Debug, Default)]
pub(super) struct Speakers {
    voices: RefCell<ActiveSpeakers>,
    interval: RefCell<Option<Interval>>,
}

impl Speakers {
    pub(super) fn active(&self) -> Vec<ParticipantId> {
        self.voices.borrow().speakers()
    }

    pub(super) fn dominant(&self) -> Option<ParticipantId> {
        self.voices.borrow().dominant_speaker().cloned()
    }
}

impl Driver {
    /// Remote tracks were added or removed.
    pub(super) fn tracks_changed(&self) {
        let is_needed = !self.remote_tracks.borrow().is_empty();
        let mut interval = self.speakers.interval.borrow_mut();
        if is_needed == interval.is_some() {
            return;
        }
        let this = self.this.clone();
        *interval = is_needed.then(|| {
            Interval::new(EVERY_MS, move || {
                if let Some(driver) = this.upgrade() {
                    driver.measure_voices();
                    driver.check_arrivals();
                }
            })
        });
    }

    /// Removes a participant who left.
    pub(super) fn voice_left(&self, id: &ParticipantId) {
        self.speakers.voices.borrow_mut().handle_left(id, clock::now());
        self.emit_speakers();
    }

    fn measure_voices(&self) {
        let mut levels = SortedMap::<ParticipantId, f64>::new();
        for track in self.remote_tracks.borrow().values() {
            // Audio shared with a screen is not a voice.
            if track.kind() == MediaKind::Audio && track.source() != TrackSource::ScreenAudio {
                let receiver = track.as_receiver().filter(|_| !track.is_muted());
                let level = receiver.map_or(0.0, audio_level);
                let loudest = levels.get_or_insert_with(track.participant_id().clone(), Default::default);
                *loudest = loudest.max(level);
            }
        }
        let now = clock::now();
        {
            let mut voices = self.speakers.voices.borrow_mut();
            for (id, level) in &levels {
                voices.handle_level(id, *level, now);
            }
            voices.handle_timeout(now);
        }
        self.emit_speakers();
    }

    fn emit_speakers(&self) {
        loop {
            let output = self.speakers.voices.borrow_mut().poll_output();
            let event = match output {
                None => return,
                Some(Output::SpeakersChanged(participant_ids)) => {
                    RoomEvent::ActiveSpeakersChange { participant_ids }
                }
                Some(Output::DominantSpeakerChanged(participant_id)) => {
                    RoomEvent::DominantSpeakerChange { participant_id }
                }
            };
            self.events.send(event);
        }
    }
}
