//! The connection to receive over: the server makes the offers, one at a time, as streams are subscribed to and end.

use super::RoomKey;
use super::participants::Participants;
use super::publisher::trickle;
use super::session::{Request, Session};
use super::wire::{Id, Raw, Stream, Text, object};
use crate::collections::SortedMap;
use crate::model::{
    IceCandidate, Lane, LinkId, LinkSignal, MediaKind, ParticipantId, PublicationId, SdpType,
    SessionDescription, SignalEvent, Slots, Timestamp, Wanted,
};

const LINK: LinkId = LinkId::Server(Lane::Subscribe);
/// How long the server may take to offer, and to confirm an answer.
const REPLY_MS: Timestamp = 5_000;
/// The delay before a request without effect is repeated, multiplied by the number of attempts.
const RETRY_MS: Timestamp = 500;
const MAX_SECTIONS: usize = 1_000;
/// The heights up to which the smallest layer is enough, and the middle one, of a camera with 720 lines. Their true heights
/// are not known.
const HEIGHTS: [u32; 2] = [180, 360];
const LARGEST: u32 = 2;

#[derive(Default)]
pub(super) struct Subscriber {
    pub(super) handle: Option<u64>,
    is_open: bool,
    has_joined: bool,
    sections: Vec<Section>,
    state: State,
    wanted: Wanted,
    layers: SortedMap<String, Layers>,
    slots: Slots,
    answer: Option<String>,
    wants_restart: bool,
    /// What was requested last: it has no effect twice.
    last_request: String,
    failures: u32,
    due: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Idle,
    /// An offer is expected.
    Asked,
    /// The server waits for the answer.
    Offered,
    /// The answer was sent. `is_repeated`: perhaps it was not needed.
    Starting { is_repeated: bool },
    /// The last request had no effect.
    Waiting,
}

/// A media section with what it carries.
struct Section {
    mid: String,
    is_video: bool,
    feed: Option<(Id, String)>,
}

/// Whether anything is sent, and the largest layer: 0 to 2.
type Layers = (bool, u32);

impl Subscriber {
    pub(super) fn open(&mut self, now: Timestamp) {
        self.is_open = true;
        if self.failures > 0 {
            self.wait(now);
        }
    }

    /// The link is closed. Another one may follow, with another handle.
    pub(super) fn close(&mut self, session: &mut Session) {
        session.ignore(&[Request::Subscribe, Request::Start]);
        if let Some(handle) = self.handle {
            session.detach(handle);
        }
        self.forget();
        self.is_open = false;
    }

    /// The server knows nothing any more.
    pub(super) fn forget(&mut self) {
        *self = Self { is_open: self.is_open, failures: self.failures, ..Self::default() };
    }

    pub(super) fn set_wanted(&mut self, wanted: Wanted) {
        self.wanted = wanted;
    }

    pub(super) fn restart(&mut self) {
        self.wants_restart = true;
    }

    pub(super) fn candidate(&self, candidate: &IceCandidate, session: &mut Session) {
        if let Some(handle) = self.handle {
            trickle(session, handle, candidate);
        }
    }

    /// Participants or wishes have changed: what had no effect may have one.
    pub(super) fn refresh(&mut self, session: &mut Session, participants: &Participants) {
        if self.state == State::Waiting {
            (self.state, self.due) = (State::Idle, None);
        }
        self.last_request.clear();
        let slots = self.slots(participants);
        if slots != self.slots {
            self.slots.clone_from(&slots);
            session.deliver(LINK, LinkSignal::Slots(slots));
        }
    }

    fn slots(&self, participants: &Participants) -> Slots {
        let slot = |section: &Section| {
            let (feed, mid) = section.feed.as_ref()?;
            Some((section.mid.clone(), participants.slot(feed, mid)?))
        };
        self.sections.iter().filter_map(slot).collect()
    }

    fn wish(&self, participant: &ParticipantId, id: &PublicationId) -> (bool, Option<u32>) {
        let is_it =
            |wish: &&crate::model::Wish| wish.participant_id == *participant && wish.publication_id == *id;
        let wish = self.wanted.wishes.iter().find(is_it);
        wish.map_or((self.wanted.others, None), |wish| (wish.wanted, wish.max_height))
    }

