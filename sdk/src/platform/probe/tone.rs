//! A test tone, and how loud a microphone hears it: <https://www.w3.org/TR/webaudio/#OscillatorNode>.

use std::rc::Rc;

use web_sys::{GainNode, OscillatorNode};

use super::sound::runs;
use crate::error::Result;
use crate::platform::analyser::Analyser;
use crate::platform::audio_context::SharedContext;
use crate::platform::clock::sleep;
use crate::platform::exception::Exception;
use crate::platform::{LocalTrack, clock};

/// Hertz. Small speakers play it well.
const FREQUENCY: f32 = 1_760.0;
const GAIN: f32 = 0.2;
const WINDOW: u32 = 2048;
const EVERY_MS: u32 = 40;
const QUIET_MS: f64 = 500.0;
/// Speaker, room and microphone delay the tone.
const DELAY_MS: u32 = 400;
const TONE_MS: f64 = 700.0;
/// Digital silence, in dB.
const SILENCE: f64 = -120.0;

/// Plays a tone, and returns how much louder the microphone hears its frequency meanwhile than before, in dB. `None` if
/// the browser keeps audio suspended.
pub(crate) async fn tone_rise(microphone: &LocalTrack) -> Result<Option<f64>> {
    let ear = Ear::new(microphone)?;
    let context = ear.analyser.context();
    if !runs(context).await {
        return Ok(None);
    }
    let before = ear.mean(QUIET_MS).await;
    let _tone = Tone::start(context)?;
    sleep(DELAY_MS).await;
    Ok(Some(ear.mean(TONE_MS).await - before))
}

/// A tone that sounds until it is dropped.
struct Tone {
    oscillator: OscillatorNode,
    gain: GainNode,
}

impl Tone {
    fn start(context: &Rc<SharedContext>) -> Result<Self> {
        let raw = context.as_raw();
        let oscillator = OscillatorNode::new(raw).map_err(Exception::from)?;
        let tone = Self { oscillator, gain: GainNode::new(raw).map_err(Exception::from)? };
        tone.oscillator.frequency().set_value(FREQUENCY);
        tone.gain.gain().set_value(GAIN);
        tone.oscillator.connect_with_audio_node(&tone.gain).map_err(Exception::from)?;
        tone.gain.connect_with_audio_node(&raw.destination()).map_err(Exception::from)?;
        tone.oscillator.start().map_err(Exception::from)?;
        Ok(tone)
    }
}

impl Drop for Tone {
    fn drop(&mut self) {
        let _ = self.oscillator.disconnect();
        let _ = self.gain.disconnect();
        let _ = self.oscillator.stop();
    }
}

/// Measures one frequency of a track.
struct Ear {
    analyser: Analyser,
    bin: usize,
}

impl Ear {
    fn new(track: &LocalTrack) -> Result<Self> {
        let analyser = Analyser::new(track.as_raw(), WINDOW)?;
        analyser.as_raw().set_smoothing_time_constant(0.0);
        let bin = (FREQUENCY * WINDOW as f32 / analyser.context().as_raw().sample_rate()).round() as usize;
        Ok(Self { analyser, bin })
    }

    /// The mean of this time, in dB.
    async fn mean(&self, ms: f64) -> f64 {
        let mut spectrum = [0_f32; WINDOW as usize / 2];
        let (mut sum, mut count) = (0.0, 0.0);
        let end = clock::now_ms() + ms;
        while clock::now_ms() < end {
            sleep(EVERY_MS).await;
            self.analyser.as_raw().get_float_frequency_data(&mut spectrum);
            sum += spectrum.get(self.bin).map_or(SILENCE, |level| f64::from(*level).max(SILENCE));
            count += 1.0;
        }
        sum / f64::max(count, 1.0)
    }
}
