//! The participants of the room. LiveKit repeats its updates and numbers them for each stay of a participant.

use std::collections::BTreeMap;

use super::messages::{Person, reason};
use crate::collections::SortedMap;
use crate::model::{LeaveReason, ParticipantId, ParticipantInfo, Publication, Role, SignalEvent, Slot};

/// More participants than a room can have are not stored.
const MAX_PARTICIPANTS: usize = 10_000;

#[derive(Default)]
pub(super) struct Participants {
    by_id: SortedMap<ParticipantId, Known>,
    /// The number of participants so far.
    joined: u32,
}

struct Known {
    order: u32,
    person: Person,
}

impl Participants {
    /// Replaces all with those who were in the room when it was joined. Returns them in the order of joining.
    pub(super) fn replace(&mut self, mut people: Vec<Person>) -> Vec<ParticipantInfo> {
        people.sort_by(|one, other| (one.joined_at, &one.sid).cmp(&(other.joined_at, &other.sid)));
        *self = Self::default();
        people.into_iter().filter_map(|person| self.upsert(person)).collect()
    }

    /// Applies an update. Returns the event that it leads to, if it is new.
    pub(super) fn update(&mut self, person: Person) -> Option<SignalEvent> {
        if !person.has_left {
            return self.upsert(person).map(SignalEvent::Participant);
        }
        let participant_id = ParticipantId::from(person.identity.as_str());
        // Another stay of the same participant may have begun already.
        let is_this_stay =
            self.by_id.get(&participant_id).is_some_and(|known| known.person.sid == person.sid);
        is_this_stay.then(|| {
            self.by_id.remove(&participant_id);
            let reason = match person.leave_reason {
                reason::CLIENT_INITIATED => LeaveReason::Left,
                reason::PARTICIPANT_REMOVED => LeaveReason::Removed,
                0 => LeaveReason::Unknown,
                _ => LeaveReason::Disconnected,
            };
            SignalEvent::ParticipantLeft { participant_id, reason }
        })
    }

    fn upsert(&mut self, person: Person) -> Option<ParticipantInfo> {
        let id = ParticipantId::from(person.identity.as_str());
        let is_news = match self.by_id.get(&id) {
            Some(Known { person: known, .. }) if known.sid == person.sid => person.version > known.version,
            Some(Known { person: known, .. }) => person.joined_at >= known.joined_at,
            None => self.by_id.len() < MAX_PARTICIPANTS,
        };
        if !is_news || person.identity.is_empty() {
            return None;
        }
        let order = self.by_id.get(&id).map_or(self.joined, |known| known.order);
        self.joined = self.joined.max(order.saturating_add(1));
        let info = info(&id, order, &person);
        self.by_id.insert(id, Known { order, person });
        Some(info)
    }

    /// The complete state of a participant.
    pub(super) fn get(&self, id: &ParticipantId) -> Option<ParticipantInfo> {
        self.by_id.get(id).map(|known| info(id, known.order, &known.person))
    }

    /// The publications in these sections (`mid` to track). A track that is not announced yet is left out.
    pub(super) fn slots(&self, mids: &BTreeMap<String, String>) -> BTreeMap<String, Slot> {
        let slot = |(mid, sid): (&String, &String)| {
            let owner = |known: &&Known| known.person.tracks.iter().any(|track| track.sid == *sid);
            let owner = self.by_id.values().find(owner)?;
            let participant_id = owner.person.identity.as_str().into();
            Some((mid.clone(), Slot { participant_id, publication_id: sid.as_str().into() }))
        };
        mids.iter().filter_map(slot).collect()
    }

    /// Whether a stay, of which this is the id, goes on.
    pub(super) fn has(&self, sid: &str) -> bool {
        self.by_id.values().any(|known| known.person.sid == sid)
    }

    /// The tracks of everyone else.
    pub(super) fn tracks_of_others<'a>(&'a self, own: &'a ParticipantId) -> impl Iterator<Item = &'a str> {
        let others = self.by_id.iter().filter(move |(id, _)| *id != own);
        others.flat_map(|(_, known)| known.person.tracks.iter().map(|track| track.sid.as_str()))
    }
}

fn info(id: &ParticipantId, join_order: u32, person: &Person) -> ParticipantInfo {
    let publications = person.tracks.iter().map(|track| Publication {
        id: track.sid.as_str().into(),
        kind: track.kind,
        source: track.source,
        muted: track.muted,
        to: None,
    });
    ParticipantInfo {
        id: id.clone(),
        join_order,
        name: if person.name.is_empty() { &person.identity } else { &person.name }.clone(),
        metadata: person.metadata.clone(),
        attributes: person.attributes.clone(),
        role: Role::Participant,
        identity: Some(person.identity.clone()),
        permissions: person.permissions,
        publications: publications.collect(),
        reconnecting: false,
    }
}
