//! WHIP (RFC 9725) publishes tracks to a server, and WHEP (draft-ietf-wish-whep) plays what somebody publishes there. Each is
//! one peer connection, whose offer is the body of a POST. There is no roster: what is played is one participant.

mod http;
mod sdp;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

use std::collections::VecDeque;
use std::fmt;
use std::hint::black_box;

use self::http::{authorize, header, ice_servers, is_same_origin, resolve};
use super::{
    HttpRequest, HttpResponse, Output, Scheme, Server, ServerOptions, SignalingBackend, SocketEvent,
};
use crate::model::{
    Capabilities, Feature, IceCandidate, IceServer, JoinRequest, Lane, LinkId, LinkProfile, LinkSignal,
    Lobby, MediaKind, Offerer, ParticipantInfo, Profile, Publication, PublicationId, RefusalCode, Role,
    RoomPermissions, SdpType, Sections, ServerLane, ServerRefusal, SessionDescription, SignalCommand,
    SignalEvent, Slot, Slots, Timestamp, TrackSource,
};

/// The participant that is this end, and the one that is played.
const OWN: &str = "self";
const STREAM: &str = "stream";
/// Candidates that wait until the server has answered. More are dropped.
const MAX_CANDIDATES: usize = 128;
/// The delay before the POST that was refused for now is repeated, multiplied by the number of attempts, and the longest.
const RETRY_MS: Timestamp = 500;
const LONGEST_RETRY_MS: Timestamp = 5_000;
/// How long the response to a POST, or to the DELETE before it, is awaited.
const POST_MS: Timestamp = 10_000;
const DELETE_MS: Timestamp = 2_000;
/// Characters of the server's message in an error.
const MAX_DETAIL: usize = 200;

const SDP: &str = "application/sdp";
const FRAGMENT: &str = "application/trickle-ice-sdpfrag";

const WHIP_LACKS: [Feature; 13] = lacking(Feature::Subscribe);
const WHEP_LACKS: [Feature; 13] = lacking(Feature::Publish);

/// What a server lacks besides the other direction: there are neither data nor participants.
const fn lacking(direction: Feature) -> [Feature; 13] {
    [
        direction,
        Feature::Mesh,
        Feature::Mcu,
        Feature::ReliableData,
        Feature::LossyData,
        Feature::AddressedData,
        Feature::AddressedTracks,
        Feature::Name,
        Feature::Metadata,
        Feature::Attributes,
        Feature::Lobby,
        Feature::Remove,
        Feature::Mute,
    ]
}

/// A server to publish to with WHIP.
pub(super) const WHIP: Server = Server {
    scheme: Scheme::Http,
    chunk: Some("whip"),
    capabilities: || capabilities(Lane::Publish, Offerer::Us),
    create: create_whip_in_whip_chunk,
};

/// A server to play from with WHEP.
pub(super) const WHEP: Server = Server {
    scheme: Scheme::Http,
    chunk: Some("whip"),
    capabilities: || capabilities(Lane::Subscribe, Offerer::Us),
    create: create_whep_in_whip_chunk,
};

#[inline(never)]
fn create_whip_in_whip_chunk(options: ServerOptions) -> Box<dyn SignalingBackend> {
    black_box(Box::new(HttpBackend::new(Lane::Publish, options.url)))
}

#[inline(never)]
fn create_whep_in_whip_chunk(options: ServerOptions) -> Box<dyn SignalingBackend> {
    black_box(Box::new(HttpBackend::new(Lane::Subscribe, options.url)))
}

fn lanes(lane: Lane, offerer: Offerer) -> Vec<ServerLane> {
    vec![ServerLane { lane, offerer, profile: LinkProfile { channels: Vec::new(), ..LinkProfile::server() } }]
}

fn capabilities(lane: Lane, offerer: Offerer) -> Capabilities {
    let lacks: &[Feature] = if lane == Lane::Subscribe { &WHEP_LACKS } else { &WHIP_LACKS };
    let receive = if lane == Lane::Subscribe { Sections { audio: 1, video: 1 } } else { Sections::default() };
    Capabilities {
        lanes: lanes(lane, offerer),
        join_carries_offer: true,
        receive,
        resume: true,
        server: if lane == Lane::Subscribe { "whep" } else { "whip" },
        lacks,
    }
}

