//! The files of a call: offered, in progress, and completed.

use std::cell::Cell;
use std::rc::Rc;

use moim::{Error, FileDirection, FileTransfer, IncomingFile, ParticipantId, Room, SendFileOptions};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, File};
use yew::prelude::*;

use super::JoinedRoom;
use crate::browser::BlobUrl;

/// The state of a file.
#[derive(Clone, Debug)]
pub(crate) enum FileStatus {
    /// Awaits the user's answer.
    Offered(IncomingFile),
    Running(FileTransfer),
    /// With the URL of a received file.
    Done(Option<Rc<BlobUrl>>),
    Failed(Error),
}

/// One file with one remote participant.
#[derive(Clone, Debug)]
pub(crate) struct FileEntry {
    pub(crate) id: u32,
    pub(crate) name: String,
    /// In bytes.
    pub(crate) size: u64,
    /// The name of the remote participant.
    pub(crate) who: String,
    pub(crate) direction: FileDirection,
    pub(crate) status: FileStatus,
}

impl PartialEq for FileEntry {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && std::mem::discriminant(&self.status) == std::mem::discriminant(&other.status)
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Desk {
    entries: Vec<FileEntry>,
}

enum Action {
    Add(FileEntry),
    Set(u32, FileStatus),
    Remove(u32),
}

impl Reducible for Desk {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut desk = (*self).clone();
        match action {
            Action::Add(entry) => desk.entries.insert(0, entry),
            Action::Set(id, status) => {
                if let Some(entry) = desk.entries.iter_mut().find(|entry| entry.id == id) {
                    entry.status = status;
                }
            }
            Action::Remove(id) => desk.entries.retain(|entry| entry.id != id),
        }
        desk.into()
    }
}

/// The list of files and its actions.
#[derive(Clone, PartialEq)]
pub(crate) struct Files {
    desk: UseReducerHandle<Desk>,
    room: JoinedRoom,
    numbers: Rc<Cell<u32>>,
}

impl Files {
    /// The latest first.
    pub(crate) fn entries(&self) -> &[FileEntry] {
        &self.desk.entries
    }

    /// The number of files that await the user's answer.
    pub(crate) fn offered(&self) -> usize {
        self.entries().iter().filter(|entry| matches!(entry.status, FileStatus::Offered(_))).count()
    }

    /// Offers files to everyone, or to one participant; `false` if there is no receiver.
    pub(crate) fn send(&self, files: &[File], to: Option<&ParticipantId>) -> Result<bool, Error> {
        let mut options = SendFileOptions::default();
        options.to = to.cloned();
        let mut any = false;
        for file in files {
            let file: &Blob = file;
            for transfer in self.room.send_file(file, &options)? {
                any = true;
                let who = transfer.participant_id().map(|id| name_of(&self.room, id)).unwrap_or_default();
                self.follow(self.number(), who, &transfer, true);
            }
        }
        Ok(any)
    }

    /// Adds an offer to the list, and returns the sender.
    pub(crate) fn offer(&self, from: &ParticipantId, file: IncomingFile) -> String {
        let who = name_of(&self.room, from);
        self.desk.dispatch(Action::Add(FileEntry {
            id: self.number(),
            name: file.name().to_owned(),
            size: file.size(),
            who: who.clone(),
            direction: FileDirection::Receive,
            status: FileStatus::Offered(file),
        }));
        who
    }

    /// Accepts an offer.
    pub(crate) fn accept(&self, entry: &FileEntry) {
        let FileStatus::Offered(file) = &entry.status else { return };
        match file.accept() {
            Ok(transfer) => self.follow(entry.id, entry.who.clone(), &transfer, false),
            Err(error) => self.desk.dispatch(Action::Set(entry.id, FileStatus::Failed(error))),
        }
    }

    /// Cancels a file in any state, and removes it from the list unless there is a result to show.
    pub(crate) fn end(&self, entry: &FileEntry) {
        match &entry.status {
            FileStatus::Running(transfer) => transfer.cancel(""),
            FileStatus::Offered(file) => {
                let _ = file.reject(""); // the other end may have taken it back
                self.desk.dispatch(Action::Remove(entry.id));
            }
            _ => self.desk.dispatch(Action::Remove(entry.id)),
        }
    }

    fn number(&self) -> u32 {
        self.numbers.set(self.numbers.get() + 1);
        self.numbers.get()
    }

    /// Updates the list from a transfer.
    fn follow(&self, id: u32, who: String, transfer: &FileTransfer, new: bool) {
        let status = FileStatus::Running(transfer.clone());
        self.desk.dispatch(match new {
            true => Action::Add(FileEntry {
                id,
                name: transfer.name().to_owned(),
                size: transfer.size(),
                who,
                direction: transfer.direction(),
                status,
            }),
            false => Action::Set(id, status),
        });
        let (desk, transfer) = (self.desk.dispatcher(), transfer.clone());
        spawn_local(async move {
            let status = match transfer.finished().await {
                Ok(file) => FileStatus::Done(file.and_then(|file| BlobUrl::new(&file)).map(Rc::new)),
                Err(error) => FileStatus::Failed(error),
            };
            desk.dispatch(Action::Set(id, status));
        });
    }
}

fn name_of(room: &Room, id: &ParticipantId) -> String {
    let participants = room.participants();
    let found = participants.into_iter().find(|participant| participant.id() == id);
    found.map(|participant| participant.name()).unwrap_or_default()
}

/// The files of a room, kept until the component is destroyed.
#[hook]
pub(crate) fn use_files(room: &JoinedRoom) -> Files {
    let numbers = use_memo((), |()| Cell::new(0));
    Files { desk: use_reducer_eq(Desk::default), room: room.clone(), numbers }
}
