//! Many tracks into one picture and one sound.
//!
//! The picture is a canvas, drawn at the beat of a worker so that it goes on in a hidden tab; the sound is a graph of the
//! Web Audio API.

mod options;
mod picture;
mod sound;
mod ticker;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use web_sys::{HtmlVideoElement, MediaStreamTrack};

pub use self::options::{MixerOptions, MixerSourceOptions};
use self::picture::Picture;
use self::sound::{Sound, SoundSource};
use self::ticker::Ticker;
use super::element::{attach, detach};
use super::track::LocalTrack;
use super::track_check::check_tracks;
use crate::engine::layout::{Layout, Placement};
use crate::model::TrackSource;
use crate::{Error, Result};

/// Mixes the pictures and the sound of any number of tracks. Sources come and go while it runs. A clone is another handle;
/// dropping the last one, or [`close`](Self::close), ends it.
#[derive(Clone, Debug)]
pub struct Mixer(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    options: MixerOptions,
    layout: RefCell<Layout>,
    sources: RefCell<Vec<Source>>,
    next_id: Cell<u32>,
    picture: Picture,
    sound: Sound,
    ticker: RefCell<Option<Ticker>>,
}

#[derive(Debug)]
struct Source {
    id: u32,
    label: String,
    /// Plays the source where nobody sees it: to draw it, and because Chromium gives remote sound to Web Audio only
    /// while an element plays it.
    element: HtmlVideoElement,
    has_video: bool,
    sound: Option<SoundSource>,
}

impl Mixer {
    /// Starts to mix.
    ///
    /// # Errors
    /// [`Error::InvalidOptions`] for a size or rate that makes no picture, a background that is no colour, and a layout
    /// that names a source or goes beyond the picture; [`Error::Unsupported`] without `HTMLCanvasElement.captureStream`.
    pub fn new(options: &MixerOptions) -> Result<Self> {
        options.check()?;
        let picture = Picture::new(options)?;
        let inner = Rc::new_cyclic(|weak: &Weak<Inner>| {
            let weak = weak.clone();
            let tick = move || {
                if let Some(inner) = weak.upgrade() {
                    inner.draw();
                }
            };
            Inner {
                options: options.clone(),
                layout: RefCell::new(options.layout.clone()),
                sources: RefCell::default(),
                next_id: Cell::new(1),
                picture,
                sound: Sound::default(),
                ticker: RefCell::new(Some(Ticker::start(1000.0 / options.frame_rate, tick))),
            }
        });
        inner.draw();
        Ok(Self(inner))
    }

    /// Adds a source: pictures, sound, or both. It is in the mix until the guard is dropped. The tracks go on.
    ///
    /// # Errors
    /// [`Error::InvalidOptions`] when there is no track, one has ended or two have pictures, and for a gain out of range;
    /// [`Error::InvalidState`] once the mixer is closed.
    pub fn add(&self, tracks: &[MediaStreamTrack], options: &MixerSourceOptions) -> Result<MixerSource> {
        let id = self.insert(tracks, options)?;
        Ok(MixerSource { mixer: Rc::downgrade(&self.0), id })
    }

    pub(crate) fn insert(&self, tracks: &[MediaStreamTrack], options: &MixerSourceOptions) -> Result<u32> {
        self.require_open("add a source")?;
        options.check()?;
        check_tracks(tracks, "a source")?;
        let inner = &self.0;
        let id = inner.next_id.replace(inner.next_id.get() + 1);
        let element = picture::player()?;
        attach(&element, tracks)?;
        picture::start(&element);
        let has = |kind: &str| tracks.iter().any(|track| track.kind() == kind);
        let sound = has("audio").then(|| inner.sound.add(id, tracks, options.gain)).transpose()?;
        let label = options.label.clone();
        let source = Source { id, label, element, has_video: has("video"), sound };
        inner.sources.borrow_mut().push(source);
        Ok(id)
    }

    #[cfg(feature = "js")]
    pub(crate) fn remove(&self, id: u32) {
        self.0.remove(id);
    }

    /// Arranges the sources anew. A layout may name a source that has left, for sources come and go at any time: then the
    /// first is the large one.
    ///
    /// # Errors
    /// [`Error::InvalidOptions`] for a source that this mixer never had, and for rectangles beyond the picture;
    /// [`Error::InvalidState`] once the mixer is closed.
    pub fn set_layout(&self, layout: Layout) -> Result<()> {
        self.require_open("set the layout")?;
        if let Some(fault) = layout.fault() {
            return Err(Error::InvalidOptions { detail: format!("layout: {fault}") });
        }
        self.0.layout.replace(layout);
        Ok(())
    }

    /// Where the sources are in the picture now, from back to front. Those without a picture are not in it.
    pub fn placement(&self) -> Vec<Placement> {
        let places = self.0.layout.borrow().place(&self.0.shown());
        places.into_iter().map(|(source, rectangle)| Placement { source, rectangle }).collect()
    }

    /// The mixed picture: a track of a canvas, <https://www.w3.org/TR/mediacapture-fromelement/>. It ends with the mixer.
    ///
    /// # Errors
    /// [`Error::InvalidState`] once the mixer is closed.
    pub fn video_track(&self) -> Result<LocalTrack> {
        self.require_open("take the picture")?;
        Ok(LocalTrack::from_raw(self.0.picture.track(), TrackSource::Custom))
    }