/// One end of WHIP or WHEP.
pub(super) struct HttpBackend {
    lane: Lane,
    /// The server makes the offers: it has answered the first one with an offer of its own.
    is_countered: bool,
    /// Where to POST, without the user.
    url: String,
    authorization: Option<String>,
    /// What must not be in an error.
    secret: Option<String>,
    phase: Phase,
    own: ParticipantInfo,
    /// The offer that was, or will be, sent by POST.
    offer: Option<String>,
    candidates: Vec<IceCandidate>,
    session: Option<HttpSession>,
    post: Option<u32>,
    patch: Option<(u32, Patch)>,
    /// The next POST waits for it, because a server may have one session at a time.
    delete: Option<u32>,
    /// When a POST is sent, or no longer awaited.
    due: Option<Timestamp>,
    now: Timestamp,
    /// The session stays although the link is opened again: its server makes the offers.
    is_replacing: bool,
    attempts: u32,
    last_id: u32,
    outputs: VecDeque<Output>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    New,
    Joining,
    Joined,
    /// The server is unreachable.
    Away,
    Ended,
}

/// What the server has created for a POST.
struct HttpSession {
    /// None if the server did not say it.
    url: Option<String>,
    etag: Option<String>,
    /// The last offer that the server knows.
    offer: String,
    answer: String,
    trickles: bool,
}

enum Patch {
    Trickle,
    /// With this offer.
    Restart(String),
    /// The answer to the server's offer.
    Answer,
}

// As for `NativeBackend`; and without secrets.
impl fmt::Debug for HttpBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpBackend").finish_non_exhaustive()
    }
}

impl HttpBackend {
    pub(super) fn new(lane: Lane, url: String) -> Self {
        Self {
            lane,
            is_countered: false,
            url,
            authorization: None,
            secret: None,
            phase: Phase::New,
            own: participant(OWN, 1, Vec::new()),
            offer: None,
            candidates: Vec::new(),
            session: None,
            post: None,
            patch: None,
            delete: None,
            due: None,
            now: 0,
            is_replacing: false,
            attempts: 0,
            last_id: 0,
            outputs: VecDeque::new(),
        }
    }

    fn link(&self) -> LinkId {
        LinkId::Server(self.lane)
    }

    fn event(&mut self, event: SignalEvent) {
        self.outputs.push_back(Output::Event(event));
    }

    fn join(&mut self, request: JoinRequest) {
        let (url, authorization) = authorize(&self.url, request.token.as_deref());
        (self.url, self.authorization) = (url, authorization);
        self.secret =
            self.authorization.as_deref().and_then(|it| it.split_once(' ')).map(|(_, it)| it.to_owned());
        let Profile { name, .. } = request.profile;
        self.own =
            ParticipantInfo { name, publications: request.publications, ..participant(OWN, 1, Vec::new()) };
        self.phase = Phase::Joining;
        let has_something = self.lane == Lane::Subscribe || !self.own.publications.is_empty();
        if !(request.carries_offer && has_something) {
            self.joined(Vec::new());
        }
    }

    /// The server has accepted the POST, or nothing is to be sent yet.
    fn joined(&mut self, ice_servers: Vec<IceServer>) {
        let before = std::mem::replace(&mut self.phase, Phase::Joined);
        match before {
            Phase::Joining => {
                let mut participants = vec![self.own.clone()];
                if self.lane == Lane::Subscribe {
                    participants.insert(0, participant(STREAM, 0, Vec::new()));
                }
                let (participant_id, lobby) = (OWN.into(), Lobby::default());
                self.event(SignalEvent::Joined { participant_id, participants, lobby, ice_servers });
            }
            Phase::Away => self.event(SignalEvent::Resumed { ice_servers }),
            _ if ice_servers.is_empty() => {}
            _ => self.event(SignalEvent::IceServers(ice_servers)),
        }
    }

    fn request(
        &mut self,
        method: &str,
        url: String,
        body: Option<(&str, String)>,
        if_match: Option<String>,
    ) -> u32 {
        self.last_id = self.last_id.wrapping_add(1);
        let mut headers = Vec::new();
        let is_own = is_same_origin(&url, &self.url);
        if let Some(authorization) = self.authorization.clone().filter(|_| is_own) {
            headers.push(("Authorization".to_owned(), authorization));
        }
        if let Some((kind, _)) = &body {
            headers.push(("Content-Type".to_owned(), (*kind).to_owned()));
        }
        headers.extend(if_match.map(|etag| ("If-Match".to_owned(), etag)));
        let (id, body) = (self.last_id, body.map(|(_, body)| body));
        self.outputs.push_back(Output::Http(HttpRequest {
            id,
            method: method.to_owned(),
            url,
            headers,
            body,
        }));
        id
    }

