//! Shares the screen in a room, until it is stopped here or with the browser's own button.

use std::rc::Rc;

use moim::yew::Track;
use moim::{DisplayOptions, Error, ListenerGuard, LocalTrack, PublicationId, Room, capture_display};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

struct Shared {
    room: Room,
    tracks: Vec<LocalTrack>,
    publications: Vec<PublicationId>,
    _ended: ListenerGuard,
}

impl Shared {
    async fn start(room: Room, capture: moim::DisplayCapture, on_end: Callback<()>) -> Result<Self, Error> {
        let guard = capture.video.on_ended(move || on_end.emit(()));
        let tracks: Vec<LocalTrack> = [Some(capture.video), capture.audio].into_iter().flatten().collect();
        let mut shared = Self { room, tracks, publications: Vec::new(), _ended: guard };
        for track in shared.tracks.clone() {
            match shared.room.publish(&track).await {
                Ok(id) => shared.publications.push(id),
                Err(error) => {
                    shared.end();
                    return Err(error);
                }
            }
        }
        Ok(shared)
    }

    fn end(&self) {
        self.tracks.iter().for_each(LocalTrack::stop);
        let (room, publications) = (self.room.clone(), self.publications.clone());
        spawn_local(async move {
            for id in publications {
                let _ = room.unpublish(&id).await; // an ended one was unpublished already
            }
        });
    }
}

#[derive(Clone, Default)]
enum Phase {
    #[default]
    Off,
    Starting,
    On(Rc<Shared>),
}

/// The state of screen sharing, and its toggle.
#[derive(Clone)]
pub(crate) struct ScreenShare {
    phase: UseStateHandle<Phase>,
    room: Room,
    on_error: Callback<Error>,
}

impl ScreenShare {
    /// The shared video and audio.
    pub(crate) fn tracks(&self) -> Option<Vec<Track>> {
        match &*self.phase {
            Phase::On(shared) => Some(shared.tracks.iter().map(Track::from).collect()),
            _ => None,
        }
    }

    /// Starts or stops sharing. Call it from a click handler, as browsers require it.
    pub(crate) fn toggle(&self) {
        let phase = self.phase.setter();
        match &*self.phase {
            Phase::Starting => {}
            Phase::On(_) => phase.set(Phase::Off),
            Phase::Off => {
                // Called synchronously in the click's own task, as some browsers require it.
                let capture = capture_display(&DisplayOptions { audio: true, ..DisplayOptions::default() });
                phase.set(Phase::Starting);
                let (room, on_error) = (self.room.clone(), self.on_error.clone());
                spawn_local(async move {
                    let on_end = {
                        let phase = phase.clone();
                        Callback::from(move |()| phase.set(Phase::Off))
                    };
                    let started = match capture.await {
                        Ok(capture) => Shared::start(room, capture, on_end).await,
                        Err(error) => Err(error),
                    };
                    phase.set(match started {
                        Ok(shared) => Phase::On(Rc::new(shared)),
                        Err(error) => {
                            on_error.emit(error);
                            Phase::Off
                        }
                    });
                });
            }
        }
    }
}

/// Screen sharing in `room`. It ends with the component.
#[hook]
pub(crate) fn use_screen_share(room: &Room, on_error: Callback<Error>) -> ScreenShare {
    let phase = use_state(Phase::default);
    let shared = match &*phase {
        Phase::On(shared) => Some(shared.clone()),
        _ => None,
    };
    let identity = shared.as_ref().map(|shared| Rc::as_ptr(shared) as usize);
    use_effect_with(identity, move |_| {
        move || {
            if let Some(shared) = shared {
                shared.end();
            }
        }
    });
    ScreenShare { phase, room: room.clone(), on_error }
}
