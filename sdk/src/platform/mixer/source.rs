//! One source of a mix.

use web_sys::{HtmlVideoElement, MediaStreamTrack};

use super::options::MixerSourceOptions;
use super::picture;
use super::sound::{Sound, SoundSource};
use crate::error::Result;
use crate::model::MediaKind;
use crate::platform::element::{attach, detach, set_tracks, start_muted};
use crate::platform::track::kind_of;
use crate::platform::track_check::check_tracks;

#[derive(Debug)]
pub(super) struct Source {
    pub(super) id: u32,
    options: MixerSourceOptions,
    /// Plays the source invisibly: to draw it, and because Chromium provides remote audio to Web Audio only
    /// while an element plays it.
    element: HtmlVideoElement,
    has_video: bool,
    sound: Option<SoundSource>,
}

impl Source {
    pub(super) fn new(
        id: u32,
        tracks: &[MediaStreamTrack],
        options: &MixerSourceOptions,
        sound: &Sound,
    ) -> Result<Self> {
        options.check()?;
        let element = picture::player()?;
        let mut source = Self { id, options: options.clone(), element, has_video: false, sound: None };
        source.set_tracks(tracks, sound)?;
        Ok(source)
    }

    /// Replaces the tracks, if they can be mixed. A video track that stays continues without a gap.
    pub(super) fn set_tracks(&mut self, tracks: &[MediaStreamTrack], sound: &Sound) -> Result<()> {
        if !(tracks.is_empty() && self.options.always_shown) {
            check_tracks(tracks, "a source")?;
        }
        match self.element.src_object() {
            Some(shown) if !tracks.is_empty() => set_tracks(&shown, tracks),
            _ => attach(&self.element, tracks)?,
        }
        start_muted(&self.element);
        let (video, audio): (Vec<_>, Vec<_>) =
            tracks.iter().partition(|track| kind_of(track) == MediaKind::Video);
        self.has_video = !video.is_empty();
        self.sound = None;
        sound.silence(self.id);
        if !audio.is_empty() {
            self.sound = Some(sound.add(self.id, tracks, self.options.gain)?);
        }
        Ok(())
    }

    pub(super) fn set_gain(&mut self, gain: f64) {
        self.options.gain = gain;
        if let Some(sound) = &self.sound {
            sound.set_gain(gain);
        }
    }

    pub(super) fn set_label(&mut self, label: &str) {
        label.clone_into(&mut self.options.label);
    }

    pub(super) fn label(&self) -> &str {
        &self.options.label
    }

    /// The element to draw, if a frame is available.
    pub(super) fn picture(&self) -> Option<&HtmlVideoElement> {
        self.has_video.then_some(&self.element)
    }

    /// Whether it has a place in the picture.
    pub(super) fn is_shown(&self) -> bool {
        self.has_video || self.options.always_shown
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        detach(&self.element);
    }
}
