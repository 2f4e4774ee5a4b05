use std::future::Future;
use std::task::{Context, Poll};

use futures::task::noop_waker_ref;
use js_sys::Reflect;
use moim::{
    CameraOptions, DeviceKind, Devices, DisplayOptions, Error, ErrorCode, MediaError, MediaKind,
    MicrophoneOptions, TrackSource, attach, capture_display, detach, play,
};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, MediaStreamTrackState};

use crate::page::{is_firefox, picture, soon, until, video};

fn devices() -> Devices {
    Devices::new().expect("devices")
}

fn small() -> CameraOptions {
    CameraOptions { width: Some(320), height: Some(240), frame_rate: Some(15.0), ..CameraOptions::default() }
}

#[wasm_bindgen_test]
async fn a_camera_shows_moving_pictures_of_the_size_that_was_asked_for() {
    let camera = devices().camera(&small()).await.expect("a camera");
    assert_eq!((camera.kind(), camera.source()), (MediaKind::Video, TrackSource::Camera));
    assert!(camera.device_id().is_some() || is_firefox());
    let element = video();
    attach(&element, &[camera.to_raw()]).expect("attached");
    play(&element).await.expect("playing");

    until("a frame", || element.video_width() > 0).await;
    assert_eq!((element.video_width(), element.video_height()), (320, 240));

    let shown = element.src_object();
    attach(&element, &[camera.to_raw()]).expect("attached");
    assert_eq!(element.src_object(), shown, "the same tracks leave the element alone");
    for _ in 0..3 {
        let before = picture(&element);
        until("another picture", || picture(&element) != before).await;
    }
    detach(&element);
    assert!(element.src_object().is_none());
    element.remove();
}

#[wasm_bindgen_test]
async fn the_chosen_device_is_opened() {
    let devices = devices();
    drop(devices.camera(&small()).await.expect("a camera"));
    let list = devices.enumerate().await.expect("a list");
    let known = |kind| list.iter().filter(move |device| device.kind == kind && !device.device_id.is_empty());
    assert!(known(DeviceKind::AudioInput).count() >= 1, "{list:?}");
    let camera = known(DeviceKind::VideoInput).next_back().expect("a camera");
    assert!(!camera.label.is_empty());

    let options = CameraOptions { device_id: Some(camera.device_id.clone()), ..small() };
    let track = devices.camera(&options).await.expect("that camera");
    assert_eq!(track.label(), camera.label);
}

#[wasm_bindgen_test]
async fn a_microphone_is_opened_with_the_processing_that_was_asked_for() {
    let options = MicrophoneOptions { echo_cancellation: false, ..MicrophoneOptions::default() };
    let track = devices().microphone(&options).await.expect("a microphone");
    assert_eq!((track.kind(), track.source()), (MediaKind::Audio, TrackSource::Microphone));
    let settings = track.as_raw().get_settings();
    // Firefox's fake microphone says false to everything.
    if !is_firefox() {
        assert_eq!(settings.get_echo_cancellation(), Some(false));
        assert_ne!(settings.get_noise_suppression(), Some(false));
    }
}

#[wasm_bindgen_test]
async fn an_unknown_device_is_an_overconstrained_device_id() {
    let id = Some("there is no such device".to_owned());
    let camera = devices().camera(&CameraOptions { device_id: id.clone(), ..small() }).await;
    let microphone = devices().microphone(&MicrophoneOptions { device_id: id, ..Default::default() }).await;
    for (error, device) in [(camera.err(), "camera"), (microphone.err(), "microphone")] {
        let constraint = "deviceId".to_owned();
        assert_eq!(error, Some(MediaError::Overconstrained { device, constraint }.into()));
    }
}