    fn post(&mut self) {
        self.due = None;
        // A response to another POST leads to a session that is deleted.
        self.post = None;
        if self.delete.is_some() {
            self.due = Some(self.now + DELETE_MS);
            return;
        }
        if let Some(offer) = self.offer.clone() {
            self.post = Some(self.request("POST", self.url.clone(), Some((SDP, offer)), None));
            self.due = Some(self.now + POST_MS);
        }
    }

    /// Ends the session at the server.
    fn drop_session(&mut self) {
        self.patch = None;
        if !self.is_countered {
            self.offer = None;
        }
        if let Some(url) = self.session.take().and_then(|session| session.url) {
            self.delete = Some(self.request("DELETE", url, None, None));
        }
    }

    /// A new peer connection with a new session replaces both.
    fn start_over(&mut self) {
        self.drop_session();
        self.event(SignalEvent::Reopened(self.link()));
    }

    fn offered(&mut self, offer: String) {
        let Some(session) = &self.session else {
            self.offer = Some(offer);
            return self.post();
        };
        let is_restart =
            sdp::credentials(&session.offer).map(|it| it.0) != sdp::credentials(&offer).map(|it| it.0);
        if !is_restart && sdp::shape(&session.offer) == sdp::shape(&offer) {
            // Nothing has changed for the server.
            return self.deliver(SdpType::Answer, session.answer.clone());
        }
        match session.url.clone().filter(|_| is_restart) {
            Some(url) => {
                let fragment = sdp::fragment(&offer, &[]);
                self.candidates.clear();
                let id = self.request("PATCH", url, Some((FRAGMENT, fragment)), Some("*".to_owned()));
                self.patch = Some((id, Patch::Restart(offer)));
            }
            // The sections of a session cannot change.
            None => self.start_over(),
        }
    }

    fn candidate(&mut self, candidate: IceCandidate) {
        if self.candidates.len() < MAX_CANDIDATES {
            self.candidates.push(candidate);
            self.trickle();
        }
    }

    /// Sends the candidates that wait, one request at a time.
    fn trickle(&mut self) {
        let Some(session) = self.session.as_ref().filter(|session| session.trickles) else { return };
        if self.patch.is_some() || self.candidates.is_empty() {
            return;
        }
        let Some(url) = session.url.clone() else { return };
        let (fragment, etag) = (sdp::fragment(&session.offer, &self.candidates), session.etag.clone());
        self.candidates.clear();
        let id = self.request("PATCH", url, Some((FRAGMENT, fragment)), etag);
        self.patch = Some((id, Patch::Trickle));
    }

    fn posted(&mut self, response: Result<HttpResponse, String>) {
        let response = match response {
            Ok(response) => response,
            Err(detail) => return self.unreachable(detail),
        };
        let is_sdp = response.body.starts_with("v=");
        match response.status {
            200..=299 if is_sdp => self.answered(response),
            406 if is_sdp && self.lane == Lane::Subscribe => self.countered(response),
            200..=299 => self.refuse(&response, "the response has no session description"),
            _ if lacks_credentials(&response) => {
                self.refuse(&response, "the credentials are missing or not accepted");
            }
            _ => {
                let detail = self.detail(&response.body);
                self.refuse(&response, &detail);
            }
        }
    }

    /// The server's message, without what is secret.
    fn detail(&self, body: &str) -> String {
        let clean =
            self.secret.iter().fold(body.to_owned(), |text, secret| text.replace(secret.as_str(), "…"));
        clean.chars().filter(|letter| !letter.is_control()).take(MAX_DETAIL).collect()
    }

    fn answered(&mut self, response: HttpResponse) {
        self.begin(&response, response.body.clone());
        self.joined(ice_servers(&response));
        self.deliver(SdpType::Answer, response.body);
        self.trickle();
    }

    /// The server makes the offers: the peer connection is replaced by one that answers.
    fn countered(&mut self, response: HttpResponse) {
        let was_countered = std::mem::replace(&mut self.is_countered, true);
        self.begin(&response, String::new());
        self.candidates.clear();
        self.joined(ice_servers(&response));
        if !was_countered {
            self.is_replacing = true;
            self.event(SignalEvent::Lanes(lanes(self.lane, Offerer::Server)));
        }
        self.deliver(SdpType::Offer, response.body);
    }

