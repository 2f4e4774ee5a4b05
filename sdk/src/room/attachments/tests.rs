//! Elements that play media received over a connection.

use futures::{FutureExt, StreamExt};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{MediaStream, RtcRtpReceiver};

use super::*;
use crate::Error;
use crate::engine::session::Event;
use crate::model::{self, PublicationId, TrackSource};
use crate::options::RoomOptions;
use crate::room::{Publication, RoomEvents};

const ROUNDS: usize = 200;

/// A room in which bob's camera and microphone arrive.
struct Call {
    room: Room,
    call: Object,
    camera: RemoteTrack,
    microphone: RemoteTrack,
}

impl Call {
    async fn start(adaptive_stream: bool) -> Self {
        let url = "ws://127.0.0.1:9/ws".to_owned();
        let room = Room::new(RoomOptions { url, adaptive_stream, ..RoomOptions::default() }).expect("a room");
        let start = function(include_str!("../../../tests/browser/call.js"));
        let sound = js("Object.assign(new OscillatorNode(window.context ??= new AudioContext()), { tone() {
            const out = this.context.createMediaStreamDestination();
            this.connect(out);
            this.start();
            return out.stream.getTracks()[0];
        } }).tone()");
        let call: Promise = start.call1(&JsValue::UNDEFINED, &sound).expect("a promise").unchecked_into();
        let call: Object = JsFuture::from(call).await.expect("a call").unchecked_into();
        let track = |id: &str, kind: MediaKind, source| {
            let find = function(
                "(call, kind) => call.callee.getReceivers().find(({ track }) => track.kind === kind)",
            );
            let receiver = find.call2(&JsValue::UNDEFINED, &call, &kind.as_str().into()).expect("a receiver");
            publish(&room, id, kind, source, receiver.unchecked_into())
        };
        let camera = track("cam", MediaKind::Video, TrackSource::Camera);
        let microphone = track("mic", MediaKind::Audio, TrackSource::Microphone);
        Self { room, call, camera, microphone }
    }

    /// The events that the session would emit.
    fn remove(&self, track: &RemoteTrack) {
        let gone = self.room.driver().remote_tracks.borrow_mut().remove(&track.key());
        self.room.driver().track_ended(&gone.expect("a track"));
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let stop: Function = Reflect::get(&self.call, &"stop".into()).expect("a method").unchecked_into();
        stop.call0(&self.call).expect("stopped");
    }
}

fn publish(
    room: &Room,
    id: &str,
    kind: MediaKind,
    source: TrackSource,
    receiver: RtcRtpReceiver,
) -> RemoteTrack {
    let publication =
        model::Publication { id: PublicationId(id.into()), kind, source, muted: false, to: None };
    let track =
        RemoteTrack::new("bob".into(), Publication::new(publication), receiver, room.driver().this.clone());
    room.driver().remote_tracks.borrow_mut().insert(track.key(), track.clone());
    track
}

fn js(expression: &str) -> JsValue {
    js_sys::eval(expression).unwrap_or_else(|error| panic!("{expression}: {error:?}"))
}

fn function(source: &str) -> Function {
    let lines: Vec<_> = source.lines().filter(|line| !line.starts_with("//")).collect();
    js(&format!("({})", lines.join("\n").trim().trim_end_matches(';'))).unchecked_into()
}

/// An element in the page, as `window.shown`.
fn element(markup: &str) -> HtmlMediaElement {
    js(&format!(
        "document.body.insertAdjacentHTML('beforeend', `{markup}`); window.shown = document.body.lastElementChild"
    ))
    .unchecked_into()
}

async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    for _ in 0..2_400 {
        if condition() {
            return;
        }
        TimeoutFuture::new(25).await;
    }
    panic!("{what} did not happen in 60 s");
}