#[wasm_bindgen_test]
async fn a_camera_that_nobody_waits_for_any_more_is_stopped() {
    let devices = devices();
    let raw = {
        let camera = devices.camera(&small()).await.expect("a camera");
        camera.to_raw()
    };
    assert_eq!(raw.ready_state(), MediaStreamTrackState::Ended, "the last handle is gone");

    let spy = js_sys::eval(
        "(() => {
           const devices = navigator.mediaDevices;
           const ask = devices.getUserMedia;
           const spy = { state: () => spy.track?.readyState, end: () => delete devices.getUserMedia };
           devices.getUserMedia = async (wanted) => {
             const stream = await ask.call(devices, wanted);
             spy.track = stream.getTracks()[0];
             return stream;
           };
           return spy;
         })()",
    );
    let spy = spy.expect("a spy");
    let call = |name: &str| {
        let function: js_sys::Function = Reflect::get(&spy, &name.into()).expect("a method").unchecked_into();
        function.call0(&spy).expect("an answer")
    };
    let options = small();
    let mut waiting = Box::pin(devices.camera(&options));
    let polled = waiting.as_mut().poll(&mut Context::from_waker(noop_waker_ref()));
    assert!(matches!(polled, Poll::Pending));
    drop(waiting);
    until("the end of the camera", || call("state") == "ended").await;
    call("end");
}

#[wasm_bindgen_test]
async fn device_changes_are_a_stream() {
    use futures::{FutureExt, StreamExt};
    let devices = devices();
    let mut changes = devices.changes();
    assert!(changes.next().now_or_never().is_none());

    for _ in 0..3 {
        devices.as_raw().dispatch_event(&Event::new("devicechange").expect("an event")).expect("dispatched");
    }

    soon("a change", changes.next()).await.expect("a change");
    assert!(changes.next().now_or_never().is_none(), "changes that nobody took count as one");
}

#[wasm_bindgen_test]
async fn display_capture_without_a_click_is_a_typed_answer() {
    match soon("an answer", capture_display(&DisplayOptions::default())).await {
        Ok(capture) => {
            assert_eq!(capture.video.source(), TrackSource::Screen);
            assert!(capture.audio.is_none());
        }
        Err(error) => {
            let known = [ErrorCode::MediaNotAllowed, ErrorCode::MediaNotFound];
            let refused = matches!(&error, Error::Browser { name, .. } if name == "InvalidStateError");
            assert!(known.contains(&error.code()) || refused, "{error:?}");
        }
    }
}

#[wasm_bindgen_test]
async fn blocked_playback_is_a_browser_error() {
    let element = video();
    element.set_src("data:video/webm;base64,AAAA");
    let error = play(&element).await.expect_err("no such video");
    assert!(matches!(&error, Error::Browser { name, .. } if name == "NotSupportedError"), "{error:?}");
    element.remove();
}

#[wasm_bindgen_test]
async fn refusals_are_told_apart_by_name() {
    for (name, error) in [
        ("NotAllowedError", MediaError::NotAllowed { device: "camera" }),
        ("SecurityError", MediaError::NotAllowed { device: "camera" }),
        ("NotFoundError", MediaError::NotFound { device: "camera" }),
        ("NotReadableError", MediaError::NotReadable { device: "camera" }),
        ("AbortError", MediaError::Aborted { device: "camera", detail: "words".to_owned() }),
    ] {
        let refuse = format!(
            "navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('words', '{name}') }}"
        );
        js_sys::eval(&refuse).expect("replaced");
        let refused = devices().camera(&small()).await;
        js_sys::eval("delete navigator.mediaDevices.getUserMedia").expect("restored");
        assert_eq!(refused.err(), Some(error.into()), "{name}");
    }
    devices().camera(&small()).await.expect("a camera again");
}

#[wasm_bindgen_test]
fn a_browser_without_a_feature_is_unsupported() {
    js_sys::eval("navigator.mediaDevices.getUserMedia = undefined").expect("hidden");
    let error = Devices::new().err();
    js_sys::eval("delete navigator.mediaDevices.getUserMedia").expect("restored");
    assert_eq!(error, Some(Error::Unsupported { feature: "getUserMedia" }));
    Devices::new().expect("devices again");
}
