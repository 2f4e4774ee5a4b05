//! Mixes a room into one file, while participants join and leave.

use std::cell::RefCell;
use std::rc::Rc;

use moim::yew::Track;
use moim::{Error, Fit, Mixer, MixerOptions, MixerSource, MixerSourceOptions};
use yew::prelude::*;

/// A source of the mix.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MixPart {
    /// The key, constant for the lifetime of the source.
    pub(crate) key: String,
    /// The label on the video.
    pub(crate) label: String,
    pub(crate) tracks: Vec<Track>,
}

#[derive(Debug)]
struct Mix {
    mixer: Mixer,
    sources: Vec<(MixPart, MixerSource)>,
}

impl Mix {
    fn start(parts: &[MixPart]) -> Result<(Self, Vec<Track>), Error> {
        // Nothing is cropped, whatever the aspect ratio of the camera.
        let options = MixerOptions { fit: Fit::Contain, ..MixerOptions::default() };
        let mixer = Mixer::new(&options)?;
        let tracks = vec![Track::Local(mixer.video_track()?), Track::Local(mixer.audio_track()?)];
        let mut mix = Self { mixer, sources: Vec::new() };
        mix.update(parts);
        Ok((mix, tracks))
    }

    /// Updates the mix to the current parts. A part that cannot be mixed is omitted.
    fn update(&mut self, parts: &[MixPart]) {
        self.sources.retain(|(part, _)| parts.contains(part));
        for part in parts {
            if part.tracks.is_empty() || self.sources.iter().any(|(known, _)| known == part) {
                continue;
            }
            let options = MixerSourceOptions { label: part.label.clone(), ..MixerSourceOptions::default() };
            if let Ok(source) =
                self.mixer.add(&part.tracks.iter().map(Track::to_raw).collect::<Vec<_>>(), &options)
            {
                self.sources.push((part.clone(), source));
            }
        }
    }
}

/// Returns the tracks to record, and updates the mix until it ends.
#[derive(Clone)]
pub(crate) struct RoomMix {
    mix: Rc<RefCell<Option<Mix>>>,
    parts: Vec<MixPart>,
}

impl RoomMix {
    /// Starts to mix.
    pub(crate) fn start(&self) -> Result<Vec<Track>, Error> {
        let (mix, tracks) = Mix::start(&self.parts)?;
        self.mix.replace(Some(mix));
        Ok(tracks)
    }
}

/// A mix of `parts`, which may change while it runs. It ends when `needed` becomes false, and with the component.
#[hook]
pub(crate) fn use_room_mix(parts: Vec<MixPart>, needed: bool) -> RoomMix {
    let mix = use_mut_ref(|| None::<Mix>);
    {
        let mix = mix.clone();
        use_effect_with(parts.clone(), move |parts| {
            // Removed during the call: nothing is borrowed while the browser is called.
            let running = mix.take();
            if let Some(mut running) = running {
                running.update(parts);
                mix.replace(Some(running));
            }
        });
    }
    {
        let mix = mix.clone();
        use_effect_with(needed, move |needed| {
            if !needed {
                drop(mix.take());
            }
        });
    }
    RoomMix { mix, parts }
}
