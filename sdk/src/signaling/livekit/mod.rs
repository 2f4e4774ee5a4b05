//! The backend for LiveKit: Protocol Buffers over one WebSocket, and one connection for both directions, which the
//! client offers (`/rtc/v1`).

mod messages;
mod participants;
mod publications;
mod refusal;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
mod wire;
mod wishes;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use moim_protocol::json;

use self::messages::{JoinRequest, Joined, Request, Response, action, reason};
use self::participants::Participants;
use self::publications::{Publications, receiving_sections};
use self::wishes::Wishes;
use super::servers::simulcast;
use super::{
    HttpRequest, HttpResponse, Output, Scheme, Server, ServerOptions, SignalingBackend, SocketEvent,
};
use crate::model::{
    self, Capabilities, Feature, IceCandidate, IceServer, Lane, LinkId, LinkProfile, LinkSignal, Lobby,
    Offerer, ParticipantId, ParticipantInfo, Profile, PublicationId, SdpType, Sections, ServerLane,
    ServerRefusal, SessionDescription, SignalCommand, SignalEvent, Slot, Timestamp,
};

/// The only link.
const LINK: LinkId = LinkId::Server(Lane::Both);
/// The RIDs of simulcast layers, the smallest first.
const RIDS: [&str; 3] = ["q", "h", "f"];
/// How long joining waits for the first offer.
const OFFER_MS: Timestamp = 2_000;
/// The longest URL to connect to. A longer offer is sent after joining.
const MAX_URL_CHARS: usize = 16_000;
/// Candidates that wait for the connection. More than a browser has.
const MAX_WAITING: usize = 256;
/// For a server that says nothing of heartbeats.
const PING_INTERVAL_MS: Timestamp = 5_000;
const PING_TIMEOUT_MS: Timestamp = 15_000;

/// What cannot be done: a host's actions are requests to LiveKit's HTTP API, with a token that participants should not have.
const LACKS: &[Feature] = &[
    Feature::Mesh,
    Feature::Mcu,
    Feature::ReliableData,
    Feature::LossyData,
    Feature::AddressedData,
    Feature::Lobby,
    Feature::Remove,
    Feature::Mute,
];

/// The connection to a LiveKit server.
pub(super) struct LiveKitBackend {
    url: String,
    /// The newest one.
    token: String,
    phase: Phase,
    profile: Profile,
    own_id: ParticipantId,
    /// This participant's stay, to resume it. Empty: join again.
    own_sid: String,
    participants: Participants,
    publications: Publications,
    wishes: Wishes,
    link: Link,
    heartbeat: Heartbeat,
    outputs: VecDeque<Output>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    New,
    /// Waits for the first offer, which the request to join carries.
    Offering {
        until: Timestamp,
    },
    /// The connection is being opened.
    Dialing(Purpose),
    /// It is open, and the server has not said how it went on.
    Greeting(Purpose),
    /// It could not be opened: the server is asked why.
    Asking(Purpose),
    Joined,
    Lost,
    Ended,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Join,
    /// Join once more, in place of a stay that was lost.
    JoinAgain,
    Resume,
}

/// The negotiation.
#[derive(Default)]
struct Link {
    offer_id: u32,
    offer: String,
    answer: String,
    /// An offer that waits for the connection, and what it carries.
    waiting_offer: Option<(String, BTreeMap<String, PublicationId>)>,
    waiting_candidates: Vec<IceCandidate>,
    /// Which track is in which section (`mid`).
    mids: BTreeMap<String, String>,
    slots: BTreeMap<String, Slot>,
}

struct Heartbeat {
    interval: Timestamp,
    timeout: Timestamp,
    heard_at: Timestamp,
    next_ping: Timestamp,
    /// The server has to reply until then.
    probed_until: Option<Timestamp>,
}

impl Heartbeat {
    /// When the server is considered lost, unless it is heard before.
    fn silent_at(&self) -> Timestamp {
        let silent_at = self.heard_at + self.timeout;
        self.probed_until.map_or(silent_at, |until| until.min(silent_at))
    }

    /// The server was heard.
    fn heard(&mut self, now: Timestamp) {
        self.heard_at = now;
        self.probed_until = None;
    }
}

