//! Both ends of a connection in a mesh, with browsers that perform commands immediately.

use super::*;
use crate::engine::negotiation::SignalingState;
use crate::error::Error;
use crate::model::{LinkProfile, SdpType, SessionDescription};

struct End {
    connection: Connection,
    plan: Plan,
    far_end: &'static str,
    state: SignalingState,
    /// The publication of each transceiver.
    transceivers: Vec<Option<PublicationId>>,
    /// Which of them send, as described last and as negotiated.
    described: Vec<bool>,
    sends: Vec<bool>,
    /// The browser needs negotiation again after each one.
    is_never_content: bool,
    /// The number of offers that the browser will reject.
    refuses: u32,
    warnings: u32,
    key_frames: u32,
    restarts: u32,
}

impl End {
    fn new(peer: &'static str, offerer: Offerer) -> Self {
        let plan = Plan {
            link: peer.into(),
            far_end: FarEnd::Participant,
            offerer,
            send: SortedSet::new(),
            sending: Sections::default(),
            receive: Sections::default(),
            profile: LinkProfile::participant(),
        };
        let connection = Connection::open(&plan, Vec::new(), Recovery::default());
        Self {
            connection,
            plan,
            far_end: peer,
            state: SignalingState::Stable,
            transceivers: Vec::new(),
            described: Vec::new(),
            sends: Vec::new(),
            is_never_content: false,
            refuses: 0,
            warnings: 0,
            key_frames: 0,
            restarts: 0,
        }
    }

    fn send(&mut self, publications: &[&str], now: Timestamp) {
        self.plan.send = publications.iter().map(|id| PublicationId::from(*id)).collect();
        self.connection.apply_plan(&self.plan, now);
    }

    fn input(&mut self, input: ConnectionInput, now: Timestamp) {
        self.connection.handle_input(input, now);
    }

    fn perform(&mut self, command: Command, now: Timestamp) {
        let input = match command {
            Command::SetLocalDescription => {
                let is_answer = self.state == SignalingState::HaveRemoteOffer;
                let sdp_type = if is_answer { SdpType::Answer } else { SdpType::Offer };
                self.state = if is_answer { SignalingState::Stable } else { SignalingState::HaveLocalOffer };
                // Publications are visible only in the `mid`s, as when one replaces another.
                let description = SessionDescription { sdp_type, sdp: "v=0\r\n".into() };
                let mids = self.transceivers.iter().enumerate();
                let mids = mids.filter_map(|(at, id)| Some((at.to_string(), id.clone()?))).collect();
                self.described = self.transceivers.iter().map(Option::is_some).collect();
                if is_answer {
                    self.sends.clone_from(&self.described);
                }
                ConnectionInput::LocalDescriptionSet { description, mids }
            }
            Command::SetRemoteDescription(SessionDescription { sdp_type: SdpType::Offer, .. })
                if self.refuses > 0 =>
            {
                self.refuses -= 1;
                let error = Error::Negotiation { step: "trying", detail: "no".into() };
                ConnectionInput::OperationFailed { state: self.state, error }
            }
            Command::SetRemoteDescription(description) => {
                self.state = match description.sdp_type {
                    SdpType::Offer => SignalingState::HaveRemoteOffer,
                    SdpType::Answer => SignalingState::Stable,
                };
                if self.state == SignalingState::Stable {
                    self.sends.clone_from(&self.described);
                }
                ConnectionInput::RemoteDescriptionSet
            }
            Command::RestartIce => {
                self.restarts += 1;
                return;
            }
            Command::AddIceCandidate(_) => return,
        };
        self.input(input, now);
        if self.is_never_content && self.state == SignalingState::Stable {
            self.input(ConnectionInput::NegotiationNeeded, now);
        }
    }

    fn attach(&mut self, id: PublicationId) {
        match self.transceivers.iter_mut().find(|known| known.is_none()) {
            Some(free) => *free = Some(id),
            None => self.transceivers.push(Some(id)),
        }
    }

    fn detach(&mut self, id: &PublicationId) {
        for known in self.transceivers.iter_mut().filter(|known| known.as_ref() == Some(id)) {
            *known = None;
        }
    }

    /// The publications of which frames are sent, by `mid`.
    fn sent(&self) -> impl Iterator<Item = (String, &PublicationId)> {
        let sent = self.transceivers.iter().zip(&self.sends).enumerate();
        sent.filter_map(|(mid, (id, sends))| Some((mid.to_string(), id.as_ref().filter(|_| *sends)?)))
    }

    /// The remote publications, as far as this end knows.
    fn receives(&self) -> Vec<&str> {
        self.connection.slots().values().map(|slot| slot.publication_id.as_str()).collect()
    }
}

