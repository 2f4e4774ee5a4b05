//! Selects the resolution of the camera.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::ui::{Icon, Mark, use_words};

/// The options, as heights in pixels. The SDK's default is 720.
const HEIGHTS: [u32; 4] = [180, 360, 720, 1080];
pub(crate) const STANDARD: u32 = 720;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct ResolutionPickerProps {
    pub(crate) height: u32,
    pub(crate) on_height: Callback<u32>,
}

/// Parses a height, if it is one of the options.
pub(crate) fn height_of(text: &str) -> Option<u32> {
    text.parse().ok().filter(|height| HEIGHTS.contains(height))
}

#[function_component]
pub(crate) fn ResolutionPicker(props: &ResolutionPickerProps) -> Html {
    let words = use_words();
    let onchange = {
        let on_height = props.on_height.clone();
        Callback::from(move |event: Event| {
            if let Some(height) = height_of(&event.target_unchecked_into::<HtmlSelectElement>().value()) {
                on_height.emit(height);
            }
        })
    };
    html! {
        <label class="field field--select">
            <span class="field__label"><Icon mark={Mark::Grid} />{ words.resolution }</span>
            <select data-test="resolution" aria-describedby="resolution-hint" {onchange}>
                { for HEIGHTS.map(|height| html! {
                    <option value={height.to_string()} selected={height == props.height}>
                        { format!("{height}p") }
                    </option>
                }) }
            </select>
            <span id="resolution-hint" class="soft">{ words.resolution_hint }</span>
        </label>
    }
}