    /// Requests the next change, if one is needed and none is under way.
    pub(super) fn proceed(
        &mut self,
        session: &mut Session,
        room: &RoomKey,
        participants: &Participants,
        now: Timestamp,
    ) {
        if !self.is_open || self.state != State::Idle {
            return;
        }
        let mut subscribe = Vec::new();
        let mut unwanted: Vec<&Section> = self.sections.iter().filter(|it| it.feed.is_some()).collect();
        for (participant, feed, stream) in participants.streams() {
            let is_wanted = self.wish(participant, &stream.publication.id).0;
            let is_it = |section: &&Section| {
                section.feed.as_ref().is_some_and(|it| (&it.0, &it.1) == (feed, &stream.mid))
            };
            let is_there = unwanted.iter().any(is_it);
            if is_wanted {
                unwanted.retain(|section| !is_it(section));
                if !is_there {
                    subscribe.push(object(&[("feed", feed), ("mid", &stream.mid)]));
                }
            }
        }
        // Those of a participant who has left, or publishes nothing, the server removes by itself.
        unwanted.retain(|it| it.feed.as_ref().is_some_and(|(feed, _)| participants.publishes(feed)));
        let unsubscribe: Vec<_> = unwanted.iter().map(|it| object(&[("sub_mid", &it.mid)])).collect();
        if self.handle.is_none() && !subscribe.is_empty() && !session.awaits(Request::AttachSubscriber) {
            session.attach(Request::AttachSubscriber);
        }
        let Some(handle) = self.handle else { return };
        let some = |list: Vec<Raw>| Some(list).filter(|list| !list.is_empty());
        let (subscribe, unsubscribe) = (some(subscribe), some(unsubscribe));
        let body = if !self.has_joined {
            if subscribe.is_none() {
                return;
            }
            object(&[
                ("request", &Text("join")),
                ("ptype", &Text("subscriber")),
                ("room", &room.id),
                ("pin", &room.pin),
                ("private_id", &room.private_id),
                ("use_msid", &true),
                ("autoupdate", &true),
                ("streams", &subscribe),
            ])
        } else if subscribe.is_some() || unsubscribe.is_some() {
            let request = Text("update");
            object(&[("request", &request), ("subscribe", &subscribe), ("unsubscribe", &unsubscribe)])
        } else if std::mem::take(&mut self.wants_restart) {
            object(&[("request", &Text("configure")), ("restart", &true)])
        } else {
            return self.set_layers(handle, session, participants);
        };
        if body.0 == self.last_request {
            return self.wait(now);
        }
        self.last_request.clone_from(&body.0);
        session.message(Request::Subscribe, handle, &body, None);
        (self.state, self.due) = (State::Asked, Some(now + REPLY_MS));
    }

    fn wait(&mut self, now: Timestamp) {
        self.failures = self.failures.saturating_add(1).min(20);
        self.last_request.clear();
        (self.state, self.due) = (State::Waiting, Some(now + RETRY_MS * Timestamp::from(self.failures)));
    }

    fn set_layers(&mut self, handle: u64, session: &mut Session, participants: &Participants) {
        let mut changed = Vec::new();
        for (participant, feed, stream) in participants.streams() {
            let is_it = |section: &&Section| {
                section.feed.as_ref().is_some_and(|it| (&it.0, &it.1) == (feed, &stream.mid))
            };
            let Some(section) = self.sections.iter().find(is_it).filter(|it| it.is_video) else { continue };
            let height = self.wish(participant, &stream.publication.id).1;
            let layer = match height {
                Some(height) if stream.is_simulcast && stream.publication.kind == MediaKind::Video => {
                    HEIGHTS.iter().filter(|most| height > **most).count() as u32
                }
                _ => LARGEST,
            };
            let layers = (height != Some(0), if height == Some(0) { LARGEST } else { layer });
            let told = self.layers.insert(section.mid.clone(), layers).unwrap_or((true, LARGEST));
            if told != layers {
                changed.push(object(&[
                    ("mid", &section.mid),
                    ("send", &layers.0),
                    ("substream", &stream.is_simulcast.then_some(layers.1)),
                ]));
            }
        }
        if !changed.is_empty() {
            let body = object(&[("request", &Text("configure")), ("streams", &changed)]);
            session.message(Request::Other, handle, &body, None);
        }
    }

