//! Opening and closing devices repeatedly leaves nothing behind.

use std::rc::Rc;

use futures::{FutureExt, StreamExt};
use moim::{CaptureController, Devices, LocalTrack, MicrophoneOptions, PermissionName};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{Mock, is_firefox, js, until};

const ROUNDS: usize = 200;

/// Counts listeners that are added and not removed, and keeps the tracks that the browser returns.
fn counting() -> [Mock; 3] {
    js("window.listeners = 0; window.tracks = []");
    let counted = |change: &str| {
        format!("function (...all) {{ window.listeners {change} 1; return original.apply(this, all); }}")
    };
    let kept = "async function (wanted) {
      const stream = await original.call(this, wanted);
      window.tracks.push(...stream.getTracks());
      return stream;
    }";
    [
        Mock::new("EventTarget.prototype", "addEventListener", &counted("+=")),
        Mock::new("EventTarget.prototype", "removeEventListener", &counted("-=")),
        Mock::new("navigator.mediaDevices", "getUserMedia", kept),
    ]
}

/// Uses every API that listens to a track.
async fn use_track(devices: &Devices, track: &LocalTrack, heard: &Rc<()>) {
    let mut events = track.events();
    assert!(events.next().now_or_never().is_none());
    let heard = heard.clone();
    let _guard = track.on_ended(move || drop(Rc::clone(&heard)));
    assert!(track.ended().now_or_never().is_none());
    let mut next = devices.take_over(track).expect("a watch");
    assert!(next.next().now_or_never().is_none());
}

#[wasm_bindgen_test]
async fn two_hundred_rounds_leave_no_listener_and_no_track() {
    let devices = Devices::new().expect("devices");
    let _mocks = counting();
    let heard = Rc::new(());
    for _ in 0..ROUNDS {
        let track = devices.microphone(&MicrophoneOptions::default()).await.expect("a microphone");
        use_track(&devices, &track, &heard).await;
        use_track(&devices, &track.clone_track(), &heard).await;

        let mut changes = devices.changes();
        assert!(changes.next().now_or_never().is_none());
        let permission = devices.permission(&PermissionName::Camera).await.expect("a permission");
        assert!(permission.changes().next().now_or_never().is_none());
        if !is_firefox() {
            let controller = CaptureController::new().expect("a controller");
            assert!(controller.zoom_levels().next().now_or_never().is_none());
        }
    }
    assert_eq!(js("window.tracks.length"), ROUNDS as f64);
    assert_eq!(js("window.tracks.filter((track) => track.readyState !== 'ended').length"), 0);
    assert_eq!(Rc::strong_count(&heard), 1, "callbacks are freed");
    until("no listener", || js("window.listeners") == 0).await;
}
