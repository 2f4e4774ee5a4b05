//! Plays a remote audio track on an element.

use moim::RemoteTrack;
use web_sys::HtmlMediaElement;
use yew::prelude::*;

/// Plays `track` on the element of `node` while both exist. If the browser requires a user gesture, the room reports
/// it and resumes playback: `RoomEvent::AudioPlaybackChange`, `Room::start_audio`.
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
