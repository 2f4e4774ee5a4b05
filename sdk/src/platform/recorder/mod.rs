//! Recording tracks: <https://www.w3.org/TR/mediastream-recording/>.

mod chunks;
mod exceptions;
mod finishing;
mod mp4;
mod options;
mod sound;
mod stopwatch;

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::{Rc, Weak};
use std::task::Poll;

use futures::channel::mpsc;
use futures::future::LocalBoxFuture;
use gloo_timers::callback::Interval;
use js_sys::Reflect;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, BlobEvent, Event, MediaRecorder, MediaStreamTrack, MediaStreamTrackState, RecordingState,
};

pub use self::chunks::RecordingChunks;
use self::exceptions::{recorder_error, refused};
use self::finishing::{Extent, Finisher, Outcome};
pub use self::options::{AudioBitrateMode, RecorderOptions};
use self::sound::MixedSound;
use self::stopwatch::Stopwatch;
use super::chunk;
use super::clock::now_ms;
use super::element::stream_of;
use super::listener::ListenerGuard;
use super::mime::choose_type;
use super::recording::Recording;
use super::silent_player::SilentPlayer;
use super::track_check::check_tracks;
use super::wakers::Wakers;
use crate::error::{Error, Result};
use crate::model::MediaKind;
use crate::platform::task::spawn_local;
use crate::platform::track::kind_of;

/// The state of a recorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum RecorderState {
    /// It is recording.
    Recording,
    /// It is paused.
    Paused,
    /// It has stopped permanently.
    Stopped,
}

/// How often ended tracks are checked for, where the browser does not report them.
const LOOK_MS: u32 = 250;

/// Records tracks into one file: one video track, and any number of audio tracks, which are mixed. Clones are handles
/// to the same recorder; dropping the last one stops it and discards the recording.
#[derive(Clone, Debug)]
pub struct Recorder(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    _listeners: [ListenerGuard; 3],
    raw: MediaRecorder,
    mime_type: String,
    keep: bool,
    chunks: RefCell<Vec<Blob>>,
    /// Further receivers of the chunks.
    readers: RefCell<Vec<mpsc::UnboundedSender<Blob>>>,
    /// Parses the file to add a duration and cues, and to detect whether there is any media; `None` for containers
    /// that stay unchanged.
    finisher: Option<Finisher>,
    size: Cell<u64>,
    stopwatch: Cell<Stopwatch>,
    stop_asked: Cell<bool>,
    tracks: Vec<MediaStreamTrack>,
    /// Until the recording has ended.
    player: RefCell<Option<SilentPlayer>>,
    /// Replaces several audio tracks, and checks whether they have ended.
    mixed: RefCell<Option<(MixedSound, Interval)>>,
    /// The tracks that had ended when the recording was stopped.
    lost: Cell<Option<&'static str>>,
    failure: RefCell<Option<Error>>,
    outcome: RefCell<Option<Result<Recording>>>,
    waiting: Wakers,
}

impl Recorder {
    /// Starts to record. Several audio tracks are mixed; if the browser requires a user gesture to run an
    /// `AudioContext`, they are silent until then.
    /// <https://www.w3.org/TR/mediastream-recording/#dom-mediarecorder-start>.
    ///
    /// # Errors
    /// [`Error::InvalidOptions`] if there is no track, one has ended or there are two video tracks, and if this browser
    /// cannot record these tracks in the MIME type; [`Error::Unsupported`] without `MediaRecorder`; [`Error::Recorder`]
    /// if the browser fails otherwise.
    pub fn start(tracks: &[MediaStreamTrack], options: &RecorderOptions) -> Result<Self> {
        if !has_recorder() {
            return Err(Error::Unsupported { feature: "MediaRecorder" });
        }
        check_tracks(tracks, "a recording")?;
        options.check()?;
        let mime_type = choose_type(tracks, &options.mime_types)?;
        let player = SilentPlayer::start(tracks)?;
        let mixed = MixedSound::of(tracks)?;
        let stream = match &mixed {
            Some(mixed) => stream_of(&mixed.in_place_of(tracks))?,
            None => stream_of(tracks)?,
        };
        let settings = options.to_raw(&mime_type);
        let raw = MediaRecorder::new_with_media_stream_and_media_recorder_options(&stream, &settings)
            .map_err(refused)?;
        let inner = Rc::new_cyclic(|weak| Inner::new(raw, mime_type, tracks, options.keep, weak));
        inner.player.replace(player);
        if let Some(mixed) = mixed {
            let weak = Rc::downgrade(&inner);
            let look = Interval::new(LOOK_MS, move || {
                if let Some(inner) = weak.upgrade().filter(|inner| inner.is_over()) {
                    let _ = inner.raw.stop();
                }
            });
            inner.mixed.replace(Some((mixed, look)));
        }
        match options.timeslice_ms {
            0 => inner.raw.start(),
            ms => inner.raw.start_with_time_slice(i32::try_from(ms).unwrap_or(i32::MAX)),
        }
        .map_err(refused)?;
        // The browser's `start` event is fired up to a second after the start of what it records.
        inner.time(Stopwatch::start);
        Ok(Self(inner))
    }

