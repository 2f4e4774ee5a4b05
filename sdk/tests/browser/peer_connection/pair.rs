//! Two connections, and the transport of their signals.

use std::cell::RefCell;
use std::rc::Rc;

use futures::{Stream, StreamExt};
use js_sys::{Array, Function, Promise, Reflect};
use moim::{
    ConnectionState, LocalTrack, PeerConnection, PeerConnectionEvent, PeerConnectionEvents,
    PeerConnectionOptions, Signal, TrackSource, Transceiver,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlVideoElement, MediaStream};

use crate::page::{document, picture, soon, until, video};

pub(crate) struct Pair {
    pub(crate) a: PeerConnection,
    pub(crate) b: PeerConnection,
    /// All signals that were sent.
    pub(crate) carried: Rc<RefCell<Vec<Signal>>>,
}

impl Pair {
    pub(crate) fn new() -> Self {
        Self::with(&PeerConnectionOptions::default(), &PeerConnectionOptions::default())
    }

    pub(crate) fn with(a: &PeerConnectionOptions, b: &PeerConnectionOptions) -> Self {
        Self::edited(a, b, |signal| vec![signal])
    }

    /// The signals pass through `edit`, each as JSON.
    pub(crate) fn edited(
        a: &PeerConnectionOptions,
        b: &PeerConnectionOptions,
        edit: impl Fn(String) -> Vec<String> + Clone + 'static,
    ) -> Self {
        let (a, b) =
            (PeerConnection::new(a).expect("a connection"), PeerConnection::new(b).expect("a connection"));
        let carried = Rc::new(RefCell::new(Vec::new()));
        for (from, to) in [(&a, &b), (&b, &a)] {
            let (mut signals, to, edit, carried) =
                (from.signals(), to.clone(), edit.clone(), carried.clone());
            spawn_local(async move {
                while let Some(signal) = signals.next().await {
                    carried.borrow_mut().push(signal.clone());
                    for text in edit(signal.to_json()) {
                        let Ok(signal) = Signal::from_json(&text) else { continue };
                        let _ = to.handle_signal(signal);
                    }
                }
            });
        }
        Self { a, b, carried }
    }

    pub(crate) async fn connected(&self) {
        for end in [&self.a, &self.b] {
            until("connected", || end.connection_state() == ConnectionState::Connected).await;
        }
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.a.close();
        self.b.close();
    }
}

/// The next track that is received.
pub(crate) async fn track_added(events: &mut PeerConnectionEvents) -> Transceiver {
    let found = next(events, |event| match event {
        PeerConnectionEvent::TrackAdded { transceiver, stream_ids } => {
            assert_eq!(stream_ids.len(), 1);
            Some(transceiver)
        }
        _ => None,
    });
    soon("a track", found).await
}

/// The next event that matches.
pub(crate) async fn next<E, T>(
    events: &mut (impl Stream<Item = E> + Unpin),
    fits: impl Fn(E) -> Option<T>,
) -> T {
    let found = async {
        while let Some(event) = events.next().await {
            if let Some(found) = fits(event) {
                return found;
            }
        }
        panic!("the events ended");
    };
    soon("an event", found).await
}

/// A video that plays the received track.
pub(crate) fn player(transceiver: &Transceiver) -> HtmlVideoElement {
    let video = video();
    let stream = MediaStream::new().expect("a stream");
    stream.add_track(&transceiver.receiver().track());
    video.set_src_object(Some(&stream));
    let _ = video.play();
    video
}

/// Frames are decoded, and change.
pub(crate) async fn shows_movement(video: &HtmlVideoElement) {
    until("a picture", || {
        video.video_width() > 0 && picture(video).iter().any(|byte| *byte > 0 && *byte < 255)
    })
    .await;
    let first = picture(video);
    until("another picture", || picture(video) != first).await;
}

/// A canvas of one colour, repainted continuously, as a track.
pub(crate) struct Colour {
    pub(crate) track: LocalTrack,
    _painter: gloo_timers::callback::Interval,
}

impl Colour {
    pub(crate) fn new(colour: &'static str, width: u32, height: u32) -> Self {
        let canvas: HtmlCanvasElement =
            document().create_element("canvas").expect("a canvas").unchecked_into();
        canvas.set_width(width);
        canvas.set_height(height);
        let context = canvas.get_context("2d").expect("a context").expect("a context");
        let context: CanvasRenderingContext2d = context.unchecked_into();
        let mut at = 0.0;
        let painter = gloo_timers::callback::Interval::new(33, move || {
            context.set_fill_style_str(colour);
            context.fill_rect(0.0, 0.0, width.into(), height.into());
            // Something must change, or encoders idle.
            at = (at + 2.0) % f64::from(width);
            context.set_fill_style_str("black");
            context.fill_rect(at, 0.0, 2.0, 2.0);
        });
        let capture: Function =
            Reflect::get(&canvas, &"captureStream".into()).expect("a method").unchecked_into();
        let stream: MediaStream = capture.call0(&canvas).expect("a stream").unchecked_into();
        let track = LocalTrack::from_raw(stream.get_tracks().get(0).unchecked_into(), TrackSource::Custom);
        Self { track, _painter: painter }
    }
}

/// Red, green and blue in the middle.
pub(crate) fn middle(video: &HtmlVideoElement) -> [u8; 3] {
    let pixels = picture(video);
    let at = (75 * 300 + 150) * 4;
    [pixels[at], pixels[at + 1], pixels[at + 2]]
}

pub(crate) async fn stats(connection: &PeerConnection) -> Vec<JsValue> {
    let source = include_str!("stats.js").lines().filter(|line| !line.starts_with("//")).collect::<String>();
    let read: Function =
        js_sys::eval(&format!("({})", source.trim_end_matches(';'))).expect("a function").unchecked_into();
    let promise: Promise =
        read.call1(&JsValue::UNDEFINED, connection.as_raw()).expect("a promise").unchecked_into();
    let list: Array = JsFuture::from(promise).await.expect("stats").unchecked_into();
    list.iter().collect()
}

pub(crate) fn text(value: &JsValue, key: &str) -> Option<String> {
    Reflect::get(value, &key.into()).ok()?.as_string()
}

pub(crate) fn number(value: &JsValue, key: &str) -> Option<f64> {
    Reflect::get(value, &key.into()).ok()?.as_f64()
}

/// The MIME type of the codec that is being sent.
pub(crate) async fn sent_codec(connection: &PeerConnection, kind: &str) -> Option<String> {
    let stats = stats(connection).await;
    let of = |wanted: &str| {
        stats.iter().filter(move |entry| text(entry, "type").as_deref() == Some(wanted)).collect::<Vec<_>>()
    };
    let sent = of("outbound-rtp").into_iter().find(|entry| {
        text(entry, "kind").as_deref() == Some(kind) && number(entry, "packetsSent").unwrap_or_default() > 0.0
    })?;
    let codec = text(sent, "codecId")?;
    let codec = of("codec").into_iter().find(|entry| text(entry, "id").as_ref() == Some(&codec))?;
    text(codec, "mimeType")
}

/// Polls until there is a result.
pub(crate) async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..1_200 {
        if let Some(answer) = ask().await {
            return answer;
        }
        gloo_timers::future::TimeoutFuture::new(50).await;
    }
    panic!("{what} did not happen in 60 s");
}
