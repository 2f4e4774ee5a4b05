//! Mixes several audio tracks for a recording. A browser records one: Chromium takes the first, Firefox fails.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{MediaStreamAudioDestinationNode, MediaStreamAudioSourceNode, MediaStreamTrack};

use crate::error::Result;
use crate::model::MediaKind;
use crate::platform::audio_context::SharedContext;
use crate::platform::element::stream_of;
use crate::platform::exception::Exception;
use crate::platform::track::kind_of;

/// The mix of several audio tracks. Dropping it ends the mixed track.
#[derive(Debug)]
pub(super) struct MixedSound {
    sources: Vec<MediaStreamAudioSourceNode>,
    track: MediaStreamTrack,
    _context: Rc<SharedContext>,
}

impl MixedSound {
    /// Mixes the audio of these tracks, if there are several.
    pub(super) fn of(tracks: &[MediaStreamTrack]) -> Result<Option<Self>> {
        let sounds: Vec<_> =
            tracks.iter().filter(|track| kind_of(track) == MediaKind::Audio).map(Clone::clone).collect();
        if sounds.len() < 2 {
            return Ok(None);
        }
        let context = SharedContext::get()?;
        let output = MediaStreamAudioDestinationNode::new(context.as_raw()).map_err(Exception::from)?;
        let mut sources = Vec::new();
        for sound in &sounds {
            // One node for each: of a stream with several tracks, Web Audio takes one.
            let stream = stream_of(std::slice::from_ref(sound))?;
            let source = context.as_raw().create_media_stream_source(&stream).map_err(Exception::from)?;
            source.connect_with_audio_node(&output).map_err(Exception::from)?;
            sources.push(source);
        }
        context.resume();
        let track = output.stream().get_audio_tracks().get(0).unchecked_into();
        Ok(Some(Self { sources, track, _context: context }))
    }

    /// These tracks with all audio tracks replaced by the mixed one.
    pub(super) fn in_place_of(&self, tracks: &[MediaStreamTrack]) -> Vec<MediaStreamTrack> {
        let pictures = tracks.iter().filter(|track| kind_of(track) == MediaKind::Video);
        pictures.chain([&self.track]).map(Clone::clone).collect()
    }
}

impl Drop for MixedSound {
    fn drop(&mut self) {
        for source in &self.sources {
            let _ = source.disconnect();
        }
        self.track.stop();
    }
}
