//! The mixer: colours appear where the layout puts them, tones are heard by their receivers.

use js_sys::{Function, Reflect};
use moim::{
    ErrorCode, Fit, Layout, Mixer, MixerOptions, MixerSourceOptions, Recorder, RecorderOptions, Rectangle,
    play,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlVideoElement, MediaStream, MediaStreamTrack};

use crate::page::{js, picture, until, video};

const RED: [u8; 3] = [255, 0, 0];
const BLUE: [u8; 3] = [0, 0, 255];
const GREEN: [u8; 3] = [0, 255, 0];
/// Louder than anything except the expected tone.
const AUDIBLE: f64 = -50.0;

/// The objects that `mixer-sources.js` creates.
struct Sources(JsValue);

impl Sources {
    fn new() -> Self {
        let make: Function = js(&format!("({})", source())).unchecked_into();
        Self(make.call0(&JsValue::UNDEFINED).expect("sources"))
    }

    fn call(&self, method: &str, argument: impl Into<JsValue>) -> JsValue {
        let method: Function = Reflect::get(&self.0, &method.into()).expect("a method").unchecked_into();
        method.call1(&self.0, &argument.into()).expect("a result")
    }

    fn colour(&self, css: &str) -> MediaStreamTrack {
        self.call("colour", css).unchecked_into()
    }

    fn tone(&self, hertz: f64) -> MediaStreamTrack {
        self.call("tone", hertz).unchecked_into()
    }

    fn ear(&self, track: &MediaStreamTrack) -> impl Fn(f64) -> f64 + use<> {
        let ear: Function = self.call("ear", track).unchecked_into();
        move |hertz| {
            ear.call1(&JsValue::UNDEFINED, &hertz.into()).expect("a number").as_f64().expect("a number")
        }
    }
}

impl Drop for Sources {
    fn drop(&mut self) {
        self.call("close", JsValue::UNDEFINED);
    }
}

/// The function, without the comment before it.
fn source() -> &'static str {
    let text = include_str!("mixer-sources.js");
    text.split_once('\n').map_or(text, |(_, function)| function).trim()
}

async fn screen(mixer: &Mixer) -> HtmlVideoElement {
    let element = video();
    let tracks = js_sys::Array::of1(mixer.video_track().expect("a picture").as_raw());
    element.set_src_object(Some(&MediaStream::new_with_tracks(&tracks).expect("a stream")));
    play(&element).await.expect("playing");
    element
}

/// Whether the picture has the colour at a place, both from 0 to 1.
fn shows(screen: &HtmlVideoElement, x: f64, y: f64, colour: [u8; 3]) -> bool {
    let pixels = picture(screen);
    let at = ((y * 149.0) as usize * 300 + (x * 299.0) as usize) * 4;
    pixels[at..at + 3].iter().zip(colour).all(|(is, wanted)| is.abs_diff(wanted) < 60)
}

fn small() -> MixerOptions {
    MixerOptions { width: 320, height: 180, background: "#00ff00".to_owned(), ..MixerOptions::default() }
}

#[wasm_bindgen_test]
async fn all_sounds_of_a_recording_are_in_it() {
    let sources = Sources::new();
    let tracks = [sources.colour("red"), sources.tone(500.0), sources.tone(2000.0)];
    let recorder = Recorder::start(&tracks, &RecorderOptions::default()).expect("a recorder");
    until("two seconds", || recorder.elapsed_ms() >= 2000.0).await;
    tracks[1].stop();
    tracks[2].stop();
    let recording = recorder.stop().await.expect("a recording");
    let why = recording.ended_early.as_ref().expect("the sound ended before").to_string();
    assert!(why.contains("its sound ended"), "{why}");
    let (url, element) = (recording.object_url().expect("a URL"), video());
    element.set_src(url.as_str());
    play(&element).await.expect("playing");
    let capture = js(
        "(element) => (element.captureStream ?? element.mozCaptureStream).call(element).getAudioTracks()[0]",
    );
    let track = capture.unchecked_into::<Function>().call1(&JsValue::UNDEFINED, &element).expect("a track");
    let ear = sources.ear(&track.unchecked_into());
    for hertz in [500.0, 2000.0] {
        until("the tone", || ear(hertz) > AUDIBLE).await;
    }
    element.remove();
}

