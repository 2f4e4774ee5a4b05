//! Two negotiations, their browsers, and the links between them: every possible step.

use std::collections::VecDeque;

use moim::engine::negotiation::{Input, Negotiation, Output, Politeness, SignalingState};
use moim::model::{SdpType, SessionDescription};

use super::browser::{Agreed, Browser, Operation};

/// Each end answers before it offers again, so little is ever in flight. A failure adds a refusal and
/// another offer.
const MOST_UNDER_WAY: usize = 6;

/// A way to open a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    /// The politeness of the first end; the second has the opposite one.
    pub(crate) politeness: Politeness,
    /// The second end makes no offers, and asks for them.
    pub(crate) second_asks: bool,
    /// An added track is also reported to the machine immediately, as the session does.
    pub(crate) nudges: bool,
    /// The number of tracks that each end adds, at any time.
    pub(crate) tracks: [u8; 2],
    /// The number of operations that fail, at any time.
    pub(crate) failures: u8,
    /// How often the browser fires `negotiationneeded` without a reason.
    pub(crate) repeated_needs: u8,
    /// How often an end restarts ICE, or asks for it, at any time.
    pub(crate) restarts: u8,
    /// How often an end replaces its connection, at any time.
    pub(crate) replacements: u8,
}

impl Setup {
    /// Nothing but the data channel.
    pub(crate) const CALM: Self = Self {
        politeness: Politeness::Polite,
        second_asks: false,
        nudges: false,
        tracks: [0, 0],
        failures: 0,
        repeated_needs: 0,
        restarts: 0,
        replacements: 0,
    };
}

/// A message between the ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Message {
    /// Announces a later connection than the first.
    Opened,
    Description(SessionDescription),
    Refusal(SdpType),
    /// Asks for an offer with this many sections.
    Ask(u8),
    /// Asks for an ICE restart.
    Restart,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Pair {
    pub(crate) ends: [End; 2],
    failures: u8,
    repeated_needs: u8,
    restarts: u8,
    replacements: u8,
    /// ICE of the current connections has been restarted by an end that was connected.
    has_restarted: bool,
    /// An operation has failed.
    is_faulty: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct End {
    pub(crate) machine: Negotiation,
    pub(crate) browser: Browser,
    pub(crate) politeness: Politeness,
    asks: bool,
    /// The number of the connection.
    epoch: u8,
    /// Messages for this end, with the epoch that they were sent in.
    under_way: VecDeque<(u8, Message)>,
    tracks_to_add: u8,
}

/// The possible next steps of one end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    AddTrack,
    NeededTask,
    Complete {
        with_newest_tracks: bool,
    },
    Fail(SignalingState),
    Deliver,
    /// A failure or refusal is retried.
    Retry,
    Gather,
    RepeatNeed,
    Restart,
    Replace,
}

fn machine(asks: bool, politeness: Politeness) -> Negotiation {
    if asks { Negotiation::asking(politeness) } else { Negotiation::new(politeness) }
}

