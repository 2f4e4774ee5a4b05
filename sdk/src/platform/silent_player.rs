//! Plays audio inaudibly: Chromium provides remote audio to Web Audio and to a `MediaRecorder` only while an element
//! plays it.

use web_sys::{HtmlVideoElement, MediaStreamTrack};

use super::element::{attach, detach, start_muted};
use super::mixer::picture;
use super::track::kind_of;
use crate::error::Result;
use crate::model::MediaKind;

/// Plays the audio of tracks until it is dropped.
#[derive(Debug)]
pub(super) struct SilentPlayer(HtmlVideoElement);

impl SilentPlayer {
    /// Plays the audio tracks among these, if there are any.
    pub(super) fn start(tracks: &[MediaStreamTrack]) -> Result<Option<Self>> {
        let is_audio = |track: &&MediaStreamTrack| kind_of(track) == MediaKind::Audio;
        let sounds: Vec<_> = tracks.iter().filter(is_audio).map(Clone::clone).collect();
        if sounds.is_empty() {
            return Ok(None);
        }
        let player = Self(picture::player()?);
        attach(&player.0, &sounds)?;
        start_muted(&player.0);
        Ok(Some(player))
    }
}

impl Drop for SilentPlayer {
    fn drop(&mut self) {
        detach(&self.0);
    }
}
