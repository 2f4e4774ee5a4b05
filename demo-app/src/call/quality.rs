//! The connection quality of a participant, as bars.

use moim::yew::use_stats;
use moim::{MediaQuality, QualityReason, RemoteTrack, StatsMonitorOptions};
use yew::prelude::*;

use crate::i18n::{Words, fill};
use crate::ui::use_words;

const BARS: u8 = 5;
/// Often enough for an indicator.
const PERIOD_MS: u32 = 2_000;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct QualityBarsProps {
    pub(crate) track: RemoteTrack,
}

/// Five bars, with a text alternative.
#[function_component]
pub(crate) fn QualityBars(props: &QualityBarsProps) -> Html {
    let words = use_words();
    let stats = use_stats(Some(&props.track), StatsMonitorOptions { interval_ms: PERIOD_MS, history: 1 });
    let Some(quality) = stats.quality() else { return Html::default() };
    let text = sentence(words, quality);
    html! {
        <span
            class="quality"
            role="img"
            aria-label={text.clone()}
            title={text}
            data-test="quality"
            data-level={quality.level.to_string()}
        >
            { for (1..=BARS).map(|bar| html! { <i class={classes!((bar <= quality.level).then_some("is-on"))} /> }) }
        </span>
    }
}

fn sentence(words: &'static Words, quality: MediaQuality) -> String {
    let level = match quality.level {
        0 => words.nothing_arrives,
        1 => words.bad,
        2 => words.poor,
        3 => words.fair,
        4 => words.good,
        _ => words.excellent,
    };
    let reason = match quality.reason {
        QualityReason::Loss => words.because_loss,
        QualityReason::Delay => words.because_delay,
        QualityReason::Jitter => words.because_jitter,
        QualityReason::Codec => words.because_codec,
        QualityReason::Frozen => words.because_frozen,
        QualityReason::Cpu => words.because_cpu,
        QualityReason::Bandwidth => words.because_bandwidth,
        _ => return fill(words.quality, "quality", level),
    };
    fill(words.quality, "quality", &format!("{level} – {reason}"))
}
