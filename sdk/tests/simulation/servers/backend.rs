//! The client's part of a simulated server: it hides how the server numbers, renames and repeats.

use std::collections::{BTreeMap, VecDeque};

use moim::model::Publication;
use moim::signaling::{
    Capabilities, JoinRequest, Lane, LinkId, LinkProfile, LinkSignal, Offerer, Output, ParticipantInfo,
    ServerLane, SignalCommand, SignalEvent, SignalingBackend, Slot, SocketEvent, Timestamp,
};
use moim::{LeaveReason, Lobby, ParticipantId, PublicationId};

use super::{Return, Rules};

/// A message to the server.
#[derive(Clone, Debug)]
pub(super) enum ToServer {
    /// With the first offer, if the rules say so.
    Join(JoinRequest, Option<LinkSignal<PublicationId>>),
    /// Over another socket: with the place, and the number of the last signal that was received.
    Return(JoinRequest, u64, u32),
    /// In order, each once.
    Numbered(u32, Change),
    Leave,
}

#[derive(Clone, Debug)]
pub(super) enum Change {
    Publish(Vec<Publication>),
    Signal(LinkId, LinkSignal<PublicationId>),
    /// The link has another connection.
    Reopen(LinkId),
}

/// A message of the server.
#[derive(Clone, Debug)]
pub(super) enum FromServer {
    /// With the number of the place.
    Joined(u64, ParticipantId, Vec<(u32, ParticipantInfo)>),
    /// With the number of the last change that was received.
    Resumed(Vec<(u32, ParticipantInfo)>, u32),
    /// May be late, come twice, or be overtaken: the version rises. `None`: the participant has left.
    Update(ParticipantId, u32, Option<ParticipantInfo>),
    Signal(Numbered),
}

/// A signal for one of the connections of a link: in order, and each once.
#[derive(Clone, Debug)]
pub(super) struct Numbered {
    pub(super) number: u32,
    pub(super) epoch: u32,
    pub(super) link: LinkId,
    pub(super) signal: LinkSignal<Slot>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    New,
    /// The socket, or the first offer, is waited for.
    Joining {
        is_open: bool,
    },
    Asked,
    Joined,
    Lost,
    Dialing,
    Returning,
    Ended,
}

#[derive(Debug)]
pub(super) struct RuleBackend {
    rules: Rules,
    phase: Phase,
    /// With the current publications.
    request: Option<JoinRequest>,
    early: Vec<FromServer>,
    /// The version of each participant that was reported last.
    versions: BTreeMap<ParticipantId, u32>,
    own_id: Option<ParticipantId>,
    /// Its place at the server.
    seat: u64,
    /// How many connections each link has had since the server knows this client.
    epochs: BTreeMap<LinkId, u32>,
    sent: u32,
    /// What the server may not have.
    unacknowledged: VecDeque<(u32, Change)>,
    received: u32,
    pub(super) to_server: VecDeque<ToServer>,
    outputs: VecDeque<Output>,
}

