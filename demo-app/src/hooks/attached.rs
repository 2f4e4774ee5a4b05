//! Sound of another participant on an element.

use moim::RemoteTrack;
use web_sys::HtmlMediaElement;
use yew::prelude::*;

/// Plays `track` on the element of `node` as long as both are there. Where the browser wants a click first, the room says so
/// and starts it: `RoomEvent::AudioPlaybackChange`, `Room::start_audio`.
#[hook]
pub(crate) fn use_attached(node: NodeRef, track: RemoteTrack) {
    use_effect_with((node, track), |(node, track)| {
        let attached = node.cast::<HtmlMediaElement>().map(|element| {
            let _ = track.attach(&element); // a track that has ended is about to go
            (element, track.clone())
        });
        move || {
            if let Some((element, track)) = attached {
                track.detach(&element);
            }
        }
    });
}
