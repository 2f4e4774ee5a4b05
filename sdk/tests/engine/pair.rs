//! Two negotiations, their browsers, and the links between them: every step that can come next.

use std::collections::VecDeque;

use moim::engine::negotiation::{Input, Negotiation, Output, Politeness, SignalingState};
use moim::model::{SdpType, SessionDescription};

use super::browser::{Agreed, Browser, Operation};

/// Each end answers what it gets before it offers again, so little is ever under way.
const MOST_UNDER_WAY: usize = 3;

/// One way to open a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    /// The politeness of the first end; the second has the other.
    pub(crate) politeness: Politeness,
    /// The second end leaves the first offer to the first.
    pub(crate) second_answers_first: bool,
    /// An added track is told to the machine at once too, as the session does it.
    pub(crate) nudges: bool,
    /// How many tracks each end adds, whenever it likes.
    pub(crate) tracks: [u8; 2],
    /// One operation fails, whichever.
    pub(crate) fails_once: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Pair {
    pub(crate) ends: [End; 2],
    may_fail: bool,
    /// The end where an operation has failed.
    pub(crate) failed: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct End {
    pub(crate) machine: Negotiation,
    pub(crate) browser: Browser,
    pub(crate) politeness: Politeness,
    under_way: VecDeque<SessionDescription>,
    tracks_to_add: u8,
}

/// What can happen next, at one end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    AddTrack,
    NeededTask,
    Complete { with_newest_tracks: bool },
    Fail(SignalingState),
    Deliver,
}

impl Pair {
    pub(crate) fn new(setup: Setup) -> Self {
        let other =
            if setup.politeness == Politeness::Polite { Politeness::Impolite } else { Politeness::Polite };
        let second = if setup.second_answers_first { Negotiation::answering_first } else { Negotiation::new };
        let end = |machine, politeness, tracks_to_add| End {
            machine,
            browser: Browser::new(),
            politeness,
            under_way: VecDeque::new(),
            tracks_to_add,
        };
        Self {
            ends: [
                end(Negotiation::new(setup.politeness), setup.politeness, setup.tracks[0]),
                end(second(other), other, setup.tracks[1]),
            ],
            may_fail: setup.fails_once,
            failed: None,
        }
    }

    pub(crate) fn steps(&self) -> Vec<(usize, Step)> {
        let mut steps = Vec::new();
        for (index, end) in self.ends.iter().enumerate() {
            let mut can = |step| steps.push((index, step));
            if end.tracks_to_add > 0 {
                can(Step::AddTrack);
            }
            if end.browser.needed_task {
                can(Step::NeededTask);
            }
            if !end.under_way.is_empty() {
                can(Step::Deliver);
            }
            if let Some(operation) = &end.browser.operation {
                can(Step::Complete { with_newest_tracks: true });
                if matches!(operation, Operation::SetLocal { tracks_at_start } if *tracks_at_start < end.browser.tracks)
                {
                    can(Step::Complete { with_newest_tracks: false });
                }
                if self.may_fail {
                    end.states_after_failure().for_each(|state| can(Step::Fail(state)));
                }
            }
        }
        steps
    }

    pub(crate) fn after(&self, (index, step): (usize, Step), setup: Setup) -> Self {
        let mut pair = self.clone();
        let end = &mut pair.ends[index];
        match step {
            Step::AddTrack => {
                end.tracks_to_add -= 1;
                end.browser.add_track();
                if setup.nudges {
                    end.machine.handle_input(Input::NegotiationNeeded);
                }
            }
            Step::NeededTask => {
                if end.browser.run_needed_task() {
                    end.machine.handle_input(Input::NegotiationNeeded);
                }
            }
            Step::Complete { with_newest_tracks } => {
                let made = end.browser.complete(with_newest_tracks);
                end.machine
                    .handle_input(made.map_or(Input::RemoteDescriptionSet, Input::LocalDescriptionSet));
            }
            Step::Fail(state) => {
                end.browser.fail(state);
                end.machine.handle_input(Input::OperationFailed(state));
                pair.failed = Some(index);
                pair.may_fail = false;
            }
            Step::Deliver => {
                let description = end.under_way.pop_front().expect("a description under way");
                end.machine.handle_input(Input::RemoteDescription(description));
            }
        }
        pair.act(index);
        pair
    }

    /// Does what the machine asks for.
    fn act(&mut self, index: usize) {
        let faulty = self.failed.is_some();
        while let Some(output) = self.ends[index].machine.poll_output() {
            let End { browser, politeness, .. } = &mut self.ends[index];
            match output {
                Output::SetLocalDescription => {
                    let operation = Operation::SetLocal { tracks_at_start: browser.tracks };
                    browser.start(operation, *politeness, faulty);
                }
                Output::SetRemoteDescription(description) => {
                    browser.start(Operation::SetRemote(description), *politeness, faulty);
                }
                Output::Send(description) => {
                    let far = &mut self.ends[1 - index].under_way;
                    far.push_back(description);
                    assert!(far.len() <= MOST_UNDER_WAY, "descriptions pile up");
                }
            }
        }
    }

    /// Both ends rest, and each has what the other added.
    pub(crate) fn assert_converged(&self) {
        for (index, end) in self.ends.iter().enumerate() {
            let far = &self.ends[1 - index];
            assert_eq!(end.browser.state, SignalingState::Stable);
            assert!(end.machine.is_settled());
            let Agreed { data_channel, sections, sends, receives } = end.browser.agreed;
            assert!(data_channel);
            assert_eq!(sections, far.browser.agreed.sections);
            assert_eq!((sends, receives), (end.browser.tracks, far.browser.tracks));
        }
    }
}

impl End {
    /// Where a failed operation may leave the browser.
    fn states_after_failure(&self) -> impl Iterator<Item = SignalingState> + use<> {
        let rolled_back = match &self.browser.operation {
            Some(Operation::SetRemote(description)) => {
                description.sdp_type == SdpType::Offer && self.browser.state == SignalingState::HaveLocalOffer
            }
            _ => false,
        };
        [Some(self.browser.state), rolled_back.then_some(SignalingState::Stable)].into_iter().flatten()
    }

    /// The next need leads to a description, and not to more waiting.
    pub(crate) fn can_go_on(&self) -> bool {
        let mut machine = self.machine.clone();
        machine.handle_input(Input::NegotiationNeeded);
        std::iter::from_fn(|| machine.poll_output()).any(|output| output == Output::SetLocalDescription)
    }
}
