//! The backend for Janus and its VideoRoom plugin: JSON over one WebSocket, a handle and a connection to publish, and others to
//! receive.

mod participants;
mod publisher;
mod refusal;
mod session;
mod subscriber;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
mod wire;

use std::fmt;
use std::hint::black_box;

use self::participants::{Participants, participant};
use self::publisher::Publisher;
use self::refusal::Failure;
use self::session::{Request, Session};
use self::subscriber::Subscriber;
use self::wire::{Body, Id, Message, Person, Stream, Text, object};
use super::{Output, Scheme, Server, ServerOptions, SignalingBackend, SocketEvent};
use crate::model::{
    Capabilities, Feature, JoinRequest, Lane, LeaveReason, LinkId, LinkProfile, LinkSignal, Lobby, Offerer,
    Order, ParticipantId, ParticipantInfo, Profile, PublicationId, RefusalCode, Role, SdpType, ServerLane,
    ServerRefusal, SessionDescription, SignalCommand, SignalEvent, Timestamp,
};

const PUBLISH: LinkId = LinkId::Server(Lane::Publish);
const SUBSCRIBE: LinkId = LinkId::Server(Lane::Subscribe);
/// The RIDs of simulcast layers, the smallest first.
const RIDS: [&str; 3] = ["l", "m", "h"];
/// How long joining waits for the first offer.
const OFFER_MS: Timestamp = 2_000;

const LACKS: &[Feature] = &[
    Feature::Mesh,
    Feature::Mcu,
    Feature::ReliableData,
    Feature::LossyData,
    Feature::AddressedData,
    Feature::AddressedTracks,
    Feature::Metadata,
    Feature::Attributes,
    Feature::Lobby,
];

/// Janus.
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "used by `Room`"))]
pub(super) const SERVER: Server =
    Server { scheme: Scheme::WebSocket, chunk: Some("janus"), capabilities, create: create_in_janus_chunk };

#[inline(never)]
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "used by `Room`"))]
fn create_in_janus_chunk(options: ServerOptions) -> Box<dyn SignalingBackend> {
    black_box(Box::new(JanusBackend::new(options)))
}

fn capabilities() -> Capabilities {
    // The room decides which codecs are used.
    let server = || LinkProfile { channels: Vec::new(), ..LinkProfile::server() };
    let profile = LinkProfile { rids: RIDS.map(str::to_owned).into(), ..server() };
    let lanes = vec![
        ServerLane { lane: Lane::Publish, offerer: Offerer::Us, profile },
        ServerLane { lane: Lane::Subscribe, offerer: Offerer::Server, profile: server() },
    ];
    Capabilities {
        lanes,
        join_carries_offer: true,
        resume: true,
        server: "janus",
        lacks: LACKS,
        ..Capabilities::default()
    }
}

/// The connection to a Janus server.
pub(super) struct JanusBackend {
    options: ServerOptions,
    phase: Phase,
    name: String,
    room: RoomKey,
    /// Whether the server's ids are strings.
    ids_are_text: bool,
    profile: Profile,
    /// The name that the server has, unless that is not known.
    told_name: Option<String>,
    role: Role,
    /// As the server has it, and here.
    own: Option<(Id, ParticipantId)>,
    /// The order of joining.
    order: u32,
    has_joined: bool,
    session: Session,
    participants: Participants,
    publisher: Publisher,
    subscriber: Subscriber,
    /// Until when joining waits for the first offer.
    offer_due: Option<Timestamp>,
    /// Participants have changed since streams were subscribed to.
    is_changed: bool,
    /// Events were lost: the next list of participants is compared with what is known.
    mends: bool,
    /// Whose streams may have changed meanwhile.
    unknown: Vec<Id>,
}

/// What requests about the room contain.
#[derive(Default)]
struct RoomKey {
    id: Id,
    pin: Option<String>,
    private_id: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    New,
    /// The socket is being opened.
    Dialing,
    /// The session and its first handle are being created, or claimed.
    Preparing,
    /// The request to join waits for the first offer.
    Offering,
    Joining,
    Joined,
    Lost,
    Ended,
}

// Written by hand: tokens and secrets must not be printed.
impl fmt::Debug for JanusBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JanusBackend").finish_non_exhaustive()
    }
}