// Written by hand: the token must not be printed.
impl fmt::Debug for LiveKitBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveKitBackend").finish_non_exhaustive()
    }
}

/// LiveKit.
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "used by `Room`"))]
pub(super) const SERVER: Server = Server {
    scheme: Scheme::WebSocket,
    chunk: Some("livekit"),
    capabilities,
    create: create_in_livekit_chunk,
};

#[inline(never)]
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "used by `Room`"))]
fn create_in_livekit_chunk(options: ServerOptions) -> Box<dyn SignalingBackend> {
    Box::new(LiveKitBackend::new(options.url))
}

fn capabilities() -> Capabilities {
    let profile = LinkProfile { channels: Vec::new(), ..simulcast(RIDS) };
    let lanes = vec![ServerLane { lane: Lane::Both, offerer: Offerer::Us, profile }];
    Capabilities {
        lanes,
        join_carries_offer: true,
        resume: true,
        server: "livekit",
        lacks: LACKS,
        ..Capabilities::default()
    }
}

impl LiveKitBackend {
    /// Creates a backend that will connect to `url`, which begins with `ws:` or `wss:`.
    pub(super) fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            token: String::new(),
            phase: Phase::New,
            profile: Profile::default(),
            own_id: "".into(),
            own_sid: String::new(),
            participants: Participants::default(),
            publications: Publications::default(),
            wishes: Wishes::default(),
            link: Link::default(),
            heartbeat: Heartbeat {
                interval: PING_INTERVAL_MS,
                timeout: PING_TIMEOUT_MS,
                heard_at: 0,
                next_ping: 0,
                probed_until: None,
            },
            outputs: VecDeque::new(),
        }
    }

    fn event(&mut self, event: SignalEvent) {
        self.outputs.push_back(Output::Event(event));
    }

    fn send(&mut self, message: Vec<u8>) {
        self.outputs.push_back(Output::Binary(message));
    }

    fn join(&mut self, request: model::JoinRequest, now: Timestamp) {
        self.token = request.token.unwrap_or_default();
        self.profile = request.profile;
        self.publications.set(request.publications);
        // Without anything to send there is no first offer.
        if request.carries_offer && !self.publications.wanted().is_empty() {
            self.phase = Phase::Offering { until: now + OFFER_MS };
        } else {
            self.dial(Purpose::Join, None);
        }
    }

    /// Opens a connection, with the first offer if there is one.
    fn dial(&mut self, purpose: Purpose, offer: Option<(String, BTreeMap<String, PublicationId>)>) {
        if purpose != Purpose::Resume {
            self.publications.forget();
            self.wishes.forget();
            self.link = Link {
                waiting_candidates: std::mem::take(&mut self.link.waiting_candidates),
                waiting_offer: self.link.waiting_offer.take(),
                offer_id: self.link.offer_id,
                ..Link::default()
            };
        }
        let mut path = None;
        if let Some((sdp, carries)) = &offer {
            let id = self.link.offer_id + 1;
            let request = JoinRequest {
                metadata: &self.profile.metadata,
                attributes: self.profile.attributes.clone(),
                tracks: self.publications.announce(sdp, carries),
                offer: Some((sdp, id)),
                resume_sid: None,
            };
            let request = wire::base64url(&request.encode());
            if request.len() <= MAX_URL_CHARS {
                self.link.offer_id = id;
                self.link.offer.clone_from(sdp);
                path = Some(request);
            } else {
                self.publications.forget();
                self.link.waiting_offer = offer;
            }
        }
        let path = path.unwrap_or_else(|| self.lean_request(purpose));
        let url = format!("{}?{}", self.endpoint(""), self.query(&path));
        self.phase = Phase::Dialing(purpose);
        self.outputs.push_back(Output::Connect { url, protocols: Vec::new() });
    }

    fn lean_request(&self, purpose: Purpose) -> String {
        let request = JoinRequest {
            metadata: &self.profile.metadata,
            attributes: self.profile.attributes.clone(),
            resume_sid: (purpose == Purpose::Resume).then_some(&self.own_sid),
            ..JoinRequest::default()
        };
        wire::base64url(&request.encode())
    }

    fn endpoint(&self, suffix: &str) -> String {
        let base = self.url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        format!("{base}/rtc/v1{suffix}")
    }

    fn query(&self, request: &str) -> String {
        // A token consists of characters that need no escape: others would not be a token.
        let is_plain = |c: &char| c.is_ascii_alphanumeric() || "-_.~".contains(*c);
        let token: String = self.token.chars().filter(is_plain).collect();
        format!("access_token={token}&join_request={}", request.replace('=', "%3D"))
    }

    /// A browser does not say why a connection was refused, but the server does.
    fn ask_why(&mut self, purpose: Purpose) {
        let request = self.lean_request(Purpose::Join);
        let endpoint = self.endpoint("/validate");
        let endpoint = match endpoint.strip_prefix("ws") {
            Some(rest) => format!("http{rest}"),
            None => endpoint,
        };
        let url = format!("{endpoint}?{}", self.query(&request));
        self.phase = Phase::Asking(purpose);
        let request = HttpRequest { method: "GET".to_owned(), url, ..HttpRequest::default() };
        self.outputs.push_back(Output::Http(request));
    }

    fn lose(&mut self, detail: String) {
        if self.phase == Phase::Greeting(Purpose::Resume) {
            // It did not work: the next attempt joins again.
            self.own_sid.clear();
        }
        self.phase = Phase::Lost;
        self.event(SignalEvent::Lost { detail });
    }

    fn end(&mut self) {
        self.phase = Phase::Ended;
        self.participants = Participants::default();
        self.link = Link::default();
        self.outputs.push_back(Output::Close);
    }

    fn signal(&mut self, signal: LinkSignal<PublicationId>) {
        match signal {
            LinkSignal::Description { description, carries } if description.sdp_type == SdpType::Offer => {
                let offer = (description.sdp, carries.unwrap_or_default());
                match self.phase {
                    Phase::Offering { .. } => self.dial(Purpose::Join, Some(offer)),
                    Phase::Joined => self.offer(&offer.0, &offer.1),
                    _ => self.link.waiting_offer = Some(offer),
                }
            }
            LinkSignal::Candidate(candidate) => {
                if self.phase == Phase::Joined {
                    self.trickle(&candidate);
                } else if self.link.waiting_candidates.len() < MAX_WAITING {
                    self.link.waiting_candidates.push(candidate);
                }
            }
            LinkSignal::Wishes(wanted) => {
                self.wishes.set(wanted);
                self.settle_wishes();
            }
            // LiveKit neither answers nor asks, and is not interested in the reason.
            _ => {}
        }
    }

    fn offer(&mut self, sdp: &str, carries: &BTreeMap<String, PublicationId>) {
        let tracks = self.publications.announce(sdp, carries);
        let tracks: Vec<_> = tracks.into_iter().map(|track| Request::AddTrack(track).encode()).collect();
        tracks.into_iter().for_each(|track| self.send(track));
        self.link.offer_id += 1;
        sdp.clone_into(&mut self.link.offer);
        self.send(Request::Offer { sdp, id: self.link.offer_id }.encode());
    }

    fn trickle(&mut self, candidate: &IceCandidate) {
        self.send(Request::Trickle(&json::to_text(candidate)).encode());
    }

    /// Sends what waited for the connection.
    fn send_waiting(&mut self) {
        if let Some((sdp, carries)) = self.link.waiting_offer.take() {
            self.offer(&sdp, &carries);
        }
        for candidate in std::mem::take(&mut self.link.waiting_candidates) {
            self.trickle(&candidate);
        }
    }

    fn settle_wishes(&mut self) {
        if self.phase == Phase::Joined {
            let messages = self.wishes.settle(self.participants.tracks_of_others(&self.own_id));
            messages.into_iter().for_each(|message| self.send(message));
        }
    }

    fn receive(&mut self, bytes: &[u8], now: Timestamp) {
        self.heartbeat.heard(now);
        let Ok(response) = Response::decode(bytes) else {
            let detail = "a message is not one of LiveKit's protocol".to_owned();
            return self.event(SignalEvent::Undecodable { detail });
        };
        match (self.phase, response) {
            (Phase::Greeting(purpose), Response::Join(joined)) => self.joined(purpose, *joined, now),
            (Phase::Greeting(Purpose::Resume), Response::Reconnect(ice_servers)) => {
                self.resumed(ice_servers, now);
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
            Response::Answer { sdp, id, mids } if id == self.link.offer_id => {
                self.link.mids = mids;
                self.link.slots = self.participants.slots(&self.link.mids);
                self.link.answer.clone_from(&sdp);
                let description = SessionDescription { sdp_type: SdpType::Answer, sdp };
                self.deliver(LinkSignal::Description { description, carries: Some(self.link.slots.clone()) });
            }
            Response::Trickle { candidate, is_subscriber: false } => {
                match json::from_text::<IceCandidate>(&candidate) {
                    Ok(candidate) => self.deliver(LinkSignal::Candidate(candidate)),
                    Err(_) => {
                        let detail = "a candidate is not one".to_owned();
                        self.event(SignalEvent::Undecodable { detail });
                    }
                }
            }
            Response::Update(people) => {
                for person in people {
                    self.update(person);
                }
                let slots = self.participants.slots(&self.link.mids);
                if slots != self.link.slots {
                    self.link.slots.clone_from(&slots);
                    self.deliver(LinkSignal::Slots(slots));
                }
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
            Response::SectionsRequired { audio, video } => {
                let [audio_now, video_now] = receiving_sections(&self.link.offer);
                let sections = Sections {
                    audio: audio_now.saturating_add(audio as usize),
                    video: video_now.saturating_add(video as usize),
                };
                self.deliver(LinkSignal::RequestOffer { sections, restart: false });
            }
            Response::Refused { reason, detail } if reason != 0 => {
                let code = refusal::of_request(reason);
                self.event(SignalEvent::Refused(ServerRefusal { code, detail, retry: false }));
            }
            _ => {}
        }
    }

    fn deliver(&mut self, signal: LinkSignal<Slot>) {
        self.event(SignalEvent::Signal { link: LINK, signal });
    }

    fn update(&mut self, person: messages::Person) {
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
    fn as_chosen(&self, info: ParticipantInfo) -> ParticipantInfo {
        ParticipantInfo { publications: self.publications.wanted().to_vec(), ..info }
    }

    fn set_heartbeat(&mut self, joined: &Joined, now: Timestamp) {
        let ms = |seconds: u32, default| if seconds == 0 { default } else { Timestamp::from(seconds) * 1000 };
        self.heartbeat = Heartbeat {
            interval: ms(joined.ping_interval_s, PING_INTERVAL_MS),
            timeout: ms(joined.ping_timeout_s, PING_TIMEOUT_MS),
            heard_at: now,
            next_ping: now + ms(joined.ping_interval_s, PING_INTERVAL_MS),
            probed_until: None,
        };
    }

    fn joined(&mut self, purpose: Purpose, joined: Joined, now: Timestamp) {
        if joined.own.identity.is_empty() {
            let detail = "`join` does not name this participant".to_owned();
            return self.event(SignalEvent::Undecodable { detail });
        }
        self.set_heartbeat(&joined, now);
        let Joined { own, others, ice_servers, .. } = joined;
        self.own_id = own.identity.as_str().into();
        self.own_sid.clone_from(&own.sid);
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
            self.link = Link { offer_id: self.link.offer_id, ..Link::default() };
            self.event(SignalEvent::Rejoined { participant_id, participants, lobby, ice_servers });
        }
        self.send_waiting();
        self.update_profile();
        self.settle_wishes();
    }

    fn resumed(&mut self, ice_servers: Vec<IceServer>, now: Timestamp) {
        self.phase = Phase::Joined;
        self.heartbeat.heard(now);
        self.heartbeat.next_ping = now + self.heartbeat.interval;
        let Link { offer, answer, .. } = &self.link;
        let state = Request::SyncState { offer, answer, tracks: self.publications.responses() }.encode();
        self.send(state);
        self.event(SignalEvent::Resumed { ice_servers });
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
    fn send_profile(&mut self, before: &BTreeMap<String, String>) {
        let mut attributes = self.profile.attributes.clone();
        for key in before.keys() {
            attributes.entry(key.clone()).or_default();
        }
        let Profile { name, metadata, .. } = &self.profile;
        let message = Request::Update { name, metadata, attributes: &attributes }.encode();
        self.send(message);
    }

    fn closed(&mut self, code: u16, reason: String) {
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
}

impl SignalingBackend for LiveKitBackend {
    fn capabilities(&self) -> Capabilities {
        capabilities()
    }

    fn handle_command(&mut self, command: SignalCommand, now: Timestamp) {
        match command {
            SignalCommand::Join(request) if self.phase == Phase::New => self.join(request, now),
            SignalCommand::Close(LINK) => {
                self.link = Link { offer_id: self.link.offer_id, ..Link::default() };
            }
            SignalCommand::Signal { link: LINK, signal } => self.signal(signal),
            SignalCommand::Publish(publications) => {
                let messages = self.publications.set(publications);
                if self.phase == Phase::Joined {
                    messages.into_iter().for_each(|message| self.send(message));
                    if let Some(own) = self.participants.get(&self.own_id) {
                        let own = self.as_chosen(own);
                        self.event(SignalEvent::Participant(own));
                    }
                }
            }
            SignalCommand::Update(profile) => {
                let before = std::mem::replace(&mut self.profile, profile).attributes;
                if self.phase == Phase::Joined {
                    self.send_profile(&before);
                }
            }
            SignalCommand::Reconnect if self.phase != Phase::Ended => {
                if self.phase == Phase::Greeting(Purpose::Resume) {
                    self.own_sid.clear();
                }
                let is_resumable = !self.own_sid.is_empty();
                self.dial(if is_resumable { Purpose::Resume } else { Purpose::JoinAgain }, None);
            }
            SignalCommand::Probe { within_ms } if self.phase == Phase::Joined => {
                self.heartbeat.next_ping = now;
                self.heartbeat.probed_until = Some(now + Timestamp::from(within_ms));
            }
            SignalCommand::Leave => {
                if self.phase == Phase::Joined {
                    self.send(Request::Leave.encode());
                }
                self.end();
            }
            _ => {}
        }
    }

    fn handle_socket(&mut self, event: SocketEvent, now: Timestamp) {
        match event {
            SocketEvent::Opened => {
                if let Phase::Dialing(purpose) = self.phase {
                    self.phase = Phase::Greeting(purpose);
                    self.heartbeat.heard(now);
                    self.heartbeat.next_ping = now + self.heartbeat.interval;
                }
            }
            SocketEvent::Binary(bytes) => self.receive(&bytes, now),
            SocketEvent::Text(_) => {}
            SocketEvent::Closed { code, reason } => self.closed(code, reason),
        }
    }

    fn handle_http(&mut self, _: u32, response: Result<HttpResponse, String>, _: Timestamp) {
        let Phase::Asking(purpose) = self.phase else { return };
        let refusal = response.ok().and_then(|response| refusal::of_validate(&response, &self.token));
        let event = match refusal {
            Some(refusal) if purpose == Purpose::Join => SignalEvent::Refused(refusal),
            Some(refusal) if refusal::is_of_token(&refusal) => SignalEvent::Ended(refusal),
            // Once the room was joined, a server that rejects anything else may be about to start.
            _ => {
                self.phase = Phase::Lost;
                let url = self.url.split(['?', '#']).next().unwrap_or_default().to_owned();
                return self.event(SignalEvent::Unreachable { url });
            }
        };
        self.event(event);
        self.end();
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        match self.phase {
            Phase::Offering { until } => Some(until),
            Phase::Greeting(_) | Phase::Joined => {
                Some(self.heartbeat.next_ping.min(self.heartbeat.silent_at()))
            }
            _ => None,
        }
    }

    fn handle_timeout(&mut self, now: Timestamp) {
        match self.phase {
            Phase::Offering { until } if until <= now => self.dial(Purpose::Join, None),
            Phase::Greeting(_) | Phase::Joined => {
                if self.heartbeat.silent_at() <= now {
                    let silence = now.saturating_sub(self.heartbeat.heard_at);
                    self.outputs.push_back(Output::Close);
                    self.lose(format!("received nothing from the server for {silence} ms"));
                } else if self.heartbeat.next_ping <= now {
                    self.heartbeat.next_ping = now + self.heartbeat.interval;
                    if self.phase == Phase::Joined {
                        self.send(Request::Ping(now).encode());
                    }
                }
            }
            _ => {}
        }
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
}
