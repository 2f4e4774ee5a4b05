//! Helpers of the tests for the page.

use std::future::Future;
use std::time::Duration;

use gloo_timers::future::{TimeoutFuture, sleep};
use js_sys::{Array, Reflect};
use moim::{LocalTrack, TrackSource};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    CanvasRenderingContext2d, Document, HtmlCanvasElement, HtmlVideoElement, MediaStream, MediaStreamTrack,
};

pub(crate) fn document() -> Document {
    web_sys::window().expect("a window").document().expect("a document")
}

pub(crate) fn is_firefox() -> bool {
    let agent = web_sys::window().expect("a window").navigator().user_agent().expect("a name");
    agent.contains("Firefox")
}

pub(crate) fn video() -> HtmlVideoElement {
    let video: HtmlVideoElement = document().create_element("video").expect("a video").unchecked_into();
    video.set_muted(true);
    document().body().expect("a body").append_child(&video).expect("appended");
    video
}

/// Polls until `condition` holds.
pub(crate) async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    for _ in 0..2_400 {
        if condition() {
            return;
        }
        TimeoutFuture::new(25).await;
    }
    panic!("{what} did not happen in 60 s");
}

/// The output of a future that must resolve within 60 s.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    let limit = std::pin::pin!(sleep(Duration::from_secs(60)));
    match futures::future::select(std::pin::pin!(future), limit).await {
        futures::future::Either::Left((output, _)) => output,
        futures::future::Either::Right(_) => panic!("{what} did not happen in 60 s"),
    }
}

/// A canvas that changes continuously, as a track.
pub(crate) struct Painting {
    pub(crate) track: LocalTrack,
    painter: Option<gloo_timers::callback::Interval>,
}

impl Painting {
    pub(crate) fn new() -> Self {
        let canvas: HtmlCanvasElement =
            document().create_element("canvas").expect("a canvas").unchecked_into();
        let context = canvas.get_context("2d").expect("a context").expect("a context");
        let context: CanvasRenderingContext2d = context.unchecked_into();
        let mut hue = 0;
        let painter = gloo_timers::callback::Interval::new(33, move || {
            hue = (hue + 10) % 360;
            context.set_fill_style_str(&format!("hsl({hue} 100% 50%)"));
            context.fill_rect(0.0, 0.0, 300.0, 150.0);
        });
        let capture: js_sys::Function =
            Reflect::get(&canvas, &"captureStream".into()).expect("a method").unchecked_into();
        let stream: MediaStream = capture.call0(&canvas).expect("a stream").unchecked_into();
        let track = LocalTrack::from_raw(first_track(&stream.get_tracks()), TrackSource::Custom);
        Self { track, painter: Some(painter) }
    }

    /// Stops painting, so the track has no new frames.
    pub(crate) fn stand_still(&mut self) {
        self.painter = None;
    }
}

fn first_track(tracks: &Array) -> MediaStreamTrack {
    tracks.get(0).unchecked_into()
}

/// A track that the browser ends soon.
pub(crate) async fn ending_track() -> LocalTrack {
    let make = js_sys::eval(&format!("({})", include_str!("ending-track.js"))).expect("a function");
    let promise = make.unchecked_ref::<js_sys::Function>().call0(&JsValue::UNDEFINED).expect("a promise");
    let track = JsFuture::from(promise.unchecked_into::<js_sys::Promise>()).await.expect("a track");
    LocalTrack::from_raw(track.unchecked_into(), TrackSource::Custom)
}

/// The pixels that a video shows.
pub(crate) fn picture(video: &HtmlVideoElement) -> Vec<u8> {
    let canvas: HtmlCanvasElement = document().create_element("canvas").expect("a canvas").unchecked_into();
    let context = canvas.get_context("2d").expect("a context").expect("a context");
    let context: CanvasRenderingContext2d = context.unchecked_into();
    context.draw_image_with_html_video_element_and_dw_and_dh(video, 0.0, 0.0, 300.0, 150.0).expect("drawn");
    context.get_image_data(0.0, 0.0, 300.0, 150.0).expect("pixels").data().0
}

/// Whether a video shows a [`Painting`], whose colours are bright: black, white and transparent do not count.
pub(crate) fn is_colourful(video: &HtmlVideoElement) -> bool {
    picture(video).chunks(4).any(|pixel| {
        let [red, green, blue] = [pixel[0], pixel[1], pixel[2]];
        red.max(green).max(blue) - red.min(green).min(blue) > 100
    })
}

/// A property of the browser that is replaced while this lives.
#[must_use = "the mock ends as it is dropped"]
pub(crate) struct Mock(js_sys::Function);

impl Mock {
    /// `object` and `value` are JavaScript expressions; in `value`, `original` is the previous value.
    pub(crate) fn new(object: &str, key: &str, value: &str) -> Self {
        let restore = js(&format!(
            "(() => {{
               const [object, key] = [{object}, '{key}'];
               const original = object[key];
               const before = Object.getOwnPropertyDescriptor(object, key);
               Object.defineProperty(object, key, {{ value: {value}, configurable: true, writable: true }});
               return () => before ? Object.defineProperty(object, key, before) : delete object[key];
             }})()"
        ));
        Self(restore.unchecked_into())
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        self.0.call0(&JsValue::UNDEFINED).expect("restored");
    }
}

/// The value of a JavaScript expression.
pub(crate) fn js(expression: &str) -> JsValue {
    js_sys::eval(expression).unwrap_or_else(|error| panic!("{expression}: {error:?}"))
}

/// The result of the promise of a JavaScript expression.
pub(crate) async fn promised(expression: &str) -> JsValue {
    let promise: js_sys::Promise = js(expression).unchecked_into();
    JsFuture::from(promise).await.unwrap_or_else(|error| panic!("{expression}: {error:?}"))
}
