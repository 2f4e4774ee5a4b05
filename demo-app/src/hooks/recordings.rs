//! The recordings of this session, running and finished.

use std::rc::Rc;

use moim::yew::Track;
use moim::{Error, ObjectUrl, Recorder, RecorderOptions, RecorderState, Recording};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// A recording that can be played and downloaded. Its URL is revoked with the last handle.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) url: ObjectUrl,
    pub(crate) recording: Recording,
}

#[derive(Clone, Debug)]
pub(crate) enum Status {
    Running(Rc<Recorder>),
    Finishing,
    Done(Rc<Finished>),
    Failed(Error),
}

/// One recording.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) id: u32,
    /// The key of the recorded tile.
    pub(crate) key: String,
    /// The name of the participant.
    pub(crate) who: String,
    /// When it started, as formatted by the caller.
    pub(crate) stamp: String,
    pub(crate) status: Status,
    /// Incremented with each change of the recorder that its status does not show.
    change: u32,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
            && self.change == other.change
            && std::mem::discriminant(&self.status) == std::mem::discriminant(&other.status)
    }
}

impl Entry {
    pub(crate) fn is_running(&self) -> bool {
        matches!(self.status, Status::Running(_))
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Shelf {
    next: u32,
    entries: Vec<Entry>,
}

enum Action {
    Add(Entry),
    Set(u32, Status),
    Touch(u32),
    Remove(u32),
}

impl Reducible for Shelf {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut shelf = (*self).clone();
        let find = |entries: &mut Vec<Entry>, id: u32| entries.iter().position(|entry| entry.id == id);
        match action {
            Action::Add(entry) => {
                shelf.next += 1;
                shelf.entries.insert(0, Entry { id: shelf.next, ..entry });
            }
            Action::Set(id, status) => {
                if let Some(index) = find(&mut shelf.entries, id) {
                    shelf.entries[index].status = status;
                }
            }
            Action::Touch(id) => {
                if let Some(index) = find(&mut shelf.entries, id) {
                    shelf.entries[index].change += 1;
                }
            }
            Action::Remove(id) => shelf.entries.retain(|entry| entry.id != id),
        }
        shelf.into()
    }
}

/// The list of recordings and its actions.
#[derive(Clone, PartialEq)]
pub(crate) struct Recordings {
    shelf: UseReducerHandle<Shelf>,
}

impl Recordings {
    /// The latest first.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.shelf.entries
    }

    /// The running recording of `key`.
    pub(crate) fn running(&self, key: &str) -> Option<&Entry> {
        self.shelf.entries.iter().find(|entry| entry.key == key && entry.is_running())
    }

    /// Whether a recording of `key` still needs its tracks.
    pub(crate) fn is_needed(&self, key: &str) -> bool {
        let unfinished = |status: &Status| matches!(status, Status::Running(_) | Status::Finishing);
        self.shelf.entries.iter().any(|entry| entry.key == key && unfinished(&entry.status))
    }

    /// Starts to record `tracks`.
    pub(crate) fn start(
        &self,
        key: String,
        who: String,
        stamp: String,
        tracks: &[Track],
    ) -> Result<(), Error> {
        let tracks: Vec<_> = tracks.iter().map(Track::to_raw).collect();
        let recorder = Recorder::start(&tracks, &RecorderOptions::default())?;
        let status = Status::Running(Rc::new(recorder));
        self.shelf.dispatch(Action::Add(Entry { id: 0, key, who, stamp, status, change: 0 }));
        Ok(())
    }

    /// Pauses a running recording, or resumes a paused one.
    pub(crate) fn toggle_pause(&self, entry: &Entry) {
        if let Status::Running(recorder) = &entry.status {
            let done = match recorder.state() {
                RecorderState::Paused => recorder.resume(),
                _ => recorder.pause(),
            };
            if let Err(error) = done {
                self.shelf.dispatch(Action::Set(entry.id, Status::Failed(error)));
            }
            self.shelf.dispatch(Action::Touch(entry.id));
        }
    }

    /// Stops a recording and keeps the result.
    pub(crate) fn stop(&self, entry: &Entry) {
        let Status::Running(recorder) = entry.status.clone() else { return };
        let (id, shelf) = (entry.id, self.shelf.dispatcher());
        shelf.dispatch(Action::Set(id, Status::Finishing));
        spawn_local(async move {
            let finished = match recorder.stop().await {
                Ok(recording) => recording.object_url().map(|url| Finished { url, recording }),
                Err(error) => Err(error),
            };
            shelf.dispatch(Action::Set(
                id,
                match finished {
                    Ok(finished) => Status::Done(Rc::new(finished)),
                    Err(error) => Status::Failed(error),
                },
            ));
        });
    }

    /// Deletes a recording.
    pub(crate) fn remove(&self, id: u32) {
        self.shelf.dispatch(Action::Remove(id));
    }
}

/// The recordings, kept until the component is destroyed.
#[hook]
pub(crate) fn use_recordings() -> Recordings {
    Recordings { shelf: use_reducer_eq(Shelf::default) }
}
