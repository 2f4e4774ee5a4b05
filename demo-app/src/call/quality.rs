//! The quality of the call with a participant, as bars.

use moim::{ParticipantQuality, QualityReason, QualitySide};
use yew::prelude::*;

use crate::i18n::{Words, fill};
use crate::ui::use_words;

const BARS: u8 = 5;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct QualityBarsProps {
    pub(crate) quality: ParticipantQuality,
}

/// Five bars, with a text alternative.
#[function_component]
pub(crate) fn QualityBars(props: &QualityBarsProps) -> Html {
    let words = use_words();
    let quality = props.quality;
    let text = sentence(words, quality);
    html! {
        <span
            class="quality"
            role="img"
            aria-label={text.clone()}
            title={text}
            data-test="quality"
            data-level={quality.level.to_string()}
            data-reason={quality.reason.as_str()}
            data-side={quality.side.as_str()}
        >
            { for (1..=BARS).map(|bar| html! { <i class={classes!((bar <= quality.level).then_some("is-on"))} /> }) }
        </span>
    }
}

fn sentence(words: &'static Words, quality: ParticipantQuality) -> String {
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
    let side = match quality.side {
        QualitySide::Uplink => words.side_uplink,
        QualitySide::Downlink => words.side_downlink,
        QualitySide::Cpu => words.side_cpu,
        QualitySide::RemoteUplink => words.side_remote_uplink,
        QualitySide::RemoteDownlink => words.side_remote_downlink,
        QualitySide::RemoteCpu => words.side_remote_cpu,
        _ => return fill(words.quality, "quality", &format!("{level} – {reason}")),
    };
    fill(words.quality, "quality", &format!("{level} – {reason} ({side})"))
}
