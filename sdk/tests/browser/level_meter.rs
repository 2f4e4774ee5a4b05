use gloo_timers::future::TimeoutFuture;
use moim::{Devices, ErrorCode, LevelMeter, MicrophoneOptions};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::leftovers::{Leftovers, leaves_nothing};
use crate::page::{Mock, Painting, until};

/// Firefox runs no audio graph without a sound device, unless the preference is set.
const TONE: &str = "a tone (in Firefox: is `media.cubeb.force_mock_context` set?)";

#[wasm_bindgen_test]
async fn the_meter_hears_the_fake_microphone_and_its_silence() {
    let devices = Devices::new().expect("devices");
    let microphone = devices.microphone(&MicrophoneOptions::default()).await.expect("a microphone");
    let meter = LevelMeter::new(microphone.as_raw()).expect("a meter");

    until(TONE, || meter.level() > 0.02).await;
    assert!(meter.level() <= 1.0);
    until("speech", || meter.is_speaking()).await;

    microphone.set_enabled(false);
    until("silence", || meter.level() < 0.001).await;
    until("the end of speech", || !meter.is_speaking()).await;
}

#[wasm_bindgen_test]
async fn meters_come_and_go_without_disturbing_each_other() {
    let devices = Devices::new().expect("devices");
    let microphone = devices.microphone(&MicrophoneOptions::default()).await.expect("a microphone");
    let stays = LevelMeter::new(microphone.as_raw()).expect("a meter");
    drop(LevelMeter::new(microphone.as_raw()).expect("a meter"));
    until(TONE, || stays.level() > 0.02).await;
    drop(stays);
    TimeoutFuture::new(50).await;

    // The shared context was closed with the last meter; a new one works.
    let again = LevelMeter::new(microphone.as_raw()).expect("a meter");
    until(TONE, || again.level() > 0.02).await;
    assert!(!microphone.is_ended(), "a meter does not own its track");
}

#[wasm_bindgen_test]
fn a_video_track_has_no_level() {
    let error = LevelMeter::new(Painting::new().track.as_raw()).expect_err("a video track");
    assert_eq!(error.code(), ErrorCode::InvalidOptions);
}

#[wasm_bindgen_test]
async fn two_hundred_rounds_close_their_context_and_leave_the_track_running() {
    let devices = Devices::new().expect("devices");
    let microphone = devices.microphone(&MicrophoneOptions::default()).await.expect("a microphone");
    let meter = || LevelMeter::new(microphone.as_raw()).expect("a meter");
    let seen = leaves_nothing(async |number| {
        let [first, last] = [meter(), meter()];
        match number % 10 {
            // While the context runs, and before.
            0 => until("sound", || last.level() > 0.0).await,
            1..5 => drop((first, last)),
            // The last one was created after the first was dropped, and its track is dropped, too.
            _ => {
                drop(first);
                let track = microphone.clone_track();
                let other = LevelMeter::new(track.as_raw()).expect("a meter");
                drop((track, last));
                other.is_speaking();
            }
        }
    })
    .await;
    assert_eq!(seen.begun("AudioContext"), 200, "a context for all that measure at the same time");
    assert_eq!(seen.begun("Window listener of click"), 200);
    assert_eq!(seen.begun("audio connection"), 500);
    assert!(!microphone.is_ended(), "a meter does not own its track");
}

#[wasm_bindgen_test]
async fn a_meter_that_cannot_be_made_leaves_nothing() {
    let devices = Devices::new().expect("devices");
    let microphone = devices.microphone(&MicrophoneOptions::default()).await.expect("a microphone");
    let leftovers = Leftovers::count();
    {
        let throw = "() => { throw new Error('broken'); }";
        let _broken = Mock::new("AudioContext.prototype", "createMediaStreamSource", throw);
        LevelMeter::new(microphone.as_raw()).expect_err("no source");
    }
    assert_eq!(leftovers.begun("AudioContext"), 1);
    leftovers.are_none().await;
}
