use std::cell::Cell;
use std::rc::Rc;

use futures::FutureExt;
use gloo_timers::future::TimeoutFuture;
use moim::{CameraOptions, Devices, LocalTrack, TrackSource};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::MediaStreamTrackState;

use crate::page::{Painting, ending_track, soon, until};

async fn camera() -> LocalTrack {
    let devices = Devices::new().expect("devices");
    devices.camera(&CameraOptions::default()).await.expect("a camera")
}

#[wasm_bindgen_test]
async fn a_captured_track_runs_till_its_last_handle_is_dropped() {
    let track = camera().await;
    let raw = track.to_raw();
    let second = track.clone();
    assert_eq!(track, second);

    drop(track);
    assert_eq!(raw.ready_state(), MediaStreamTrackState::Live);
    drop(second);
    assert_eq!(raw.ready_state(), MediaStreamTrackState::Ended);
}

#[wasm_bindgen_test]
async fn a_track_of_the_application_is_stopped_by_stop_only() {
    let painting = Painting::new();
    let raw = painting.track.to_raw();
    let track = LocalTrack::from_raw(Clone::clone(&raw), TrackSource::Screen);
    assert_eq!(track.source(), TrackSource::Screen);
    assert_eq!(track, painting.track, "the same track in another wrapper");
    assert_ne!(track, Painting::new().track);

    drop(track);
    assert_eq!(raw.ready_state(), MediaStreamTrackState::Live);
    painting.track.stop();
    painting.track.stop();
    assert!(painting.track.is_ended());
}

#[wasm_bindgen_test]
fn muting_is_not_stopping() {
    let painting = Painting::new();
    painting.track.set_enabled(false);
    assert!(!painting.track.is_enabled() && !painting.track.is_ended());
    painting.track.set_enabled(true);
    assert!(painting.track.is_enabled());
    assert_eq!(painting.track.id(), painting.track.as_raw().id());
}

#[wasm_bindgen_test]
async fn the_end_of_a_track_is_told_apart_from_stop() {
    let track = ending_track().await;
    let told = Rc::new(Cell::new(0));
    let count = told.clone();
    let guard = track.on_ended(move || count.set(count.get() + 1));
    let other = told.clone();
    drop(track.on_ended(move || other.set(other.get() + 100)));

    soon("the end", track.ended()).await;

    assert!(track.is_ended());
    until("the call", || told.get() == 1).await;
    drop(guard);

    let painting = Painting::new();
    let count = told.clone();
    let _guard = painting.track.on_ended(move || count.set(count.get() + 1));
    painting.track.stop();
    TimeoutFuture::new(100).await;
    assert_eq!(told.get(), 1, "stop() tells nobody");
}

#[wasm_bindgen_test]
async fn ended_returns_after_stop_too() {
    let track = Painting::new().track;
    assert!(track.ended().now_or_never().is_none());
    futures::join!(soon("the end", track.ended()), async { track.stop() });
    soon("the end that was", track.ended()).await;
}