#[wasm_bindgen_test]
async fn a_recording_of_several_sounds_ends_with_the_last_of_them() {
    let sources = Sources::new();
    let tracks = [sources.tone(500.0), sources.tone(2000.0)];
    let recorder = Recorder::start(&tracks, &RecorderOptions::default()).expect("a recorder");
    until("a second", || recorder.elapsed_ms() >= 1000.0).await;
    tracks.iter().for_each(MediaStreamTrack::stop);
    let recording = recorder.finished().await.expect("a recording");
    assert!(recording.ended_early.is_some());
}

#[wasm_bindgen_test]
async fn sources_are_where_the_layout_puts_them_and_come_and_go() {
    let sources = Sources::new();
    let mixer = Mixer::new(&small()).expect("a mixer");
    let screen = screen(&mixer).await;
    until("the background", || shows(&screen, 0.5, 0.5, GREEN)).await;

    let red = mixer.add(&[sources.colour("#f00")], &MixerSourceOptions::default()).expect("a source");
    until("one fills the picture", || shows(&screen, 0.1, 0.5, RED) && shows(&screen, 0.9, 0.5, RED)).await;
    let blue = mixer.add(&[sources.colour("#00f")], &MixerSourceOptions::default()).expect("a source");
    until("two side by side", || shows(&screen, 0.25, 0.5, RED) && shows(&screen, 0.75, 0.5, BLUE)).await;

    mixer.set_layout(Layout::Spotlight { source: Some(blue.id()) }).expect("a layout");
    until("blue above red", || shows(&screen, 0.5, 0.4, BLUE) && shows(&screen, 0.5, 0.9, RED)).await;
    mixer.set_layout(Layout::PictureInPicture { source: Some(red.id()) }).expect("a layout");
    until("blue in red", || shows(&screen, 0.2, 0.2, RED) && shows(&screen, 0.88, 0.88, BLUE)).await;
    let left = Rectangle { x: 0.0, y: 0.0, width: 0.5, height: 1.0 };
    mixer.set_layout(Layout::Custom { rectangles: vec![left] }).expect("a layout");
    until("red at the left", || shows(&screen, 0.25, 0.5, RED) && shows(&screen, 0.75, 0.5, GREEN)).await;

    mixer.set_layout(Layout::Grid).expect("a layout");
    drop(red);
    until("blue alone", || shows(&screen, 0.1, 0.5, BLUE) && shows(&screen, 0.9, 0.5, BLUE)).await;
    screen.remove();
}

#[wasm_bindgen_test]
async fn tracks_change_while_the_source_keeps_its_place_and_its_own_sound() {
    let sources = Sources::new();
    let mixer = Mixer::new(&MixerOptions { background: "#000".to_owned(), ..small() }).expect("a mixer");
    let shown = MixerSourceOptions { label: "Ana".to_owned(), always_shown: true, ..Default::default() };
    let ana = mixer.add(&[sources.colour("#f00")], &shown).expect("a source");
    let _bo =
        mixer.add(&[sources.colour("#00f"), sources.tone(500.0)], &Default::default()).expect("a source");
    let without_ana = mixer.audio_track_without(ana.id()).expect("a sound");
    let (all, others) =
        (sources.ear(mixer.audio_track().expect("a sound").as_raw()), sources.ear(without_ana.as_raw()));
    let screen = screen(&mixer).await;
    until("red at the left", || shows(&screen, 0.25, 0.5, RED) && shows(&screen, 0.75, 0.5, BLUE)).await;
    let places = mixer.placement();

    ana.set_tracks(&[]).expect("a source without a track");
    let has_name = || {
        let pixels = picture(&screen);
        pixels
            .chunks(4)
            .enumerate()
            .any(|(at, pixel)| at % 300 < 150 && pixel[..3].iter().all(|part| *part > 200))
    };
    until("her name", || has_name() && shows(&screen, 0.1, 0.2, [32, 32, 32])).await;
    assert!(shows(&screen, 0.75, 0.5, BLUE));

    ana.set_tracks(&[sources.colour("#0f0"), sources.tone(2000.0)]).expect("tracks");
    until("green at the left", || shows(&screen, 0.25, 0.5, GREEN) && shows(&screen, 0.75, 0.5, BLUE)).await;
    until("her tone", || all(2000.0) > AUDIBLE && others(500.0) > AUDIBLE).await;
    assert!(others(2000.0) < AUDIBLE, "she does not hear herself");
    assert_eq!(mixer.placement(), places);

    ana.set_tracks(&[sources.colour("#f00")]).expect("tracks");
    until("red and silent", || shows(&screen, 0.25, 0.5, RED) && all(2000.0) < AUDIBLE).await;
    let refused =
        ana.set_tracks(&[sources.colour("#f00"), sources.colour("#00f")]).expect_err("two pictures");
    assert_eq!(refused.code(), ErrorCode::InvalidOptions);
    assert!(shows(&screen, 0.25, 0.5, RED), "what was refused changes nothing");
    screen.remove();
}

