use futures::StreamExt;
use gloo_timers::future::TimeoutFuture;
use moim::{
    CameraOptions, Devices, Error, ErrorCode, LocalTrack, MicrophoneOptions, ObjectUrl, Recorder,
    RecorderOptions, RecorderState, Recording, play,
};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlVideoElement, MediaStreamTrack};

use crate::listeners::Listeners;
use crate::page::{Painting, is_colourful, picture, soon, until, video};

fn raw(tracks: &[&LocalTrack]) -> Vec<MediaStreamTrack> {
    tracks.iter().map(|track| track.to_raw()).collect()
}

/// Plays a recording from start to end and returns its duration in seconds.
async fn play_through(recording: &Recording) -> (HtmlVideoElement, ObjectUrl, f64) {
    let url = recording.object_url().expect("a URL");
    let element = video();
    element.set_src(url.as_str());
    play(&element).await.expect("playing");
    until("the end of the recording", || element.ended()).await;
    let seconds = element.current_time();
    (element, url, seconds)
}

#[wasm_bindgen_test]
async fn a_recording_plays_for_as_long_as_it_ran() {
    let devices = Devices::new().expect("devices");
    let small = CameraOptions { width: Some(320), height: Some(240), ..CameraOptions::default() };
    let camera = devices.camera(&small).await.expect("a camera");
    let microphone = devices.microphone(&MicrophoneOptions::default()).await.expect("a microphone");
    let options = RecorderOptions { timeslice_ms: 200, ..RecorderOptions::default() };
    let recorder = Recorder::start(&raw(&[&camera, &microphone]), &options).expect("a recorder");
    assert_eq!(recorder.state(), RecorderState::Recording);
    until("bytes", || recorder.size() > 0).await;
    until("two seconds", || recorder.elapsed_ms() >= 2000.0).await;

    let recording = recorder.stop().await.expect("a recording");

    assert_eq!(recorder.state(), RecorderState::Stopped);
    assert_eq!(recording.ended_early, None);
    assert!(recording.blob.size() as u64 >= recorder.size(), "all pieces, and the cues");
    assert_eq!(recording.mime_type, recorder.mime_type());
    assert_eq!(recording.file_name("moim/alice"), "moim_alice.webm");
    let (element, _url, seconds) = play_through(&recording).await;
    assert_eq!((element.video_width(), element.video_height()), (320, 240));
    assert!((seconds - recording.duration_ms / 1000.0).abs() < 0.6, "{seconds} s, {recording:?}");
    assert!(picture(&element).iter().any(|&byte| byte != 0 && byte != 255), "the last picture is not blank");
    element.remove();

    let again = soon("the same recording", recorder.stop()).await.expect("a recording");
    assert_eq!(again.blob, recording.blob);
    assert_eq!(again.duration_ms, recording.duration_ms);
    assert!(!camera.is_ended(), "a recorder does not own its tracks");
    let error = recorder.pause().expect_err("it is over");
    assert_eq!(error.code(), ErrorCode::InvalidState);
}

#[wasm_bindgen_test]
async fn a_pause_leaves_no_gap() {
    let painting = Painting::new();
    let recorder =
        Recorder::start(&raw(&[&painting.track]), &RecorderOptions::default()).expect("a recorder");
    until("a second", || recorder.elapsed_ms() >= 1000.0).await;
    recorder.pause().expect("paused");
    recorder.pause().expect("still paused");
    assert_eq!(recorder.state(), RecorderState::Paused);
    let elapsed = recorder.elapsed_ms();
    TimeoutFuture::new(2500).await;
    assert_eq!(recorder.elapsed_ms(), elapsed);
    recorder.resume().expect("resumed");
    assert_eq!(recorder.state(), RecorderState::Recording);
    until("another second", || recorder.elapsed_ms() >= elapsed + 1000.0).await;

    let recording = recorder.stop().await.expect("a recording");

    assert!((1900.0..3000.0).contains(&recording.duration_ms), "{recording:?}");
    let (element, _url, seconds) = play_through(&recording).await;
    assert!((1.2..3.2).contains(&seconds), "{seconds} s, {recording:?}");
    element.remove();
}

#[wasm_bindgen_test]
async fn a_track_that_ends_ends_the_recording_and_keeps_it() {
    let painting = Painting::new();
    let recorder =
        Recorder::start(&raw(&[&painting.track]), &RecorderOptions::default()).expect("a recorder");
    until("a second", || recorder.elapsed_ms() >= 1000.0).await;
    painting.track.stop();

    let recording = soon("the end", recorder.finished()).await.expect("a recording");

    assert!(matches!(recording.ended_early, Some(Error::Recorder { .. })), "{recording:?}");
    assert_eq!(recorder.state(), RecorderState::Stopped);
    let stopped = soon("the same recording", recorder.stop()).await.expect("a recording");
    assert_eq!(stopped.blob, recording.blob);
    let (element, _url, seconds) = play_through(&recording).await;
    assert!(seconds > 0.5, "{seconds} s");
    element.remove();
}

