//! Measures audio levels.

use std::cell::Cell;

use web_sys::MediaStreamTrack;

use super::analyser::Analyser;
use super::clock::now_ms;
use super::track::kind_of;
use crate::error::{Error, Result};
use crate::model::MediaKind;

/// Samples per measurement: 43 ms at 48 kHz.
const WINDOW: usize = 2048;
/// The level above which speech is detected, about -34 dBFS.
const SPEAKING_LEVEL: f32 = 0.02;
/// How long a pause between words may be, in milliseconds.
const SPEAKING_HANGOVER_MS: f64 = 500.0;

/// Measures the current level of an audio track.
///
/// All meters of a page share one `AudioContext`. While the browser keeps it suspended until a user gesture, the
/// level is 0.
#[derive(Debug)]
pub struct LevelMeter {
    analyser: Analyser,
    speaking_until: Cell<f64>,
}

impl LevelMeter {
    /// Starts to measure.
    ///
    /// # Errors
    /// [`Error::InvalidOptions`] for a video track.
    pub fn new(track: &MediaStreamTrack) -> Result<Self> {
        if kind_of(track) != MediaKind::Audio {
            return Err(Error::InvalidOptions {
                detail: "track: expected an audio track, got a video track".to_owned(),
            });
        }
        let analyser = Analyser::new(track, WINDOW as u32)?;
        Ok(Self { analyser, speaking_until: Cell::new(f64::NEG_INFINITY) })
    }

    /// The root mean square of about the last 43 ms: 0 is silence, 1 is full scale.
    pub fn level(&self) -> f32 {
        let mut samples = [0_f32; WINDOW];
        self.analyser.as_raw().get_float_time_domain_data(&mut samples);
        let energy: f32 = samples.iter().map(|sample| sample * sample).sum();
        (energy / WINDOW as f32).sqrt().min(1.0)
    }

    /// Whether speech is likely. Call it several times a second; it stays true for 500 ms after a sound.
    pub fn is_speaking(&self) -> bool {
        let now = now_ms();
        if self.level() > SPEAKING_LEVEL {
            self.speaking_until.set(now + SPEAKING_HANGOVER_MS);
        }
        now < self.speaking_until.get()
    }
}
