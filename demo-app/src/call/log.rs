//! Chat messages and notices of a call.

use std::rc::Rc;

use moim::{Error, LeaveReason, Role, RoomEvent, TrackSource};
use yew::prelude::*;

use super::Panel;
use crate::browser;
use crate::errors::{Attempt, sentence};
use crate::hooks::NamedEvent;
use crate::i18n::{Words, fill};
use crate::ui::Tone;

/// A line of the chat.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    /// `None` for the user.
    pub(crate) from: Option<String>,
    pub(crate) text: String,
    /// `hh:mm`.
    pub(crate) time: String,
}

/// An event that deserves a short notice.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Event {
    Joined(String),
    Left(String),
    Dropped(String),
    /// The host removed a participant.
    Removed(String),
    /// A participant waits to be admitted.
    Waits(String),
    /// The host turned the user's microphone or camera off.
    MutedByHost(TrackSource),
    NowHost,
    /// A participant offers a file.
    FileOffered(String),
    NobodyForFiles,
    LinkCopied,
    Failed(Attempt, Error),
}

impl Event {
    pub(crate) fn text(&self, words: &'static Words) -> String {
        match self {
            Self::Joined(name) => fill(words.joined, "name", name),
            Self::Left(name) => fill(words.left, "name", name),
            Self::Dropped(name) => fill(words.dropped, "name", name),
            Self::Removed(name) => fill(words.removed_by_host, "name", name),
            Self::Waits(name) => fill(words.waits, "name", name),
            Self::MutedByHost(TrackSource::Microphone) => words.microphone_muted_by_host.to_owned(),
            Self::MutedByHost(_) => words.camera_muted_by_host.to_owned(),
            Self::FileOffered(name) => fill(words.offers_file, "name", name),
            Self::NobodyForFiles => words.nobody_for_files.to_owned(),
            Self::NowHost => words.now_host.to_owned(),
            Self::LinkCopied => words.link_copied.to_owned(),
            Self::Failed(attempt, error) => sentence(words, *attempt, error).to_owned(),
        }
    }

    /// The panel in which to respond to it.
    pub(crate) fn panel(&self) -> Option<Panel> {
        match self {
            Self::Waits(_) => Some(Panel::People),
            Self::FileOffered(_) => Some(Panel::Files),
            _ => None,
        }
    }

    pub(crate) fn tone(&self) -> Tone {
        match self {
            // The user who closes the browser's picker needs no notice, and a warning does not end a call.
            Self::Failed(Attempt::Share, Error::Media(moim::MediaError::NotAllowed { .. })) => Tone::Mild,
            Self::Failed(Attempt::Background, _) => Tone::Mild,
            Self::Failed(..) => Tone::Alarm,
            _ => Tone::Mild,
        }
    }
}

/// A notice that is shown for some seconds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Note {
    pub(crate) id: u32,
    pub(crate) event: Event,
}

/// All chat messages, and the current notices.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Log {
    pub(crate) messages: Vec<Message>,
    pub(crate) notes: Vec<Note>,
    next: u32,
}

pub(crate) enum LogAction {
    NamedEvent(NamedEvent),
    /// The user's own message was sent.
    Sent(String),
    Note(Event),
    Dismiss(u32),
    Clear,
}

impl Log {
    fn note(&mut self, event: Event) {
        const SHOWN: usize = 3;
        self.notes.retain(|note| note.event != event);
        self.next += 1;
        self.notes.push(Note { id: self.next, event });
        let surplus = self.notes.len().saturating_sub(SHOWN);
        self.notes.drain(..surplus);
    }

    fn say(&mut self, from: Option<String>, text: String) {
        let time = browser::local_stamp().get(11..16).unwrap_or_default().to_owned();
        self.messages.push(Message { from, text, time });
    }

    fn add_event(&mut self, NamedEvent { event, name, was_there }: NamedEvent) {
        match event {
            // A mixer is not a person.
            RoomEvent::ParticipantJoined { participant } if participant.role() == Role::Mixer => {}
            RoomEvent::ParticipantJoined { .. } if !was_there => self.note(Event::Joined(name)),
            RoomEvent::ParticipantLeft { reason: LeaveReason::Left, .. } => self.note(Event::Left(name)),
            RoomEvent::ParticipantLeft { reason: LeaveReason::Removed, .. } => {
                self.note(Event::Removed(name))
            }
            RoomEvent::ParticipantLeft { .. } => self.note(Event::Dropped(name)),
            RoomEvent::ChatReceived { text, .. } => self.say(Some(name), text),
            RoomEvent::Warning { error, .. } => self.note(Event::Failed(Attempt::Background, error)),
            _ => {}
        }
    }
}

impl Reducible for Log {
    type Action = LogAction;

    fn reduce(self: Rc<Self>, action: LogAction) -> Rc<Self> {
        let mut log = (*self).clone();
        match action {
            LogAction::NamedEvent(named) => log.add_event(named),
            LogAction::Sent(text) => log.say(None, text),
            LogAction::Note(event) => log.note(event),
            LogAction::Dismiss(id) => log.notes.retain(|note| note.id != id),
            LogAction::Clear => log = Self { next: log.next, ..Self::default() },
        }
        log.into()
    }
}
