//! The size of one's own camera's picture, changed while it runs.

use moim::{CameraOptions, Error};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::Capture;

/// Asks the camera for pictures of this height, 16 to 9, now and whenever another camera takes over. `None` leaves it as it
/// is captured.
#[hook]
pub(crate) fn use_resolution(capture: &Capture, height: Option<u32>, on_error: Callback<Error>) {
    let untouched = use_mut_ref(|| true);
    use_effect_with((capture.clone(), height), move |(capture, height)| {
        let Some(track) = capture.track().cloned() else { return };
        // A camera that nobody wants otherwise is left alone.
        if untouched.replace(height.is_none()) && height.is_none() {
            return;
        }
        let standard = CameraOptions::default();
        let options = CameraOptions {
            device_id: track.device_id(),
            width: height.map(|height| height * 16 / 9).or(standard.width),
            height: height.or(standard.height),
            ..standard
        };
        spawn_local(async move {
            if let Err(error) = track.apply_constraints(&options.to_constraints()).await {
                on_error.emit(error);
            }
        });
    });
}