impl RuleBackend {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            phase: Phase::New,
            request: None,
            early: Vec::new(),
            versions: BTreeMap::new(),
            own_id: None,
            seat: 0,
            epochs: BTreeMap::new(),
            sent: 0,
            unacknowledged: VecDeque::new(),
            received: 0,
            to_server: VecDeque::new(),
            outputs: VecDeque::new(),
        }
    }

    pub(super) fn receive(&mut self, message: FromServer) {
        match (self.phase, message) {
            (Phase::Asked | Phase::Returning, FromServer::Joined(seat, participant_id, participants)) => {
                self.seat = seat;
                self.joined(participant_id, participants);
            }
            (Phase::Returning, FromServer::Resumed(participants, received)) => {
                self.resumed(participants, received);
            }
            // They have overtaken the answer.
            (Phase::Asked | Phase::Returning, message) => self.early.push(message),
            (Phase::Joined, FromServer::Update(id, version, participant)) => {
                self.update(id, version, participant);
            }
            (Phase::Joined, FromServer::Signal(Numbered { number, epoch, link, signal })) => {
                assert_eq!(number, self.received + 1, "a signal is missing");
                self.received = number;
                if self.epochs.get(&link) == Some(&epoch) {
                    self.event(SignalEvent::Signal { link, signal });
                }
            }
            (Phase::Ended, _) => {}
            (phase, message) => panic!("{message:?} in {phase:?}"),
        }
    }

    fn joined(&mut self, participant_id: ParticipantId, participants: Vec<(u32, ParticipantInfo)>) {
        let is_first = self.phase == Phase::Asked;
        self.phase = Phase::Joined;
        self.own_id = Some(participant_id.clone());
        self.versions = participants.iter().map(|(version, info)| (info.id.clone(), *version)).collect();
        let participants = participants.into_iter().map(|(_, info)| self.as_chosen(info)).collect();
        let (lobby, ice_servers) = (Lobby::default(), Vec::new());
        if is_first {
            self.event(SignalEvent::Joined { participant_id, participants, lobby, ice_servers });
        } else {
            self.epochs.clear();
            self.unacknowledged.clear();
            (self.sent, self.received) = (0, 0);
            self.event(SignalEvent::Rejoined { participant_id, participants, lobby, ice_servers });
            // It may have changed since the request.
            let publications = self.request.as_ref().map(|request| request.publications.clone());
            self.change(Change::Publish(publications.unwrap_or_default()));
        }
        self.receive_early();
    }

    /// What has changed meanwhile is in the list.
    fn resumed(&mut self, participants: Vec<(u32, ParticipantInfo)>, received: u32) {
        self.phase = Phase::Joined;
        self.event(SignalEvent::Resumed { ice_servers: Vec::new() });
        let present: Vec<_> = participants.iter().map(|(_, info)| info.id.clone()).collect();
        let gone: Vec<_> = self.versions.keys().filter(|id| !present.contains(id)).cloned().collect();
        for participant_id in gone {
            let reason = LeaveReason::Left;
            self.event(SignalEvent::ParticipantLeft { participant_id, reason });
        }
        for (version, info) in participants {
            self.update(info.id.clone(), version, Some(info));
        }
        self.unacknowledged.retain(|(number, _)| *number > received);
        let again = self.unacknowledged.iter().cloned();
        self.to_server.extend(again.map(|(number, change)| ToServer::Numbered(number, change)));
        self.receive_early();
    }

    fn receive_early(&mut self) {
        std::mem::take(&mut self.early).into_iter().for_each(|message| self.receive(message));
    }

    fn update(&mut self, id: ParticipantId, version: u32, info: Option<ParticipantInfo>) {
        let known = self.versions.entry(id.clone()).or_default();
        if version <= *known {
            return;
        }
        *known = version;
        match info {
            Some(info) => {
                let info = self.as_chosen(info);
                self.event(SignalEvent::Participant(info));
            }
            None => {
                let reason = LeaveReason::Left;
                self.event(SignalEvent::ParticipantLeft { participant_id: id, reason });
            }
        }
    }

    /// This participant has the publications that it chose.
    fn as_chosen(&self, info: ParticipantInfo) -> ParticipantInfo {
        match &self.request {
            Some(request) if self.own_id.as_ref() == Some(&info.id) => {
                ParticipantInfo { publications: request.publications.clone(), ..info }
            }
            _ => info,
        }
    }

    fn event(&mut self, event: SignalEvent) {
        self.outputs.push_back(Output::Event(event));
    }

    fn change(&mut self, change: Change) {
        self.sent += 1;
        self.unacknowledged.push_back((self.sent, change.clone()));
        if matches!(self.phase, Phase::Asked | Phase::Joined) {
            self.to_server.push_back(ToServer::Numbered(self.sent, change));
        }
    }

    fn signal(&mut self, link: LinkId, signal: LinkSignal<PublicationId>) {
        let is_offer = matches!(signal, LinkSignal::Description { .. });
        match self.phase {
            Phase::Joining { is_open: true } if self.rules.join_carries_offer && is_offer => {
                self.ask(Some(signal));
            }
            _ => self.change(Change::Signal(link, signal)),
        }
    }

    fn ask(&mut self, offer: Option<LinkSignal<PublicationId>>) {
        self.phase = Phase::Asked;
        self.to_server.extend(self.request.clone().map(|request| ToServer::Join(request, offer)));
        let waiting = self.unacknowledged.iter().cloned();
        self.to_server.extend(waiting.map(|(number, change)| ToServer::Numbered(number, change)));
    }

    /// Opens a socket.
    fn dial(&mut self, phase: Phase) {
        self.phase = phase;
        self.early.clear();
        self.outputs.push_back(Output::Connect { url: String::new(), protocols: Vec::new() });
    }
}

