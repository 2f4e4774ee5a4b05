//! What the server sends: replies to requests, events, and errors.

use super::refusal::{self, Failure};
use super::session::Request;
use super::wire::Message;
use super::{JanusBackend, Phase};
use crate::model::{SignalEvent, Timestamp};

impl JanusBackend {
    pub(super) fn receive(&mut self, text: &str, now: Timestamp) {
        self.session.heard(now);
        let Some(message) = Message::parse(text) else {
            return self.not_understood("a message is not one of Janus");
        };
        match message.janus.as_str() {
            "success" | "event" => {
                let request = self.session.take(message.transaction.as_deref());
                self.handle_reply(request, message, now);
            }
            "error" => {
                let request = self.session.take(message.transaction.as_deref());
                let failure = Failure { code: message.error.code, text: message.error.reason };
                self.handle_failure(request, &failure, now);
            }
            "hangup" if message.sender == self.publisher.handle => self.publisher.hung_up(&mut self.session),
            "hangup" if message.sender == self.subscriber.handle => self.subscriber.reopen(&mut self.session),
            "detached" if message.sender == self.publisher.handle => self.forgotten(),
            "detached" if message.sender == self.subscriber.handle => {
                self.subscriber.reopen(&mut self.session)
            }
            "timeout" => self.forgotten(),
            // `ack`, and what is of no interest, such as `webrtcup`, `media` and `slowlink`.
            _ => {}
        }
    }

    pub(super) fn handle_reply(&mut self, request: Option<Request>, message: Message, now: Timestamp) {
        let Message { sender, created, body, jsep, .. } = message;
        if body.error_code != 0 {
            let failure = Failure { code: body.error_code, text: body.error };
            return self.handle_failure(request, &failure, now);
        }
        match (request, created) {
            (Some(Request::Create), Some(id)) => {
                self.session.id = Some(id);
                self.session.attach(Request::AttachPublisher);
            }
            (Some(Request::Claim), _) if self.phase == Phase::Preparing => self.claimed(now),
            (Some(Request::AttachPublisher), Some(handle)) => {
                self.publisher.handle = Some(handle);
                self.join();
            }
            (Some(Request::AttachSubscriber), Some(handle)) => self.subscriber.handle = Some(handle),
            (Some(Request::AttachProbe), Some(handle)) => self.probe(handle),
            (Some(Request::CreateRoom), _) => self.join_again(),
            (Some(Request::Join), _) if self.phase == Phase::Joining => self.joined(body, jsep),
            (Some(Request::Offer), _) => {
                if let Some(answer) = jsep {
                    self.publisher.answered(answer, &mut self.session);
                }
            }
            (Some(Request::List), _) => self.listed(body.participants.unwrap_or_default()),
            (Some(Request::Probe), _) => {
                self.probed(body.streams.unwrap_or_default());
                sender.into_iter().for_each(|handle| self.session.detach(handle));
            }
            (Some(Request::Start), _) => self.subscriber.started(true, &mut self.session),
            _ if sender.is_some() && sender == self.subscriber.handle => {
                let (is_attached, is_deferred) = (body.videoroom == "attached", body.videoroom == "updating");
                let has_offer = jsep.is_some();
                let (session, participants) = (&mut self.session, &self.participants);
                self.subscriber.receive(is_attached, body.streams, jsep, session, participants);
                if request == Some(Request::Subscribe) && !has_offer {
                    self.subscriber.replied(is_deferred);
                }
            }
            _ if sender.is_some() && sender == self.publisher.handle && self.phase == Phase::Joined => {
                self.hear(body);
            }
            _ => {}
        }
    }

    pub(super) fn handle_failure(&mut self, request: Option<Request>, failure: &Failure, now: Timestamp) {
        let Some(request) = request else { return };
        match request {
            Request::Create | Request::AttachPublisher => {
                self.refuse(refusal::of(failure, self.session.token.is_some()));
            }
            Request::Claim => self.create(),
            Request::Join => self.not_joined(failure),
            Request::CreateRoom if failure.code == refusal::ROOM_EXISTS => self.join_again(),
            Request::CreateRoom => self.refuse(refusal::of(failure, self.session.token.is_some())),
            _ if failure.code == refusal::NO_SESSION => self.forgotten(),
            Request::Offer | Request::List if failure.code == refusal::NO_HANDLE => self.forgotten(),
            Request::List if self.mends => self.forgotten(),
            Request::Offer => {
                let is_last = self.publisher.failed(&mut self.session);
                is_last.then(|| self.report(failure));
            }
            Request::Subscribe if failure.code == refusal::NO_HANDLE => {
                self.subscriber.reopen(&mut self.session);
            }
            Request::Subscribe => self.subscriber.refused(now),
            Request::Start => self.subscriber.started(false, &mut self.session),
            Request::Change => self.report(failure),
            _ => {}
        }
    }

    pub(super) fn report(&mut self, failure: &Failure) {
        let refusal = refusal::of(failure, self.session.token.is_some());
        self.session.event(SignalEvent::Refused(refusal));
    }

    /// The session goes on over this socket. What the server has sent meanwhile is lost.
    pub(super) fn claimed(&mut self, now: Timestamp) {
        self.phase = Phase::Joined;
        self.session.event(SignalEvent::Resumed { ice_servers: Vec::new() });
        self.publisher.resume(&mut self.session);
        self.subscriber.resume(&mut self.session, now);
        self.told_name = None;
        self.mends = true;
        self.list();
    }
}