#[wasm_bindgen_test]
async fn two_that_stop_at_once_get_the_same() {
    let painting = Painting::new();
    let options = RecorderOptions { timeslice_ms: 0, ..RecorderOptions::default() };
    let recorder = Recorder::start(&raw(&[&painting.track]), &options).expect("a recorder");
    until("a second", || recorder.elapsed_ms() >= 1000.0).await;
    assert_eq!(recorder.size(), 0, "without a timeslice everything comes at the end");
    let (first, second) = futures::join!(recorder.stop(), recorder.stop());
    let (first, second) = (first.expect("a recording"), second.expect("a recording"));
    assert_eq!(first.blob, second.blob);
    assert!(first.blob.size() > 0.0);
}

#[wasm_bindgen_test]
async fn dropping_the_recorder_ends_it_and_leaves_the_tracks() {
    let painting = Painting::new();
    let recorder =
        Recorder::start(&raw(&[&painting.track]), &RecorderOptions::default()).expect("a recorder");
    let inner = recorder.as_raw().clone();
    drop(recorder);
    assert_eq!(inner.state(), web_sys::RecordingState::Inactive);
    assert!(!painting.track.is_ended());
}

#[wasm_bindgen_test]
fn wrong_options_are_refused_at_once() {
    let painting = Painting::new();
    let options = RecorderOptions { mime_types: vec!["video/nonsense".to_owned()], ..Default::default() };
    let error = Recorder::start(&raw(&[&painting.track]), &options).expect_err("no such type");
    assert!(error.to_string().contains("`video/nonsense`"), "{error}");
    let error = Recorder::start(&[], &RecorderOptions::default()).expect_err("no tracks");
    assert_eq!(error.code(), ErrorCode::InvalidOptions);
}

#[wasm_bindgen_test]
fn tracks_that_make_no_recording_are_refused_by_name() {
    let (painting, other) = (Painting::new(), Painting::new());
    let refused = |tracks: &[MediaStreamTrack], options: &RecorderOptions| {
        let error = Recorder::start(tracks, options).expect_err("refused");
        assert_eq!(error.code(), ErrorCode::InvalidOptions, "{error}");
        error.to_string()
    };
    let fine = RecorderOptions::default();
    let sound = RecorderOptions { mime_types: vec!["audio/webm".to_owned()], ..fine.clone() };
    let silent = RecorderOptions { video_bits_per_second: Some(0), ..fine.clone() };
    let track = raw(&[&painting.track]);
    assert!(refused(&raw(&[&painting.track, &other.track]), &fine).contains("one video track"));
    assert!(refused(&track, &sound).contains("`audio/webm`"));
    assert!(refused(&track, &silent).contains("videoBitsPerSecond is 0"));
    painting.track.stop();
    assert!(refused(&track, &fine).contains("has ended"));
}

#[wasm_bindgen_test]
async fn a_recorder_stopped_right_after_its_start_says_that_nothing_was_recorded() {
    let painting = Painting::new();
    // Chromium provides no bytes, Firefox a header. The result is the same if the file is not kept.
    for keep in [true, false] {
        let options = RecorderOptions { keep, ..RecorderOptions::default() };
        let recorder = Recorder::start(&raw(&[&painting.track]), &options).expect("a recorder");
        let error = soon("the end", recorder.stop()).await.expect_err("nothing");
        assert_eq!(error.code(), ErrorCode::Recorder, "{error}");
        assert!(error.to_string().contains("before any media was recorded"), "{error}");
        let again = soon("the end", recorder.finished()).await.expect_err("nothing still");
        assert_eq!(again, error);
    }
}

#[wasm_bindgen_test]
async fn a_piece_that_cannot_be_read_leaves_what_was_recorded_and_an_error() {
    let painting = Painting::new();
    let recorder =
        Recorder::start(&raw(&[&painting.track]), &RecorderOptions::default()).expect("a recorder");
    let swap = |body: &str| js_sys::eval(body).expect("a script");
    swap(
        "Blob.prototype.readable = Blob.prototype.arrayBuffer;
          Blob.prototype.arrayBuffer = async () => { throw new DOMException('gone', 'NotReadableError'); };",
    );
    until("bytes", || recorder.size() > 0).await;
    let stopped = soon("the end", recorder.stop()).await;
    swap("Blob.prototype.arrayBuffer = Blob.prototype.readable; delete Blob.prototype.readable;");

    let recording = stopped.expect("a recording");
    assert!(recording.blob.size() > 0.0);
    let error = recording.ended_early.expect("an error").to_string();
    assert!(error.contains("NotReadableError"), "{error}");
}

