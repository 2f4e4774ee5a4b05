//! Sharing a display: the calls of the browser, and their results.

use futures::{FutureExt, StreamExt};
use js_sys::JSON;
use moim::{
    CaptureController, Constraint, ConstraintSet, Cursor, DisplayOptions, DisplaySurface, Error, ErrorCode,
    FocusBehavior, NumberConstraint, Refusal, Region, Room, RoomOptions, SurfaceChoice, TrackSource,
    WindowAudio, attach, capture_display, detach, play,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Mock, Painting, document, is_firefox, js, picture, soon, until, video};

/// Makes the browser share a canvas, and stores the arguments in `window.asked`.
fn sharing() -> Mock {
    Mock::new(
        "navigator.mediaDevices",
        "getDisplayMedia",
        "async (options) => {
           window.asked = options;
           const canvas = document.createElement('canvas');
           const context = canvas.getContext('2d');
           let hue = 0;
           window.painter = setInterval(() => {
             context.fillStyle = `hsl(${hue += 10} 100% 50%)`;
             context.fillRect(0, 0, 300, 150);
           }, 30);
           const stream = canvas.captureStream();
           if (options.audio) {
             const sound = new AudioContext().createMediaStreamDestination();
             stream.addTrack(sound.stream.getTracks()[0]);
           }
           return stream;
         }",
    )
}

#[wasm_bindgen_test]
async fn display_capture_without_a_click_is_a_typed_answer() {
    match soon("an answer", capture_display(&DisplayOptions::default())).await {
        Ok(capture) => {
            assert_eq!(capture.video.source(), TrackSource::Screen);
            assert!(capture.audio.is_none());
        }
        Err(error) => {
            let known = [ErrorCode::MediaNotAllowed, ErrorCode::MediaNotFound, ErrorCode::InvalidState];
            assert!(known.contains(&error.code()), "{error:?}");
        }
    }
}

#[wasm_bindgen_test]
async fn every_option_reaches_the_browser_and_what_it_gives_is_shown() {
    let _mock = sharing();
    let options = DisplayOptions {
        audio: Some(true),
        video_constraints: ConstraintSet {
            display_surface: Constraint::Bare(DisplaySurface::Window.into()),
            cursor: Constraint::ideal(Cursor::Motion),
            frame_rate: NumberConstraint::at_most(15.0),
            ..ConstraintSet::default()
        }
        .into(),
        audio_constraints: ConstraintSet {
            suppress_local_audio_playback: true.into(),
            restrict_own_audio: true.into(),
            ..ConstraintSet::default()
        }
        .into(),
        prefer_current_tab: true,
        self_browser_surface: Some(SurfaceChoice::Include),
        surface_switching: Some(SurfaceChoice::Include),
        system_audio: Some(SurfaceChoice::Exclude),
        window_audio: Some(WindowAudio::Window),
        monitor_type_surfaces: Some(SurfaceChoice::Exclude),
    };
    let capture = capture_display(&options).await.expect("a capture");
    let asked = JSON::stringify(&js("window.asked")).expect("JSON").as_string().expect("text");
    let wanted = r#"{"video":{"frameRate":{"max":15},"displaySurface":"window","cursor":{"ideal":"motion"}},"audio":{"suppressLocalAudioPlayback":true,"restrictOwnAudio":true},"preferCurrentTab":true,"selfBrowserSurface":"include","surfaceSwitching":"include","systemAudio":"exclude","monitorTypeSurfaces":"exclude","windowAudio":"window"}"#;
    assert_eq!(asked, wanted);
    assert_eq!(capture.audio.map(|audio| audio.source()), Some(TrackSource::ScreenAudio));

    let element = video();
    attach(&element, &[capture.video.to_raw()]).expect("attached");
    play(&element).await.expect("playing");
    let before = picture(&element);
    until("another picture", || picture(&element) != before).await;
    detach(&element);
    element.remove();
    js("clearInterval(window.painter)");
}