    /// Whether this browser can record this container and codecs, such as `video/webm;codecs=vp9,opus`.
    pub fn is_type_supported(mime_type: &str) -> bool {
        has_recorder() && MediaRecorder::is_type_supported(mime_type)
    }

    /// A stream of the file's chunks as the browser provides them, from now on: one every `timeslice_ms`. Ends with the
    /// recording. With [`RecorderOptions::keep`] off, chunks are not kept otherwise.
    ///
    /// The concatenated chunks are the file as written by the browser, so a WebM file has no duration.
    pub fn chunks(&self) -> RecordingChunks {
        let (sender, receiver) = mpsc::unbounded();
        if self.0.raw.state() != RecordingState::Inactive {
            self.0.readers.borrow_mut().push(sender);
        }
        RecordingChunks::new(receiver)
    }

    /// Pauses the recording until [`resume`](Self::resume). The file has no gap. Idempotent.
    /// <https://www.w3.org/TR/mediastream-recording/#dom-mediarecorder-pause>
    ///
    /// # Errors
    /// [`Error::InvalidState`] once the recorder has stopped or its tracks have ended.
    pub fn pause(&self) -> Result<()> {
        self.require_running("pause")?;
        self.0.raw.pause().map_err(recorder_error)?;
        self.0.time(Stopwatch::stop);
        Ok(())
    }

    /// Continues after [`pause`](Self::pause). Has no effect if it is not paused.
    /// <https://www.w3.org/TR/mediastream-recording/#dom-mediarecorder-resume>
    ///
    /// # Errors
    /// [`Error::InvalidState`] once the recorder has stopped or its tracks have ended.
    pub fn resume(&self) -> Result<()> {
        self.require_running("resume")?;
        self.0.raw.resume().map_err(recorder_error)?;
        self.0.time(Stopwatch::start);
        Ok(())
    }

    /// Stops the recording and returns it. Further calls, and calls after the tracks have ended, return the same
    /// recording.
    /// <https://www.w3.org/TR/mediastream-recording/#dom-mediarecorder-stop>
    ///
    /// # Errors
    /// [`Error::Recorder`] if nothing was recorded, for example if it is stopped right after the start: a file with a
    /// header and without media counts as nothing, whether it is kept or not. If it fails later, the result is what was
    /// recorded, with [`Recording::ended_early`].
    pub async fn stop(&self) -> Result<Recording> {
        if self.0.raw.state() != RecordingState::Inactive {
            self.0.stop_asked.set(true);
            self.0.lost.set(self.0.ended_kind());
            self.0.time(Stopwatch::stop);
            self.0.raw.stop().map_err(recorder_error)?;
        }
        self.finished().await
    }

    /// Resolves when the recording has ended: after [`stop`](Self::stop) was called, or all tracks have ended.
    ///
    /// # Errors
    /// The errors of [`stop`](Self::stop).
    pub async fn finished(&self) -> Result<Recording> {
        poll_fn(|context| match &*self.0.outcome.borrow() {
            Some(outcome) => Poll::Ready(outcome.clone()),
            None => {
                self.0.waiting.register(context);
                Poll::Pending
            }
        })
        .await
    }

    /// The recorder's state.
    pub fn state(&self) -> RecorderState {
        match self.0.raw.state() {
            RecordingState::Recording => RecorderState::Recording,
            RecordingState::Paused => RecorderState::Paused,
            _ => RecorderState::Stopped,
        }
    }

    /// Milliseconds recorded so far, excluding pauses.
    pub fn elapsed_ms(&self) -> f64 {
        self.0.stopwatch.get().elapsed_ms(now_ms())
    }

    /// Bytes that the browser has provided so far.
    pub fn size(&self) -> u64 {
        self.0.size.get()
    }