#[wasm_bindgen_test]
async fn a_recording_knows_its_length_and_can_be_sought_in() {
    let painting = Painting::new();
    let options =
        RecorderOptions { key_frame_interval_ms: Some(500), timeslice_ms: 300, ..Default::default() };
    let recorder = Recorder::start(&raw(&[&painting.track]), &options).expect("a recorder");
    until("two seconds", || recorder.elapsed_ms() >= 2000.0).await;
    let recording = recorder.stop().await.expect("a recording");

    let element = video();
    let url = recording.object_url().expect("a URL");
    element.set_src(url.as_str());
    until("the metadata", || element.ready_state() >= 2).await;
    let seconds = recording.duration_ms / 1000.0;
    assert!((element.duration() - seconds).abs() < 0.1, "{} s of {seconds}", element.duration());
    let seekable = element.seekable();
    assert!((seekable.end(0).expect("a range") - seconds).abs() < 0.1);
    for place in [1.5, 0.4, 1.0] {
        element.set_current_time(place);
        until("the place", || !element.seeking() && element.ready_state() >= 2).await;
        assert!((element.current_time() - place).abs() < 0.1, "{}", element.current_time());
        assert!(is_colourful(&element), "a picture at {place}");
    }
    element.remove();
}

#[wasm_bindgen_test]
async fn the_pieces_come_while_it_runs_and_nothing_is_kept() {
    let painting = Painting::new();
    let options = RecorderOptions { timeslice_ms: 200, keep: false, ..Default::default() };
    let recorder = Recorder::start(&raw(&[&painting.track]), &options).expect("a recorder");
    let mut chunks = recorder.chunks();
    let first = soon("a piece", chunks.next()).await.expect("a piece");
    assert_eq!(recorder.state(), RecorderState::Recording);

    let recording = recorder.stop().await.expect("a recording");

    assert_eq!(recording.blob.size(), 0.0);
    let rest: Vec<_> = soon("the rest", chunks.collect::<Vec<_>>()).await;
    let total: f64 = rest.iter().map(web_sys::Blob::size).sum::<f64>() + first.size();
    assert_eq!(total as u64, recorder.size());
    assert_eq!(soon("nothing more", recorder.chunks().next()).await, None);
}

#[wasm_bindgen_test]
async fn the_first_type_that_the_browser_can_record_is_taken() {
    let painting = Painting::new();
    let wanted = ["video/nonsense", "video/webm;codecs=vp8"].map(str::to_owned).to_vec();
    assert!(!Recorder::is_type_supported(&wanted[0]) && Recorder::is_type_supported(&wanted[1]));
    let options = RecorderOptions { mime_types: wanted, ..Default::default() };
    let recorder = Recorder::start(&raw(&[&painting.track]), &options).expect("a recorder");
    until("half a second", || recorder.elapsed_ms() >= 500.0).await;
    let recording = recorder.stop().await.expect("a recording");
    assert!(recording.mime_type.contains("vp8"), "{}", recording.mime_type);
}

#[wasm_bindgen_test]
async fn two_hundred_recorders_leave_no_listener_and_the_track_running() {
    let listeners = Listeners::count("MediaRecorder");
    let painting = Painting::new();
    let options = RecorderOptions { timeslice_ms: 20, ..RecorderOptions::default() };
    for round in 0..200 {
        let recorder = Recorder::start(&raw(&[&painting.track]), &options).expect("a recorder");
        let mut chunks = recorder.chunks();
        let browsers = recorder.as_raw().clone();
        match round % 4 {
            // Dropped by the last handle, with a future that nobody awaits, and stopped properly.
            0 => {}
            1 => drop(recorder.finished()),
            2 => drop(recorder.stop()),
            _ => {
                chunks.next().await.expect("a chunk");
                recorder.stop().await.expect("a recording");
            }
        }
        drop(recorder);
        if round % 4 != 2 {
            assert_eq!(browsers.state(), web_sys::RecordingState::Inactive, "round {round}");
        }
    }
    assert!(listeners.most() >= 3.0, "they were counted: {}", listeners.most());
    until("no listener", || listeners.now() == 0.0).await;
    assert!(!painting.track.is_ended());
}
