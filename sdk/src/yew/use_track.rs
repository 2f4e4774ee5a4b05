//! A track on a media element.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use web_sys::HtmlMediaElement;
use yew::prelude::*;

use super::task::Task;
use super::track::{Track, TrackChoice};
use crate::{Error, ListenerGuard};

/// A track on an element, until this is dropped.
struct Showing {
    element: HtmlMediaElement,
    track: Track,
    starting: Option<Task>,
    _playing: ListenerGuard,
}

impl Showing {
    /// Plays the track, or stores why it cannot. A failure is stored as well, so that rendering again does not retry.
    fn new(element: HtmlMediaElement, track: Track, error: &UseStateSetter<Option<Error>>) -> Self {
        element.set_muted(track.is_silent()); // the attribute counts only in parsed pages
        let playing = {
            let error = error.clone();
            ListenerGuard::new(&element, "playing", move |_| error.set(None))
        };
        let attached = match &track {
            // Its room must observe its size, and whether it may play.
            Track::Remote(track) => track.attach(&element),
            Track::Local(_) => crate::attach(&element, &[track.to_raw()]),
        };
        let mut showing = Self { element, track, starting: None, _playing: playing };
        match attached {
            Ok(()) => showing.play(error),
            Err(refused) => error.set(Some(refused)),
        }
        showing
    }

    fn play(&mut self, error: &UseStateSetter<Option<Error>>) {
        let (element, error) = (self.element.clone(), error.clone());
        self.starting = Some(Task::spawn(async move {
            match crate::play(&element).await {
                Ok(()) => error.set(None),
                // Another track was set, or the application paused it, before this one played.
                Err(Error::Browser { name, .. }) if name == "AbortError" => {}
                Err(refused) => error.set(Some(refused)),
            }
        }));
    }

    fn is_of(&self, element: &HtmlMediaElement, track: &Track) -> bool {
        self.element == *element && self.track == *track
    }
}

impl Drop for Showing {
    fn drop(&mut self) {
        match &self.track {
            Track::Remote(track) => track.detach(&self.element),
            Track::Local(_) => crate::detach(&self.element),
        }
    }
}

/// Returned by [`use_track`]. Equal to another one if both have the same state.
#[derive(Clone)]
pub struct TrackHandle {
    choice: TrackChoice,
    error: UseStateHandle<Option<Error>>,
    showing: Rc<RefCell<Option<Showing>>>,
}

impl TrackHandle {
    /// The track that is shown; `None` before it exists.
    pub fn track(&self) -> Option<&Track> {
        self.choice.track.as_ref()
    }

    /// Whether it was silent or black at the time of rendering, or is not published at all.
    pub fn is_muted(&self) -> bool {
        self.choice.muted
    }

    /// Whether the browser requires a user gesture to play it: call [`play`](Self::play) from a click handler.
    pub fn is_blocked(&self) -> bool {
        matches!(&*self.error, Some(Error::Browser { name, .. }) if name == "NotAllowedError")
    }

    /// Why it does not play, including [`is_blocked`](Self::is_blocked).
    pub fn error(&self) -> Option<Error> {
        (*self.error).clone()
    }

    /// Tries to play again. Call it from a click handler.
    pub fn play(&self) {
        if let Some(showing) = &mut *self.showing.borrow_mut() {
            showing.play(&self.error.setter());
        }
    }
}

impl PartialEq for TrackHandle {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.showing, &other.showing) && self.choice == other.choice && self.error == other.error
    }
}

impl fmt::Debug for TrackHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrackHandle").field("choice", &self.choice).field("error", &*self.error).finish()
    }
}

/// Plays a track on the `<video>` or `<audio>` element of `node`, while both exist. The element is cleared
/// when the component is unmounted.
///
/// The track is a [`LocalTrack`](crate::LocalTrack), a [`RemoteTrack`](crate::RemoteTrack), a [`Track`], or a
/// participant's source, such as `(&participant, TrackSource::Camera)`; an `Option` of them may be set later. The
/// element is muted for video and for tracks of this page, which avoids an echo: remote audio requires a separate
/// element.
///
/// Renders when the browser blocks playback, and when it starts after all. [`TrackHandle::is_muted`] is as current as
/// the rendering: take the participant from [`use_participants`](super::use_participants), which renders on each
/// change.
///
/// ```no_run
/// use moim::yew::{Participant, use_track};
/// use moim::TrackSource;
/// use yew::prelude::*;
///
/// #[derive(PartialEq, Properties)]
/// struct Props {
///     participant: Participant,
/// }
///
/// #[component]
/// fn Tile(props: &Props) -> Html {
///     let (video, audio) = (use_node_ref(), use_node_ref());
///     let picture = use_track(&video, (&props.participant, TrackSource::Camera));
///     let sound = use_track(&audio, (&props.participant, TrackSource::Microphone));
///     let play = { let sound = sound.clone(); move |_| sound.play() };
///     html! {
///         <figure>
///             <video ref={video} autoplay=true playsinline=true hidden={picture.is_muted()} />
///             <audio ref={audio} autoplay=true />
///             if sound.is_blocked() { <button onclick={play}>{ "Turn on the sound" }</button> }
///             <figcaption>{ props.participant.name() }</figcaption>
///         </figure>
///     }
/// }
/// ```
#[hook]
pub fn use_track<T: Into<TrackChoice>>(node: &NodeRef, track: T) -> TrackHandle {
    let choice: TrackChoice = track.into();
    let error = use_state_eq(|| None::<Error>);
    let showing = use_mut_ref(|| None::<Showing>);
    {
        // After each rendering: elements are added and removed by rendering, and the node does not report it.
        let (node, track, error, showing) =
            (node.clone(), choice.track.clone(), error.setter(), showing.clone());
        use_effect(move || {
            let wanted = node.cast::<HtmlMediaElement>().zip(track);
            let before = showing.take();
            let next = match (wanted, before) {
                (None, None) => None,
                (Some((element, track)), Some(before)) if before.is_of(&element, &track) => Some(before),
                (wanted, before) => {
                    drop(before); // first: it may be the same element
                    error.set(None);
                    wanted.map(|(element, track)| Showing::new(element, track, &error))
                }
            };
            showing.replace(next);
        });
    }
    {
        let showing = showing.clone();
        use_effect_with((), move |()| move || drop(showing.take()));
    }
    TrackHandle { choice, error, showing }
}