    /// The mixed sound: a track of Web Audio, <https://www.w3.org/TR/webaudio/#MediaStreamAudioDestinationNode>. It ends
    /// with the mixer. Where the browser wants a click first, it is silent until there was one.
    ///
    /// # Errors
    /// [`Error::InvalidState`] once the mixer is closed; [`Error::Unsupported`] without `AudioContext`.
    pub fn audio_track(&self) -> Result<LocalTrack> {
        self.require_open("take the sound")?;
        Ok(LocalTrack::from_raw(self.0.sound.output(None)?, TrackSource::Custom))
    }

    /// The sound of everyone but one source: what that one is to hear. It ends when that source leaves.
    ///
    /// # Errors
    /// [`Error::InvalidOptions`] for a source that is not in the mix, and those of [`audio_track`](Self::audio_track).
    pub fn audio_track_without(&self, source: u32) -> Result<LocalTrack> {
        self.require_open("take the sound")?;
        self.0.find(source)?;
        Ok(LocalTrack::from_raw(self.0.sound.output(Some(source))?, TrackSource::Custom))
    }

    /// Ends it: its tracks end, the sources' own go on. Closing again does nothing.
    pub fn close(&self) {
        self.0.close();
    }

    /// Whether both are handles of the same mixer.
    #[cfg(feature = "js")]
    pub(crate) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    #[cfg(feature = "js")]
    pub(crate) fn is_closed(&self) -> bool {
        self.0.ticker.borrow().is_none()
    }

    pub(crate) fn set_gain(&self, id: u32, gain: f64) -> Result<()> {
        self.require_open("set the gain")?;
        options::check_gain(gain)?;
        self.0.find(id)?;
        if let Some(Some(sound)) = self.0.sources.borrow().iter().find(|s| s.id == id).map(|s| &s.sound) {
            sound.set_gain(gain);
        }
        Ok(())
    }

    pub(crate) fn set_label(&self, id: u32, label: &str) -> Result<()> {
        self.require_open("set the label")?;
        self.0.find(id)?;
        if let Some(source) = self.0.sources.borrow_mut().iter_mut().find(|source| source.id == id) {
            label.clone_into(&mut source.label);
        }
        Ok(())
    }

    fn require_open(&self, action: &'static str) -> Result<()> {
        if self.0.ticker.borrow().is_some() {
            return Ok(());
        }
        Err(Error::InvalidState { action, state: "the mixer is closed" })
    }
}

impl Inner {
    fn find(&self, id: u32) -> Result<()> {
        if self.sources.borrow().iter().any(|source| source.id == id) {
            return Ok(());
        }
        Err(Error::InvalidOptions { detail: format!("the mixer has no source {id}: it was removed") })
    }

    fn shown(&self) -> Vec<u32> {
        let sources = self.sources.borrow();
        sources.iter().filter(|source| source.has_video).map(|source| source.id).collect()
    }

    fn draw(&self) {
        let places = self.layout.borrow().place(&self.shown());
        let sources = self.sources.borrow();
        self.picture.clear(&self.options.background);
        for (id, rectangle) in places {
            if let Some(source) = sources.iter().find(|source| source.id == id) {
                self.picture.draw(&source.element, rectangle, self.options.fit, &source.label);
            }
        }
    }

    fn remove(&self, id: u32) {
        let mut sources = self.sources.borrow_mut();
        let Some(index) = sources.iter().position(|source| source.id == id) else { return };
        let source = sources.remove(index);
        drop(sources);
        self.sound.remove(id);
        detach(&source.element);
    }

    fn close(&self) {
        self.ticker.take();
        let sources = self.sources.take();
        for source in sources {
            detach(&source.element);
        }
        self.picture.close();
        self.sound.close();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

/// A source of a mixer. Dropping it takes the source out of the mix.
#[derive(Debug)]
#[must_use = "the source leaves the mix as soon as this guard is dropped"]
pub struct MixerSource {
    mixer: Weak<Inner>,
    id: u32,
}

impl MixerSource {
    /// What layouts know it by.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Sets how loud it is in the mix: 0 is silence, 1 as it came, 4 the most.
    ///
    /// # Errors
    /// [`Error::InvalidOptions`] for a gain out of range; [`Error::InvalidState`] once the mixer is closed or dropped.
    pub fn set_gain(&self, gain: f64) -> Result<()> {
        self.mixer().map_or(Ok(()), |mixer| mixer.set_gain(self.id, gain))
    }

    /// Sets the text upon its picture; empty for none.
    ///
    /// # Errors
    /// [`Error::InvalidState`] once the mixer is closed or dropped.
    pub fn set_label(&self, label: &str) -> Result<()> {
        self.mixer().map_or(Ok(()), |mixer| mixer.set_label(self.id, label))
    }

    fn mixer(&self) -> Option<Mixer> {
        self.mixer.upgrade().map(Mixer)
    }
}

impl Drop for MixerSource {
    fn drop(&mut self) {
        if let Some(mixer) = self.mixer.upgrade() {
            mixer.remove(self.id);
        }
    }
}