#[wasm_bindgen_test]
async fn nothing_but_pictures_is_the_default() {
    let _mock = sharing();
    let capture = capture_display(&DisplayOptions::default()).await.expect("a capture");
    assert!(capture.audio.is_none());
    assert_eq!(JSON::stringify(&js("window.asked")).expect("JSON"), r#"{"video":true,"audio":false}"#);
    js("clearInterval(window.painter)");
}

#[wasm_bindgen_test]
async fn a_room_shares_the_audio_too_unless_it_must_not() {
    for (audio, shared) in [(None, true), (Some(true), true), (Some(false), false)] {
        let _mock = sharing();
        let mut room_options = RoomOptions::default();
        room_options.url = "ws://localhost:1".to_owned();
        let room = Room::new(room_options).expect("a room");
        let options = DisplayOptions { audio, ..DisplayOptions::default() };
        let capture =
            room.set_screen_share_enabled(true, &options).await.expect("shared").expect("a capture");
        assert_eq!(capture.audio.is_some(), shared, "{audio:?}");
        js("clearInterval(window.painter)");
    }
}

#[wasm_bindgen_test]
async fn a_dialog_that_was_dismissed_is_a_refusal_of_the_user() {
    let _mock = Mock::new(
        "navigator.mediaDevices",
        "getDisplayMedia",
        "async () => { throw new DOMException('', 'NotAllowedError') }",
    );
    let error = capture_display(&DisplayOptions::default()).await.err();
    let (device, by) = ("screen", Refusal::User);
    assert_eq!(error, Some(moim::MediaError::NotAllowed { device, by }.into()));
}

#[wasm_bindgen_test]
async fn a_browser_without_display_capture_is_unsupported() {
    let _mock = Mock::new("navigator.mediaDevices", "getDisplayMedia", "undefined");
    let error = capture_display(&DisplayOptions::default()).await.err();
    assert_eq!(error, Some(Error::Unsupported { feature: "getDisplayMedia" }));
}

#[wasm_bindgen_test]
async fn a_part_of_something_that_is_no_tab_cannot_be_cut_out() {
    let painting = Painting::new();
    let element = document().create_element("div").expect("an element");
    let refused = |feature| {
        let state = "the track is not the capture of a tab";
        Err(if is_firefox() {
            Error::Unsupported { feature }
        } else {
            Error::InvalidState { action: feature, state }
        })
    };
    assert_eq!(painting.track.crop_to(Region::Element(&element)).await, refused("cropTo"));
    assert_eq!(painting.track.restrict_to(Region::Whole).await, refused("restrictTo"));
}

#[wasm_bindgen_test]
async fn a_controller_controls_one_capture() {
    let controller = match CaptureController::new() {
        Ok(controller) => controller,
        Err(error) => {
            assert!(is_firefox(), "{error:?}");
            assert_eq!(error, Error::Unsupported { feature: "CaptureController" });
            return;
        }
    };
    let mut levels = controller.zoom_levels();
    assert!(levels.next().now_or_never().is_none());
    assert_eq!(controller.zoom_level(), Ok(None));
    controller.set_focus_behavior(&FocusBehavior::NoFocusChange).expect("set before the capture");
    let element = document().create_element("div").expect("an element");
    for (action, outcome) in [
        ("increase", controller.increase_zoom_level().await),
        ("decrease", controller.decrease_zoom_level().await),
        ("reset", controller.reset_zoom_level().await),
        ("wheel", controller.forward_wheel(Some(&element)).await),
        ("levels", controller.supported_zoom_levels().map(drop)),
    ] {
        let refused = matches!(&outcome, Err(Error::InvalidState { .. }));
        assert!(refused, "{action} while nothing is shared: {outcome:?}");
    }

    let _mock = sharing();
    controller.capture_display(&DisplayOptions::default()).await.expect("a capture");
    let asked: &JsValue = controller.as_raw();
    assert_eq!(js("window.asked.controller"), *asked);
    js("clearInterval(window.painter)");
}

/// Chromium's own refusal is tested in `www/e2e/screen.test.mjs`, as there is no click here.
#[wasm_bindgen_test]
async fn a_second_capture_of_a_controller_is_refused_by_name() {
    let Ok(controller) = CaptureController::new() else {
        assert!(is_firefox());
        return;
    };
    let mock = sharing();
    controller.capture_display(&DisplayOptions::default()).await.expect("a capture");
    js("clearInterval(window.painter)");
    drop(mock);
    let _bound = Mock::new(
        "navigator.mediaDevices",
        "getDisplayMedia",
        "async () => { throw new DOMException('bound', 'InvalidStateError') }",
    );
    let error = controller.capture_display(&DisplayOptions::default()).await.expect_err("the second");
    assert_eq!(error.code(), ErrorCode::InvalidState);
    assert!(error.to_string().contains("the controller was used before"), "{error}");
}

#[wasm_bindgen_test]
fn what_a_shared_page_says_of_itself_is_read() {
    let painting = Painting::new();
    let nothing = painting.track.capture_handle();
    if is_firefox() {
        assert_eq!(nothing, Err(Error::Unsupported { feature: "getCaptureHandle" }));
    } else {
        assert_eq!(nothing, Ok(None), "a canvas is no tab");
    }
    let says = |handle: &str| {
        let get = js(&format!("() => ({handle})"));
        js_sys::Reflect::set(painting.track.as_raw(), &"getCaptureHandle".into(), &get).expect("set");
        painting.track.capture_handle().expect("a browser that knows handles")
    };
    let handle = says("{ origin: 'https://slides.example', handle: 'session 7' }").expect("a handle");
    assert_eq!(handle.origin.as_deref(), Some("https://slides.example"));
    assert_eq!(handle.handle.as_deref(), Some("session 7"));
    let handle = says("{ handle: 'session 8' }").expect("a handle");
    assert_eq!((handle.origin, handle.handle.as_deref()), (None, Some("session 8")));
    assert_eq!(says("null"), None);
}

#[wasm_bindgen_test]
async fn what_a_version_of_the_controller_lacks_is_unsupported() {
    let _mock = Mock::new("window", "CaptureController", "class extends EventTarget {}");
    let controller = CaptureController::new().expect("a controller");
    assert_eq!(controller.zoom_level(), Err(Error::Unsupported { feature: "zoomLevel" }));
    let wheel = controller.forward_wheel(None).await;
    assert_eq!(wheel, Err(Error::Unsupported { feature: "forwardWheel" }));
    let focus = controller.set_focus_behavior(&FocusBehavior::NoFocusChange);
    assert_eq!(focus, Err(Error::Unsupported { feature: "setFocusBehavior" }));
}
