//! The E-model of [ITU-T G.107]: from loss and delay to a rating and an opinion score.
//!
//! The narrowband model with its default values, for which `R = Ro - Is - Id - Ie,eff + A` comes to
//! `93.2 - Id - Ie,eff`:
//!
//! - `Id` is the impairment by pure delay, `Idd` of clause 7.4: nothing up to 100 ms, and beyond, with
//!   `X = log2(Ta / 100 ms)`, `25 ((1 + X^6)^(1/6) - 3 (1 + (X / 3)^6)^(1/6) + 2)`. Echo is taken to be cancelled.
//! - `Ie,eff = Ie + (95 - Ie) Ppl / (Ppl / BurstR + Bpl)` of clause 7.5 is the impairment by the codec and by the
//!   loss of `Ppl` percent of packets, taken to be random (`BurstR = 1`).
//! - Annex B makes a mean opinion score of `R`.
//!
//! Opus and other wideband codecs are rated on the narrowband scale, so the best possible score is 4.41: it
//! measures what the network degrades, not how much better wideband sounds. ITU-T G.113 has no parameters
//! for Opus; it gets those of G.711 with packet loss concealment, `Ie = 0` and `Bpl = 25.1`.
//!
//! [ITU-T G.107]: https://www.itu.int/rec/T-REC-G.107

/// `Ro - Is` and the rest of the model at its default values.
const BEST_RATING: f64 = 93.2;
/// A frame of 20 ms and Opus's look-ahead of 6.5 ms, in seconds.
const CODEC_DELAY: f64 = 0.0265;

/// How sensitive a codec is to packet loss: `Ie` and `Bpl` of ITU-T G.113, Appendix I.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpeechCodec {
    /// `Ie`: the impairment without any loss.
    pub impairment: f64,
    /// `Bpl`: the robustness to packet loss.
    pub robustness: f64,
}

impl SpeechCodec {
    /// Opus, G.711 and G.722 as browsers decode them, with concealment.
    pub const OPUS: Self = Self { impairment: 0.0, robustness: 25.1 };
    /// iLBC at 13.3 kbit/s.
    pub const ILBC: Self = Self { impairment: 11.0, robustness: 32.0 };
    /// G.729 Annex A with voice activity detection.
    pub const G729: Self = Self { impairment: 11.0, robustness: 19.0 };

    /// The codec of a MIME type such as `"audio/opus"`. Unknown ones count as Opus.
    pub fn from_mime_type(mime_type: &str) -> Self {
        match mime_type.to_ascii_lowercase().as_str() {
            "audio/ilbc" => Self::ILBC,
            "audio/g729" => Self::G729,
            _ => Self::OPUS,
        }
    }
}

/// The transmission conditions of speech.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpeechConditions {
    /// Fraction of the audio that is lost, from 0 to 1.
    pub loss: f64,
    /// One-way delay from mouth to ear without coding, in seconds.
    pub delay: f64,
    /// The codec.
    pub codec: SpeechCodec,
}

impl SpeechConditions {
    /// `Id`, the impairment by delay.
    pub fn delay_impairment(&self) -> f64 {
        let delay = (self.delay + CODEC_DELAY).clamp(0.0, 60.0);
        if delay <= 0.1 {
            return 0.0;
        }
        let x = (delay / 0.1).log2();
        let root = |x: f64| ((1.0 + x.powi(6)).log2() / 6.0).exp2();
        25.0 * (root(x) - 3.0 * root(x / 3.0) + 2.0)
    }

    /// `Ie,eff`, the impairment by codec and loss.
    pub fn equipment_impairment(&self) -> f64 {
        let SpeechCodec { impairment, robustness } = self.codec;
        let percent = self.loss.clamp(0.0, 1.0) * 100.0;
        impairment + (95.0 - impairment) * percent / (percent + robustness)
    }

    /// `R`, the rating factor, from 0 to 93.2.
    pub fn rating(&self) -> f64 {
        (BEST_RATING - self.delay_impairment() - self.equipment_impairment()).max(0.0)
    }
}

/// The mean opinion score for a rating factor, from 1 (bad) to 4.5: ITU-T G.107, Annex B.
pub fn mean_opinion_score(rating: f64) -> f64 {
    let r = rating.clamp(0.0, 100.0);
    // Below 6.5 the formula drops below 1.
    (1.0 + 0.035 * r + r * (r - 60.0) * (100.0 - r) * 7e-6).max(1.0)
}
