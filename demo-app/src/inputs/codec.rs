//! Selects the codec of the camera's video.

use moim::{MediaKind, Sender, Topology};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::ui::{Icon, Mark, use_words};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct CodecPickerProps {
    pub(crate) topology: Topology,
    /// `None` leaves it to the browsers.
    pub(crate) codec: Option<String>,
    pub(crate) on_codec: Callback<Option<String>>,
}

/// The selection, where there is one: an SFU supports a single codec, and a mixer encodes its own video.
#[function_component]
pub(crate) fn CodecPicker(props: &CodecPickerProps) -> Html {
    let words = use_words();
    let codecs = use_memo((), |()| codecs());
    let onchange = {
        let on_codec = props.on_codec.clone();
        Callback::from(move |event: Event| {
            let codec = event.target_unchecked_into::<HtmlSelectElement>().value();
            on_codec.emit(Some(codec).filter(|codec| !codec.is_empty()));
        })
    };
    match props.topology {
        Topology::Mesh => html! {
            <label class="field field--select">
                <span class="field__label"><Icon mark={Mark::Reel} />{ words.codec }</span>
                <select data-test="codec" aria-describedby="codec-hint" {onchange}>
                    <option value="" selected={props.codec.is_none()}>{ words.codec_automatic }</option>
                    { for codecs.iter().map(|codec| html! {
                        <option value={codec.clone()} selected={props.codec.as_ref() == Some(codec)}>
                            { codec.trim_start_matches("video/").to_owned() }
                        </option>
                    }) }
                </select>
                <span id="codec-hint" class="soft">{ words.codec_hint }</span>
            </label>
        },
        Topology::Sfu => html! { <p class="soft">{ words.codec_of_sfu }</p> },
        _ => Html::default(),
    }
}

/// The codecs that this browser can send, without duplicates.
fn codecs() -> Vec<String> {
    let mut names = Vec::new();
    let known = Sender::capabilities(MediaKind::Video).map(|known| known.codecs).unwrap_or_default();
    for codec in known.into_iter().filter(|codec| !codec.is_auxiliary()) {
        if !names.contains(&codec.mime_type) {
            names.push(codec.mime_type);
        }
    }
    names
}
