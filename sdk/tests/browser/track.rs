use std::cell::Cell;
use std::rc::Rc;

use futures::{FutureExt, StreamExt};
use gloo_timers::future::TimeoutFuture;
use moim::{CameraOptions, Devices, LocalTrack, TrackEvent, TrackSource, attach, detach, play};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::MediaStreamTrackState;

use crate::page::{Painting, ending_track, picture, promised, soon, until, video};

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

#[wasm_bindgen_test]
async fn a_second_track_of_the_camera_outlives_the_first() {
    let first = camera().await;
    let second = first.clone_track();
    assert_ne!(first, second);
    first.stop();
    assert!(first.is_ended() && !second.is_ended());

    let element = video();
    attach(&element, &[second.to_raw()]).expect("attached");
    play(&element).await.expect("playing");
    let before = picture(&element);
    until("another picture", || picture(&element) != before).await;
    detach(&element);
    element.remove();
    let raw = second.to_raw();
    drop(second);
    assert_eq!(raw.ready_state(), MediaStreamTrackState::Ended);
}

/// A track that is received within this page, and functions that start and pause the sender.
const RECEIVED: &str = "(async () => {
  const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];
  a.onicecandidate = ({ candidate }) => candidate && b.addIceCandidate(candidate);
  b.onicecandidate = ({ candidate }) => candidate && a.addIceCandidate(candidate);
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  const painter = setInterval(() => {
    context.fillStyle = `hsl(${Date.now() % 360} 100% 50%)`;
    context.fillRect(0, 0, 300, 150);
  }, 30);
  const transceiver = a.addTransceiver(canvas.captureStream().getTracks()[0]);
  const received = new Promise((done) => { b.ontrack = ({ track }) => done(track); });
  const offer = async () => {
    await a.setLocalDescription();
    await b.setRemoteDescription(a.localDescription);
  };
  window.answer = async () => {
    await b.setLocalDescription();
    await a.setRemoteDescription(b.localDescription);
  };
  window.pause = async () => {
    transceiver.direction = 'inactive';
    await offer();
    await window.answer();
  };
  window.finish = () => { clearInterval(painter); a.close(); b.close(); };
  await offer();
  return received;
})()";

#[wasm_bindgen_test]
async fn a_source_that_falls_silent_and_comes_back_is_told() {
    let raw = promised(RECEIVED).await.unchecked_into();
    let track = LocalTrack::from_raw(raw, TrackSource::Custom);
    assert!(track.is_muted(), "nothing has arrived yet");
    let mut events = track.events();

    promised("window.answer()").await;
    assert_eq!(soon("media", events.next()).await, Some(TrackEvent::Unmute));
    assert!(!track.is_muted() && track.is_enabled());

    promised("window.pause()").await;
    assert_eq!(soon("silence", events.next()).await, Some(TrackEvent::Mute));
    assert!(track.is_muted());
    js_sys::eval("window.finish()").expect("finished");
}

#[wasm_bindgen_test]
async fn events_end_with_the_track() {
    let track = ending_track().await;
    let mut events =
        track.events().filter(|event| std::future::ready(*event == TrackEvent::Ended)).boxed_local();
    assert_eq!(soon("the end", events.next()).await, Some(TrackEvent::Ended));
    assert_eq!(soon("nothing more", events.next()).await, None);
    assert_eq!(soon("nothing at all", track.events().next()).await, None);

    let painting = Painting::new();
    let mut events = painting.track.events();
    painting.track.stop();
    assert_eq!(soon("the end", events.next()).await, None, "stop() is no event");
}
