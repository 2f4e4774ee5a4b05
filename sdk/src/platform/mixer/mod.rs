//! Mixes many tracks into one video and one audio track.
//!
//! The video is a canvas, drawn at an interval from a worker so that it continues in a hidden tab; the audio is a Web
//! Audio graph.

mod options;
pub(super) mod picture;
mod sound;
mod source;
mod ticker;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use web_sys::MediaStreamTrack;

pub use self::options::{MixerOptions, MixerSourceOptions};
use self::picture::Picture;
use self::sound::Sound;
use self::source::Source;
use self::ticker::Ticker;
use super::track::LocalTrack;
use crate::engine::layout::{Layout, Placement};
use crate::error::{Error, Result};
use crate::model::TrackSource;

/// The state of a closed mixer.
const CLOSED: &str = "the mixer is closed";

/// Mixes the video and audio of any number of tracks. Sources can be added and removed while it runs. Clones are
/// handles to the same mixer; dropping the last one, or [`close`](Self::close), closes it.
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

impl Mixer {
    /// Starts to mix.
    ///
    /// # Errors
    /// [`Error::InvalidOptions`] for an invalid size, frame rate or background colour, and for a layout
    /// that names a source or exceeds the picture; [`Error::Unsupported`] without `HTMLCanvasElement.captureStream`.
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

    /// Adds a source with video, audio, or both. It is mixed until the guard is dropped. The tracks themselves
    /// continue.
    ///
    /// # Errors
    /// [`Error::InvalidOptions`] if there is no track, one has ended or there are two video tracks, and for a gain out
    /// of range; [`Error::InvalidState`] once the mixer is closed.
    pub fn add(&self, tracks: &[MediaStreamTrack], options: &MixerSourceOptions) -> Result<MixerSource> {
        let id = self.insert(tracks, options)?;
        Ok(MixerSource { mixer: Rc::downgrade(&self.0), id })
    }

    pub(crate) fn insert(&self, tracks: &[MediaStreamTrack], options: &MixerSourceOptions) -> Result<u32> {
        self.require_open("add a source")?;
        let inner = &self.0;
        let id = inner.next_id.get();
        let source = Source::new(id, tracks, options, &inner.sound)?;
        inner.next_id.set(id + 1);
        inner.sources.borrow_mut().push(source);
        Ok(id)
    }

    #[cfg(feature = "js")]
    pub(crate) fn remove(&self, id: u32) {
        self.0.remove(id);
    }

    /// Changes the layout. It may name a source that was removed, as sources come and go at any time: then the
    /// first source is the large one.
    ///
    /// # Errors
    /// [`Error::InvalidOptions`] for a source that this mixer never had, and for rectangles outside the picture;
    /// [`Error::InvalidState`] once the mixer is closed.
    pub fn set_layout(&self, layout: Layout) -> Result<()> {
        self.require_open("set the layout")?;
        if let Some(stranger) = layout.large().filter(|id| !(1..self.0.next_id.get()).contains(id)) {
            let detail = format!("layout: unknown source {stranger}");
            return Err(Error::InvalidOptions { detail });
        }
        if let Some(fault) = layout.fault() {
            return Err(Error::InvalidOptions { detail: format!("layout: {fault}") });
        }
        self.0.layout.replace(layout);
        Ok(())
    }

    /// The current positions of the sources, from back to front. Sources without video are left out, unless they are
    /// [always shown](MixerSourceOptions::always_shown).
    pub fn placement(&self) -> Vec<Placement> {
        let places = self.0.layout.borrow().place(&self.0.shown());
        places.into_iter().map(|(source, rectangle)| Placement { source, rectangle }).collect()
    }

    /// The mixed video: a canvas track, <https://www.w3.org/TR/mediacapture-fromelement/>. It ends with the mixer.
    ///
    /// # Errors
    /// [`Error::InvalidState`] once the mixer is closed.
    pub fn video_track(&self) -> Result<LocalTrack> {
        self.require_open("get the video track")?;
        Ok(LocalTrack::from_raw(self.0.picture.track(), TrackSource::Custom))
    }

    /// The mixed audio: a Web Audio track, <https://www.w3.org/TR/webaudio/#MediaStreamAudioDestinationNode>. It ends
    /// with the mixer. It is silent until a user gesture if the browser requires one.
    ///
    /// # Errors
    /// [`Error::InvalidState`] once the mixer is closed; [`Error::Unsupported`] without `AudioContext`.
    pub fn audio_track(&self) -> Result<LocalTrack> {
        self.require_open("get the audio track")?;
        Ok(LocalTrack::from_raw(self.0.sound.output(None)?, TrackSource::Custom))
    }

