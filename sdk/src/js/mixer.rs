//! `Mixer` and `MixerSource`.

use std::cell::RefCell;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::media::{JsLocalTrack, raw_tracks, to_js};
use super::{class, options};
use crate::platform::{Mixer, MixerOptions, MixerSourceOptions};
use crate::{Error, Layout};

thread_local! {
    /// A mixer without references runs until `close()`: its tracks may be in use.
    static OPEN: RefCell<Vec<Mixer>> = const { RefCell::new(Vec::new()) };
}

/// Mixes the video and audio of any number of tracks into one track each: to record a whole room as one file, or to
/// publish it. It runs until `close()`, in a hidden tab too. Misspelt options, and arguments of the wrong type
/// or out of range result in `ERR_INVALID_OPTIONS`.
/// @see https://www.w3.org/TR/mediacapture-fromelement/#dom-htmlcanvaselement-capturestream
/// @see https://www.w3.org/TR/webaudio/#MediaStreamAudioDestinationNode
/// @example
/// const mixer = new Mixer();
/// mixer.add([camera, microphone]);
/// const recorder = Recorder.start([mixer.videoTrack, mixer.audioTrack]);
#[derive(Debug)]
#[wasm_bindgen(js_name = Mixer)]
pub struct JsMixer(Mixer);

#[wasm_bindgen(js_class = Mixer)]
impl JsMixer {
    /// Starts to mix.
    /// @throws {MoimError} ERR_INVALID_OPTIONS for an invalid size, frame rate or background colour,
    /// and for a layout that names a source or exceeds the picture; ERR_UNSUPPORTED without
    /// `HTMLCanvasElement.captureStream`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "MixerOptions")] options: Option<JsValue>,
    ) -> Result<Self, JsValue> {
        let options: MixerOptions = options::parse(options, "mixer options")?;
        let mixer = Mixer::new(&options)?;
        OPEN.with_borrow_mut(|open| open.push(mixer.clone()));
        Ok(Self(mixer))
    }

    /// Adds a source with video, audio, or both. It is mixed until `remove()`. The tracks themselves continue.
    /// @throws {MoimError} ERR_INVALID_STATE once the mixer is closed; ERR_INVALID_OPTIONS if there is no track, one
    /// has ended or there are two video tracks, and for a gain out of range.
    #[wasm_bindgen(unchecked_return_type = "MixerSource")]
    pub fn add(
        &self,
        #[wasm_bindgen(unchecked_param_type = "readonly TrackLike[]")] tracks: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "MixerSourceOptions")] options: Option<JsValue>,
    ) -> Result<JsMixerSource, JsValue> {
        let options: MixerSourceOptions = options::parse(options, "mixer source options")?;
        let id = self.0.insert(&raw_tracks(tracks)?, &options)?;
        Ok(JsMixerSource { mixer: self.0.clone(), id })
    }

    /// Changes the layout: `{ type: "grid" }`, `{ type: "spotlight", source: source.id }` and so on. It may
    /// name a source that was removed, as sources come and go at any time: then the first source is the large one.
    /// @throws {MoimError} ERR_INVALID_STATE once the mixer is closed; ERR_INVALID_OPTIONS for a source that this mixer
    /// never had, and for rectangles outside the picture.
    #[wasm_bindgen(js_name = setLayout)]
    pub fn set_layout(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Layout")] layout: JsValue,
    ) -> Result<(), JsValue> {
        let layout: Layout = options::parse_value(layout, "layout")?;
        Ok(self.0.set_layout(layout)?)
    }

    /// The current positions of the sources, in fractions of the picture, from back to front. Sources without video are
    /// left out, unless they are `alwaysShown`.
    #[wasm_bindgen(unchecked_return_type = "Placement[]")]
    pub fn placement(&self) -> Result<JsValue, JsValue> {
        to_js(&self.0.placement())
    }

    /// The mixed video track. It ends with the mixer.
    /// @throws {MoimError} ERR_INVALID_STATE once the mixer is closed.
    #[wasm_bindgen(getter, js_name = videoTrack, unchecked_return_type = "LocalTrack")]
    pub fn video_track(&self) -> Result<JsValue, JsValue> {
        Ok(JsLocalTrack::object(self.0.video_track()?))
    }

    /// The mixed audio track. It ends with the mixer. It is silent until a user gesture if the browser requires
    /// one.
    /// @throws {MoimError} ERR_INVALID_STATE once the mixer is closed.
    #[wasm_bindgen(getter, js_name = audioTrack, unchecked_return_type = "LocalTrack")]
    pub fn audio_track(&self) -> Result<JsValue, JsValue> {
        Ok(JsLocalTrack::object(self.0.audio_track()?))
    }

    /// The audio of all sources except one, to be played to that one. It ends when that source is removed.
    /// @throws {MoimError} ERR_INVALID_STATE once the mixer is closed; ERR_INVALID_OPTIONS for a source that is not in
    /// the mix.
    #[wasm_bindgen(js_name = audioTrackWithout, unchecked_return_type = "LocalTrack")]
    pub fn audio_track_without(
        &self,
        #[wasm_bindgen(unchecked_param_type = "MixerSource")] source: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let source = class::handle::<JsMixerSource>(source, "source", "MixerSource")?;
        if !source.mixer.is(&self.0) {
            let detail = "source: it belongs to another mixer".to_owned();
            return Err(Error::InvalidOptions { detail }.into());
        }
        Ok(JsLocalTrack::object(self.0.audio_track_without(source.id)?))
    }

    /// Closes the mixer: its tracks end, those of the sources continue. Idempotent.
    pub fn close(&self) {
        self.0.close();
        OPEN.with_borrow_mut(|open| open.retain(|mixer| !mixer.is_closed()));
    }
}

