//! `Recorder` and `Recording`.

use futures::StreamExt;
use js_sys::{Object, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use super::abort::{self, NoOptions, abortable};
use super::media::{raw_tracks, to_js};
use super::options;
use super::streams::async_iterator;
use crate::platform::{Recorder, Recording};

/// Records tracks into one file, until `stop()` or `free()`, or until all tracks have ended. No reference to it is needed
/// until then. Arguments and options that are misspelt, of the wrong type or out of range give
/// `ERR_INVALID_OPTIONS`.
/// @see https://www.w3.org/TR/mediastream-recording/#mediarecorder-api
/// @example
/// const recorder = Recorder.start([camera, microphone]);
/// const { blob } = await recorder.stop();
#[derive(Debug)]
#[wasm_bindgen(js_name = Recorder)]
pub struct JsRecorder(Recorder);

impl From<Recorder> for JsRecorder {
    fn from(recorder: Recorder) -> Self {
        Self(recorder)
    }
}

#[wasm_bindgen(js_class = Recorder)]
impl JsRecorder {
    /// Starts to record. Several sounds are mixed; where the browser wants a click before it runs an `AudioContext`, they are
    /// silent until then.
    /// @throws {MoimError} ERR_INVALID_OPTIONS when there is no track, one has ended or two have pictures, and when
    /// this browser cannot write these tracks in the MIME type; ERR_UNSUPPORTED without `MediaRecorder`; ERR_RECORDER
    /// if the browser fails otherwise.
    pub fn start(
        #[wasm_bindgen(unchecked_param_type = "readonly TrackLike[]")] tracks: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "RecorderOptions")] options: Option<JsValue>,
    ) -> Result<Self, JsValue> {
        let options = options::parse(options, "recorder options")?;
        let recorder = Recorder::start(&raw_tracks(tracks)?, &options)?;
        let running = recorder.clone();
        spawn_local(async move {
            // Whoever asks gets the outcome.
            let _ = running.finished().await;
        });
        Ok(recorder.into())
    }

    /// Whether this browser can record this container with these codecs, such as `video/webm;codecs=vp9,opus`.
    /// @throws {MoimError} ERR_INVALID_OPTIONS for what is no text.
    #[wasm_bindgen(js_name = isTypeSupported)]
    pub fn is_type_supported(
        #[wasm_bindgen(js_name = mimeType, unchecked_param_type = "string")] mime_type: JsValue,
    ) -> Result<bool, JsValue> {
        let mime_type: String = options::parse_value(mime_type, "mimeType")?;
        Ok(Recorder::is_type_supported(&mime_type))
    }

    /// The pieces of the file as the browser hands them over, from now on: `for await (const chunk of recorder.chunks())`.
    /// One each `timesliceMs`; ends with the recording. With `keep: false` nothing else holds on to them. Together they are
    /// the file as the browser writes it, so a WebM file made of them has no duration.
    #[wasm_bindgen(unchecked_return_type = "AsyncIterableIterator<Blob>")]
    pub fn chunks(&self) -> Object {
        async_iterator(self.0.chunks().map(|chunk| Ok(chunk.into())))
    }

    /// Stops taking media in until `resume()`. The file has no gap. Pausing again does nothing.
    /// @throws {MoimError} ERR_INVALID_STATE once the recorder is stopped or its tracks have ended.
    pub fn pause(&self) -> Result<(), JsValue> {
        Ok(self.0.pause()?)
    }

    /// Goes on after `pause()`. Without a pause it does nothing.
    /// @throws {MoimError} ERR_INVALID_STATE once the recorder is stopped or its tracks have ended.
    pub fn resume(&self) -> Result<(), JsValue> {
        Ok(self.0.resume()?)
    }

    /// Ends the recording and returns it. Stopping again, or after the tracks have ended, returns the same recording.
    /// What fails later leaves what was recorded, with `endedEarly`.
    /// @throws {MoimError} ERR_RECORDER if nothing was recorded, as when it is stopped right after the start: a file that has
    /// a header and no media counts as nothing, whether it is kept or not; ERR_ABORTED when its `signal` is aborted, which
    /// ends the waiting and not the recording.
    #[wasm_bindgen(unchecked_return_type = "Promise<Recording>")]
    pub fn stop(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "AbortOptions")] options: Option<JsValue>,
    ) -> Promise {
        let recorder = self.0.clone();
        abortable(abort::parse(options, "options"), |NoOptions {}| async move {
            Ok(JsRecording(recorder.stop().await?).into())
        })
    }

    /// Waits for the recording without ending it: until `stop()` is called, or all tracks have ended.
    /// @throws {MoimError} the codes of `stop`.
    #[wasm_bindgen(unchecked_return_type = "Promise<Recording>")]
    pub fn finished(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "AbortOptions")] options: Option<JsValue>,
    ) -> Promise {
        let recorder = self.0.clone();
        abortable(abort::parse(options, "options"), |NoOptions {}| async move {
            Ok(JsRecording(recorder.finished().await?).into())
        })
    }

    /// What the recorder does now.
    #[wasm_bindgen(getter, unchecked_return_type = "RecorderState")]
    pub fn state(&self) -> Result<JsValue, JsValue> {
        to_js(&self.0.state())
    }

    /// Milliseconds recorded so far, pauses left out.
    #[wasm_bindgen(getter, js_name = elapsedMs)]
    pub fn elapsed_ms(&self) -> f64 {
        self.0.elapsed_ms()
    }

    /// Bytes that the browser has handed over so far.
    #[wasm_bindgen(getter)]
    pub fn size(&self) -> f64 {
        self.0.size() as f64
    }

    /// The container and codecs.
    #[wasm_bindgen(getter, js_name = mimeType)]
    pub fn mime_type(&self) -> String {
        self.0.mime_type()
    }
}

/// What a recorder recorded: one file. Arguments of the wrong type give `ERR_INVALID_OPTIONS`.
#[derive(Debug)]
#[wasm_bindgen(js_name = Recording)]
pub struct JsRecording(Recording);

#[wasm_bindgen(js_class = Recording)]
impl JsRecording {
    /// The file.
    #[wasm_bindgen(getter)]
    pub fn blob(&self) -> Blob {
        self.0.blob.clone()
    }

    /// Its MIME type with codecs, such as `video/webm;codecs=vp8,opus`.
    #[wasm_bindgen(getter, js_name = mimeType)]
    pub fn mime_type(&self) -> String {
        self.0.mime_type.clone()
    }

    /// Its length in milliseconds, pauses left out.
    #[wasm_bindgen(getter, js_name = durationMs)]
    pub fn duration_ms(&self) -> f64 {
        self.0.duration_ms
    }

    /// Why the recording ended before it was stopped, or is not whole: its tracks ended, or only its sound or its picture,
    /// or the browser failed.
    #[wasm_bindgen(getter, js_name = endedEarly, unchecked_return_type = "MoimError | undefined")]
    pub fn ended_early(&self) -> JsValue {
        self.0.ended_early.clone().map_or(JsValue::UNDEFINED, JsValue::from)
    }

    /// A file name with the right extension: `"moim-alice"` gives `"moim-alice.webm"`. Characters that file systems
    /// refuse become `_`, the names of devices of Windows get one in front, and what is too long for a file system (255 bytes)
    /// is shortened. Without any name it is `"recording"`.
    /// @throws {MoimError} ERR_INVALID_OPTIONS for what is no text.
    #[wasm_bindgen(js_name = fileName)]
    pub fn file_name(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] stem: JsValue,
    ) -> Result<String, JsValue> {
        Ok(self.0.file_name(&options::parse_value::<String>(stem, "stem")?))
    }
}
