//! Changes the resolution of the user's camera while it runs.

use moim::{CameraOptions, Error};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::Capture;

/// Applies this height at 16:9 to the camera, now and whenever another camera takes over. `None` leaves it
/// unchanged.
#[hook]
pub(crate) fn use_resolution(capture: &Capture, height: Option<u32>, on_error: Callback<Error>) {
    let untouched = use_mut_ref(|| true);
    use_effect_with((capture.clone(), height), move |(capture, height)| {
        let Some(track) = capture.track().cloned() else { return };
        // Do not touch a camera whose resolution was never changed.
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
