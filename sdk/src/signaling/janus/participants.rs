//! The participants of the room. The VideoRoom describes each stream with a text, which says here what it is of, whether it
//! is muted, and its id: `camera muted #id`. That of other clients may be missing, or be any text.

use std::collections::BTreeMap;

use super::wire::{Id, Person, Stream};
use crate::collections::SortedMap;
use crate::model::{
    LeaveReason, MediaKind, ParticipantId, ParticipantInfo, Publication, Role, RoomPermissions, SignalEvent,
    Slot, TrackSource,
};

/// More than a room can have are not stored.
const MAX_PARTICIPANTS: usize = 10_000;
const MAX_STREAMS: usize = 64;

#[derive(Default)]
pub(super) struct Participants {
    by_id: SortedMap<ParticipantId, Known>,
    /// The number of participants so far.
    joined: u32,
}

struct Known {
    id: Id,
    order: u32,
    name: String,
    published: Vec<Published>,
}

/// A stream of another participant.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Published {
    pub(super) mid: String,
    pub(super) publication: Publication,
    is_moderated: bool,
    pub(super) is_simulcast: bool,
}

impl Participants {
    pub(super) fn infos(&self) -> Vec<ParticipantInfo> {
        let mut infos: Vec<_> = self.by_id.iter().map(|(id, known)| info(id, known)).collect();
        infos.sort_by_key(|info| info.join_order);
        infos
    }

    /// The order of who joins next.
    pub(super) fn next_order(&mut self) -> u32 {
        self.joined = self.joined.saturating_add(1);
        self.joined
    }

    /// Adds or changes a participant. Returns the event, if there is something new.
    pub(super) fn update(&mut self, person: Person) -> Option<SignalEvent> {
        let id = ParticipantId::from(person.id.to_text().as_str());
        if !self.by_id.contains_key(&id) {
            if self.by_id.len() >= MAX_PARTICIPANTS {
                return None;
            }
            let order = self.next_order();
            let (name, published) = (String::new(), Vec::new());
            self.by_id.insert(id.clone(), Known { id: person.id, order, name, published });
            let known = self.by_id.get_mut(&id)?;
            known.apply(person.display, person.streams);
            return Some(SignalEvent::Participant(info(&id, known)));
        }
        let known = self.by_id.get_mut(&id)?;
        known.apply(person.display, person.streams).then(|| SignalEvent::Participant(info(&id, known)))
    }

    /// A host has muted a stream at the server, or no longer does.
    pub(super) fn moderate(&mut self, id: &Id, mid: &str, is_muted: bool) -> Option<SignalEvent> {
        let id = ParticipantId::from(id.to_text().as_str());
        let known = self.by_id.get_mut(&id)?;
        let stream = known.published.iter_mut().find(|stream| stream.mid == mid)?;
        if std::mem::replace(&mut stream.is_moderated, is_muted) == is_muted {
            return None;
        }
        Some(SignalEvent::Participant(info(&id, known)))
    }

    pub(super) fn remove(&mut self, id: &Id, reason: LeaveReason) -> Option<SignalEvent> {
        let participant_id = ParticipantId::from(id.to_text().as_str());
        self.by_id.remove(&participant_id)?;
        Some(SignalEvent::ParticipantLeft { participant_id, reason })
    }

    /// Those who are not in a list.
    pub(super) fn missing(&self, present: &[Person]) -> Vec<Id> {
        let known = self.by_id.values().map(|known| &known.id);
        known.filter(|id| !present.iter().any(|person| person.id == **id)).cloned().collect()
    }

    pub(super) fn id_of(&self, participant: &ParticipantId) -> Option<&Id> {
        self.by_id.get(participant).map(|known| &known.id)
    }

    /// The stream of a publication.
    pub(super) fn mid_of(&self, participant: &ParticipantId, publication: &str) -> Option<&str> {
        let published = &self.by_id.get(participant)?.published;
        let is_it = |stream: &&Published| stream.publication.id.as_str() == publication;
        published.iter().find(is_it).map(|stream| stream.mid.as_str())
    }