/// A source of a mixer. Arguments of the wrong type or out of range result in `ERR_INVALID_OPTIONS`.
/// @example
/// const source = mixer.add([camera, microphone]);
/// source.setGain(0.5);
/// mixer.setLayout({ type: "spotlight", source: source.id });
#[derive(Debug)]
#[wasm_bindgen(js_name = MixerSource)]
pub struct JsMixerSource {
    mixer: Mixer,
    id: u32,
}

#[wasm_bindgen(js_class = MixerSource)]
impl JsMixerSource {
    /// For `class::handle`.
    #[wasm_bindgen(js_name = __handle, skip_typescript)]
    pub fn js_handle(&self) -> Self {
        Self { mixer: self.mixer.clone(), id: self.id }
    }

    /// The id that layouts use.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Sets the gain in the mix: 0 is silence, 1 unchanged, 4 the maximum.
    /// @throws {MoimError} ERR_INVALID_STATE once the source is removed or the mixer closed; ERR_INVALID_OPTIONS for a
    /// gain out of range.
    #[wasm_bindgen(js_name = setGain)]
    pub fn set_gain(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number")] gain: JsValue,
    ) -> Result<(), JsValue> {
        Ok(self.mixer.set_gain(self.id, options::parse_value(gain, "gain")?)?)
    }

    /// Sets the label drawn on its video; empty for none.
    /// @throws {MoimError} ERR_INVALID_STATE once the source is removed or the mixer closed; ERR_INVALID_OPTIONS if
    /// it is not a string.
    #[wasm_bindgen(js_name = setLabel)]
    pub fn set_label(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] label: JsValue,
    ) -> Result<(), JsValue> {
        Ok(self.mixer.set_label(self.id, &options::parse_value::<String>(label, "label")?)?)
    }

    /// Replaces the tracks. The source keeps its id, its position and its audio without itself; a
    /// video track that stays continues without a gap.
    /// @throws {MoimError} the codes of `Mixer.add`; ERR_INVALID_STATE once the source is removed or the mixer closed.
    #[wasm_bindgen(js_name = setTracks)]
    pub fn set_tracks(
        &self,
        #[wasm_bindgen(unchecked_param_type = "readonly TrackLike[]")] tracks: &JsValue,
    ) -> Result<(), JsValue> {
        Ok(self.mixer.set_tracks(self.id, &raw_tracks(tracks)?)?)
    }

    /// Removes it from the mix. Its tracks continue. Idempotent.
    pub fn remove(&self) {
        self.mixer.remove(self.id);
    }
}