#[wasm_bindgen_test]
async fn a_source_that_is_contained_leaves_the_background_beside_it() {
    let sources = Sources::new();
    let mixer = Mixer::new(&MixerOptions { fit: Fit::Contain, height: 320, ..small() }).expect("a mixer");
    // A canvas is 300 by 150: half as high as this square.
    let _red = mixer.add(&[sources.colour("#f00")], &MixerSourceOptions::default()).expect("a source");
    let screen = screen(&mixer).await;
    until("red between", || shows(&screen, 0.5, 0.5, RED) && shows(&screen, 0.5, 0.1, GREEN)).await;
    screen.remove();
}

#[wasm_bindgen_test]
async fn everyone_is_heard_as_loud_as_wished_and_nobody_hears_themselves() {
    let (low, high) = (440.0, 1760.0);
    let sources = Sources::new();
    let mixer = Mixer::new(&small()).expect("a mixer");
    let first = mixer.add(&[sources.tone(low)], &MixerSourceOptions::default()).expect("a source");
    let all = sources.ear(mixer.audio_track().expect("sound").as_raw());
    let without_first = sources.ear(mixer.audio_track_without(first.id()).expect("sound").as_raw());
    let second = mixer.add(&[sources.tone(high)], &MixerSourceOptions::default()).expect("a source");

    until("both", || all(low) > AUDIBLE && all(high) > AUDIBLE).await;
    until("only the other", || without_first(high) > AUDIBLE && without_first(low) < AUDIBLE).await;
    second.set_gain(0.0).expect("a gain");
    until("the first alone", || all(low) > AUDIBLE && all(high) < AUDIBLE).await;
    second.set_gain(1.0).expect("a gain");
    until("both again", || all(high) > AUDIBLE).await;
    drop(first);
    until("the second alone", || all(low) < AUDIBLE && all(high) > AUDIBLE).await;
}

#[wasm_bindgen_test]
async fn a_whole_room_is_recorded_as_one_file() {
    let sources = Sources::new();
    let mixer = Mixer::new(&small()).expect("a mixer");
    let options = MixerSourceOptions { label: "Ana".to_owned(), ..Default::default() };
    let _ana = mixer.add(&[sources.colour("#f00"), sources.tone(440.0)], &options).expect("a source");
    let _bo = mixer.add(&[sources.colour("#00f")], &MixerSourceOptions::default()).expect("a source");
    let tracks =
        [mixer.video_track().expect("pictures").to_raw(), mixer.audio_track().expect("sound").to_raw()];
    let options = RecorderOptions { timeslice_ms: 250, ..RecorderOptions::default() };
    let recorder = Recorder::start(&tracks, &options).expect("a recorder");
    // Firefox writes nothing before audio has started, which takes a while on a busy machine.
    const MORE_THAN_A_HEADER: u64 = 2_000;
    let is_enough = || recorder.elapsed_ms() >= 1500.0 && recorder.size() > MORE_THAN_A_HEADER;
    until("a second and a half", is_enough).await;
    let recording = recorder.stop().await.expect("a recording");

    let element = video();
    let url = recording.object_url().expect("a URL");
    element.set_src(url.as_str());
    until("the metadata", || element.ready_state() >= 2).await;
    assert_eq!((element.video_width(), element.video_height()), (320, 180));
    assert!((element.duration() - recording.duration_ms / 1000.0).abs() < 0.1, "{}", element.duration());
    element.set_current_time(1.0);
    until("both in the file", || shows(&element, 0.25, 0.3, RED) && shows(&element, 0.75, 0.3, BLUE)).await;
    element.remove();
}

