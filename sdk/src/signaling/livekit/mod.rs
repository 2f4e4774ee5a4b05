//! The backend for LiveKit: Protocol Buffers over one WebSocket, and one connection for both directions, which the
//! client offers (`/rtc/v1`).

mod data;
mod dialing;
mod messages;
mod negotiation;
mod packet;
mod participants;
mod publications;
mod refusal;
mod stay;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
mod texts;
mod wire;
mod wishes;

use std::collections::VecDeque;
use std::fmt;

use self::data::Data;
use self::messages::Request;
use self::negotiation::Link;
use self::participants::Participants;
use self::publications::Publications;
use self::wire::Malformed;
use self::wishes::Wishes;
use super::heartbeat::{Beat, Heartbeat};
use super::servers::simulcast;
use super::{
    HttpRequest, HttpResponse, Output, Scheme, Server, ServerOptions, SignalingBackend, SocketEvent,
};
use crate::model::{
    self, Capabilities, Channel, DataPacket, Feature, Lane, LinkId, LinkProfile, Offerer, ParticipantId,
    Profile, ServerLane, SignalCommand, SignalEvent, Timestamp,
};

/// The only link.
const LINK: LinkId = LinkId::Server(Lane::Both);
/// The RIDs of simulcast layers, the smallest first.
const RIDS: [&str; 3] = ["q", "h", "f"];
/// How long joining waits for the first offer.
const OFFER_MS: Timestamp = 2_000;
/// The labels of the data channels.
const LABELS: [(Channel, &str); 3] =
    [(Channel::Reliable, "_reliable"), (Channel::Lossy, "_lossy"), (Channel::Files, "_reliable")];
/// For a server that says nothing of heartbeats.
const PING_INTERVAL_MS: Timestamp = 5_000;
const PING_TIMEOUT_MS: Timestamp = 15_000;

/// What cannot be done: a host's actions are requests to LiveKit's HTTP API, with a token that participants should not have.
const LACKS: &[Feature] =
    &[Feature::Mesh, Feature::Mcu, Feature::AddressedTracks, Feature::Lobby, Feature::Remove, Feature::Mute];

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
    data: Data,
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
    let (channels, labels) = LABELS.map(|(channel, label)| (channel, label.to_owned())).into_iter().unzip();
    let profile = LinkProfile { channels, labels, replaceable: true, ..simulcast(RIDS) };
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
            data: Data::default(),
            heartbeat: Heartbeat::new(PING_INTERVAL_MS, PING_TIMEOUT_MS),
            outputs: VecDeque::new(),
        }
    }

    fn event(&mut self, event: SignalEvent) {
        self.outputs.push_back(Output::Event(event));
    }

    fn send(&mut self, message: Vec<u8>) {
        self.outputs.push_back(Output::Binary(message));
    }

    fn probe(&mut self, within_ms: u32, now: Timestamp) {
        if self.heartbeat.probe(within_ms, now) {
            self.send(Request::Ping(now).encode());
        }
    }

    fn join(&mut self, request: model::JoinRequest, now: Timestamp) {
        self.token = request.token.unwrap_or_default();
        self.profile = request.profile;
        self.publications.set(request.publications);
        if request.carries_offer {
            self.phase = Phase::Offering { until: now + OFFER_MS };
        } else {
            self.dial(Purpose::Join, None, now);
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
            SignalCommand::Open(LINK) if self.link.is_stale => self.join_again(),
            SignalCommand::Close(LINK) => self.link.close(),
            SignalCommand::Signal { link: LINK, signal } => self.signal(signal, now),
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
                self.dial(if is_resumable { Purpose::Resume } else { Purpose::JoinAgain }, None, now);
            }
            SignalCommand::Probe { within_ms } if self.phase == Phase::Joined => self.probe(within_ms, now),
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
                    self.heartbeat.opened(now);
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

    fn handle_data(&mut self, packet: DataPacket, now: Timestamp) {
        let channel = packet.channel;
        let packets = self.data.encode(packet, now);
        self.outputs.extend(packets.into_iter().map(|packet| Output::Send(channel, packet)));
    }

    fn handle_channel(&mut self, channel: Channel, bytes: Vec<u8>, now: Timestamp) {
        match self.data.decode(channel, &bytes) {
            Ok(None) => {}
            Ok(Some(packet)) => {
                let acknowledgement = self.data.acknowledgement(&packet, now);
                self.outputs.extend(acknowledgement.map(|bytes| Output::Send(Channel::Reliable, bytes)));
                self.outputs.push_back(Output::Received(packet));
            }
            Err(Malformed) => {
                let detail = "a data packet is not one of LiveKit's protocol".to_owned();
                self.event(SignalEvent::Undecodable { detail });
            }
        }
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        match self.phase {
            Phase::Offering { until } => Some(until),
            Phase::Greeting(_) | Phase::Joined => Some(self.heartbeat.poll_timeout()),
            _ => None,
        }
    }

    fn handle_timeout(&mut self, now: Timestamp) {
        match self.phase {
            Phase::Offering { until } if until <= now => self.dial(Purpose::Join, None, now),
            Phase::Greeting(_) | Phase::Joined => match self.heartbeat.handle_timeout(now) {
                Beat::Ping if self.phase == Phase::Joined => self.send(Request::Ping(now).encode()),
                Beat::Nothing | Beat::Ping => {}
                Beat::Lost(silence) => {
                    self.outputs.push_back(Output::Close);
                    self.lose(format!("received nothing from the server for {silence} ms"));
                }
            },
            _ => {}
        }
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
}
