//! Joins the room, which it may have to create, and leaves it.

use super::participants::Participants;
use super::refusal::{self, Failure};
use super::session::Request;
use super::wire::{Body, Id, Text, object};
use super::{JanusBackend, OFFER_MS, Output, Phase};
use crate::model::{
    JoinRequest, Lobby, ParticipantId, ServerRefusal, SessionDescription, SignalEvent, Timestamp,
};

impl JanusBackend {
    pub(super) fn start(&mut self, request: JoinRequest, now: Timestamp) {
        self.session.token = request.token;
        (self.name, self.profile, self.role) = (request.room, request.profile, request.role);
        self.room.pin.clone_from(&self.options.pin);
        self.publisher.set(request.publications, &mut self.session);
        // Without anything to send there is no first offer.
        if request.carries_offer && !self.publisher.wanted().is_empty() {
            self.offer_due = Some(now + OFFER_MS);
        }
        self.dial();
    }

    pub(super) fn dial(&mut self) {
        self.phase = Phase::Dialing;
        let url = self.options.url.clone();
        self.session.output(Output::Connect { url, protocols: vec!["janus-protocol".to_owned()] });
    }

    pub(super) fn create(&mut self) {
        (self.session.id, self.is_claimable) = (None, false);
        // Once the room was joined, its connections are replaced when it is joined again.
        self.publisher.forget(!self.has_joined);
        self.subscriber.forget();
        self.session.request(Request::Create, "create", None, &[]);
    }

    pub(super) fn lose(&mut self, detail: String) {
        if !matches!(self.phase, Phase::New | Phase::Lost | Phase::Ended) {
            self.phase = Phase::Lost;
            self.session.ignore_all();
            self.session.event(SignalEvent::Lost { detail });
        }
    }

    /// The server knows the session no longer, or a handle without which there is none.
    pub(super) fn forgotten(&mut self) {
        self.leave_session("the server knows the session no longer");
    }

    /// A message makes no sense. While this end comes back, the session is given up and the room joined again.
    pub(super) fn not_understood(&mut self, detail: &str) {
        self.session.event(SignalEvent::Undecodable { detail: detail.to_owned() });
        if self.has_joined && self.phase != Phase::Joined {
            self.leave_session("the server did not reply as expected");
        }
    }

    fn leave_session(&mut self, why: &str) {
        (self.session.id, self.is_claimable) = (None, false);
        self.session.output(Output::Close);
        self.lose(why.to_owned());
    }

    pub(super) fn end(&mut self) {
        self.phase = Phase::Ended;
        self.session.output(Output::Close);
        self.session.ignore_all();
    }

    pub(super) fn refuse(&mut self, refusal: ServerRefusal) {
        self.session.event(match self.has_joined {
            true => SignalEvent::Ended(refusal),
            false => SignalEvent::Refused(refusal),
        });
        self.leave();
    }

    /// Ends the session at the server, which tells the others.
    pub(super) fn leave(&mut self) {
        if self.session.id.is_some() && !matches!(self.phase, Phase::Dialing | Phase::Lost) {
            self.session.request(Request::Other, "destroy", None, &[]);
        }
        self.end();
    }

    /// Joins the room, once there are a handle and, if one is expected, an offer.
    pub(super) fn join(&mut self) {
        let Some(handle) = self.publisher.handle else { return };
        if self.offer_due.is_some() && !self.publisher.has_offer() {
            self.phase = Phase::Offering;
            return;
        }
        self.offer_due = None;
        self.room.id = Id::of_room(&self.name, self.ids_are_text);
        let offer = if self.has_joined { None } else { self.publisher.take_offer() };
        let (descriptions, jsep) = offer.map_or((None, None), |(of, jsep)| (Some(of), Some(jsep)));
        let own = self.own.as_ref().map(|(id, _)| id.clone());
        let body = object(&[
            ("request", &Text(if jsep.is_some() { "joinandconfigure" } else { "join" })),
            ("ptype", &Text("publisher")),
            ("room", &self.room.id),
            ("id", &own),
            ("pin", &self.room.pin),
            ("token", &self.session.token),
            ("display", &self.profile.name),
            ("descriptions", &descriptions),
        ]);
        self.session.message(Request::Join, handle, &body, jsep.as_ref());
        self.told_name = Some(self.profile.name.clone());
        self.phase = Phase::Joining;
    }

    /// The server could not use the offer of a refused request again: it goes to another handle.
    pub(super) fn join_again(&mut self) {
        if let Some(handle) = self.publisher.handle.take() {
            self.session.detach(handle);
        }
        self.publisher.offer_again();
        self.session.attach(Request::AttachPublisher);
    }

    pub(super) fn create_room(&mut self) {
        let Some(handle) = self.publisher.handle else { return };
        let body = object(&[
            ("request", &Text("create")),
            ("room", &self.room.id),
            ("description", &self.name),
            ("pin", &self.room.pin),
            ("secret", &self.options.room_secret),
            ("publishers", &1_000_u32),
            ("notify_joining", &true),
            ("audiolevel_event", &true),
        ]);
        self.session.message(Request::CreateRoom, handle, &body, None);
    }

    pub(super) fn not_joined(&mut self, failure: &Failure) {
        match failure.code {
            refusal::NO_ROOM if self.options.create_room => self.create_room(),
            refusal::BAD_ELEMENT if !self.ids_are_text && failure.text.contains("string") => {
                self.ids_are_text = true;
                self.join_again();
            }
            // The participant before is not gone yet.
            refusal::ID_EXISTS if self.own.is_some() => {
                self.own = None;
                self.join_again();
            }
            refusal::NO_SESSION | refusal::NO_HANDLE => self.forgotten(),
            _ => self.refuse(refusal::of(failure, self.session.token.is_some())),
        }
    }

    pub(super) fn joined(&mut self, body: Body, jsep: Option<SessionDescription>) {
        let Some(id) = body.id else {
            return self.not_understood("`joined` does not name this participant");
        };
        self.participants = Participants::default();
        let lists_all = body.attendees.is_some();
        for person in body.publishers.into_iter().chain(body.attendees.unwrap_or_default()) {
            self.participants.update(person);
        }
        self.order = self.participants.next_order();
        self.room.private_id = body.private_id;
        let participant_id = ParticipantId::from(id.to_text().as_str());
        self.own = Some((id, participant_id.clone()));
        (self.phase, self.is_claimable, self.mends) = (Phase::Joined, true, false);
        let mut participants = self.participants.infos();
        participants.extend(self.own_info());
        let (lobby, ice_servers) = (Lobby::default(), Vec::new());
        let was_joined = std::mem::replace(&mut self.has_joined, true);
        self.session.event(match was_joined {
            false => SignalEvent::Joined { participant_id, participants, lobby, ice_servers },
            true => SignalEvent::Rejoined { participant_id, participants, lobby, ice_servers },
        });
        if let Some(answer) = jsep {
            self.publisher.answered(answer, &mut self.session);
        }
        if !lists_all {
            self.list();
        }
    }
}
