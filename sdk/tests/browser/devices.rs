use std::future::Future;
use std::task::{Context, Poll};

use futures::task::noop_waker_ref;
use futures::{FutureExt, StreamExt};
use js_sys::Reflect;
use moim::{
    CameraOptions, DeviceInfo, DeviceKind, Devices, Error, ErrorCode, MediaError, MediaKind,
    MicrophoneOptions, TrackSource, attach, detach, play, set_sink_id,
};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{console_log, wasm_bindgen_test};
use web_sys::{Event, MediaStreamTrackState};

use crate::page::{Mock, Painting, is_firefox, js, picture, soon, until, video};

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
    // Firefox's fake microphone reports false for everything.
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
async fn an_empty_device_id_is_the_default_device() {
    let id = Some(String::new());
    let camera = CameraOptions { device_id: id.clone(), ..small() };
    let microphone = MicrophoneOptions { device_id: id, ..MicrophoneOptions::default() };
    assert_eq!(camera.to_constraints(), small().to_constraints());
    assert_eq!(microphone.to_constraints(), MicrophoneOptions::default().to_constraints());
    devices().camera(&camera).await.expect("the default camera");
    devices().microphone(&microphone).await.expect("the default microphone");
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

const LIST: &str = "(list) => async () => list.map((name) => {
  const [kind, deviceId, groupId] = name.split(' ');
  return { kind, deviceId, groupId, label: `the ${deviceId}` };
})";

/// Makes the browser list these devices.
fn plugged_in(list: &str) -> Mock {
    Mock::new("navigator.mediaDevices", "enumerateDevices", &format!("({LIST})({list})"))
}

fn ids(devices: &[DeviceInfo]) -> Vec<&str> {
    devices.iter().map(|device| device.device_id.as_str()).collect()
}

#[wasm_bindgen_test]
async fn device_changes_are_a_stream_that_says_what_changed() {
    let devices = devices();
    let tell = || {
        devices.as_raw().dispatch_event(&Event::new("devicechange").expect("an event")).expect("dispatched");
    };
    let mut list = plugged_in("['videoinput a 1', 'audioinput m 1']");
    let mut changes = devices.changes();
    assert!(changes.next().now_or_never().is_none());
    drop(list);

    list = plugged_in("['videoinput b 2', 'videoinput a 1', 'audioinput m 1']");
    tell();
    tell();
    let change = soon("a change", changes.next()).await.expect("a change");
    assert_eq!((ids(&change.added), ids(&change.removed)), (vec!["b"], vec![]));
    assert_eq!((ids(&change.defaults), ids(&change.devices)), (vec!["b"], vec!["b", "a", "m"]));
    drop(list);

    list = plugged_in("['videoinput b 2', 'audioinput m 1']");
    tell();
    let change = soon("a change", changes.next()).await.expect("a change");
    assert_eq!((ids(&change.added), ids(&change.removed)), (vec![], vec!["a"]));
    assert_eq!(ids(&change.defaults), Vec::<&str>::new());

    tell();
    assert!(changes.next().now_or_never().is_none(), "nothing changed");
    drop(list);
}

#[wasm_bindgen_test]
async fn one_question_opens_both() {
    let _count = Mock::new(
        "navigator.mediaDevices",
        "getUserMedia",
        "function (wanted) { window.questions = (window.questions ?? 0) + 1; return original.call(this, wanted); }",
    );
    let both = devices().camera_and_microphone(&small(), &MicrophoneOptions::default()).await;
    let (camera, microphone) = both.expect("both");
    assert_eq!((camera.source(), microphone.source()), (TrackSource::Camera, TrackSource::Microphone));
    assert_eq!(camera.settings().width, Some(320));
    assert_eq!(js("window.questions"), 1);
}

/// Makes the browser return a microphone that is unplugged soon, and none afterwards until `window.plug` is set.
fn unplugging() -> Mock {
    let ending = include_str!("ending-track.js");
    let wanted = format!(
        "(() => {{
           let first = true;
           window.asked = [];
           return async function (wanted) {{
             window.asked.push(wanted.audio);
             if (first) {{ first = false; return new MediaStream([await ({ending})()]); }}
             if (!window.plug) throw new DOMException('none', 'NotFoundError');
             return original.call(this, wanted);
           }};
         }})()"
    );
    js("window.plug = false");
    Mock::new("navigator.mediaDevices", "getUserMedia", &wanted)
}