    fn begin(&mut self, response: &HttpResponse, answer: String) {
        self.attempts = 0;
        let Some(offer) = self.offer.clone() else { return };
        let url = header(response, "location").and_then(|location| resolve(&self.url, location));
        let etag = header(response, "etag").map(str::to_owned);
        self.session = Some(HttpSession { url, etag, offer, answer, trickles: true });
    }

    /// Passes a description to the peer connection, and what it carries.
    fn deliver(&mut self, sdp_type: SdpType, mut sdp: String) {
        let mut carries = None;
        if self.lane == Lane::Subscribe {
            sdp = sdp::without_section_ids(&sdp);
            let (mut publications, mut slots) = (Vec::<Publication>::new(), Slots::new());
            for (mid, kind) in sdp::sending_sections(&sdp) {
                let word = if kind == MediaKind::Audio { "audio" } else { "video" };
                let before = publications.iter().filter(|known| known.kind == kind).count();
                let id = if before == 0 { word.to_owned() } else { format!("{word}{}", before + 1) };
                let id = PublicationId::from(id.as_str());
                let slot = Slot { participant_id: STREAM.into(), publication_id: id.clone() };
                slots.insert(mid, slot);
                publications.push(Publication {
                    id,
                    kind,
                    source: TrackSource::Custom,
                    muted: false,
                    to: None,
                });
            }
            self.event(SignalEvent::Participant(participant(STREAM, 0, publications)));
            carries = Some(slots);
        }
        let signal = LinkSignal::Description { description: SessionDescription { sdp_type, sdp }, carries };
        self.event(SignalEvent::Signal { link: self.link(), signal });
    }

    fn unreachable(&mut self, detail: String) {
        match self.phase {
            Phase::Joining => {
                self.phase = Phase::Ended;
                let url = self.url.split(['?', '#']).next().unwrap_or_default().to_owned();
                self.event(SignalEvent::Unreachable { url });
            }
            _ => {
                self.phase = Phase::Away;
                let detail = self.detail(&detail);
                self.event(SignalEvent::Lost { detail });
            }
        }
    }

    /// The server rejected a POST. In a room, what may succeed later is repeated.
    fn refuse(&mut self, response: &HttpResponse, detail: &str) {
        let status = response.status;
        let retry = matches!(status, 404 | 409 | 425 | 429 | 500..);
        if self.phase != Phase::Joining && retry {
            self.joined(Vec::new());
            self.attempts = self.attempts.saturating_add(1);
            self.due = Some(self.now + (RETRY_MS * u64::from(self.attempts)).min(LONGEST_RETRY_MS));
            return;
        }
        let code = match &self.authorization {
            _ if status != 403 && !lacks_credentials(response) => {
                RefusalCode::Other(format!("http{status}").into())
            }
            None => RefusalCode::TokenMissing,
            Some(_) => RefusalCode::TokenInvalid,
        };
        let refusal = ServerRefusal { code, detail: format!("{detail} (HTTP {status})"), retry };
        let event = if self.phase == Phase::Joining {
            SignalEvent::Refused(refusal)
        } else {
            SignalEvent::Ended(refusal)
        };
        self.phase = Phase::Ended;
        self.event(event);
    }

    fn patched(&mut self, patch: Patch, response: Result<HttpResponse, String>) {
        let status = response.as_ref().map_or(0, |response| response.status);
        let Some(session) = &mut self.session else { return };
        match (patch, response) {
            // The server was restarted.
            (_, Ok(HttpResponse { status: 404 | 410, .. })) => return self.start_over(),
            (Patch::Restart(offer), Ok(response)) if status == 200 => {
                let Some(answer) = sdp::restarted(&session.answer, &response.body) else {
                    return self.start_over();
                };
                (session.offer, session.answer) = (offer, answer.clone());
                session.etag = header(&response, "etag").map(str::to_owned).or(session.etag.take());
                self.deliver(SdpType::Answer, answer);
            }
            (Patch::Restart(_), _) => return self.start_over(),
            (Patch::Answer, Ok(_)) if (200..300).contains(&status) => {}
            (Patch::Answer, _) => return self.start_over(),
            (Patch::Trickle, _) => session.trickles = (200..300).contains(&status),
        }
        self.trickle();
    }