/// Waits until the element has shown five more frames.
#[track_caller]
fn moves(element: &HtmlMediaElement) -> impl Future<Output = ()> {
    let what = format!("five pictures, awaited in line {}", std::panic::Location::caller().line());
    let look = function(
        "(video) => {
           const context = new OffscreenCanvas(1, 1).getContext('2d');
           context.drawImage(video, 0, 0, 1, 1);
           return context.getImageData(0, 0, 1, 1).data.join();
         }",
    );
    let element = element.clone();
    let look = move || look.call1(&JsValue::UNDEFINED, &element).expect("a colour").as_string();
    let (mut last, mut changes) = (look(), 0);
    async move {
        let changed = || {
            let now = look();
            changes += u32::from(now != last);
            last = now;
            changes >= 5
        };
        until(&what, changed).await;
    }
}

fn stream(element: &HtmlMediaElement) -> MediaStream {
    element.src_object().expect("a stream")
}

async fn next(events: &mut RoomEvents) -> RoomEvent {
    let next = futures::future::select(events.next(), TimeoutFuture::new(60_000)).await;
    let futures::future::Either::Left((Some(event), _)) = next else { panic!("no event in 60 s") };
    event
}

/// `play()` rejects with an exception of this name while this lives.
struct Refusing(Function);

impl Refusing {
    fn new(name: &str) -> Self {
        let replace = format!(
            "(() => {{
               const {{ play }} = HTMLMediaElement.prototype;
               HTMLMediaElement.prototype.play = async function () {{
                 if (!this.muted) throw new DOMException('no', '{name}');
                 return play.call(this);
               }};
               return () => (HTMLMediaElement.prototype.play = play);
             }})()"
        );
        Self(js(&replace).unchecked_into())
    }
}

impl Drop for Refusing {
    fn drop(&mut self) {
        self.0.call0(&JsValue::UNDEFINED).expect("restored");
    }
}

#[wasm_bindgen_test]
async fn one_that_is_removed_leaves_the_other_playing() {
    let call = Call::start(false).await;
    let video = element("<video></video>");
    call.microphone.attach(&video).expect("attached");
    call.camera.attach(&video).expect("attached");
    call.camera.attach(&video).expect("attached again, to no effect");
    moves(&video).await;
    let shared = stream(&video);
    assert_eq!(shared.get_tracks().length(), 2);
    js(
        "window.interruptions = []; for (const event of ['emptied', 'pause', 'ended']) shown.addEventListener(event, () => interruptions.push(event))",
    );
    call.remove(&call.microphone);
    moves(&video).await;
    assert_eq!(js("interruptions.join()"), "");
    assert!(stream(&video) == shared && shared.get_tracks().length() == 1);
    call.room.driver().emit(Event::Ended(None));
    assert!(video.src_object().is_none(), "the room is left");
    let refused = call.camera.attach(&video).expect_err("an error");
    assert_eq!(refused.to_string(), "cannot attach a track while the track has ended");
    call.camera.detach(&video);
}

#[wasm_bindgen_test]
async fn a_second_picture_takes_the_place_of_the_first() {
    let call = Call::start(true).await;
    let (video, audio) = (element("<video muted></video>"), element("<audio></audio>"));
    let screen = publish(
        &call.room,
        "screen",
        MediaKind::Video,
        TrackSource::Screen,
        call.camera.as_receiver().expect("a receiver").clone(),
    );
    call.camera.attach(&video).expect("attached");
    call.microphone.attach(&video).expect("attached");
    call.microphone.attach(&audio).expect("attached");
    screen.attach(&video).expect("attached");
    moves(&video).await;
    assert_eq!(stream(&video).get_tracks().length(), 2);
    call.camera.detach(&video);
    assert_eq!(stream(&video).get_tracks().length(), 2, "it was removed");
    screen.detach(&audio);
    call.microphone.detach_all();
    assert!(audio.src_object().is_none());
    screen.detach(&video);
    assert!(video.src_object().is_none());
}

#[wasm_bindgen_test]
async fn an_element_with_something_else_to_play_is_left_alone() {
    let call = Call::start(false).await;
    let video = element("<video></video>");
    call.camera.attach(&video).expect("attached");
    let own = MediaStream::new().expect("a stream");
    video.set_src_object(Some(&own));
    call.camera.detach(&video);
    assert!(video.src_object().as_ref() == Some(&own));
    call.camera.attach(&video).expect("attached");
    moves(&video).await;
}

