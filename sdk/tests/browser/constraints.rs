//! Requested constraints of a track, and the resulting settings.

use moim::{
    CameraOptions, ConstraintSet, ContentHint, Devices, Error, ErrorCode, LocalTrack, MediaError,
    MicrophoneOptions, NumberConstraint, TrackConstraints, attach, detach, play,
};
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

use crate::page::{Painting, is_firefox, picture, until, video};

fn sized(width: u32, height: u32) -> ConstraintSet {
    ConstraintSet {
        width: NumberConstraint::exact(width),
        height: NumberConstraint::exact(height),
        ..ConstraintSet::default()
    }
}

async fn camera(constraints: impl Into<TrackConstraints>) -> moim::Result<LocalTrack> {
    let options = CameraOptions { constraints: constraints.into(), ..CameraOptions::default() };
    Devices::new().expect("devices").camera(&options).await
}

#[wasm_bindgen_test]
async fn exact_constraints_replace_the_wishes_of_the_simple_options() {
    let track = camera(sized(320, 180)).await.expect("a camera");
    let settings = track.settings();
    assert_eq!((settings.width, settings.height), (Some(320), Some(180)));
    assert_eq!(settings.device_id, track.device_id());
    assert!(settings.frame_rate.is_some_and(|rate| rate > 0.0));
}

#[wasm_bindgen_test]
async fn an_advanced_set_is_met_as_a_whole() {
    let wide = ConstraintSet { width: 320.into(), height: 240.into(), ..ConstraintSet::default() };
    let track = camera(TrackConstraints { basic: ConstraintSet::default(), advanced: vec![wide] });
    assert_eq!(track.await.expect("a camera").settings().width, Some(320));
}

#[wasm_bindgen_test]
async fn a_constraint_that_no_device_meets_is_named() {
    let refused = camera(sized(1_000_000, 240)).await.err();
    let constraint = "width".to_owned();
    assert_eq!(refused, Some(MediaError::Overconstrained { device: "camera", constraint }.into()));
}

#[wasm_bindgen_test]
async fn a_required_member_that_the_browser_does_not_know_is_unsupported_and_a_wish_is_not() {
    let wish = ConstraintSet { face_framing: true.into(), ..ConstraintSet::default() };
    drop(camera(wish).await.expect("a camera"));
    let must = ConstraintSet { face_framing: moim::Constraint::exact(true), ..ConstraintSet::default() };
    assert_eq!(camera(must).await.err(), Some(Error::Unsupported { feature: "faceFraming" }));
}

#[wasm_bindgen_test]
async fn a_running_camera_takes_another_size_and_keeps_its_own_if_it_cannot() {
    let track = camera(sized(640, 480)).await.expect("a camera");
    let element = video();
    attach(&element, &[track.to_raw()]).expect("attached");
    play(&element).await.expect("playing");
    until("the first size", || element.video_width() == 640).await;

    track.apply_constraints(&sized(320, 240).into()).await.expect("applied");
    if is_firefox() {
        console_log!("skipped: Firefox's fake camera keeps its size, whatever is asked of it");
    } else {
        until("the second size", || (element.video_width(), element.video_height()) == (320, 240)).await;
        let refused = track.apply_constraints(&sized(1_000_000, 240).into()).await.err();
        let constraint = "width".to_owned();
        assert_eq!(refused, Some(MediaError::Overconstrained { device: "camera", constraint }.into()));
        assert_eq!(track.settings().width, Some(320));
    }
    let before = picture(&element);
    until("another picture", || picture(&element) != before).await;
    detach(&element);
    element.remove();
}

#[wasm_bindgen_test]
async fn a_camera_says_what_it_could_be() {
    let track = camera(sized(320, 240)).await.expect("a camera");
    let capabilities = track.capabilities().expect("capabilities");
    let widths = capabilities.width.expect("widths");
    assert!(widths.min.is_some_and(|min| min <= 320.0) && widths.max.is_some_and(|max| max >= 640.0));
    assert_eq!(capabilities.device_id, track.device_id());
    assert!(capabilities.resize_mode.is_some_and(|modes| !modes.is_empty()));
    assert_eq!(capabilities.sample_rate, None, "a camera has no sound");
}

#[wasm_bindgen_test]
async fn what_the_sound_is_treated_with_can_be_changed() {
    let devices = Devices::new().expect("devices");
    let track = devices.microphone(&MicrophoneOptions::default()).await.expect("a microphone");
    if is_firefox() {
        console_log!("skipped: Firefox's fake microphone cannot process its sound");
        return;
    }
    assert_eq!(track.settings().noise_suppression, Some(true));
    let off = ConstraintSet { noise_suppression: moim::Constraint::exact(false), ..ConstraintSet::default() };
    match track.apply_constraints(&off.into()).await {
        Ok(()) => assert_eq!(track.settings().noise_suppression, Some(false)),
        // Chromium changes the processing of a source only while nothing else uses it.
        Err(error) => assert_eq!(error.code(), ErrorCode::MediaOverconstrained, "{error:?}"),
    }
}

#[wasm_bindgen_test]
async fn a_track_can_say_what_it_is_for() {
    let track = Painting::new().track;
    if is_firefox() {
        let unsupported = Error::Unsupported { feature: "contentHint" };
        assert_eq!(track.content_hint(), Err(unsupported.clone()));
        assert_eq!(track.set_content_hint(&ContentHint::Text), Err(unsupported));
        return;
    }
    assert_eq!(track.content_hint(), Ok(ContentHint::None));
    track.set_content_hint(&ContentHint::Text).expect("set");
    assert_eq!(track.content_hint(), Ok(ContentHint::Text));
    let wrong = track.set_content_hint(&ContentHint::Music).expect_err("a hint for sound");
    assert_eq!(wrong.code(), ErrorCode::InvalidOptions);
    assert_eq!(track.content_hint(), Ok(ContentHint::Text));
}

#[wasm_bindgen_test]
async fn frames_are_counted() {
    let track = camera(sized(320, 240)).await.expect("a camera");
    let feature = "MediaStreamTrack.stats";
    if is_firefox() {
        assert_eq!(track.frame_stats(), Err(Error::Unsupported { feature }));
        return;
    }
    let element = video();
    attach(&element, &[track.to_raw()]).expect("attached");
    play(&element).await.expect("playing");
    until("delivered frames", || {
        track.frame_stats().expect("counts").delivered_frames.is_some_and(|count| count > 3.0)
    })
    .await;
    detach(&element);
    element.remove();
    let microphone = Devices::new().expect("devices").microphone(&MicrophoneOptions::default()).await;
    let stats = microphone.expect("a microphone").frame_stats().expect("counts");
    assert!(stats.total_frames_duration.is_some() && stats.discarded_frames.is_none());
}