#[wasm_bindgen_test]
fn wrong_use_is_an_error_with_a_name() {
    let sources = Sources::new();
    for options in [
        MixerOptions { width: 0, ..small() },
        MixerOptions { frame_rate: f64::NAN, ..small() },
        MixerOptions { layout: Layout::Custom { rectangles: vec![Rectangle::default()] }, ..small() },
    ] {
        assert_eq!(Mixer::new(&options).expect_err("options").code(), ErrorCode::InvalidOptions);
    }
    let mixer = Mixer::new(&small()).expect("a mixer");
    assert_eq!(mixer.add(&[], &Default::default()).expect_err("no track").code(), ErrorCode::InvalidOptions);
    let source = mixer.add(&[sources.tone(440.0)], &Default::default()).expect("a source");
    assert_eq!(source.set_gain(-1.0).expect_err("a gain").code(), ErrorCode::InvalidOptions);
    assert_eq!(mixer.audio_track_without(99).expect_err("an id").code(), ErrorCode::InvalidOptions);
    let two = [sources.colour("red"), sources.colour("blue")];
    let error = mixer.add(&two, &Default::default()).expect_err("two pictures");
    assert!(error.to_string().contains("one video track"), "{error}");
    two[0].stop();
    let error = mixer.add(&two[..1], &Default::default()).expect_err("no picture any more");
    assert!(error.to_string().contains("has ended"), "{error}");
    for background in ["nocolour", "inherit", "var(--x)"] {
        let refused = MixerOptions { background: background.to_owned(), ..small() };
        let error = Mixer::new(&refused).expect_err("no colour");
        assert_eq!(error.code(), ErrorCode::InvalidOptions, "{background}");
    }
    let nameless = MixerOptions { background: "nocolour".to_owned(), ..small() };
    let error = Mixer::new(&nameless).expect_err("no colour");
    assert!(error.to_string().contains("`nocolour`"), "{error}");
    for source in [Some(9999), Some(0)] {
        for layout in [Layout::Spotlight { source }, Layout::PictureInPicture { source }] {
            let early = MixerOptions { layout: layout.clone(), ..small() };
            assert_eq!(Mixer::new(&early).expect_err("no source").code(), ErrorCode::InvalidOptions);
            let error = mixer.set_layout(layout).expect_err("no such source");
            assert!(error.to_string().contains(&format!("{}", source.unwrap_or_default())), "{error}");
        }
    }
    mixer.close();
    mixer.close();
    for error in [source.set_gain(1.0).err(), source.set_label("late").err()] {
        assert_eq!(error.map(|error| error.code()), Some(ErrorCode::InvalidState));
    }
    let closed = [mixer.video_track().err(), mixer.audio_track().err(), mixer.set_layout(Layout::Grid).err()];
    for error in closed {
        assert_eq!(error.map(|error| error.code()), Some(ErrorCode::InvalidState));
    }
}

#[wasm_bindgen_test]
fn a_source_tells_that_its_mixer_is_gone() {
    let sources = Sources::new();
    let mixer = Mixer::new(&small()).expect("a mixer");
    let source = mixer.add(&[sources.tone(440.0)], &Default::default()).expect("a source");
    drop(mixer);
    for error in [source.set_gain(1.0).err(), source.set_label("late").err()] {
        assert_eq!(error.map(|error| error.code()), Some(ErrorCode::InvalidState));
    }
}

#[wasm_bindgen_test]
async fn when_the_one_in_the_spotlight_leaves_the_first_takes_its_place() {
    let sources = Sources::new();
    let mixer = Mixer::new(&small()).expect("a mixer");
    let screen = screen(&mixer).await;
    let _red = mixer.add(&[sources.colour("#f00")], &Default::default()).expect("a source");
    let blue = mixer.add(&[sources.colour("#00f")], &Default::default()).expect("a source");
    let layout = Layout::Spotlight { source: Some(blue.id()) };
    mixer.set_layout(layout.clone()).expect("a layout");
    until("blue large", || shows(&screen, 0.5, 0.4, BLUE)).await;
    drop(blue);
    until("red alone", || shows(&screen, 0.5, 0.4, RED) && shows(&screen, 0.5, 0.9, RED)).await;
    mixer.set_layout(layout).expect("it was a source once, and may have left a moment ago");
    screen.remove();
}

#[wasm_bindgen_test]
fn two_hundred_mixers_end_with_their_tracks_and_leave_the_sources_running() {
    let sources = Sources::new();
    let (colour, tone) = (sources.colour("#f00"), sources.tone(440.0));
    for round in 0..200 {
        let mixer = Mixer::new(&small()).expect("a mixer");
        let _source =
            mixer.add(&[Clone::clone(&colour), Clone::clone(&tone)], &Default::default()).expect("a source");
        let tracks = [mixer.video_track().expect("pictures"), mixer.audio_track().expect("sound")];
        if round % 2 == 0 {
            mixer.close();
        }
        drop(mixer);
        assert!(tracks.iter().all(moim::LocalTrack::is_ended), "round {round}");
    }
    assert_eq!(colour.ready_state(), web_sys::MediaStreamTrackState::Live);
    assert_eq!(tone.ready_state(), web_sys::MediaStreamTrackState::Live);
}
