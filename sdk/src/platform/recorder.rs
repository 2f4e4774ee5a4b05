//! Recording tracks: <https://www.w3.org/TR/mediastream-recording/>.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use futures::channel::oneshot;
use js_sys::{Array, Reflect};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, BlobEvent, BlobPropertyBag, Event, MediaRecorder, MediaRecorderOptions, MediaStreamTrack,
    RecordingState,
};

use super::element::stream_of;
use super::exception::Exception;
use super::listener::ListenerGuard;
use super::mime::choose_type;
use super::recording::Recording;
use crate::{Error, Result};

/// How to record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(default, rename_all = "camelCase")]
pub struct RecorderOptions {
    /// The container and codecs. Default: the first of a list that this browser can record, WebM before MP4.
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub mime_type: Option<String>,
    /// Bits per second for pictures. Default: the browser's choice.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub video_bits_per_second: Option<u32>,
    /// Bits per second for sound. Default: the browser's choice.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub audio_bits_per_second: Option<u32>,
    /// Milliseconds between two pieces that the browser hands over. 0: everything at the end. Default: 1000.
    pub timeslice_ms: u32,
}

impl Default for RecorderOptions {
    fn default() -> Self {
        Self { mime_type: None, video_bits_per_second: None, audio_bits_per_second: None, timeslice_ms: 1000 }
    }
}

/// What a recorder does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum RecorderState {
    /// It records.
    Recording,
    /// It waits for `resume`.
    Paused,
    /// It is done for good.
    Stopped,
}

/// Records tracks into one file. A clone is another handle; dropping the last one ends the recording and discards it.
#[derive(Clone, Debug)]
pub struct Recorder(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    _listeners: [ListenerGuard; 4],
    raw: MediaRecorder,
    mime_type: String,
    chunks: RefCell<Vec<Blob>>,
    size: Cell<u64>,
    stopwatch: Cell<Stopwatch>,
    stop_asked: Cell<bool>,
    failure: RefCell<Option<Error>>,
    outcome: RefCell<Option<Result<Recording>>>,
    waiters: RefCell<Vec<oneshot::Sender<()>>>,
}

impl Recorder {
    /// Starts to record. Fails with [`Error::InvalidOptions`] when there is no track or this browser cannot write the
    /// MIME type, and with [`Error::Unsupported`] without `MediaRecorder`.
    pub fn start(tracks: &[MediaStreamTrack], options: &RecorderOptions) -> Result<Self> {
        let exists = Reflect::has(&js_sys::global(), &"MediaRecorder".into()).unwrap_or(false);
        if !exists {
            return Err(Error::Unsupported { feature: "MediaRecorder" });
        }
        if tracks.is_empty() {
            return Err(Error::InvalidOptions { detail: "a recorder needs at least one track".to_owned() });
        }
        let mime_type = choose_type(tracks, options.mime_type.as_deref())?;
        let settings = MediaRecorderOptions::new();
        settings.set_mime_type(&mime_type);
        if let Some(bits) = options.video_bits_per_second {
            settings.set_video_bits_per_second(bits);
        }
        if let Some(bits) = options.audio_bits_per_second {
            settings.set_audio_bits_per_second(bits);
        }
        let stream = stream_of(tracks)?;
        let raw = MediaRecorder::new_with_media_stream_and_media_recorder_options(&stream, &settings)
            .map_err(recorder_error)?;
        let inner = Rc::new_cyclic(|weak| Inner::new(raw, mime_type, weak));
        match options.timeslice_ms {
            0 => inner.raw.start(),
            ms => inner.raw.start_with_time_slice(i32::try_from(ms).unwrap_or(i32::MAX)),
        }
        .map_err(recorder_error)?;
        Ok(Self(inner))
    }

    /// Stops taking media in until [`resume`](Self::resume). The file has no gap.
    pub fn pause(&self) -> Result<()> {
        self.require_running("pause")?;
        self.0.raw.pause().map_err(recorder_error)?;
        self.0.time(Stopwatch::stop);
        Ok(())
    }

    /// Goes on after [`pause`](Self::pause).
    pub fn resume(&self) -> Result<()> {
        self.require_running("resume")?;
        self.0.raw.resume().map_err(recorder_error)?;
        self.0.time(Stopwatch::start);
        Ok(())
    }

    /// Ends the recording and returns it. Stopping again, or after the tracks have ended, returns the same recording.
    pub async fn stop(&self) -> Result<Recording> {
        if self.0.raw.state() != RecordingState::Inactive {
            self.0.stop_asked.set(true);
            self.0.time(Stopwatch::stop);
            self.0.raw.stop().map_err(recorder_error)?;
        }
        self.finished().await
    }

    /// Waits for the recording without ending it: until [`stop`](Self::stop) is called, or all tracks have ended.
    pub async fn finished(&self) -> Result<Recording> {
        let (sender, receiver) = oneshot::channel();
        self.0.waiters.borrow_mut().push(sender);
        if self.0.outcome.borrow().is_none() {
            let _ = receiver.await;
        }
        let outcome = self.0.outcome.borrow().clone();
        outcome.unwrap_or_else(|| Err(Error::Recorder { detail: "the recorder is gone".to_owned() }))
    }