/// A signal as it comes from this participant.
fn arrived(signal: LinkSignal<PublicationId>, from: &str) -> LinkSignal<Slot> {
    let slot = |(mid, publication_id)| (mid, Slot { participant_id: from.into(), publication_id });
    match signal {
        LinkSignal::Description { description, carries } => LinkSignal::Description {
            description,
            carries: carries.map(|mids| mids.into_iter().map(slot).collect()),
        },
        LinkSignal::Slots(mids) => LinkSignal::Slots(mids.into_iter().map(slot).collect()),
        LinkSignal::Candidate(candidate) => LinkSignal::Candidate(candidate),
        LinkSignal::RequestOffer { sections, restart } => LinkSignal::RequestOffer { sections, restart },
        LinkSignal::Rejected { sdp_type, reason } => LinkSignal::Rejected { sdp_type, reason },
        LinkSignal::Wishes(wanted) => LinkSignal::Wishes(wanted),
    }
}

/// Delivers everything until nothing more happens. Returns the number of descriptions.
fn settle(ends: &mut [End; 2], now: Timestamp) -> u32 {
    let mut descriptions = 0;
    loop {
        let Some((at, output)) = (0..2).find_map(|at| Some((at, ends[at].connection.poll_output()?))) else {
            return descriptions;
        };
        match output {
            Output::Command(ConnectionCommand::Exchange(command)) => ends[at].perform(command, now),
            Output::Signal(signal) => {
                descriptions += u32::from(matches!(signal, LinkSignal::Description { .. }));
                let signal = arrived(signal, ends[1 - at].far_end);
                ends[1 - at].connection.handle_signal(signal, now);
            }
            Output::Warning(_) => ends[at].warnings += 1,
            Output::Command(ConnectionCommand::Attach(id, _)) => ends[at].attach(id),
            Output::Command(ConnectionCommand::Detach(id)) => ends[at].detach(&id),
            Output::Command(ConnectionCommand::SendKeyFrames) => ends[at].key_frames += 1,
            Output::Command(_) => {}
        }
        check_frames(&ends[0], &ends[1]);
        check_frames(&ends[1], &ends[0]);
    }
}

/// No frame of a publication arrives in a section that the receiver takes for another one.
fn check_frames(from: &End, to: &End) {
    for (mid, id) in from.sent() {
        let received_as = to.connection.slots().get(&mid).map(|slot| &slot.publication_id);
        assert!(received_as.is_none_or(|other| other == id), "{id} arrives as {received_as:?}");
    }
}

/// Advances time. Returns the number of descriptions.
fn wait(ends: &mut [End; 2], now: &mut Timestamp, milliseconds: Timestamp) -> u32 {
    let (end, mut descriptions) = (*now + milliseconds, 0);
    loop {
        let due = ends.iter().filter_map(|end| end.connection.poll_timeout()).min();
        let Some(due) = due.filter(|due| *due <= end) else { break };
        *now = due.max(*now);
        ends.iter_mut().for_each(|end| assert!(!end.connection.handle_timeout(*now)));
        descriptions += settle(ends, *now);
    }
    *now = end;
    descriptions
}

/// The first end makes the offers.
fn pair() -> [End; 2] {
    let mut ends = [End::new("b", Offerer::Us), End::new("a", Offerer::ThemOnRequest)];
    ends[0].input(ConnectionInput::NegotiationNeeded, 0);
    settle(&mut ends, 0);
    ends
}

#[test]
fn whoever_changes_its_mind_again_and_again_is_followed_at_once() {
    for who in 0..2 {
        let (mut ends, mut now) = (pair(), 0);
        for round in 0..40 {
            now += 100;
            let publications: &[&str] = if round % 2 == 0 { &["camera"] } else { &[] };
            ends[who].send(publications, now);
            settle(&mut ends, now);
            assert_eq!(ends[1 - who].receives(), publications, "round {round} of end {who}");
        }
    }
}

#[test]
fn a_browser_that_is_never_content_waits_and_is_not_forgotten() {
    for who in 0..2 {
        let (mut ends, mut now) = (pair(), 0);
        ends[who].is_never_content = true;
        ends[who].input(ConnectionInput::NegotiationNeeded, now);
        settle(&mut ends, now);
        let descriptions = wait(&mut ends, &mut now, 20_000);
        assert!((10..30).contains(&descriptions), "{descriptions} of end {who} in 20 s");
        assert_eq!(ends[who].warnings, 1, "it is reported once");
        ends[1 - who].send(&["camera"], now);
        settle(&mut ends, now);
        assert_eq!(ends[who].receives(), ["camera"], "a change is not delayed");
    }
}

#[test]
fn a_refused_offer_is_told_at_both_ends_and_what_it_was_for_is_not_lost() {
    let (mut ends, mut now) = (pair(), 0);
    ends[1].refuses = 3;
    ends[0].send(&["camera"], now);
    settle(&mut ends, now);
    assert_eq!(ends[1].receives(), Vec::<&str>::new());
    ends[1].send(&["microphone"], now);
    wait(&mut ends, &mut now, 10_000);
    assert_eq!((ends[1].receives(), ends[0].receives()), (vec!["camera"], vec!["microphone"]));
    assert_eq!((ends[0].warnings, ends[1].warnings), (3, 3));
}