    /// What is published.
    pub(super) fn streams(&self) -> impl Iterator<Item = (&ParticipantId, &Id, &Published)> {
        self.by_id.iter().flat_map(|(participant, known)| {
            known.published.iter().map(move |stream| (participant, &known.id, stream))
        })
    }

    /// The slot of a publisher's stream.
    pub(super) fn slot(&self, feed: &Id, mid: &str) -> Option<Slot> {
        let participant_id = ParticipantId::from(feed.to_text().as_str());
        let stream = self.by_id.get(&participant_id)?.published.iter().find(|stream| stream.mid == mid)?;
        Some(Slot { publication_id: stream.publication.id.clone(), participant_id })
    }

    /// Whether someone is here and publishes.
    pub(super) fn publishes(&self, feed: &Id) -> bool {
        let id = ParticipantId::from(feed.to_text().as_str());
        self.by_id.get(&id).is_some_and(|known| !known.published.is_empty())
    }
}

impl Known {
    /// Returns whether something has changed.
    fn apply(&mut self, name: Option<String>, streams: Option<Vec<Stream>>) -> bool {
        let mut is_new = false;
        if let Some(name) = name.filter(|name| *name != self.name) {
            (self.name, is_new) = (name, true);
        }
        if let Some(streams) = streams {
            let published = published(streams);
            is_new |= published != self.published;
            self.published = published;
        }
        is_new
    }
}

fn published(streams: Vec<Stream>) -> Vec<Published> {
    let mut all: Vec<Published> = Vec::new();
    for stream in streams.into_iter().filter(|stream| !stream.disabled) {
        let Some(mut publication) = publication(&stream) else { continue };
        // Ids are not repeated: `mid`s are not either.
        if all.iter().any(|known| known.publication.id == publication.id) {
            publication.id = stream.mid.as_str().into();
        }
        if all.len() < MAX_STREAMS && !all.iter().any(|known| known.publication.id == publication.id) {
            let (is_moderated, is_simulcast) = (stream.moderated, stream.simulcast);
            all.push(Published { mid: stream.mid, publication, is_moderated, is_simulcast });
        }
    }
    all
}

/// What a stream is, unless it is data.
fn publication(stream: &Stream) -> Option<Publication> {
    let (kind, default) = match stream.kind.as_str() {
        "audio" => (MediaKind::Audio, TrackSource::Microphone),
        "video" => (MediaKind::Video, TrackSource::Camera),
        _ => return None,
    };
    let description = stream.description.as_deref().unwrap_or_default();
    let (words, id) = description.split_once(" #").unwrap_or((description, &stream.mid));
    let (source, rest) = words.split_once(' ').unwrap_or((words, ""));
    let known = [
        TrackSource::Camera,
        TrackSource::Microphone,
        TrackSource::Screen,
        TrackSource::ScreenAudio,
        TrackSource::Custom,
    ];
    let source = known.into_iter().find(|known| known.as_str() == source).unwrap_or(default);
    Some(Publication { id: id.into(), kind, source, muted: rest == "muted", to: None })
}

/// The text that describes a publication.
pub(super) fn description(publication: &Publication) -> String {
    let muted = if publication.muted { " muted" } else { "" };
    format!("{}{muted} #{}", publication.source.as_str(), publication.id)
}

fn info(id: &ParticipantId, known: &Known) -> ParticipantInfo {
    let publication = |stream: &Published| {
        let muted = stream.publication.muted || stream.is_moderated;
        Publication { muted, ..stream.publication.clone() }
    };
    let publications = known.published.iter().map(publication).collect();
    participant(id, known.order, &known.name, Role::Participant, publications)
}

pub(super) fn participant(
    id: &ParticipantId,
    join_order: u32,
    name: &str,
    role: Role,
    publications: Vec<Publication>,
) -> ParticipantInfo {
    ParticipantInfo {
        id: id.clone(),
        join_order,
        name: name.to_owned(),
        metadata: String::new(),
        attributes: BTreeMap::new(),
        role,
        identity: None,
        permissions: RoomPermissions::default(),
        publications,
        reconnecting: false,
    }
}
