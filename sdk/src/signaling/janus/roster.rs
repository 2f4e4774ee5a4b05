//! Who is in the room and what they publish: from events, and from lists after events were lost.

use super::participants::participant;
use super::session::Request;
use super::wire::{Body, Id, Person, Stream, Text, object};
use super::{JanusBackend, Phase};
use crate::model::{LeaveReason, ParticipantInfo, RefusalCode, ServerRefusal, SignalEvent};

impl JanusBackend {
    pub(super) fn own_info(&self) -> Option<ParticipantInfo> {
        let (_, id) = self.own.as_ref()?;
        let publications = self.publisher.wanted().to_vec();
        Some(participant(id, self.order, &self.profile.name, self.role, publications))
    }

    pub(super) fn own_changed(&mut self) {
        if let Some(own) = self.own_info().filter(|_| self.phase == Phase::Joined) {
            self.session.event(SignalEvent::Participant(own));
        }
    }

    /// Asks who is here: those who publish nothing are not announced in every room, and events may have been lost.
    pub(super) fn list(&mut self) {
        let Some(handle) = self.publisher.handle else { return };
        let body = object(&[("request", &Text("listparticipants")), ("room", &self.room.id)]);
        self.session.message(Request::List, handle, &body, None);
    }

    pub(super) fn listed(&mut self, present: Vec<Person>) {
        let mends = std::mem::take(&mut self.mends);
        if mends && !present.iter().any(|person| self.is_own(&person.id)) {
            // Nonsense, or the room is another one by now.
            return self.forgotten();
        }
        // Otherwise nobody is missing: who has joined meanwhile may not be in the list.
        let gone = if mends { self.participants.missing(&present) } else { Vec::new() };
        gone.into_iter().for_each(|id| self.left(&id, LeaveReason::Unknown));
        let mut unknown = Vec::new();
        for person in present {
            let has_ended = mends && !person.publisher;
            if mends && person.publisher && !self.is_own(&person.id) {
                unknown.push(person.id.clone());
            }
            self.changed(Person { streams: has_ended.then(Vec::new), ..person });
        }
        if !unknown.is_empty() {
            self.unknown = unknown;
            self.session.attach(Request::AttachProbe);
        }
    }

    /// Only who subscribes learns what someone publishes. This handle never answers.
    pub(super) fn probe(&mut self, handle: u64) {
        let feeds: Vec<_> = self.unknown.drain(..).map(|id| object(&[("feed", &id)])).collect();
        let body = object(&[
            ("request", &Text("join")),
            ("ptype", &Text("subscriber")),
            ("room", &self.room.id),
            ("pin", &self.room.pin),
            ("private_id", &self.room.private_id),
            ("streams", &feeds),
        ]);
        self.session.message(Request::Probe, handle, &body, None);
    }

    pub(super) fn probed(&mut self, streams: Vec<Stream>) {
        let mut people: Vec<Person> = Vec::new();
        for stream in streams {
            let Stream { feed_id: Some(id), feed_mid: Some(mid), .. } = stream else { continue };
            let description = stream.feed_description;
            let found = Stream {
                mid,
                description,
                kind: stream.kind,
                simulcast: stream.simulcast,
                ..Stream::default()
            };
            match people.iter_mut().find(|person| person.id == id) {
                Some(person) => person.streams.get_or_insert_default().push(found),
                None => people.push(Person {
                    id,
                    display: stream.feed_display,
                    streams: Some(vec![found]),
                    ..Person::default()
                }),
            }
        }
        for person in people {
            self.changed(person);
        }
    }

    pub(super) fn is_own(&self, id: &Id) -> bool {
        self.own.as_ref().is_some_and(|(own, _)| own == id)
    }

    pub(super) fn changed(&mut self, person: Person) {
        if !self.is_own(&person.id)
            && let Some(event) = self.participants.update(person)
        {
            self.is_changed = true;
            self.session.event(event);
        }
    }

    pub(super) fn left(&mut self, id: &Id, reason: LeaveReason) {
        if let Some(event) = self.participants.remove(id, reason) {
            self.is_changed = true;
            self.session.event(event);
        }
    }

    /// Handles what the room says to each of its participants.
    pub(super) fn hear(&mut self, body: Body) {
        let is_kicked = body.reason.as_deref() == Some("kicked");
        match body.leaving {
            Some(Id::Text(ok)) if ok == "ok" && is_kicked => {
                let detail = "removed from the room".to_owned();
                let refusal = ServerRefusal { code: RefusalCode::Removed, detail, retry: false };
                self.session.event(SignalEvent::Ended(refusal));
                return self.leave();
            }
            Some(id) => self.left(&id, LeaveReason::Left),
            None => {}
        }
        if body.videoroom == "destroyed" {
            let code = RefusalCode::Other("roomClosed".into());
            let refusal = ServerRefusal { code, detail: "the room was closed".to_owned(), retry: false };
            self.session.event(SignalEvent::Ended(refusal));
            return self.leave();
        }
        if let Some(id) = body.kicked {
            self.left(&id, LeaveReason::Removed);
        }
        for person in body.publishers {
            self.changed(person);
        }
        if let Some(person) = body.joining {
            self.changed(person);
        }
        if let Some(id) = body.unpublished
            && self.participants.publishes(&id)
        {
            self.changed(Person { id, streams: Some(Vec::new()), ..Person::default() });
        }
        let Some(id) = body.id else { return };
        match (body.mid, body.moderation) {
            (Some(mid), Some(moderation)) => self.moderated(&id, &mid, moderation == "muted"),
            // A talking participant has a `mid` without it, one with another name neither.
            (None, None) if body.display.is_some() && body.videoroom == "event" => {
                self.changed(Person { id, display: body.display, ..Person::default() });
            }
            _ => {}
        }
    }

    pub(super) fn moderated(&mut self, id: &Id, mid: &str, is_muted: bool) {
        if !self.is_own(id) {
            let event = self.participants.moderate(id, mid, is_muted);
            event.into_iter().for_each(|event| self.session.event(event));
        } else if let (Some((_, from)), Some(publication_id)) = (self.own.clone(), self.publisher.sent(mid))
            && is_muted
        {
            self.session.event(SignalEvent::MuteRequested { from, publication_id });
        }
    }
}
