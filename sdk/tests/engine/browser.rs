//! A browser's peer connection, limited to offers and answers: <https://www.w3.org/TR/webrtc/>.

use moim::engine::negotiation::{Politeness, SignalingState};
use moim::model::{SdpType, SessionDescription};

/// The content of a description, as a few numbers that are also its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Offered {
    /// Media sections besides that of data channels.
    sections: u8,
    /// How many of them the offerer sends in.
    sends: u8,
    /// The ICE generation of the offerer.
    generation: u8,
}

/// The negotiated state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Agreed {
    pub(crate) data_channel: bool,
    pub(crate) sections: u8,
    pub(crate) sends: u8,
    pub(crate) receives: u8,
    /// The ICE generations of this end and of the remote one.
    pub(crate) generations: [u8; 2],
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operation {
    SetLocal { tracks_at_start: u8 },
    SetRemote(SessionDescription),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Browser {
    pub(crate) state: SignalingState,
    pub(crate) agreed: Agreed,
    pub(crate) tracks: u8,
    /// The minimum number of sections of an offer.
    pub(crate) least_sections: u8,
    /// `[[LocalIceCredentialsToReplace]]`: the ICE generations up to this one must be replaced.
    pub(crate) replaced: Option<u8>,
    pub(crate) operation: Option<Operation>,
    /// It has found an ICE candidate.
    pub(crate) has_gathered: bool,
    offered: Option<Offered>,
    /// `[[NegotiationNeeded]]`, the task that may set it, and `[[UpdateNegotiationNeededFlagOnEmptyChain]]`.
    needed: bool,
    pub(crate) needed_task: bool,
    update_on_empty_chain: bool,
}

impl Browser {
    /// A connection with a data channel that was not offered yet.
    pub(crate) fn new() -> Self {
        Self {
            state: SignalingState::Stable,
            agreed: Agreed::default(),
            tracks: 0,
            least_sections: 0,
            replaced: None,
            operation: None,
            has_gathered: false,
            offered: None,
            needed: false,
            needed_task: true,
            update_on_empty_chain: false,
        }
    }

    pub(crate) fn add_track(&mut self) {
        self.tracks += 1;
        self.update_needed();
    }

    pub(crate) fn restart_ice(&mut self) {
        let pending = self.offered.filter(|_| self.state == SignalingState::HaveLocalOffer);
        let current = self.agreed.data_channel.then_some(self.agreed.generations[0]);
        self.replaced = pending.map(|pending| pending.generation).or(current).or(self.replaced);
        self.update_needed();
    }

    /// Runs the queued task; `true` if `negotiationneeded` fires.
    pub(crate) fn run_needed_task(&mut self) -> bool {
        self.needed_task = false;
        if self.operation.is_some() {
            self.update_on_empty_chain = true;
            return false;
        }
        if self.state != SignalingState::Stable {
            return false;
        }
        let is_needed = self.is_needed();
        let before = std::mem::replace(&mut self.needed, is_needed);
        is_needed && !before
    }

    /// Adds sections to receive in, if there are too few.
    pub(crate) fn receive(&mut self, sections: u8) {
        if sections > self.least_sections {
            self.least_sections = sections;
            self.update_needed();
        }
    }

    /// Starts an operation. `faulty` if one has failed at either end, which leaves states that are unreachable
    /// otherwise.
    pub(crate) fn start(&mut self, operation: Operation, politeness: Politeness, faulty: bool) {
        assert_eq!(self.operation, None, "{operation:?} while another operation is under way");
        let legal = match (&operation, self.state) {
            (Operation::SetLocal { .. }, SignalingState::HaveLocalOffer) => faulty,
            (Operation::SetLocal { .. }, _) => true,
            (Operation::SetRemote(description), state) => match (description.sdp_type, state) {
                (SdpType::Answer, state) => state == SignalingState::HaveLocalOffer,
                (SdpType::Offer, SignalingState::Stable) => true,
                (SdpType::Offer, SignalingState::HaveLocalOffer) => {
                    // Chromium would never gather.
                    self.has_gathered && (faulty || politeness == Politeness::Polite)
                }
                (SdpType::Offer, SignalingState::HaveRemoteOffer) => faulty,
            },
        };
        assert!(legal, "{operation:?} in {:?} at the {politeness:?} end", self.state);
        self.operation = Some(operation);
    }

    /// The operation succeeds; returns the description, if it created one. A track that was added meanwhile is included
    /// or not: the specification allows both.
    pub(crate) fn complete(&mut self, with_newest_tracks: bool) -> Option<SessionDescription> {
        let made = match self.operation.take()? {
            Operation::SetLocal { tracks_at_start } => {
                Some(self.set_local(if with_newest_tracks { self.tracks } else { tracks_at_start }))
            }
            Operation::SetRemote(description) => {
                self.set_remote(&description);
                None
            }
        };
        self.chain_is_empty();
        made
    }

    /// The operation fails, and leaves the connection in `state`.
    pub(crate) fn fail(&mut self, state: SignalingState) {
        self.operation = None;
        self.enter(state);
        if state == SignalingState::Stable {
            self.offered = None;
        }
        self.chain_is_empty();
    }

    fn set_local(&mut self, tracks: u8) -> SessionDescription {
        if self.state == SignalingState::HaveRemoteOffer {
            let offered = self.offered.take().expect("an offer of the remote end");
            let sends = tracks.min(offered.sections);
            let [own, far] = self.agreed.generations;
            let own = if offered.generation == far {
                own
            } else {
                self.replaced.map_or(own, |replaced| own.max(replaced)) + 1
            };
            self.agree(offered.sections, sends, offered.sends, [own, offered.generation]);
            let sdp = format!("{} {} {} {sends} {own}", offered.sections, offered.sends, offered.generation);
            return SessionDescription { sdp_type: SdpType::Answer, sdp };
        }
        let sections = self.agreed.sections.max(tracks).max(self.least_sections);
        let open = self.offered.filter(|_| self.state == SignalingState::HaveLocalOffer);
        let current = open.map_or(self.agreed.generations[0], |open| open.generation);
        let generation =
            self.replaced.filter(|replaced| current <= *replaced).map_or(current, |replaced| replaced + 1);
        let offered = Offered { sections, sends: tracks, generation };
        self.offered = Some(offered);
        self.enter(SignalingState::HaveLocalOffer);
        SessionDescription {
            sdp_type: SdpType::Offer,
            sdp: format!("{} {} {generation}", offered.sections, offered.sends),
        }
    }

    fn set_remote(&mut self, description: &SessionDescription) {
        let numbers: Vec<u8> =
            description.sdp.split(' ').map(|number| number.parse().expect("a number")).collect();
        let offered = Offered { sections: numbers[0], sends: numbers[1], generation: numbers[2] };
        match description.sdp_type {
            SdpType::Offer => {
                // In have-local-offer this rolls the local offer back: its content must be negotiated again.
                self.offered = Some(offered);
                self.enter(SignalingState::HaveRemoteOffer);
            }
            SdpType::Answer => {
                assert_eq!(self.offered.take(), Some(offered), "the answer is to another offer");
                self.agree(offered.sections, offered.sends, numbers[3], [offered.generation, numbers[4]]);
            }
        }
    }

    fn agree(&mut self, sections: u8, sends: u8, receives: u8, generations: [u8; 2]) {
        self.agreed = Agreed { data_channel: true, sections, sends, receives, generations };
        self.replaced = self.replaced.filter(|replaced| generations[0] <= *replaced);
        self.enter(SignalingState::Stable);
    }

    fn enter(&mut self, state: SignalingState) {
        self.state = state;
        if state == SignalingState::Stable {
            self.needed = false;
            self.update_on_empty_chain = true;
        }
    }

    fn chain_is_empty(&mut self) {
        if std::mem::take(&mut self.update_on_empty_chain) {
            self.update_needed();
        }
    }

    fn update_needed(&mut self) {
        match self.operation {
            Some(_) => self.update_on_empty_chain = true,
            None => self.needed_task = true,
        }
    }

    fn is_needed(&self) -> bool {
        !self.agreed.data_channel
            || self.replaced.is_some()
            || self.tracks > self.agreed.sends
            || self.least_sections > self.agreed.sections
    }
}