#[wasm_bindgen_test]
async fn what_the_browser_blocks_starts_with_a_click() {
    let call = Call::start(false).await;
    let (video, other) = (element("<video></video>"), element("<video></video>"));
    let mut events = call.room.events();
    let refusing = Refusing::new("NotAllowedError");
    assert!(call.room.can_play_audio());
    call.microphone.attach(&video).expect("attached");
    call.camera.attach(&video).expect("attached");
    assert_eq!(next(&mut events).await, RoomEvent::AudioPlaybackChange { blocked: true });
    assert!(!call.room.can_play_audio() && video.paused());
    let refused = call.room.start_audio().await.expect_err("no click");
    assert!(matches!(refused, Error::Browser { name, .. } if name == "NotAllowedError"));
    call.camera.attach(&other).expect("attached");
    other.set_muted(true);
    moves(&other).await;
    assert!(!call.room.can_play_audio());
    assert!(events.next().now_or_never().is_none(), "it is reported once");

    drop(refusing);
    call.room.start_audio().await.expect("started");
    assert_eq!(next(&mut events).await, RoomEvent::AudioPlaybackChange { blocked: false });
    assert!(call.room.can_play_audio());
    moves(&video).await;
}

#[wasm_bindgen_test]
async fn what_is_blocked_and_detached_is_blocked_no_more() {
    let call = Call::start(false).await;
    let video = element("<video></video>");
    let mut events = call.room.events();
    let _refusing = Refusing::new("NotAllowedError");
    call.microphone.attach(&video).expect("attached");
    assert_eq!(next(&mut events).await, RoomEvent::AudioPlaybackChange { blocked: true });
    call.remove(&call.microphone);
    assert_eq!(next(&mut events).await, RoomEvent::AudioPlaybackChange { blocked: false });
}

#[wasm_bindgen_test]
async fn another_failure_is_a_warning_and_an_interruption_is_none() {
    let call = Call::start(false).await;
    let mut events = call.room.events();
    for (name, is_told) in [("AbortError", false), ("NotSupportedError", true)] {
        let _refusing = Refusing::new(name);
        call.microphone.attach(&element("<audio></audio>")).expect("attached");
        TimeoutFuture::new(50).await;
        let warning = events.next().now_or_never().flatten();
        let told = matches!(warning, Some(RoomEvent::Warning { error: Error::Browser { name: told, .. }, .. }) if told == name);
        assert_eq!(told, is_told, "{name}");
        assert!(call.room.can_play_audio());
    }
}

#[wasm_bindgen_test]
async fn two_hundred_rounds_leave_no_observer_and_no_listener() {
    let call = Call::start(true).await;
    let video = element("<video muted></video>");
    js("window.left = { listeners: 0, observed: 0 };
        window.undo = [];
        for (const [object, method, name, change] of [
          [EventTarget.prototype, 'addEventListener', 'listeners', 1],
          [EventTarget.prototype, 'removeEventListener', 'listeners', -1],
          [IntersectionObserver.prototype, 'observe', 'observed', 1],
          [IntersectionObserver.prototype, 'disconnect', 'observed', -1],
          [ResizeObserver.prototype, 'observe', 'observed', 1],
          [ResizeObserver.prototype, 'disconnect', 'observed', -1],
        ]) {
          const original = object[method];
          object[method] = function (...all) { left[name] += change; return original.apply(this, all); };
          undo.push(() => (object[method] = original));
        }");
    for round in 0..ROUNDS {
        call.microphone.attach(&video).expect("attached");
        call.camera.attach(&video).expect("attached");
        if round == 0 {
            assert_eq!(js("left.observed"), 2.0);
            assert_eq!(js("left.listeners"), 6.0);
        }
        call.camera.detach(&video);
        call.microphone.detach(&video);
    }
    js("undo.forEach((restore) => restore())");
    assert_eq!(js("left.observed"), 0.0);
    assert_eq!(js("left.listeners"), 0.0);
    assert!(call.room.driver().attachments.elements.borrow().is_empty());
    assert!(video.src_object().is_none());
    let room = std::rc::Rc::downgrade(&call.room.0.driver);
    call.room.driver().emit(Event::Ended(None));
    drop(call);
    TimeoutFuture::new(0).await;
    assert!(room.upgrade().is_none(), "the room is freed");
}