    /// The MIME type with container and codecs.
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
    fn new(
        raw: MediaRecorder,
        mime_type: String,
        tracks: &[MediaStreamTrack],
        keep: bool,
        weak: &Weak<Self>,
    ) -> Self {
        let listen = |event: &'static str, handle: fn(&Rc<Self>, Event)| {
            let weak = weak.clone();
            ListenerGuard::new(&raw, event, move |event| {
                if let Some(inner) = weak.upgrade() {
                    handle(&inner, event);
                }
            })
        };
        let listeners = [
            listen("dataavailable", |inner, event| inner.handle_data(event)),
            listen("error", |inner, event| {
                let exception = Reflect::get(&event, &"error".into()).unwrap_or(JsValue::UNDEFINED);
                inner.failure.replace(Some(recorder_error(exception)));
            }),
            listen("stop", |inner, _| inner.handle_stop()),
        ];
        Self {
            _listeners: listeners,
            raw,
            finisher: finishing::is_webm(&mime_type)
                .then(|| Finisher::start(if keep { Extent::Whole } else { Extent::FirstMedia })),
            mime_type,
            keep,
            chunks: RefCell::default(),
            readers: RefCell::default(),
            size: Cell::default(),
            stopwatch: Cell::default(),
            stop_asked: Cell::default(),
            tracks: tracks.iter().map(Clone::clone).collect(),
            player: RefCell::default(),
            mixed: RefCell::default(),
            lost: Cell::default(),
            failure: RefCell::default(),
            outcome: RefCell::default(),
            waiting: Wakers::default(),
        }
    }

    /// Whether all tracks have ended, while the browser continues with the silence of the mix.
    fn is_over(&self) -> bool {
        self.raw.state() != RecordingState::Inactive && self.tracks.iter().all(is_ended)
    }

    /// The kind of media of which all tracks have ended.
    fn ended_kind(&self) -> Option<&'static str> {
        [(MediaKind::Audio, "sound"), (MediaKind::Video, "picture")].into_iter().find_map(|(kind, name)| {
            let mut tracks = self.tracks.iter().filter(|track| kind_of(track) == kind).peekable();
            (tracks.peek().is_some() && tracks.all(is_ended)).then_some(name)
        })
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
        if bytes == 0 {
            return;
        }
        self.size.set(self.size.get() + bytes);
        self.readers.borrow_mut().retain(|reader| reader.unbounded_send(chunk.clone()).is_ok());
        if let Some(finisher) = &self.finisher {
            finisher.push(chunk.clone());
        }
        if self.keep {
            self.chunks.borrow_mut().push(chunk);
        }
    }

    fn handle_stop(self: &Rc<Self>) {
        self.time(Stopwatch::stop);
        self.readers.take();
        self.mixed.take();
        self.player.take();
        let inner = self.clone();
        spawn_local(async move {
            let outcome = inner.assemble().await;
            inner.outcome.replace(Some(outcome));
            inner.waiting.wake();
        });
    }

    async fn assemble(self: &Rc<Self>) -> Result<Recording> {
        let failure = self.failure.take();
        let nothing = || Error::Recorder { detail: "it ended before any media was recorded".to_owned() };
        if self.size.get() == 0 {
            return Err(failure.unwrap_or_else(nothing));
        }
        let mime_type = self.mime_type();
        let chunks = self.chunks.take();
        let mut duration_ms = self.stopwatch.get().elapsed_ms(0.0);
        let mut blob = finishing::join(&chunks, &mime_type).map_err(recorder_error)?;
        let mut unreadable = None;
        // Without the chunk the recording is as the browser wrote it.
        let outcome = match chunk::load("recorder").await {
            Ok(()) => complete_in_recorder_chunk(self.clone(), blob.clone(), duration_ms).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(Outcome::Finished { blob: whole, duration_ms: length }) => {
                blob = whole;
                duration_ms = length;
            }
            Ok(Outcome::Blank) => return Err(failure.unwrap_or_else(nothing)),
            Ok(Outcome::Unknown) => {}
            Err(error) => unreadable = Some(error),
        }
        let ended_early = failure.or(unreadable).or_else(|| {
            let ended = match self.lost.get() {
                Some(kind) => format!("its {kind} ended before it was stopped"),
                None if self.stop_asked.get() => return None,
                None => "its tracks ended before it was stopped".to_owned(),
            };
            Some(Error::Recorder { detail: ended })
        });
        Ok(Recording { blob, mime_type, duration_ms, ended_early })
    }
}

#[inline(never)]
fn complete_in_recorder_chunk(
    inner: Rc<Inner>,
    blob: Blob,
    duration_ms: f64,
) -> LocalBoxFuture<'static, Result<Outcome>> {
    chunk::boxed(async move {
        match &inner.finisher {
            Some(finisher) => finisher.finish(&blob, duration_ms).await,
            None if mp4::is_mp4(&inner.mime_type()) => {
                mp4::finish(&blob, duration_ms).await.map_err(recorder_error)
            }
            None => Ok(Outcome::Unknown),
        }
    })
}

impl Drop for Inner {
    fn drop(&mut self) {
        if self.raw.state() != RecordingState::Inactive {
            let _ = self.raw.stop();
        }
    }
}

fn is_ended(track: &MediaStreamTrack) -> bool {
    track.ready_state() == MediaStreamTrackState::Ended
}

fn has_recorder() -> bool {
    Reflect::has(&js_sys::global(), &"MediaRecorder".into()).unwrap_or(false)
}