#[test]
fn what_is_published_again_while_an_offer_fails_is_asked_for() {
    let mut ends = pair();
    ends[0].send(&["camera"], 0);
    settle(&mut ends, 0);
    // An offer without it arrives, and is being applied.
    let description = SessionDescription { sdp_type: SdpType::Offer, sdp: "v=1\r\n".into() };
    ends[1].connection.handle_signal(LinkSignal::Description { description, carries: None }, 0);
    ends[1].connection.withdraw(&"camera".into());
    ends[1].connection.expect(&"camera".into(), 0);
    ends[1].input(ConnectionInput::RemoteDescriptionSet, 0);
    let before: Vec<_> = std::iter::from_fn(|| ends[1].connection.poll_output()).collect();
    assert!(before.iter().all(|output| !matches!(output, Output::Signal(_))), "{before:?}");
    let error = Error::Negotiation { step: "trying", detail: "no".into() };
    ends[1].input(ConnectionInput::OperationFailed { state: SignalingState::Stable, error }, 0);
    let mut asks = std::iter::from_fn(|| ends[1].connection.poll_output());
    assert!(asks.any(|output| matches!(output, Output::Signal(LinkSignal::RequestOffer { .. }))));
}

#[test]
fn a_publication_takes_over_a_section_once_the_far_end_knows_that_the_other_is_gone() {
    for who in 0..2 {
        let mut ends = pair();
        ends[who].send(&["camera"], 0);
        settle(&mut ends, 0);
        ends[who].send(&[], 0);
        ends[who].send(&["screen"], 0);
        settle(&mut ends, 0);
        ends[who].send(&["another screen"], 0);
        settle(&mut ends, 0);
        assert_eq!(ends[1 - who].receives(), ["another screen"], "end {who}");
        assert_eq!(ends[who].transceivers.len(), 1, "in the same section");
        assert_eq!(ends[who].sends, [true]);
    }
}

#[test]
fn what_waits_for_a_removal_is_not_lost_when_it_is_refused() {
    let (mut ends, mut now) = (pair(), 0);
    ends[0].send(&["camera"], now);
    settle(&mut ends, now);
    ends[1].refuses = 2;
    ends[0].send(&["screen"], now);
    settle(&mut ends, now);
    wait(&mut ends, &mut now, 10_000);
    assert_eq!(ends[1].receives(), ["screen"]);
}

#[test]
fn what_was_never_described_is_replaced_without_waiting() {
    let mut ends = pair();
    ends[1].send(&["camera"], 0);
    ends[1].send(&["screen"], 0);
    assert_eq!(settle(&mut ends, 0), 2, "one offer and its answer");
    assert_eq!(ends[0].receives(), ["screen"]);
}

#[test]
fn a_lost_connection_is_restarted_by_the_end_that_offers_and_the_other_one_asks_for_it() {
    for noticed_by in [vec![0], vec![1], vec![0, 1]] {
        let (mut ends, mut now) = (pair(), 0);
        for end in &mut ends {
            end.input(ConnectionInput::StateChange(ConnectionState::Connected), now);
        }
        for at in &noticed_by {
            ends[*at].input(ConnectionInput::StateChange(ConnectionState::Disconnected), now);
            assert_eq!(ends[*at].connection.state(), ParticipantConnectionState::Reconnecting);
        }
        assert_eq!(wait(&mut ends, &mut now, 2_900), 2, "an offer and its answer, noticed by {noticed_by:?}");
        assert_eq!(ends.each_ref().map(|end| end.restarts), [1, 0]);
        for end in &mut ends {
            end.input(ConnectionInput::StateChange(ConnectionState::Connected), now);
        }
        assert_eq!(wait(&mut ends, &mut now, 60_000), 0, "connected again");
        settle(&mut ends, now);
        assert_eq!(ends.each_ref().map(|end| end.key_frames), [1, 1]);
    }
}

#[test]
fn who_cannot_be_reached_is_tried_again_and_again_and_then_failed() {
    let (mut ends, mut now) = (pair(), 0);
    for end in &mut ends {
        end.input(ConnectionInput::StateChange(ConnectionState::Connected), now);
        end.input(ConnectionInput::StateChange(ConnectionState::Failed), now);
    }
    wait(&mut ends, &mut now, 400_000);
    let restarts = ends[0].restarts;
    assert!(restarts > 20, "{restarts}");
    assert_eq!(ends[0].connection.state(), ParticipantConnectionState::Failed);
    assert_eq!(ends[0].warnings, 1);
    ends[0].connection.handle_network_change(now);
    settle(&mut ends, now);
    assert_eq!(ends[0].restarts, restarts + 1);
    assert_eq!(ends[0].connection.state(), ParticipantConnectionState::Reconnecting);
}
