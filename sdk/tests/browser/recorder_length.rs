//! A recording is as long as it ran: by its own duration, by its file's header, and by playback.

use gloo_timers::future::TimeoutFuture;
use moim::{
    Devices, LocalTrack, MicrophoneOptions, Mixer, MixerOptions, Recorder, RecorderOptions, Recording, play,
};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlVideoElement;

use crate::page::{Painting, is_colourful, is_firefox, until, video};

/// The tolerance that the SDK promises, in milliseconds.
const TOLERANCE: f64 = 100.0;

fn now() -> f64 {
    web_sys::window().expect("a window").performance().expect("a clock").now()
}

/// Records for a second, with `pause` a second before and one after a pause. Also returns the wall clock time in
/// milliseconds, from the start to the call of stop, without the pause.
async fn record(tracks: &[&LocalTrack], options: &RecorderOptions, pause: bool) -> (Recording, f64) {
    let tracks: Vec<_> = tracks.iter().map(|track| track.to_raw()).collect();
    let recorder = Recorder::start(&tracks, options).expect("a recorder");
    let mut began = now();
    let mut wall = 0.0;
    TimeoutFuture::new(1000).await;
    if pause {
        recorder.pause().expect("paused");
        wall = now() - began;
        TimeoutFuture::new(700).await;
        recorder.resume().expect("resumed");
        began = now();
        TimeoutFuture::new(1000).await;
    }
    let stopping = recorder.stop();
    wall += now() - began;
    (stopping.await.expect("a recording"), wall)
}

async fn opened(recording: &Recording) -> (HtmlVideoElement, moim::ObjectUrl) {
    let element = video();
    let url = recording.object_url().expect("a URL");
    element.set_src(url.as_str());
    until("the metadata", || element.ready_state() >= 2).await;
    (element, url)
}

fn assert_close(what: &str, seconds: f64, wall: f64) {
    let off = seconds * 1000.0 - wall;
    assert!(
        off.abs() < TOLERANCE,
        "{what}: {seconds} s, which is {off} ms more than the {wall} ms that it ran"
    );
}

/// Checks that the recording's duration and its header match the wall clock.
async fn assert_length(what: &str, tracks: &[&LocalTrack], options: &RecorderOptions) {
    for pause in [false, true] {
        let what = format!("{what}{}", if pause { " with a pause" } else { "" });
        let (recording, wall) = record(tracks, options, pause).await;
        assert_eq!(recording.ended_early, None, "{what}");
        assert_close(&what, recording.duration_ms / 1000.0, wall);
        let (element, _url) = opened(&recording).await;
        assert_close(&format!("{what}, the file"), element.duration(), wall);
        element.remove();
    }
}

async fn microphone() -> LocalTrack {
    let devices = Devices::new().expect("devices");
    devices.microphone(&MicrophoneOptions::default()).await.expect("a microphone")
}

#[wasm_bindgen_test]
async fn a_recording_is_as_long_as_the_wall_clock_says_without_pauses() {
    let (painting, sound) = (Painting::new(), microphone().await);
    let options = RecorderOptions { timeslice_ms: 300, ..RecorderOptions::default() };
    assert_length("picture and sound", &[&painting.track, &sound], &options).await;
    assert_length("a picture alone", &[&painting.track], &options).await;
    assert_length("sound alone", &[&sound], &options).await;
    let mixer = Mixer::new(&MixerOptions { width: 320, height: 180, ..Default::default() }).expect("a mixer");
    assert_length("a mixer's picture", &[&mixer.video_track().expect("a picture")], &options).await;
}

/// Records a picture that moves for 0.7 s and stands still for 1.5 s; returns its duration too.
async fn record_still(options: &RecorderOptions) -> (Recording, f64) {
    let mut painting = Painting::new();
    let recorder = Recorder::start(&[painting.track.to_raw()], options).expect("a recorder");
    let began = now();
    TimeoutFuture::new(700).await;
    painting.stand_still();
    TimeoutFuture::new(1500).await;
    let stopping = recorder.stop();
    let wall = now() - began;
    (stopping.await.expect("a recording"), wall)
}

#[wasm_bindgen_test]
async fn a_picture_that_stands_still_stays_on_to_the_end() {
    let (recording, wall) = record_still(&RecorderOptions::default()).await;
    assert_close("the recording", recording.duration_ms / 1000.0, wall);
    let (element, _url) = opened(&recording).await;
    assert_close("the file", element.duration(), wall);
    // Without a duration of the last frame Chromium omits it, and Firefox guesses from the previous ones.
    let began = now();
    play(&element).await.expect("playing");
    until("the end", || element.ended()).await;
    assert_close("where it ends", element.current_time(), wall);
    let played = now() - began;
    assert!(played > wall - TOLERANCE, "it played for {played} of {wall} ms");
    element.remove();
}

#[wasm_bindgen_test]
async fn mp4_has_its_length_too_and_can_be_sought_in() {
    let mime_type = "video/mp4";
    if !Recorder::is_type_supported(mime_type) {
        assert!(is_firefox(), "Chromium records MP4");
        web_sys::console::log_1(&"skipped: Firefox records no MP4".into());
        return;
    }
    let options = RecorderOptions { mime_types: vec![mime_type.to_owned()], ..Default::default() };
    let (painting, sound) = (Painting::new(), microphone().await);
    assert_length("MP4", &[&painting.track, &sound], &options).await;
    let (recording, wall) = record_still(&options).await;
    assert_eq!(recording.file_name("still"), "still.mp4");
    assert_close("a still picture", recording.duration_ms / 1000.0, wall);
    let (element, _url) = opened(&recording).await;
    assert_close("a still picture's file", element.duration(), wall);
    for place in [2.0, 0.4] {
        element.set_current_time(place);
        until("the place", || !element.seeking() && element.ready_state() >= 2).await;
        assert!((element.current_time() - place).abs() < 0.1, "{}", element.current_time());
        assert!(is_colourful(&element), "a picture at {place}");
    }
    element.remove();
}
