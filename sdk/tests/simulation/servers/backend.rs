//! The client's part of a simulated server: it hides how the server numbers, renames and repeats.

use std::collections::{BTreeMap, VecDeque};

use moim::model::Publication;
use moim::signaling::{
    Capabilities, JoinRequest, Lane, LinkId, LinkProfile, LinkSignal, Offerer, Output, ParticipantInfo,
    ServerLane, SignalCommand, SignalEvent, SignalingBackend, Slot, SocketEvent, Timestamp,
};
use moim::{LeaveReason, Lobby, ParticipantId, PublicationId};

use super::Rules;

/// A message to the server.
#[derive(Clone, Debug)]
pub(super) enum ToServer {
    /// With the first offer, if the rules say so.
    Join(JoinRequest, Option<LinkSignal<PublicationId>>),
    Publish(Vec<Publication>),
    Signal(LinkId, LinkSignal<PublicationId>),
    Leave,
}

/// A message of the server.
#[derive(Clone, Debug)]
pub(super) enum FromServer {
    Joined(ParticipantId, Vec<(u32, ParticipantInfo)>),
    /// May be late, come twice, or be overtaken: the version rises. `None`: the participant has left.
    Update(ParticipantId, u32, Option<ParticipantInfo>),
    /// In order, each once.
    Signal(LinkId, LinkSignal<Slot>),
}

#[derive(Debug)]
pub(super) struct RuleBackend {
    rules: Rules,
    held: Option<JoinRequest>,
    joined: bool,
    early: Vec<FromServer>,
    /// The version of each participant that was reported last.
    versions: BTreeMap<ParticipantId, u32>,
    pub(super) to_server: VecDeque<ToServer>,
    events: VecDeque<SignalEvent>,
}

impl RuleBackend {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            held: None,
            joined: false,
            early: Vec::new(),
            versions: BTreeMap::new(),
            to_server: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    pub(super) fn receive(&mut self, message: FromServer) {
        match message {
            FromServer::Joined(participant_id, participants) => {
                self.joined = true;
                for (version, participant) in &participants {
                    self.is_news(&participant.id, *version);
                }
                let participants = participants.into_iter().map(|(_, participant)| participant).collect();
                let (lobby, ice_servers) = (Lobby::default(), Vec::new());
                self.events.push_back(SignalEvent::Joined {
                    participant_id,
                    participants,
                    lobby,
                    ice_servers,
                });
                std::mem::take(&mut self.early).into_iter().for_each(|update| self.receive(update));
            }
            // It has overtaken the answer to `Join`.
            FromServer::Update(..) if !self.joined => self.early.push(message),
            FromServer::Update(id, version, participant) => {
                if self.is_news(&id, version) {
                    self.events.push_back(match participant {
                        Some(participant) => SignalEvent::Participant(participant),
                        None => {
                            SignalEvent::ParticipantLeft { participant_id: id, reason: LeaveReason::Left }
                        }
                    });
                }
            }
            FromServer::Signal(link, signal) => self.events.push_back(SignalEvent::Signal { link, signal }),
        }
    }

    fn is_news(&mut self, id: &ParticipantId, version: u32) -> bool {
        let known = self.versions.entry(id.clone()).or_default();
        let is_news = version > *known;
        *known = version.max(*known);
        is_news
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
            ..Capabilities::default()
        }
    }

    fn handle_command(&mut self, command: SignalCommand, _: Timestamp) {
        match command {
            SignalCommand::Join(request) if self.rules.join_carries_offer => self.held = Some(request),
            SignalCommand::Join(request) => self.to_server.push_back(ToServer::Join(request, None)),
            SignalCommand::Signal { link, signal } => match self.held.take() {
                Some(request) if matches!(signal, LinkSignal::Description { .. }) => {
                    self.to_server.push_back(ToServer::Join(request, Some(signal)));
                }
                // Candidates and wishes are nothing that this server needs.
                held => {
                    self.held = held;
                    self.to_server.push_back(ToServer::Signal(link, signal));
                }
            },
            SignalCommand::Publish(publications) => self.to_server.push_back(ToServer::Publish(publications)),
            SignalCommand::Leave => self.to_server.push_back(ToServer::Leave),
            _ => {}
        }
    }

    fn handle_socket(&mut self, _: SocketEvent, _: Timestamp) {}

    fn poll_timeout(&self) -> Option<Timestamp> {
        None
    }

    fn handle_timeout(&mut self, _: Timestamp) {}

    fn poll_output(&mut self) -> Option<Output> {
        self.events.pop_front().map(Output::Event)
    }
}