impl Pair {
    pub(crate) fn new(setup: Setup) -> Self {
        let other =
            if setup.politeness == Politeness::Polite { Politeness::Impolite } else { Politeness::Polite };
        let end = |asks, politeness, tracks_to_add| End {
            machine: machine(asks, politeness),
            browser: Browser::new(),
            politeness,
            asks,
            epoch: 0,
            under_way: VecDeque::new(),
            tracks_to_add,
        };
        Self {
            ends: [
                end(false, setup.politeness, setup.tracks[0]),
                end(setup.second_asks, other, setup.tracks[1]),
            ],
            failures: setup.failures,
            repeated_needs: setup.repeated_needs,
            restarts: setup.restarts,
            replacements: setup.replacements,
            has_restarted: false,
            is_faulty: false,
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
                if self.failures > 0 {
                    end.states_after_failure().for_each(|state| can(Step::Fail(state)));
                }
            }
            if end.machine.waits_to_retry() {
                can(Step::Retry);
            }
            // Earlier is the same as at once.
            if end.machine.waits_to_roll_back() {
                can(Step::Gather);
            }
            if self.repeated_needs > 0 {
                can(Step::RepeatNeed);
            }
            if self.restarts > 0 {
                can(Step::Restart);
            }
            if self.replacements > 0 {
                can(Step::Replace);
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
                pair.is_faulty = true;
                pair.failures -= 1;
            }
            Step::Deliver => pair.deliver(index),
            Step::Restart => {
                pair.restarts -= 1;
                if end.asks {
                    let epoch = end.epoch;
                    pair.ends[1 - index].under_way.push_back((epoch, Message::Restart));
                } else {
                    pair.has_restarted |= end.restart();
                }
            }
            Step::Replace => {
                let next = end.epoch + 1;
                pair.replacements -= 1;
                pair.replace(index, next);
            }
            Step::Retry => end.machine.handle_input(Input::Retry),
            Step::Gather => {
                end.browser.has_gathered = true;
                end.machine.handle_input(Input::Gathered);
            }
            Step::RepeatNeed => {
                pair.repeated_needs -= 1;
                end.machine.handle_input(Input::NegotiationNeeded);
            }
        }
        pair.act(index);
        pair
    }

    fn deliver(&mut self, index: usize) {
        let (epoch, message) = self.ends[index].under_way.pop_front().expect("a message under way");
        if epoch < self.ends[index].epoch {
            return;
        }
        if epoch > self.ends[index].epoch {
            self.replace(index, epoch);
        }
        let end = &mut self.ends[index];
        match message {
            Message::Opened => {}
            Message::Description(description) => {
                end.machine.handle_input(Input::RemoteDescription(description));
            }
            Message::Refusal(sdp_type) => end.machine.handle_input(Input::Refused(sdp_type)),
            Message::Ask(sections) => {
                end.browser.receive(sections);
                end.machine.handle_input(Input::NegotiationNeeded);
            }
            Message::Restart => self.has_restarted |= end.restart(),
        }
    }

    /// The end has a new connection with the same tracks.
    fn replace(&mut self, index: usize, epoch: u8) {
        let end = &mut self.ends[index];
        end.epoch = epoch;
        end.machine = machine(end.asks, end.politeness);
        let tracks = end.browser.tracks;
        end.browser = Browser::new();
        end.browser.tracks = tracks;
        self.has_restarted = false;
        self.ends[1 - index].under_way.push_back((epoch, Message::Opened));
    }

    /// Performs an output of the machine.
    fn act(&mut self, index: usize) {
        let faulty = self.is_faulty;
        while let Some(output) = self.ends[index].machine.poll_output() {
            let End { browser, politeness, asks, epoch, .. } = &mut self.ends[index];
            let message = match output {
                Output::SetLocalDescription => {
                    let operation = Operation::SetLocal { tracks_at_start: browser.tracks };
                    browser.start(operation, *politeness, faulty);
                    continue;
                }
                Output::SetRemoteDescription(description) => {
                    browser.start(Operation::SetRemote(description), *politeness, faulty);
                    continue;
                }
                Output::Send(description) => {
                    assert!(!*asks || description.sdp_type == SdpType::Answer, "this end makes no offers");
                    Message::Description(description)
                }
                Output::Refuse(sdp_type) => Message::Refusal(sdp_type),
                Output::Ask => {
                    assert!(*asks, "this end offers");
                    Message::Ask(browser.tracks)
                }
            };
            let epoch = *epoch;
            let far = &mut self.ends[1 - index].under_way;
            far.push_back((epoch, message));
            let current = far.iter().filter(|(sent_in, _)| *sent_in == epoch).count();
            assert!(current <= MOST_UNDER_WAY, "messages pile up");
        }
    }

    /// Both ends are idle, with connections to each other, and each has what the other added.
    pub(crate) fn assert_converged(&self) {
        assert_eq!(self.ends[0].epoch, self.ends[1].epoch);
        for (index, end) in self.ends.iter().enumerate() {
            let far = &self.ends[1 - index];
            assert_eq!(end.browser.state, SignalingState::Stable);
            assert!(end.machine.is_settled());
            let Agreed { data_channel, sections, sends, receives, generations } = end.browser.agreed;
            let [own, of_far] = far.browser.agreed.generations;
            assert_eq!(generations, [of_far, own]);
            assert_eq!(end.browser.replaced, None);
            assert!(own > 0 || !self.has_restarted, "a restart changes the generation of both ends");
            assert!(data_channel);
            assert_eq!(sections, far.browser.agreed.sections);
            assert_eq!((sends, receives), (end.browser.tracks, far.browser.tracks));
        }
    }
}

impl End {
    /// As the exchange does. Returns whether there was anything to restart.
    fn restart(&mut self) -> bool {
        self.browser.restart_ice();
        self.machine.handle_input(Input::NegotiationNeeded);
        self.machine.handle_input(Input::Retry);
        self.browser.replaced.is_some()
    }

    /// The states in which a failed operation may leave the browser.
    fn states_after_failure(&self) -> impl Iterator<Item = SignalingState> + use<> {
        let rolled_back = match &self.browser.operation {
            Some(Operation::SetRemote(description)) => {
                description.sdp_type == SdpType::Offer && self.browser.state == SignalingState::HaveLocalOffer
            }
            _ => false,
        };
        [Some(self.browser.state), rolled_back.then_some(SignalingState::Stable)].into_iter().flatten()
    }
}
