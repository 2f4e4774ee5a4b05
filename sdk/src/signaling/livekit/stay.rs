//! A stay in the room: how it begins, goes on over another connection, and ends.

use std::collections::BTreeMap;

use super::messages::{Joined, Person, Request, Response, action, reason};
use super::negotiation::Link;
use super::participants::Participants;
use super::{LiveKitBackend, Output, PING_INTERVAL_MS, PING_TIMEOUT_MS, Phase, Purpose, refusal};
use crate::model::{
    Channel, IceServer, Lobby, ParticipantInfo, Profile, ServerRefusal, SignalEvent, Timestamp,
};

impl LiveKitBackend {
    pub(super) fn receive(&mut self, bytes: &[u8], now: Timestamp) {
        self.heartbeat.heard(now);
        let Ok(response) = Response::decode(bytes) else {
            return self.not_understood("a message is not one of LiveKit's protocol");
        };
        match (self.phase, response) {
            (Phase::Greeting(purpose), Response::Join(joined)) => self.joined(purpose, *joined, now),
            (Phase::Greeting(Purpose::Resume), Response::Reconnect { ice_servers, last_sequence }) => {
                self.resumed(ice_servers, last_sequence);
            }
            (Phase::Greeting(_) | Phase::Joined, Response::Leave { reason, action }) => {
                self.dismissed(reason, action);
            }
            (Phase::Greeting(_) | Phase::Joined, Response::RefreshToken(token)) => self.token = token,
            (Phase::Joined, response) => self.receive_joined(response),
            _ => {}
        }
    }

    fn receive_joined(&mut self, response: Response) {
        match response {
            Response::Answer { sdp, id, mids } => self.answered(sdp, id, mids),
            Response::Trickle { candidate, is_subscriber: false } => self.trickled(&candidate),
            Response::Update(people) => {
                for person in people {
                    self.update(person);
                }
                self.update_slots();
                self.settle_wishes();
            }
            Response::TrackPublished { cid, sid, raw } => {
                let messages = self.publications.published(&cid, sid, raw);
                messages.into_iter().for_each(|message| self.send(message));
            }
            Response::Mute { sid, muted: true } => {
                if let Some(publication_id) = self.publications.find(&sid).cloned() {
                    let from = self.own_id.clone();
                    self.event(SignalEvent::MuteRequested { from, publication_id });
                }
            }
            Response::SectionsRequired { audio, video } => self.sections_required(audio, video),
            Response::Refused { reason, detail } if reason != 0 => {
                let code = refusal::of_request(reason);
                self.event(SignalEvent::Refused(ServerRefusal { code, detail, retry: false }));
            }
            _ => {}
        }
    }

    fn update(&mut self, person: Person) {
        let is_own = person.identity == self.own_id.as_str();
        if is_own && (person.has_left || person.sid != self.own_sid) {
            // `leave` says so, too, with what to do.
            return;
        }
        match self.participants.update(person) {
            Some(SignalEvent::Participant(info)) if is_own => {
                let info = self.as_chosen(info);
                self.event(SignalEvent::Participant(info));
            }
            Some(event) => self.event(event),
            None => {}
        }
    }

    /// This participant, with the publications that it chose.
    pub(super) fn as_chosen(&self, info: ParticipantInfo) -> ParticipantInfo {
        ParticipantInfo { publications: self.publications.wanted().to_vec(), ..info }
    }

    /// Follows the heartbeat that the server names.
    fn set_heartbeat(&mut self, joined: &Joined) {
        let ms = |seconds: u32, default| if seconds == 0 { default } else { Timestamp::from(seconds) * 1000 };
        let interval_ms = ms(joined.ping_interval_s, PING_INTERVAL_MS);
        self.heartbeat.set(interval_ms, ms(joined.ping_timeout_s, PING_TIMEOUT_MS));
    }

    fn joined(&mut self, purpose: Purpose, joined: Joined, now: Timestamp) {
        if joined.own.identity.is_empty() {
            return self.not_understood("`join` does not name this participant");
        }
        self.set_heartbeat(&joined);
        let Joined { own, others, ice_servers, .. } = joined;
        self.own_id = own.identity.as_str().into();
        self.own_sid.clone_from(&own.sid);
        self.data.begin(&own.sid, own.joined_at, now);
        let people = others.into_iter().filter(|person| !person.has_left).chain([own]).collect();
        let mut participants = self.participants.replace(people);
        for info in &mut participants {
            if info.id == self.own_id {
                info.publications = self.publications.wanted().to_vec();
            }
        }
        self.phase = Phase::Joined;
        let (participant_id, lobby) = (self.own_id.clone(), Lobby::default());
        if purpose == Purpose::Join {
            self.event(SignalEvent::Joined { participant_id, participants, lobby, ice_servers });
        } else {
            // The peer connection will be replaced: what it had to say is void.
            self.link.close();
            // The server's end of it belonged to the previous stay.
            self.link.is_stale = false;
            self.event(SignalEvent::Rejoined { participant_id, participants, lobby, ice_servers });
        }
        self.send_waiting();
        self.update_profile();
        self.settle_wishes();
    }