    fn signal(&mut self, signal: LinkSignal<PublicationId>) {
        match signal {
            LinkSignal::Description {
                description: SessionDescription { sdp_type: SdpType::Offer, sdp },
                ..
            } => {
                self.offered(sdp);
            }
            LinkSignal::Description { description: SessionDescription { sdp, .. }, .. } => {
                let Some(session) = &mut self.session else { return };
                session.offer.clone_from(&sdp);
                if let Some(url) = session.url.clone() {
                    let etag = session.etag.clone();
                    let id = self.request("PATCH", url, Some((SDP, sdp)), etag);
                    self.patch = Some((id, Patch::Answer));
                }
            }
            LinkSignal::Candidate(candidate) => self.candidate(candidate),
            LinkSignal::RequestOffer { restart: true, .. } => self.start_over(),
            LinkSignal::RequestOffer { .. }
            | LinkSignal::Rejected { .. }
            | LinkSignal::Slots(_)
            | LinkSignal::Wishes(_) => {}
        }
    }

    fn open(&mut self) {
        if std::mem::take(&mut self.is_replacing) {
            return;
        }
        self.drop_session();
        self.candidates.clear();
        if !self.is_countered {
            (self.offer, self.post) = (None, None);
        } else if self.post.is_none() && self.phase == Phase::Joined {
            // The server offers again.
            self.post();
        }
    }
}

/// Whether the server wants credentials, or others. MediaMTX says it with the status 400.
fn lacks_credentials(response: &HttpResponse) -> bool {
    response.status == 401 || response.status == 400 && response.body.contains("authentication")
}

fn participant(id: &str, join_order: u32, publications: Vec<Publication>) -> ParticipantInfo {
    ParticipantInfo {
        id: id.into(),
        join_order,
        name: id.to_owned(),
        metadata: String::new(),
        attributes: Default::default(),
        role: Role::Participant,
        identity: None,
        permissions: RoomPermissions::default(),
        publications,
        reconnecting: false,
    }
}

impl SignalingBackend for HttpBackend {
    fn capabilities(&self) -> Capabilities {
        capabilities(self.lane, if self.is_countered { Offerer::Server } else { Offerer::Us })
    }

    fn handle_command(&mut self, command: SignalCommand, now: Timestamp) {
        self.now = now;
        if self.phase == Phase::Ended {
            return;
        }
        match command {
            SignalCommand::Join(request) => self.join(request),
            SignalCommand::Open(_) => self.open(),
            SignalCommand::Close(_) if self.is_replacing => {}
            SignalCommand::Close(_) => self.drop_session(),
            SignalCommand::Signal { signal, .. } => self.signal(signal),
            SignalCommand::Publish(publications) => {
                self.own.publications = publications;
                if self.phase == Phase::Joined {
                    self.event(SignalEvent::Participant(self.own.clone()));
                }
            }
            SignalCommand::Reconnect if self.offer.is_some() => self.post(),
            SignalCommand::Reconnect => self.joined(Vec::new()),
            SignalCommand::Leave => {
                self.drop_session();
                self.phase = Phase::Ended;
            }
            SignalCommand::Update(_) | SignalCommand::Order(_) | SignalCommand::Probe { .. } => {}
        }
    }

    fn handle_socket(&mut self, _: SocketEvent, _: Timestamp) {}

    fn handle_http(&mut self, id: u32, response: Result<HttpResponse, String>, now: Timestamp) {
        self.now = now;
        if self.post == Some(id) && self.phase != Phase::Ended {
            (self.post, self.due) = (None, None);
            self.posted(response);
        } else if self.patch.as_ref().is_some_and(|(patch, _)| *patch == id) {
            let Some((_, patch)) = self.patch.take() else { return };
            self.patched(patch, response);
        } else if self.delete == Some(id) {
            self.delete = None;
            if self.session.is_none() && self.phase != Phase::Ended {
                self.post();
            }
        } else if let Some(url) = response
            .ok()
            .filter(|it| it.status == 201)
            .and_then(|it| header(&it, "location").and_then(|location| resolve(&self.url, location)))
        {
            // The session of a POST that another one has replaced.
            self.request("DELETE", url, None, None);
        }
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        self.due
    }

    fn handle_timeout(&mut self, now: Timestamp) {
        self.now = now;
        if self.phase == Phase::Ended || self.due.is_none_or(|at| at > now) {
            return;
        }
        self.due = None;
        if self.post.take().is_some() {
            return self.unreachable("the server does not respond".to_owned());
        }
        self.delete = None;
        self.post();
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
}
