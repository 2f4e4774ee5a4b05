//! Tracks on a media element.

use moim::Error;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlMediaElement;
use yew::prelude::*;

use super::RawTrack;

/// Plays `tracks` on the element of `node`, and says so by `on_blocked` if the browser wants a click first.
/// A `silent` element needs no click, whatever the browser's policy.
#[hook]
pub(crate) fn use_media(node: NodeRef, tracks: Vec<RawTrack>, silent: bool, on_blocked: Callback<()>) {
    use_effect_with((node, tracks), move |(node, tracks)| {
        let element = node.cast::<HtmlMediaElement>();
        if let Some(element) = element.clone().filter(|_| !tracks.is_empty()) {
            element.set_muted(silent); // the attribute counts only in parsed pages
            if moim::attach(&element, &RawTrack::list(tracks)).is_ok() {
                spawn_local(async move {
                    if let Err(Error::Browser { name, .. }) = moim::play(&element).await
                        && name == "NotAllowedError"
                    {
                        on_blocked.emit(());
                    }
                });
            }
        } else if let Some(element) = &element {
            moim::detach(element);
        }
        move || {
            if let Some(element) = element {
                moim::detach(&element);
            }
        }
    });
}
