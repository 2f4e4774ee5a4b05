//! Publishes the user's track in a room: replaces, mutes and unpublishes it as the capture changes.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use moim::{LocalTrack, PublicationId, PublishOptions, Room};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::Capture;

#[derive(Clone)]
enum Wanted {
    /// Unchanged: another device is being opened.
    Same,
    Nothing,
    Track(LocalTrack, Option<String>),
}

struct Published {
    id: PublicationId,
    track: LocalTrack,
    codec: Option<String>,
    muted: bool,
}

/// Updates the publication to the wanted state, one step after the other.
struct Publisher {
    room: Room,
    wanted: RefCell<(Wanted, bool)>,
    published: RefCell<Option<Published>>,
    busy: Cell<bool>,
    failed: RefCell<Option<String>>,
}

impl Publisher {
    fn want(self: &Rc<Self>, wanted: Wanted, muted: bool) {
        self.wanted.replace((wanted, muted));
        if self.busy.replace(true) {
            return;
        }
        let publisher = self.clone();
        spawn_local(async move {
            while publisher.step().await {}
            publisher.busy.set(false);
        });
    }

    /// Performs one step; `false` if there is nothing to do.
    async fn step(&self) -> bool {
        let (wanted, muted) = self.wanted.borrow().clone();
        let now = self.published.borrow_mut().take();
        let (next, more) = match (wanted, now) {
            (Wanted::Track(track, codec), None) => {
                if self.failed.borrow().as_ref() == Some(&track.id()) {
                    return false; // a second attempt would fail as well
                }
                let mut options = PublishOptions::default();
                options.codec = codec.clone();
                match self.room.publish_with(&track, &options).await {
                    Ok(id) => (Some(Published { id, track, codec, muted: false }), true),
                    Err(_) => {
                        self.failed.replace(Some(track.id()));
                        (None, false)
                    }
                }
            }
            (Wanted::Track(_, codec), Some(now)) if now.codec != codec => {
                // The codec is set when something is published, and cannot be changed.
                let _ = self.room.unpublish(&now.id).await;
                (None, true)
            }
            (Wanted::Track(track, _), Some(now)) if now.track.id() != track.id() => {
                match self.room.replace_track(&now.id, &track).await {
                    // The new track sends immediately: set the muted state again.
                    Ok(()) => (Some(Published { track, muted: !muted, ..now }), true),
                    Err(_) => {
                        let _ = self.room.unpublish(&now.id).await;
                        (None, true)
                    }
                }
            }
            (Wanted::Nothing, Some(now)) => {
                let _ = self.room.unpublish(&now.id).await;
                (None, false)
            }
            (_, Some(now)) if now.muted != muted => {
                let done = self.room.set_muted(&now.id, muted).await.is_ok();
                (Some(Published { muted, ..now }), done)
            }
            (_, now) => (now, false),
        };
        self.published.replace(next);
        more
    }
}

/// Keeps `capture` published in `room` while there is one. `None` leaves the codec to the browsers.
#[hook]
pub(crate) fn use_publication(room: &Room, capture: &Capture, muted: bool, codec: Option<String>) {
    let publisher = use_memo((), |()| {
        Rc::new(Publisher {
            room: room.clone(),
            wanted: RefCell::new((Wanted::Nothing, muted)),
            published: RefCell::new(None),
            busy: Cell::new(false),
            failed: RefCell::new(None),
        })
    });
    use_effect_with((capture.clone(), muted, codec), move |(capture, muted, codec)| {
        let wanted = match capture {
            Capture::Starting => Wanted::Same,
            Capture::Live(track) => Wanted::Track(track.clone(), codec.clone()),
            Capture::Failed(_) => Wanted::Nothing,
        };
        publisher.want(wanted, *muted);
    });
}