impl SignalingBackend for RuleBackend {
    fn capabilities(&self) -> Capabilities {
        let lane = |(lane, offerer): &(_, _)| ServerLane {
            lane: *lane,
            offerer: *offerer,
            // Only a section that the server offers for both directions can be answered with a track.
            profile: LinkProfile {
                one_way: (*lane, *offerer) == (Lane::Publish, Offerer::Us) || *lane != Lane::Publish,
                ..LinkProfile::server()
            },
        };
        Capabilities {
            lanes: self.rules.lanes.iter().map(lane).collect(),
            join_carries_offer: self.rules.join_carries_offer,
            resume: self.rules.returns != Return::Never,
            ..Capabilities::default()
        }
    }

    fn handle_command(&mut self, command: SignalCommand, _: Timestamp) {
        match command {
            SignalCommand::Join(request) => {
                self.request = Some(request);
                self.dial(Phase::Joining { is_open: false });
            }
            SignalCommand::Open(link) => {
                let epoch = self.epochs.entry(link.clone()).or_default();
                *epoch += 1;
                if *epoch > 1 {
                    self.change(Change::Reopen(link));
                }
            }
            SignalCommand::Signal { link, signal } => self.signal(link, signal),
            SignalCommand::Publish(publications) => {
                if let Some(request) = &mut self.request {
                    request.publications.clone_from(&publications);
                }
                self.change(Change::Publish(publications));
            }
            SignalCommand::Reconnect if self.phase != Phase::Ended => self.dial(Phase::Dialing),
            SignalCommand::Leave => {
                if matches!(self.phase, Phase::Asked | Phase::Joined | Phase::Returning) {
                    self.to_server.push_back(ToServer::Leave);
                }
                self.phase = Phase::Ended;
                self.outputs.push_back(Output::Close);
            }
            _ => {}
        }
    }

    fn handle_socket(&mut self, event: SocketEvent, _: Timestamp) {
        match (self.phase, event) {
            (Phase::Joining { .. }, SocketEvent::Opened) => {
                self.phase = Phase::Joining { is_open: true };
                let is_offer = |(_, change): &(u32, Change)| {
                    matches!(change, Change::Signal(_, LinkSignal::Description { .. }))
                };
                if !self.rules.join_carries_offer {
                    self.ask(None);
                } else if let Some(at) = self.unacknowledged.iter().position(is_offer) {
                    // It was earlier than the socket.
                    let (_, change) = self.unacknowledged.remove(at).expect("an offer");
                    for (number, _) in self.unacknowledged.range_mut(at..) {
                        *number -= 1;
                    }
                    self.sent -= 1;
                    let Change::Signal(_, offer) = change else { panic!("{change:?}") };
                    self.ask(Some(offer));
                }
            }
            (Phase::Dialing, SocketEvent::Opened) => {
                self.phase = Phase::Returning;
                let (seat, received) = (self.seat, self.received);
                self.to_server
                    .extend(self.request.clone().map(|request| ToServer::Return(request, seat, received)));
            }
            (Phase::Dialing, SocketEvent::Closed { .. }) => {
                self.phase = Phase::Lost;
                self.event(SignalEvent::Unreachable { url: String::new() });
            }
            (Phase::New | Phase::Lost | Phase::Ended, _) => {}
            (_, SocketEvent::Closed { reason: detail, .. }) => {
                self.phase = Phase::Lost;
                self.event(SignalEvent::Lost { detail });
            }
            (phase, event) => panic!("{event:?} in {phase:?}"),
        }
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        None
    }

    fn handle_timeout(&mut self, _: Timestamp) {}

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
}