    /// The audio of all sources except one, to be played to that one. It ends when that source is removed.
    ///
    /// # Errors
    /// [`Error::InvalidOptions`] for a source that is not in the mix, and the errors of
    /// [`audio_track`](Self::audio_track).
    pub fn audio_track_without(&self, source: u32) -> Result<LocalTrack> {
        self.require_open("get the audio track")?;
        if !self.0.has(source) {
            return Err(Error::InvalidOptions {
                detail: format!("the mixer has no source {source}: it was removed"),
            });
        }
        Ok(LocalTrack::from_raw(self.0.sound.output(Some(source))?, TrackSource::Custom))
    }

    /// Closes the mixer: its tracks end, those of the sources continue. Idempotent.
    pub fn close(&self) {
        self.0.close();
    }

    /// Whether both are handles to the same mixer.
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
        self.0.with_source(id, "set the gain", |source| source.set_gain(gain))
    }

    pub(crate) fn set_label(&self, id: u32, label: &str) -> Result<()> {
        self.require_open("set the label")?;
        self.0.with_source(id, "set the label", |source| source.set_label(label))
    }

    pub(crate) fn set_tracks(&self, id: u32, tracks: &[MediaStreamTrack]) -> Result<()> {
        self.require_open("set the tracks")?;
        self.0.with_source(id, "set the tracks", |source| source.set_tracks(tracks, &self.0.sound))?
    }

    fn require_open(&self, action: &'static str) -> Result<()> {
        if self.0.ticker.borrow().is_some() {
            return Ok(());
        }
        Err(Error::InvalidState { action, state: CLOSED })
    }
}

impl Inner {
    fn has(&self, id: u32) -> bool {
        self.sources.borrow().iter().any(|source| source.id == id)
    }

    fn with_source<T>(&self, id: u32, action: &'static str, act: impl FnOnce(&mut Source) -> T) -> Result<T> {
        let mut sources = self.sources.borrow_mut();
        let source = sources.iter_mut().find(|source| source.id == id);
        source.map(act).ok_or(Error::InvalidState { action, state: "the source was removed" })
    }

    fn shown(&self) -> Vec<u32> {
        let sources = self.sources.borrow();
        sources.iter().filter(|source| source.is_shown()).map(|source| source.id).collect()
    }

    fn draw(&self) {
        let places = self.layout.borrow().place(&self.shown());
        let sources = self.sources.borrow();
        self.picture.clear(&self.options.background);
        for (id, rectangle) in places {
            if let Some(source) = sources.iter().find(|source| source.id == id) {
                match source.picture() {
                    Some(video) => self.picture.draw(video, rectangle, self.options.fit, source.label()),
                    None => self.picture.draw_name(rectangle, source.label()),
                }
            }
        }
    }

    fn remove(&self, id: u32) {
        let mut sources = self.sources.borrow_mut();
        let Some(index) = sources.iter().position(|source| source.id == id) else { return };
        let source = sources.remove(index);
        drop(sources);
        drop(source);
        self.sound.remove(id);
    }

    fn close(&self) {
        self.ticker.take();
        drop(self.sources.take());
        self.picture.close();
        self.sound.close();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

/// A source of a mixer. Dropping it removes it from the mix.
#[derive(Debug)]
#[must_use = "the source is removed from the mix as soon as this guard is dropped"]
pub struct MixerSource {
    mixer: Weak<Inner>,
    id: u32,
}

impl MixerSource {
    /// The id that layouts use.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Sets the gain in the mix: 0 is silence, 1 unchanged, 4 the maximum.
    ///
    /// # Errors
    /// [`Error::InvalidOptions`] for a gain out of range; [`Error::InvalidState`] once the mixer is closed or dropped.
    pub fn set_gain(&self, gain: f64) -> Result<()> {
        self.mixer("set the gain")?.set_gain(self.id, gain)
    }

    /// Sets the label drawn on its video; empty for none.
    ///
    /// # Errors
    /// [`Error::InvalidState`] once the mixer is closed or dropped.
    pub fn set_label(&self, label: &str) -> Result<()> {
        self.mixer("set the label")?.set_label(self.id, label)
    }

    /// Replaces the tracks. The source keeps its id, its position and its
    /// [audio without itself](Mixer::audio_track_without); a video track that stays continues without a gap.
    ///
    /// # Errors
    /// The errors of [`Mixer::add`], after which the source may be silent; [`Error::InvalidState`] once the mixer is
    /// closed or dropped.
    pub fn set_tracks(&self, tracks: &[MediaStreamTrack]) -> Result<()> {
        self.mixer("set the tracks")?.set_tracks(self.id, tracks)
    }

    fn mixer(&self, action: &'static str) -> Result<Mixer> {
        self.mixer.upgrade().map(Mixer).ok_or(Error::InvalidState { action, state: CLOSED })
    }
}

impl Drop for MixerSource {
    fn drop(&mut self) {
        if let Some(mixer) = self.mixer.upgrade() {
            mixer.remove(self.id);
        }
    }
}
