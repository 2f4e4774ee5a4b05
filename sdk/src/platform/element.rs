//! Plays tracks in `<video>` and `<audio>` elements:
//! <https://www.w3.org/TR/mediacapture-streams/#mediastreams-in-media-elements>.

use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlMediaElement, MediaStream, MediaStreamTrack};

use super::devices::sorted;
use super::exception::Exception;
use super::promise::ignore;
use crate::collections::SortedSet;
use crate::error::{Error, Result};
use crate::model::MediaKind;

/// Makes `element` play exactly these tracks. If it already does, playback continues unaffected.
///
/// # Errors
/// [`Error::Browser`](crate::Error::Browser) if the browser cannot create a stream of them.
pub fn attach(element: &HtmlMediaElement, tracks: &[MediaStreamTrack]) -> Result<()> {
    if tracks.is_empty() {
        detach(element);
        return Ok(());
    }
    let wanted: SortedSet<String> = tracks.iter().map(MediaStreamTrack::id).collect();
    let shown = element.src_object().map(|stream| ids(&stream));
    if shown.as_ref() != Some(&wanted) {
        element.set_src_object(Some(&stream_of(tracks)?));
    }
    Ok(())
}

/// Detaches all tracks from `element`.
pub fn detach(element: &HtmlMediaElement) {
    if element.src_object().is_some() {
        element.set_src_object(None);
    }
}

/// Starts playback.
///
/// # Errors
/// [`Error::Browser`](crate::Error::Browser), with the name `NotAllowedError` if the browser blocks audio before a user
/// gesture: call it again from a click handler.
pub async fn play(element: &HtmlMediaElement) -> Result<()> {
    let started = element.play().map_err(Exception::from)?;
    JsFuture::from(started).await.map_err(Exception::from)?;
    Ok(())
}

/// Starts playback of a muted element, which is never blocked. Immediately: if the element had lost its source by then,
/// the promise would never be settled, and Chromium would keep the element.
pub(super) fn start_muted(element: &HtmlMediaElement) {
    if let Ok(started) = element.play() {
        // Rejected if the source is removed before it plays.
        ignore(&started);
    }
}

/// Plays the audio of `element` on another speaker or headset; an empty id selects the default one. The device must
/// have been returned by [`Devices::enumerate`](crate::Devices::enumerate) or
/// [`Devices::select_audio_output`](crate::Devices::select_audio_output).
/// <https://www.w3.org/TR/audio-output/#dom-htmlmediaelement-setsinkid>
///
/// # Errors
/// [`Error::Unsupported`](crate::Error::Unsupported) if the browser has no `setSinkId`; a
/// [`MediaError`](crate::MediaError) of the device `"speaker"`: `NotFound` if the device does not exist, `NotAllowed`
/// if the page may not use it, `Aborted` if it fails.
pub async fn set_sink_id(element: &HtmlMediaElement, device_id: &str) -> Result<()> {
    sorted(element, "setSinkId", &[device_id.into()], "speaker").await.map(drop)
}

/// Creates an element to play a track of this kind.
pub(crate) fn media_element(kind: MediaKind) -> Result<HtmlMediaElement> {
    let document = web_sys::window().and_then(|window| window.document());
    let document = document.ok_or(Error::Unsupported { feature: "document" })?;
    let element = document.create_element(kind.as_str()).map_err(Exception::from)?;
    // iOS would play it in full screen.
    let _ = element.set_attribute("playsinline", "");
    Ok(element.unchecked_into())
}

/// Creates a stream that is used only here.
pub(super) fn stream_of(tracks: &[MediaStreamTrack]) -> Result<MediaStream> {
    let list: Array = tracks.iter().collect();
    Ok(MediaStream::new_with_tracks(&list).map_err(Exception::from)?)
}

/// Makes a stream have exactly these tracks. One that it already has continues to play.
pub(super) fn set_tracks(stream: &MediaStream, tracks: &[MediaStreamTrack]) {
    let before: Vec<MediaStreamTrack> = stream.get_tracks().iter().map(JsCast::unchecked_into).collect();
    before.iter().filter(|track| !tracks.contains(track)).for_each(|track| stream.remove_track(track));
    tracks.iter().filter(|track| !before.contains(track)).for_each(|track| stream.add_track(track));
}

fn ids(stream: &MediaStream) -> SortedSet<String> {
    let tracks = stream.get_tracks();
    tracks.iter().map(|track| track.unchecked_ref::<MediaStreamTrack>().id()).collect()
}