#[wasm_bindgen_test]
async fn the_next_default_takes_over_from_a_device_that_was_unplugged() {
    let _mock = unplugging();
    let devices = devices();
    let options = MicrophoneOptions {
        device_id: Some("gone".to_owned()),
        noise_suppression: false,
        ..MicrophoneOptions::default()
    };
    let first = devices.microphone(&options).await.expect("a microphone");
    first.set_enabled(false);
    let mut tracks = devices.take_over(&first).expect("a watch");

    let asked = || js_sys::Reflect::get(&js("window.asked"), &"length".into()).expect("a list");
    let (next, ()) = futures::join!(soon("the next", tracks.next()), async {
        until("a first try", || asked() == 2).await;
        js("window.plug = true");
        js("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))");
    });
    let next = next.expect("one more").expect("a track");
    assert!(first.is_ended() && !next.is_ended());
    assert_ne!(next, first);
    assert!(!next.is_enabled(), "whoever was muted stays muted");
    assert_eq!(js("window.asked[0].deviceId.exact"), "gone");
    assert_eq!(
        js("window.asked[2].deviceId === undefined && window.asked[2].noiseSuppression === false"),
        true
    );

    let (end, ()) = futures::join!(soon("the end", tracks.next()), async { next.stop() });
    assert!(end.is_none(), "stop() ends it");
    assert_eq!(asked(), 3);
}

#[wasm_bindgen_test]
async fn a_track_of_the_application_cannot_be_taken_over() {
    let painting = Painting::new();
    let error = devices().take_over(&painting.track).expect_err("no device");
    assert_eq!(error.code(), ErrorCode::InvalidState);
}

#[wasm_bindgen_test]
async fn sound_goes_to_the_speaker_that_was_chosen() {
    let element = video();
    drop(devices().microphone(&MicrophoneOptions::default()).await.expect("a microphone"));
    let list = devices().enumerate().await.expect("a list");
    let speaker = list.iter().rfind(|device| device.kind == DeviceKind::AudioOutput);
    match speaker {
        Some(speaker) => {
            set_sink_id(&element, &speaker.device_id).await.expect("a speaker");
            let sink = Reflect::get(&element, &"sinkId".into()).expect("a property");
            assert_eq!(sink, speaker.device_id.as_str());
        }
        None => console_log!("skipped: this browser lists no speaker before it was chosen"),
    }
    set_sink_id(&element, "").await.expect("the default");
    let unknown = set_sink_id(&element, "there is no such speaker").await;
    assert_eq!(unknown.err(), Some(MediaError::NotFound { device: "speaker" }.into()));
    Reflect::set(&element, &"setSinkId".into(), &wasm_bindgen::JsValue::NULL).expect("hidden");
    assert_eq!(set_sink_id(&element, "").await.err(), Some(Error::Unsupported { feature: "setSinkId" }));
    element.remove();
}

#[wasm_bindgen_test]
async fn choosing_a_speaker_needs_a_click_or_is_unsupported() {
    let error = soon("an answer", devices().select_audio_output(None)).await.expect_err("no click");
    if is_firefox() {
        assert_eq!(error.code(), ErrorCode::InvalidState, "{error}");
        assert!(error.to_string().contains("user gesture"), "{error}");
    } else {
        assert_eq!(error, Error::Unsupported { feature: "selectAudioOutput" });
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
fn a_browser_without_a_feature_is_unsupported() {
    js_sys::eval("navigator.mediaDevices.getUserMedia = undefined").expect("hidden");
    let error = Devices::new().err();
    js_sys::eval("delete navigator.mediaDevices.getUserMedia").expect("restored");
    assert_eq!(error, Some(Error::Unsupported { feature: "getUserMedia" }));
    Devices::new().expect("devices again");
}