impl JanusBackend {
    /// Creates a backend for a server whose URL begins with `ws:` or `wss:`.
    pub(super) fn new(options: ServerOptions) -> Self {
        let mut session = Session::default();
        session.api_secret.clone_from(&options.api_secret);
        Self {
            options,
            phase: Phase::New,
            name: String::new(),
            room: RoomKey::default(),
            ids_are_text: false,
            profile: Profile::default(),
            told_name: None,
            role: Role::Participant,
            own: None,
            order: 0,
            has_joined: false,
            session,
            participants: Participants::default(),
            publisher: Publisher::default(),
            subscriber: Subscriber::default(),
            offer_due: None,
            is_changed: false,
            mends: false,
            unknown: Vec::new(),
        }
    }

    fn start(&mut self, request: JoinRequest, now: Timestamp) {
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

    fn dial(&mut self) {
        self.phase = Phase::Dialing;
        let url = self.options.url.clone();
        self.session.output(Output::Connect { url, protocols: vec!["janus-protocol".to_owned()] });
    }

    fn create(&mut self) {
        self.session.id = None;
        // Once the room was joined, its connections are replaced when it is joined again.
        self.publisher.forget(!self.has_joined);
        self.subscriber.forget();
        self.session.request(Request::Create, "create", None, &[]);
    }

    fn lose(&mut self, detail: String) {
        if !matches!(self.phase, Phase::New | Phase::Lost | Phase::Ended) {
            self.phase = Phase::Lost;
            self.session.ignore_all();
            self.session.event(SignalEvent::Lost { detail });
        }
    }

    /// The server knows the session no longer, or a handle without which there is none.
    fn forgotten(&mut self) {
        self.session.id = None;
        self.session.output(Output::Close);
        self.lose("the server knows the session no longer".to_owned());
    }

    fn end(&mut self) {
        self.phase = Phase::Ended;
        self.session.output(Output::Close);
        self.session.ignore_all();
    }

    fn refuse(&mut self, refusal: ServerRefusal) {
        self.session.event(match self.has_joined {
            true => SignalEvent::Ended(refusal),
            false => SignalEvent::Refused(refusal),
        });
        self.leave();
    }

    /// Ends the session at the server, which tells the others.
    fn leave(&mut self) {
        if self.session.id.is_some() && !matches!(self.phase, Phase::Dialing | Phase::Lost) {
            self.session.request(Request::Other, "destroy", None, &[]);
        }
        self.end();
    }

    /// Joins the room, once there are a handle and, if one is expected, an offer.
    fn join(&mut self) {
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
    fn join_again(&mut self) {
        if let Some(handle) = self.publisher.handle.take() {
            self.session.detach(handle);
        }
        self.publisher.offer_again();
        self.session.attach(Request::AttachPublisher);
    }

    fn create_room(&mut self) {
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

    fn not_joined(&mut self, failure: &Failure) {
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

    fn joined(&mut self, body: Body, jsep: Option<SessionDescription>) {
        let Some(id) = body.id else {
            let detail = "`joined` does not name this participant".to_owned();
            return self.session.event(SignalEvent::Undecodable { detail });
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
        self.phase = Phase::Joined;
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

    fn own_info(&self) -> Option<ParticipantInfo> {
        let (_, id) = self.own.as_ref()?;
        let publications = self.publisher.wanted().to_vec();
        Some(participant(id, self.order, &self.profile.name, self.role, publications))
    }

    fn own_changed(&mut self) {
        if let Some(own) = self.own_info().filter(|_| self.phase == Phase::Joined) {
            self.session.event(SignalEvent::Participant(own));
        }
    }

    /// Asks who is here: those who publish nothing are not announced in every room, and events may have been lost.
    fn list(&mut self) {
        let Some(handle) = self.publisher.handle else { return };
        let body = object(&[("request", &Text("listparticipants")), ("room", &self.room.id)]);
        self.session.message(Request::List, handle, &body, None);
    }

    fn listed(&mut self, present: Vec<Person>) {
        let mends = std::mem::take(&mut self.mends);
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
    fn probe(&mut self, handle: u64) {
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

    fn probed(&mut self, streams: Vec<Stream>) {
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

    fn is_own(&self, id: &Id) -> bool {
        self.own.as_ref().is_some_and(|(own, _)| own == id)
    }

    fn changed(&mut self, person: Person) {
        if !self.is_own(&person.id)
            && let Some(event) = self.participants.update(person)
        {
            self.is_changed = true;
            self.session.event(event);
        }
    }

    fn left(&mut self, id: &Id, reason: LeaveReason) {
        if let Some(event) = self.participants.remove(id, reason) {
            self.is_changed = true;
            self.session.event(event);
        }
    }

    /// Handles what the room says to each of its participants.
    fn hear(&mut self, body: Body) {
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

    fn moderated(&mut self, id: &Id, mid: &str, is_muted: bool) {
        if !self.is_own(id) {
            let event = self.participants.moderate(id, mid, is_muted);
            event.into_iter().for_each(|event| self.session.event(event));
        } else if let (Some((_, from)), Some(publication_id)) = (self.own.clone(), self.publisher.sent(mid))
            && is_muted
        {
            self.session.event(SignalEvent::MuteRequested { from, publication_id });
        }
    }

    fn order(&mut self, order: Order) {
        let Some(handle) = self.publisher.handle else { return };
        let (request, participant, publication) = match &order {
            Order::Remove(participant) => ("kick", participant, None),
            Order::Mute(participant, publication) => ("moderate", participant, Some(publication)),
            Order::Lock(_) | Order::Admit(_) => return,
        };
        let mid = publication.and_then(|id| self.participants.mid_of(participant, id.as_str()));
        let Some(id) = self.participants.id_of(participant) else { return };
        if mid.is_none() && publication.is_some() {
            return;
        }
        let body = object(&[
            ("request", &Text(request)),
            ("room", &self.room.id),
            ("secret", &self.options.room_secret),
            ("id", id),
            ("mid", &mid.map(str::to_owned)),
            ("mute", &mid.is_some().then_some(true)),
        ]);
        self.session.message(Request::Change, handle, &body, None);
    }

    fn publish_signal(&mut self, signal: LinkSignal<PublicationId>) {
        match signal {
            LinkSignal::Description { description, carries } if description.sdp_type == SdpType::Offer => {
                self.publisher.offer(description.sdp, carries.unwrap_or_default());
                if self.phase == Phase::Offering {
                    self.join();
                }
            }
            LinkSignal::Candidate(candidate) => self.publisher.candidate(candidate),
            _ => {}
        }
    }

    fn subscribe_signal(&mut self, signal: LinkSignal<PublicationId>, now: Timestamp) {
        match signal {
            LinkSignal::Description { description, .. } if description.sdp_type == SdpType::Answer => {
                self.subscriber.answer(description.sdp, &mut self.session, now);
            }
            LinkSignal::Candidate(candidate) => self.subscriber.candidate(&candidate, &mut self.session),
            LinkSignal::Wishes(wanted) => {
                self.subscriber.set_wanted(wanted);
                self.is_changed = true;
            }
            LinkSignal::RequestOffer { restart: true, .. } => self.subscriber.restart(),
            LinkSignal::Rejected { .. } => self.subscriber.reopen(&mut self.session),
            _ => {}
        }
    }

    fn receive(&mut self, text: &str, now: Timestamp) {
        self.session.heard(now);
        let Some(message) = Message::parse(text) else {
            let detail = "a message is not one of Janus".to_owned();
            return self.session.event(SignalEvent::Undecodable { detail });
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

    fn handle_reply(&mut self, request: Option<Request>, message: Message, now: Timestamp) {
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
            (Some(Request::Claim), _) => self.claimed(now),
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

    fn handle_failure(&mut self, request: Option<Request>, failure: &Failure, now: Timestamp) {
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

    fn report(&mut self, failure: &Failure) {
        let refusal = refusal::of(failure, self.session.token.is_some());
        self.session.event(SignalEvent::Refused(refusal));
    }

    /// The session goes on over this socket. What the server has sent meanwhile is lost.
    fn claimed(&mut self, now: Timestamp) {
        self.phase = Phase::Joined;
        self.session.event(SignalEvent::Resumed { ice_servers: Vec::new() });
        self.publisher.resume(&mut self.session);
        self.subscriber.resume(&mut self.session, now);
        self.told_name = None;
        self.mends = true;
        self.list();
    }

    fn rename(&mut self) {
        let name = &self.profile.name;
        if let Some(handle) = self.publisher.handle
            && self.told_name.as_ref() != Some(name)
        {
            let body = object(&[("request", &Text("configure")), ("display", name)]);
            self.session.message(Request::Change, handle, &body, None);
            self.told_name = Some(name.clone());
        }
    }

    /// Sends what has become due.
    fn proceed(&mut self, now: Timestamp) {
        if self.phase == Phase::Joined {
            self.rename();
            self.publisher.proceed(&mut self.session);
            if std::mem::take(&mut self.is_changed) {
                self.subscriber.refresh(&mut self.session, &self.participants);
            }
            self.subscriber.proceed(&mut self.session, &self.room, &self.participants, now);
        }
    }
}

impl SignalingBackend for JanusBackend {
    fn capabilities(&self) -> Capabilities {
        capabilities()
    }

    fn handle_command(&mut self, command: SignalCommand, now: Timestamp) {
        match command {
            SignalCommand::Join(request) if self.phase == Phase::New => self.start(request, now),
            SignalCommand::Open(SUBSCRIBE) => self.subscriber.open(now),
            SignalCommand::Close(SUBSCRIBE) => self.subscriber.close(&mut self.session),
            SignalCommand::Close(PUBLISH) => self.publisher.close(&mut self.session, now),
            SignalCommand::Signal { link: PUBLISH, signal } => self.publish_signal(signal),
            SignalCommand::Signal { link: SUBSCRIBE, signal } => self.subscribe_signal(signal, now),
            SignalCommand::Publish(publications) => {
                self.publisher.set(publications, &mut self.session);
                self.own_changed();
            }
            SignalCommand::Update(profile) => {
                self.profile = profile;
                self.own_changed();
            }
            SignalCommand::Order(order) if self.phase == Phase::Joined => self.order(order),
            SignalCommand::Reconnect if self.phase != Phase::Ended => {
                self.session.ignore_all();
                self.dial();
            }
            SignalCommand::Probe { within_ms } if self.phase == Phase::Joined => {
                self.session.probe(within_ms.into(), now);
            }
            SignalCommand::Leave => self.leave(),
            _ => {}
        }
        self.proceed(now);
    }

    fn handle_socket(&mut self, event: SocketEvent, now: Timestamp) {
        match event {
            SocketEvent::Opened if self.phase == Phase::Dialing => {
                self.phase = Phase::Preparing;
                self.session.start_heartbeat(now);
                // A session without a room is not worth it.
                match self.session.id.filter(|_| self.has_joined) {
                    Some(_) => self.session.request(Request::Claim, "claim", None, &[]),
                    None => self.create(),
                }
            }
            SocketEvent::Opened | SocketEvent::Binary(_) => {}
            SocketEvent::Text(text) => self.receive(&text, now),
            SocketEvent::Closed { .. } if self.phase == Phase::Dialing => {
                self.phase = Phase::Lost;
                let url = self.options.url.split(['?', '#']).next().unwrap_or_default().to_owned();
                self.session.event(SignalEvent::Unreachable { url });
            }
            SocketEvent::Closed { code, reason } => {
                self.lose(if reason.is_empty() {
                    format!("the socket closed with code {code}")
                } else {
                    reason
                });
            }
        }
        self.proceed(now);
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        let heartbeat = Some(self.session.poll_timeout());
        match self.phase {
            Phase::Preparing | Phase::Joining => heartbeat,
            Phase::Offering => heartbeat.into_iter().chain(self.offer_due).min(),
            Phase::Joined => {
                let lanes = [self.publisher.poll_timeout(), self.subscriber.poll_timeout()];
                heartbeat.into_iter().chain(lanes.into_iter().flatten()).min()
            }
            _ => None,
        }
    }

    fn handle_timeout(&mut self, now: Timestamp) {
        if !matches!(self.phase, Phase::Preparing | Phase::Offering | Phase::Joining | Phase::Joined) {
            return;
        }
        if let Some(silence) = self.session.handle_timeout(now) {
            self.session.output(Output::Close);
            return self.lose(format!("received nothing from the server for {silence} ms"));
        }
        if self.phase == Phase::Offering && self.offer_due.is_some_and(|due| due <= now) {
            self.offer_due = None;
            self.join();
        }
        if self.phase == Phase::Joined {
            self.publisher.handle_timeout(&mut self.session, now);
            self.subscriber.handle_timeout(&mut self.session, now);
        }
        self.proceed(now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.session.poll_output()
    }
}
