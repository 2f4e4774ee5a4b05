//! The backend for Janus and its VideoRoom plugin: JSON over one WebSocket, a handle and a connection to publish, and others to
//! receive.

mod joining;
mod participants;
mod publisher;
mod refusal;
mod replies;
mod roster;
mod session;
mod subscriber;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
mod wire;

use std::fmt;
use std::hint::black_box;

use self::participants::Participants;
use self::publisher::Publisher;
use self::session::{Request, Session};
use self::subscriber::Subscriber;
use self::wire::{Id, Text, object};
use super::{Output, Scheme, Server, ServerOptions, SignalingBackend, SocketEvent};
use crate::model::{
    Capabilities, Feature, Lane, LinkId, LinkProfile, LinkSignal, Offerer, Order, ParticipantId, Profile,
    PublicationId, Role, SdpType, ServerLane, SignalCommand, SignalEvent, Timestamp,
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
    /// The room was joined in the session, which can be claimed.
    is_claimable: bool,
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
            is_claimable: false,
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
                if self.session.awaits(Request::Claim) && self.session.is_heard {
                    self.is_claimable = false;
                }
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
                match self.is_claimable {
                    true => self.session.request(Request::Claim, "claim", None, &[]),
                    false => self.create(),
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