    /// Begins another stay: the server's end of a peer connection cannot be connected to a new one.
    pub(super) fn join_again(&mut self) {
        self.own_sid.clear();
        if matches!(self.phase, Phase::Greeting(_) | Phase::Joined) {
            self.outputs.push_back(Output::Close);
            self.lose("the peer connection was replaced".to_owned());
        }
    }

    fn resumed(&mut self, ice_servers: Vec<IceServer>, last_sequence: u32) {
        if self.link.is_stale {
            return self.join_again();
        }
        self.phase = Phase::Joined;
        self.data.retain(|sid| self.participants.has(sid));
        let Link { offer, answer, .. } = &self.link;
        let (tracks, received) = (self.publications.responses(), self.data.received());
        let state = Request::SyncState { offer, answer, tracks, received }.encode();
        self.send(state);
        self.event(SignalEvent::Resumed { ice_servers });
        let missed = self.data.after(last_sequence);
        self.outputs.extend(missed.into_iter().map(|packet| Output::Send(Channel::Reliable, packet)));
        self.send_waiting();
        let messages = self.publications.set(self.publications.wanted().to_vec());
        messages.into_iter().for_each(|message| self.send(message));
        self.settle_wishes();
    }

    /// The server ends this stay.
    fn dismissed(&mut self, reason: u32, action: u32) {
        if action == action::RECONNECT || reason == reason::SERVER_SHUTDOWN {
            self.own_sid.clear();
        }
        if action != action::DISCONNECT || reason == reason::SERVER_SHUTDOWN {
            self.outputs.push_back(Output::Close);
            return self.lose("the server asks to connect again".to_owned());
        }
        let refusal = refusal::of_leave(reason);
        self.event(match self.phase {
            Phase::Greeting(Purpose::Join) => SignalEvent::Refused(refusal),
            _ => SignalEvent::Ended(refusal),
        });
        self.end();
    }

    /// Sends the name if it is not the one that the token has. Metadata and attributes are in the request to join.
    fn update_profile(&mut self) {
        let name = &self.profile.name;
        let is_known = self.participants.get(&self.own_id).is_none_or(|own| own.name == *name);
        if !is_known && !name.is_empty() {
            self.send_profile(&BTreeMap::new());
        }
    }

    /// Attributes that are gone are deleted by an empty value.
    pub(super) fn send_profile(&mut self, before: &BTreeMap<String, String>) {
        let mut attributes = self.profile.attributes.clone();
        for key in before.keys() {
            attributes.entry(key.clone()).or_default();
        }
        let Profile { name, metadata, .. } = &self.profile;
        let message = Request::Update { name, metadata, attributes: &attributes }.encode();
        self.send(message);
    }

    /// A message makes no sense. While this end comes back, the stay is given up and the room joined again.
    fn not_understood(&mut self, detail: &str) {
        self.event(SignalEvent::Undecodable { detail: detail.to_owned() });
        if matches!(self.phase, Phase::Greeting(Purpose::Resume | Purpose::JoinAgain)) {
            self.outputs.push_back(Output::Close);
            self.lose("the server did not reply as expected".to_owned());
        }
    }

    pub(super) fn closed(&mut self, code: u16, reason: String) {
        match self.phase {
            Phase::Dialing(purpose) => self.ask_why(purpose),
            Phase::Greeting(_) | Phase::Joined => {
                let detail =
                    if reason.is_empty() { format!("the socket closed with code {code}") } else { reason };
                self.lose(detail);
            }
            _ => {}
        }
    }

    pub(super) fn lose(&mut self, detail: String) {
        if self.phase == Phase::Greeting(Purpose::Resume) {
            // It did not work: the next attempt joins again.
            self.own_sid.clear();
        }
        self.phase = Phase::Lost;
        self.event(SignalEvent::Lost { detail });
    }

    pub(super) fn end(&mut self) {
        self.phase = Phase::Ended;
        self.participants = Participants::default();
        self.link = Link::default();
        self.outputs.push_back(Output::Close);
    }
}
