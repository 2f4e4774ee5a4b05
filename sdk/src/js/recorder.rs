//! `Recorder` and `Recording`.

use futures::StreamExt;
use js_sys::{Object, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Blob;

use super::abort::{self, NoOptions, abortable};
use super::media::{raw_tracks, to_js};
use super::options;
use super::streams::async_iterator;
use crate::platform::task::spawn_local;
use crate::platform::{Recorder, Recording};

/// Records tracks into one file, until `stop()` or `free()`, or until all tracks have ended. No reference to it is
/// needed until then. Misspelt options, and arguments of the wrong type or out of range result in
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
    /// Starts to record. Several audio tracks are mixed; if the browser requires a user gesture to run an
    /// `AudioContext`, they are silent until then.
    /// @throws {MoimError} ERR_INVALID_OPTIONS if there is no track, one has ended or there are two video tracks, and
    /// if this browser cannot record these tracks in the MIME type; ERR_UNSUPPORTED without `MediaRecorder`;
    /// ERR_RECORDER if the browser fails otherwise.
    pub fn start(
        #[wasm_bindgen(unchecked_param_type = "readonly TrackLike[]")] tracks: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "RecorderOptions")] options: Option<JsValue>,
    ) -> Result<Self, JsValue> {
        let options = options::parse(options, "recorder options")?;
        let recorder = Recorder::start(&raw_tracks(tracks)?, &options)?;
        let running = recorder.clone();
        spawn_local(async move {
            // Callers of other methods get the result.
            let _ = running.finished().await;
        });
        Ok(recorder.into())
    }

    /// Whether this browser can record this container and codecs, such as `video/webm;codecs=vp9,opus`.
    /// @throws {MoimError} ERR_INVALID_OPTIONS if it is not a string.
    #[wasm_bindgen(js_name = isTypeSupported)]
    pub fn is_type_supported(
        #[wasm_bindgen(js_name = mimeType, unchecked_param_type = "string")] mime_type: JsValue,
    ) -> Result<bool, JsValue> {
        let mime_type: String = options::parse_value(mime_type, "mimeType")?;
        Ok(Recorder::is_type_supported(&mime_type))
    }

    /// The file's chunks as the browser provides them, from now on: `for await (const chunk of recorder.chunks())`.
    /// One every `timesliceMs`; ends with the recording. With `keep: false`, chunks are not kept otherwise. The
    /// concatenated chunks are the file as written by the browser, so a WebM file has no duration.
    #[wasm_bindgen(unchecked_return_type = "AsyncIterableIterator<Blob>")]
    pub fn chunks(&self) -> Object {
        async_iterator(self.0.chunks().map(|chunk| Ok(chunk.into())))
    }

    /// Pauses the recording until `resume()`. The file has no gap. Idempotent.
    /// @throws {MoimError} ERR_INVALID_STATE once the recorder is stopped or its tracks have ended.
    pub fn pause(&self) -> Result<(), JsValue> {
        Ok(self.0.pause()?)
    }

    /// Continues after `pause()`. Has no effect if it is not paused.
    /// @throws {MoimError} ERR_INVALID_STATE once the recorder is stopped or its tracks have ended.
    pub fn resume(&self) -> Result<(), JsValue> {
        Ok(self.0.resume()?)
    }

    /// Stops the recording and resolves with it. Further calls, and calls after the tracks have ended, resolve with the
    /// same recording. If it fails later, the result is what was recorded, with `endedEarly`.
    /// @throws {MoimError} ERR_RECORDER if nothing was recorded, for example if it is stopped right after the start: a
    /// file with a header and without media counts as nothing, whether it is kept or not; ERR_ABORTED when its `signal`
    /// is aborted, which does not affect the recording.
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

    /// Resolves when the recording has ended: after `stop()` was called, or all tracks have ended.
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

    /// The recorder's state.
    #[wasm_bindgen(getter, unchecked_return_type = "RecorderState")]
    pub fn state(&self) -> Result<JsValue, JsValue> {
        to_js(&self.0.state())
    }

    /// Milliseconds recorded so far, excluding pauses.
    #[wasm_bindgen(getter, js_name = elapsedMs)]
    pub fn elapsed_ms(&self) -> f64 {
        self.0.elapsed_ms()
    }

    /// Bytes that the browser has provided so far.
    #[wasm_bindgen(getter)]
    pub fn size(&self) -> f64 {
        self.0.size() as f64
    }

    /// The MIME type with container and codecs.
    #[wasm_bindgen(getter, js_name = mimeType)]
    pub fn mime_type(&self) -> String {
        self.0.mime_type()
    }
}

/// A recorded file. Arguments of the wrong type result in `ERR_INVALID_OPTIONS`.
/// @example
/// const { blob, durationMs, endedEarly } = await recorder.stop();
/// video.src = URL.createObjectURL(blob);
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

    /// Its duration in milliseconds, excluding pauses.
    #[wasm_bindgen(getter, js_name = durationMs)]
    pub fn duration_ms(&self) -> f64 {
        self.0.duration_ms
    }

    /// Why the recording ended before it was stopped, or is incomplete: its tracks ended, or only its audio or its
    /// video, or the browser failed.
    #[wasm_bindgen(getter, js_name = endedEarly, unchecked_return_type = "MoimError | undefined")]
    pub fn ended_early(&self) -> JsValue {
        self.0.ended_early.clone().map_or(JsValue::UNDEFINED, JsValue::from)
    }

    /// Returns a file name with the right extension: `"moim-alice"` becomes `"moim-alice.webm"`. Characters that file
    /// systems refuse become `_`, Windows device names are prefixed with one, and names longer than 255 bytes are
    /// shortened. An empty name becomes `"recording"`.
    /// @throws {MoimError} ERR_INVALID_OPTIONS if it is not a string.
    #[wasm_bindgen(js_name = fileName)]
    pub fn file_name(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] stem: JsValue,
    ) -> Result<String, JsValue> {
        Ok(self.0.file_name(&options::parse_value::<String>(stem, "stem")?))
    }
}
