//! The page's permissions, and who denied a capture.

use futures::{FutureExt, StreamExt};
use js_sys::Reflect;
use moim::{
    CameraOptions, Devices, DisplayOptions, Error, ErrorCode, MediaError, MicrophoneOptions, PermissionName,
    PermissionState, Refusal, capture_display,
};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Event;

use crate::page::{Mock, is_firefox, js, soon};

fn devices() -> Devices {
    Devices::new().expect("devices")
}

#[wasm_bindgen_test]
async fn a_permission_has_a_state() {
    for name in [PermissionName::Camera, PermissionName::Microphone] {
        let state = devices().permission(&name).await.expect("a permission").state();
        let known = [PermissionState::Granted, PermissionState::Prompt];
        assert!(known.contains(&state), "{name}: {state}");
    }
    let display = devices().permission(&PermissionName::DisplayCapture).await;
    if is_firefox() {
        let unsupported = Error::Unsupported { feature: "the permission `display-capture`" };
        assert_eq!(display.err(), Some(unsupported));
    } else {
        assert_eq!(display.expect("a permission").state(), PermissionState::Prompt);
    }
}

#[wasm_bindgen_test]
async fn a_browser_that_does_not_tell_permissions_is_unsupported() {
    let _mock = Mock::new("navigator", "permissions", "undefined");
    let error = devices().permission(&PermissionName::Camera).await.err();
    assert_eq!(error, Some(Error::Unsupported { feature: "navigator.permissions" }));
}

#[wasm_bindgen_test]
async fn changes_of_a_permission_are_a_stream() {
    let permission = devices().permission(&PermissionName::Camera).await.expect("a permission");
    let mut changes = permission.changes();
    assert!(changes.next().now_or_never().is_none());
    let denied = js("({ value: 'denied' })").unchecked_into();
    Reflect::define_property(permission.as_raw(), &"state".into(), &denied).expect("another state");
    for _ in 0..2 {
        permission.as_raw().dispatch_event(&Event::new("change").expect("an event")).expect("dispatched");
    }
    assert_eq!(soon("a change", changes.next()).await, Some(PermissionState::Denied));
    assert!(changes.next().now_or_never().is_none());
}

/// Rejects every capture with this exception, and reports this state for permissions.
fn refuse(name: &str, message: &str, state: &str) -> [Mock; 3] {
    let throw = format!("async () => {{ throw new DOMException('{message}', '{name}') }}");
    [
        Mock::new("navigator.mediaDevices", "getUserMedia", &throw),
        Mock::new("navigator.mediaDevices", "getDisplayMedia", &throw),
        Mock::new(
            "navigator.permissions",
            "query",
            &format!("async () => Object.assign(new EventTarget(), {{ state: '{state}' }})"),
        ),
    ]
}

async fn refused_by() -> Refusal {
    match devices().camera(&CameraOptions::default()).await {
        Err(Error::Media(MediaError::NotAllowed { device: "camera", by })) => by,
        other => panic!("{other:?}"),
    }
}

#[wasm_bindgen_test]
async fn who_refused_is_found_out_by_facts() {
    for (name, message, state, by) in [
        ("NotAllowedError", "no", "denied", Refusal::User),
        ("NotAllowedError", "no", "prompt", Refusal::User),
        ("NotAllowedError", "no", "granted", Refusal::System),
        ("NotAllowedError", "Permission denied by system", "denied", Refusal::System),
        ("SecurityError", "no", "prompt", Refusal::Policy),
    ] {
        let _mocks = refuse(name, message, state);
        assert_eq!(refused_by().await, by, "{name} {message} {state}");
    }
    {
        let _mocks = refuse("NotAllowedError", "no", "prompt");
        let _policy =
            Mock::new("document", "featurePolicy", "({ allowsFeature: (name) => name !== 'camera' })");
        assert_eq!(refused_by().await, Refusal::Policy);
        let microphone = devices().microphone(&MicrophoneOptions::default()).await.err();
        let by = Refusal::User;
        assert_eq!(microphone, Some(MediaError::NotAllowed { device: "microphone", by }.into()));
        let (camera, microphone) = (CameraOptions::default(), MicrophoneOptions::default());
        let both = devices().camera_and_microphone(&camera, &microphone).await.err();
        let (device, by) = ("camera and microphone", Refusal::Policy);
        assert_eq!(both, Some(MediaError::NotAllowed { device, by }.into()));
    }
    {
        let _mocks = refuse("NotAllowedError", "no", "");
        let _permissions = Mock::new("navigator", "permissions", "undefined");
        assert_eq!(refused_by().await, Refusal::Unknown);
        let display = capture_display(&DisplayOptions::default()).await.err();
        assert_eq!(display, Some(MediaError::NotAllowed { device: "screen", by: Refusal::User }.into()));
    }
}

#[wasm_bindgen_test]
async fn other_failures_are_told_apart_by_name() {
    for (name, error) in [
        ("NotFoundError", MediaError::NotFound { device: "camera" }),
        ("NotReadableError", MediaError::NotReadable { device: "camera" }),
        ("AbortError", MediaError::Aborted { device: "camera", detail: "words".to_owned() }),
    ] {
        let _mocks = refuse(name, "words", "granted");
        let refused = devices().camera(&CameraOptions::default()).await;
        assert_eq!(refused.err(), Some(error.into()), "{name}");
    }
    devices().camera(&CameraOptions::default()).await.expect("a camera again");
}

#[wasm_bindgen_test]
async fn an_insecure_page_has_no_devices() {
    let _mock = Mock::new("window", "isSecureContext", "false");
    assert_eq!(Devices::new().err().map(|error| error.code()), Some(ErrorCode::MediaInsecureContext));
    let display = capture_display(&DisplayOptions::default()).await.err();
    assert_eq!(display, Some(MediaError::InsecureContext.into()));
}
