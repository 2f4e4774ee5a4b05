//! Shows an audio level without re-rendering.

use gloo_timers::callback::Interval;
use moim::LevelMeter;
use moim::yew::Track;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

const PERIOD_MS: u32 = 60;

/// Sets `--level` (0 to 1) and `data-speaking` on the element of `node` about sixteen times a second.
#[hook]
pub(crate) fn use_level(node: NodeRef, track: Option<Track>) {
    use_effect_with((node, track), |(node, track)| {
        let element = node.cast::<Element>();
        if let Some(element) = &element {
            show(element, 0.0, false);
        }
        let timer = element
            .clone()
            .zip(track.as_ref().and_then(|track| LevelMeter::new(track.as_raw()).ok()))
            .map(|(element, meter)| {
                Interval::new(PERIOD_MS, move || show(&element, meter.level(), meter.is_speaking()))
            });
        move || {
            drop(timer);
            if let Some(element) = element {
                show(&element, 0.0, false);
            }
        }
    });
}

fn show(element: &Element, level: f32, speaking: bool) {
    let _ = element.set_attribute("data-speaking", if speaking { "true" } else { "false" });
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        // Perceived loudness is a power of the amplitude: the root spreads speech over the whole bar.
        let shown = level.clamp(0.0, 1.0).sqrt();
        let _ = element.style().set_property("--level", &format!("{shown:.3}"));
    }
}