    /// Handles what comes from the handle: the sections, and perhaps an offer.
    pub(super) fn receive(
        &mut self,
        is_attached: bool,
        streams: Option<Vec<Stream>>,
        jsep: Option<SessionDescription>,
        session: &mut Session,
        participants: &Participants,
    ) {
        self.has_joined |= is_attached;
        if let Some(streams) = streams {
            self.set_sections(streams);
        }
        if let Some(description) = jsep.filter(|jsep| jsep.sdp_type == SdpType::Offer) {
            self.slots = self.slots(participants);
            let carries = Some(self.slots.clone());
            session.deliver(LINK, LinkSignal::Description { description, carries });
            (self.state, self.due) = (State::Offered, None);
        }
    }

    fn set_sections(&mut self, streams: Vec<Stream>) {
        let before = std::mem::take(&mut self.sections);
        for stream in streams.into_iter().take(MAX_SECTIONS).filter(|stream| stream.kind != "data") {
            let feed = if stream.active { stream.feed_id.zip(stream.feed_mid) } else { None };
            let is_same = before.iter().any(|it| it.mid == stream.mid && it.feed == feed);
            if !is_same {
                // The server has started again with everything.
                self.layers.remove(&stream.mid);
            }
            self.sections.push(Section { mid: stream.mid, is_video: stream.kind == "video", feed });
        }
    }

    /// The request has led to no offer yet. `is_deferred`: one follows.
    pub(super) fn replied(&mut self, is_deferred: bool) {
        if self.state == State::Asked && !is_deferred {
            (self.state, self.due) = (State::Idle, None);
        }
    }

    pub(super) fn refused(&mut self, now: Timestamp) {
        if self.state == State::Asked {
            self.wait(now);
        }
    }

    pub(super) fn answer(&mut self, answer: String, session: &mut Session, now: Timestamp) {
        if self.state == State::Offered {
            self.answer = Some(answer);
            self.start(false, session, now);
        }
    }

    fn start(&mut self, is_repeated: bool, session: &mut Session, now: Timestamp) {
        let (Some(handle), Some(answer)) = (self.handle, &self.answer) else { return };
        let jsep = object(&[("type", &Text("answer")), ("sdp", answer)]);
        session.message(Request::Start, handle, &object(&[("request", &Text("start"))]), Some(&jsep));
        (self.state, self.due) = (State::Starting { is_repeated }, Some(now + REPLY_MS));
    }

    pub(super) fn started(&mut self, is_ok: bool, session: &mut Session) {
        let State::Starting { is_repeated } = self.state else { return };
        (self.state, self.due) = (State::Idle, None);
        if is_ok {
            self.failures = 0;
        } else if !is_repeated {
            self.reopen(session);
        }
    }

    /// Replaces the peer connection and the handle.
    pub(super) fn reopen(&mut self, session: &mut Session) {
        if self.is_open {
            self.failures = self.failures.saturating_add(1).min(20);
            session.event(SignalEvent::Reopened(LINK));
        }
    }

    /// The session goes on over another socket: replies and offers may be lost.
    pub(super) fn resume(&mut self, session: &mut Session, now: Timestamp) {
        match self.state {
            State::Asked => self.reopen(session),
            // Until it has an answer to an offer that was lost, the server makes no other one. An answer more does no harm.
            State::Idle | State::Waiting | State::Starting { .. } => {
                (self.state, self.due) = (State::Idle, None);
                self.start(true, session, now);
            }
            State::Offered => {}
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        self.due
    }

    pub(super) fn handle_timeout(&mut self, session: &mut Session, now: Timestamp) {
        if self.due.is_none_or(|due| now < due) {
            return;
        }
        self.due = None;
        match self.state {
            State::Waiting => self.state = State::Idle,
            _ => self.reopen(session),
        }
    }
}