    /// What the recorder does now.
    pub fn state(&self) -> RecorderState {
        match self.0.raw.state() {
            RecordingState::Recording => RecorderState::Recording,
            RecordingState::Paused => RecorderState::Paused,
            _ => RecorderState::Stopped,
        }
    }

    /// Milliseconds recorded so far, pauses left out.
    pub fn elapsed_ms(&self) -> f64 {
        self.0.stopwatch.get().elapsed_ms(now_ms())
    }

    /// Bytes that the browser has handed over so far.
    pub fn size(&self) -> u64 {
        self.0.size.get()
    }

    /// The container and codecs.
    pub fn mime_type(&self) -> String {
        self.0.mime_type()
    }

    /// The browser's object.
    pub fn as_raw(&self) -> &MediaRecorder {
        &self.0.raw
    }

    fn require_running(&self, action: &'static str) -> Result<()> {
        if self.0.raw.state() == RecordingState::Inactive {
            return Err(Error::InvalidState { action, state: "the recorder is stopped" });
        }
        Ok(())
    }
}

impl Inner {
    fn new(raw: MediaRecorder, mime_type: String, weak: &Weak<Self>) -> Self {
        let listen = |event: &'static str, handle: fn(&Self, Event)| {
            let weak = weak.clone();
            ListenerGuard::new(&raw, event, move |event| {
                if let Some(inner) = weak.upgrade() {
                    handle(&inner, event);
                }
            })
        };
        let listeners = [
            listen("start", |inner, _| {
                if inner.raw.state() == RecordingState::Recording {
                    inner.time(Stopwatch::start);
                }
            }),
            listen("dataavailable", Self::handle_data),
            listen("error", |inner, event| {
                let exception = Reflect::get(&event, &"error".into()).unwrap_or(JsValue::UNDEFINED);
                inner.failure.replace(Some(recorder_error(exception)));
            }),
            listen("stop", |inner, _| inner.handle_stop()),
        ];
        Self {
            _listeners: listeners,
            raw,
            mime_type,
            chunks: RefCell::default(),
            size: Cell::default(),
            stopwatch: Cell::default(),
            stop_asked: Cell::default(),
            failure: RefCell::default(),
            outcome: RefCell::default(),
            waiters: RefCell::default(),
        }
    }

    fn time(&self, change: fn(Stopwatch, f64) -> Stopwatch) {
        self.stopwatch.set(change(self.stopwatch.get(), now_ms()));
    }

    fn mime_type(&self) -> String {
        let actual = self.raw.mime_type();
        if actual.is_empty() { self.mime_type.clone() } else { actual }
    }

    fn handle_data(&self, event: Event) {
        let event: BlobEvent = event.unchecked_into();
        let Some(chunk) = event.data() else { return };
        let bytes = chunk.size() as u64;
        if bytes > 0 {
            self.size.set(self.size.get() + bytes);
            self.chunks.borrow_mut().push(chunk);
        }
    }

    fn handle_stop(&self) {
        self.time(Stopwatch::stop);
        let outcome = self.assemble();
        self.outcome.replace(Some(outcome));
        for waiter in self.waiters.take() {
            let _ = waiter.send(());
        }
    }

    fn assemble(&self) -> Result<Recording> {
        let failure = self.failure.take();
        let chunks = self.chunks.take();
        if chunks.is_empty() {
            let nothing = || Error::Recorder { detail: "it ended before anything was recorded".to_owned() };
            return Err(failure.unwrap_or_else(nothing));
        }
        let mime_type = self.mime_type();
        let properties = BlobPropertyBag::new();
        properties.set_type(&mime_type);
        let chunks: Array = chunks.iter().collect();
        let blob = Blob::new_with_blob_sequence_and_options(&chunks, &properties).map_err(recorder_error)?;
        let ended_early = failure.or_else(|| {
            let detail = || "its tracks ended before it was stopped".to_owned();
            (!self.stop_asked.get()).then(|| Error::Recorder { detail: detail() })
        });
        Ok(Recording { blob, mime_type, duration_ms: self.stopwatch.get().elapsed_ms(0.0), ended_early })
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if self.raw.state() != RecordingState::Inactive {
            let _ = self.raw.stop();
        }
    }
}

/// Time that counts only while it runs. All times in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
struct Stopwatch {
    before: f64,
    since: Option<f64>,
}

impl Stopwatch {
    fn start(self, now: f64) -> Self {
        Self { since: self.since.or(Some(now)), ..self }
    }

    fn stop(self, now: f64) -> Self {
        Self { before: self.elapsed_ms(now), since: None }
    }

    fn elapsed_ms(self, now: f64) -> f64 {
        self.before + self.since.map_or(0.0, |since| now - since)
    }
}

pub(super) fn now_ms() -> f64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or_else(js_sys::Date::now, |clock| clock.now())
}

fn recorder_error(exception: JsValue) -> Error {
    let Exception { name, message, .. } = exception.into();
    Error::Recorder { detail: format!("{name}: {message}") }
}
