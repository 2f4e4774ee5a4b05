use super::*;
use crate::engine::connection::{ConnectionCommand, ConnectionInput};
use crate::engine::data::DataMessage;
use crate::engine::session::Output;
use crate::error::SignalingError;
use crate::model::{
    Capabilities, Channel, ConnectionState, JoinRequest, Lane, LinkProfile, LinkSignal, Offerer,
    ParticipantConnectionState, Profile, SdpType, ServerLane, SessionDescription, SignalEvent, Topology,
    Wish, participant,
};

const PROBE: Output = Output::Signal(SignalCommand::Probe { within_ms: REPLY_MS });

fn joined(resume: bool, reconnect_ms: u32) -> Session {
    let capabilities = Capabilities { resume, ..Capabilities::default() };
    joined_over(Topology::Mesh, capabilities, reconnect_ms)
}

fn joined_over(topology: Topology, capabilities: Capabilities, reconnect_ms: u32) -> Session {
    let mut session = Session::new(capabilities, Vec::new(), true).with_reconnect_ms(reconnect_ms);
    let profile = Profile { name: "Ana".into(), ..Profile::default() };
    let request = JoinRequest::new("tea", profile, topology);
    session.join(request, 10_000, 0);
    let joined = SignalEvent::Joined {
        participant_id: "a".into(),
        participants: room(&[("a", 1), ("b", 2), ("c", 3)]),
        lobby: Lobby::default(),
        ice_servers: Vec::new(),
    };
    session.handle_signal(joined, 0);
    drain(&mut session);
    session
}

/// A server that forwards media.
fn sfu() -> Capabilities {
    let lane = ServerLane { lane: Lane::Both, offerer: Offerer::Us, profile: LinkProfile::server() };
    Capabilities { lanes: vec![lane], resume: true, ..Capabilities::default() }
}

fn room(people: &[(&str, u32)]) -> Vec<ParticipantInfo> {
    people.iter().map(|(id, order)| participant(id, *order, Role::Participant)).collect()
}

fn drain(session: &mut Session) -> Vec<Output> {
    std::iter::from_fn(|| session.poll_output()).collect()
}

fn events(outputs: Vec<Output>) -> Vec<Event> {
    let event = |output| if let Output::Event(event) = output { Some(event) } else { None };
    outputs.into_iter().filter_map(event).collect()
}

fn lose(session: &mut Session, now: Timestamp) -> Vec<Event> {
    session.handle_signal(SignalEvent::Lost { detail: "cut".into() }, now);
    events(drain(session))
}

fn rejoin(session: &mut Session, own_id: &str, people: &[(&str, u32)], now: Timestamp) -> Vec<Output> {
    let rejoined = SignalEvent::Rejoined {
        participant_id: own_id.into(),
        participants: room(people),
        lobby: Lobby::default(),
        ice_servers: Vec::new(),
    };
    session.handle_signal(rejoined, now);
    drain(session)
}

fn closed(outputs: &[Output]) -> Vec<String> {
    let closed = |output: &Output| match output {
        Output::Connection { link, command: ConnectionCommand::Close } => Some(link.to_string()),
        _ => None,
    };
    outputs.iter().filter_map(closed).collect()
}

#[test]
fn a_resumed_room_reports_the_outage_and_nothing_else() {
    let mut session = joined(true, 60_000);
    assert_eq!(lose(&mut session, 1_000), [Event::Reconnecting]);
    let at = session.poll_timeout().unwrap();
    session.handle_timeout(at);
    assert_eq!(drain(&mut session), [Output::Signal(SignalCommand::Reconnect)]);
    assert_eq!(lose(&mut session, at + 10), [], "the attempt failed");

    session.handle_signal(SignalEvent::Resumed { ice_servers: Vec::new() }, 2_000);
    for back in room(&[("b", 2), ("c", 3)]) {
        session.handle_signal(SignalEvent::Participant(back), 2_000);
    }
    assert_eq!(drain(&mut session), [Output::Event(Event::Reconnected)]);
}

#[test]
fn without_the_capability_or_the_option_a_loss_ends_the_room() {
    for (resume, reconnect_ms) in [(false, 60_000), (true, 0)] {
        let events = lose(&mut joined(resume, reconnect_ms), 1_000);
        let lost = SignalingError::Lost { detail: "cut".into() };
        assert_eq!(events, [Event::Ended(Some(lost.into()))]);
    }
}

#[test]
fn a_room_that_is_not_restored_in_time_ends_with_the_reason() {
    let mut session = joined(true, 10_000);
    lose(&mut session, 0);
    let mut ended = Vec::new();
    while ended.is_empty() {
        let now = session.poll_timeout().unwrap();
        session.handle_timeout(now);
        drain(&mut session);
        ended = lose(&mut session, now + 1);
    }
    assert!(matches!(&*ended, [Event::Ended(Some(Error::Signaling(SignalingError::Lost { .. })))]));
}

#[test]
fn after_a_restart_of_the_server_links_stay_and_a_ghost_is_removed() {
    let mut session = joined(true, 60_000);
    let connected = ConnectionInput::StateChange(ConnectionState::Connected);
    session.handle_connection(&"b".into(), connected, 500);
    drain(&mut session);
    lose(&mut session, 1_000);
    let outputs = rejoin(&mut session, "a", &[("b", 1), ("a", 2)], 2_000);
    assert_eq!(closed(&outputs), [] as [&str; 0]);
    let found = events(outputs);
    assert!(
        matches!(&*found, [Event::Reconnected, .., Event::ParticipantReconnecting(c)] if c.id.as_str() == "c"),
        "{found:?}"
    );
    let is_news = |event: &Event| matches!(event, Event::ParticipantJoined(_) | Event::ParticipantLeft(..));
    assert!(!found.iter().any(is_news), "{found:?}");

    session.handle_timeout(2_000 + RETURN_MS);
    let outputs = drain(&mut session);
    assert_eq!(closed(&outputs), ["c"]);
    let left = Event::ParticipantLeft("c".into(), LeaveReason::Disconnected);
    assert!(events(outputs).contains(&left));
}

#[test]
fn whoever_comes_back_late_after_a_restart_is_no_ghost() {
    let mut session = joined(true, 60_000);
    lose(&mut session, 1_000);
    rejoin(&mut session, "a", &[("a", 1)], 2_000);
    for back in room(&[("c", 2), ("b", 3)]) {
        session.handle_signal(SignalEvent::Participant(back), 9_000);
    }
    session.handle_timeout(2_000 + RETURN_MS);
    assert!(!events(drain(&mut session)).iter().any(|event| matches!(event, Event::ParticipantLeft(..))));
}

#[test]
fn under_another_id_every_link_is_a_new_one() {
    let mut session = joined(true, 60_000);
    lose(&mut session, 1_000);
    session.send_chat("hello", None, 1_500).unwrap();
    let outputs = rejoin(&mut session, "x", &[("b", 1), ("x", 2)], 2_000);
    assert_eq!(closed(&outputs), ["c", "b"]);
    let receipt = |event: &Event| matches!(event, Event::Receipt(receipt) if receipt.missed_by.len() == 2);
    assert!(events(outputs.clone()).iter().any(receipt), "nobody would recognize a repetition");
    let opened =
        |output: &Output| matches!(output, Output::Signal(SignalCommand::Open(link)) if *link == "b".into());
    assert!(outputs.iter().any(opened), "{outputs:?}");
    assert!(events(outputs).contains(&Event::ParticipantLeft("c".into(), LeaveReason::Unknown)));
}

/// A machine slept for longer than the grace of the server, and another participant has become the host.
#[test]
fn under_another_id_a_change_of_the_role_is_reported() {
    let mut session = joined(true, 60_000);
    session.handle_signal(SignalEvent::Participant(participant("a", 1, Role::Host)), 10);
    drain(&mut session);
    lose(&mut session, 1_000);
    let events = events(rejoin(&mut session, "z", &[("b", 2), ("z", 9)], 2_000));
    assert_eq!(session.own_role(), Some(Role::Participant));
    assert!(events.contains(&Event::RoleChange(Role::Participant)), "{events:?}");
}

#[test]
fn a_hint_of_the_network_ends_a_wait_and_checks_a_connection() {
    let mut session = joined(true, 60_000);
    session.handle_network_change(500);
    assert_eq!(drain(&mut session), [PROBE]);
    lose(&mut session, 1_000);
    session.handle_network_change(1_000);
    assert_eq!(drain(&mut session), [Output::Signal(SignalCommand::Reconnect)]);
    session.handle_network_change(1_001);
    assert_eq!(drain(&mut session), [], "the attempt continues");
}

#[test]
fn a_page_that_is_visible_again_restarts_what_is_lost_at_once() {
    for state in [ConnectionState::Connected, ConnectionState::Disconnected, ConnectionState::Failed] {
        let mut session = joined(true, 60_000);
        for state in [ConnectionState::Connecting, ConnectionState::Connected, state] {
            session.handle_connection(&"b".into(), ConnectionInput::StateChange(state), 100);
        }
        drain(&mut session);
        session.handle_page_resumed(200);
        session.handle_timeout(200);
        let outputs = drain(&mut session);
        let asks = |output: &Output| {
            let Output::Signal(SignalCommand::Signal { signal, .. }) = output else { return false };
            matches!(signal, LinkSignal::RequestOffer { restart: true, .. })
        };
        let restarts = outputs.iter().any(asks);
        assert!(outputs.contains(&PROBE), "{outputs:?}");
        assert_eq!(restarts, state != ConnectionState::Connected, "{state:?}: {outputs:?}");
    }
}

#[test]
fn an_interrupted_connection_makes_the_session_check_the_server() {
    for state in [ConnectionState::Disconnected, ConnectionState::Failed] {
        let mut session = joined(true, 60_000);
        for before in [ConnectionState::Connecting, ConnectionState::Connected] {
            session.handle_connection(&"b".into(), ConnectionInput::StateChange(before), 100);
            assert!(!drain(&mut session).contains(&PROBE));
        }
        session.handle_connection(&"b".into(), ConnectionInput::StateChange(state), 500);
        assert!(drain(&mut session).contains(&PROBE));
    }
}

/// Ten samples with media, then so many without.
fn fall_silent(session: &mut Session, samples: u32) -> Vec<Output> {
    for _ in 0..10 {
        session.handle_arrivals(true);
    }
    assert_eq!(drain(session), []);
    for _ in 0..samples {
        session.handle_arrivals(false);
    }
    drain(session)
}

fn is_restart(output: &Output) -> bool {
    use crate::engine::exchange::Command;
    let asks = LinkSignal::RequestOffer { sections: crate::model::Sections::default(), restart: true };
    match output {
        Output::Connection { command: ConnectionCommand::Exchange(Command::RestartIce), .. } => true,
        Output::Signal(SignalCommand::Signal { signal, .. }) => *signal == asks,
        _ => false,
    }
}

#[test]
fn a_silence_makes_the_session_check_the_server_and_restore_the_paths_if_that_one_was_lost_too() {
    for is_resumed in [true, false] {
        let mut session = joined(true, 60_000);
        for link in ["b", "c"] {
            let connected = ConnectionInput::StateChange(ConnectionState::Connected);
            session.handle_connection(&link.into(), connected, 100);
        }
        drain(&mut session);
        let outputs = fall_silent(&mut session, 30);
        let is_short = |within_ms| within_ms < REPLY_MS;
        assert!(
            matches!(&*outputs, [Output::Signal(SignalCommand::Probe { within_ms })] if is_short(*within_ms)),
            "once, and no restart, because the others may have stopped sending: {outputs:?}"
        );
        lose(&mut session, 3_000);
        let outputs = if is_resumed {
            session.handle_signal(SignalEvent::Resumed { ice_servers: Vec::new() }, 3_100);
            drain(&mut session)
        } else {
            rejoin(&mut session, "a", &[("a", 1), ("b", 2), ("c", 3)], 3_100)
        };
        assert_eq!(outputs.iter().filter(|output| is_restart(output)).count(), 2, "{outputs:?}");
    }
}

#[test]
fn after_a_long_silence_the_others_need_key_frames() {
    for (samples, expected) in [(5, 0), (9, 0), (10, 2), (600, 2)] {
        let mut session = joined(true, 60_000);
        fall_silent(&mut session, samples);
        session.handle_arrivals(true);
        let is_key_frame = |output: &&Output| {
            matches!(output, Output::Connection { command: ConnectionCommand::SendKeyFrames, .. })
        };
        assert_eq!(drain(&mut session).iter().filter(is_key_frame).count(), expected, "{samples}");
        session.handle_arrivals(true);
        assert_eq!(drain(&mut session), []);
    }
}

#[test]
fn a_lost_server_is_no_reason_to_restore_paths_that_work() {
    let mut session = joined(true, 60_000);
    state_of_b(&mut session, ConnectionState::Connected, 100);
    fall_silent(&mut session, 9);
    lose(&mut session, 3_000);
    session.handle_arrivals(true);
    session.handle_signal(SignalEvent::Resumed { ice_servers: Vec::new() }, 3_100);
    assert!(!drain(&mut session).iter().any(is_restart));
}

/// Opens the connection to b again, as its end has.
fn reopen(session: &mut Session) -> Vec<Event> {
    session.handle_signal(SignalEvent::Reopened("b".into()), 2_000);
    events(drain(session))
}

fn state_of_b(session: &mut Session, state: ConnectionState, now: Timestamp) -> Vec<Event> {
    session.handle_connection(&"b".into(), ConnectionInput::StateChange(state), now);
    events(drain(session))
}

#[test]
fn a_connection_that_is_replaced_begins_as_a_new_one() {
    use ParticipantConnectionState::{Connected, Connecting, New};
    let told = |state| Event::ConnectionStateChange("b".into(), state);
    for (state, is_told) in
        [(ConnectionState::Connecting, Connecting), (ConnectionState::Connected, Connected)]
    {
        let mut session = joined(true, 60_000);
        assert_eq!(state_of_b(&mut session, state, 1_000), [told(is_told)]);
        assert!(reopen(&mut session).contains(&told(New)));
        assert_eq!(session.connection_state(&"b".into()), New);
        assert_eq!(state_of_b(&mut session, ConnectionState::Connecting, 3_000), [told(Connecting)]);
    }
    let mut session = joined(true, 60_000);
    assert!(!reopen(&mut session).contains(&told(New)), "it was one");
}

#[test]
fn a_peer_connection_is_restored_for_as_long_as_the_option_says() {
    use ParticipantConnectionState::Failed;
    for limit in [3_000, 20_000] {
        let mut session = joined(true, limit);
        state_of_b(&mut session, ConnectionState::Connected, 0);
        state_of_b(&mut session, ConnectionState::Failed, 0);
        let failed = Event::ConnectionStateChange("b".into(), Failed);
        let failed_at = std::iter::from_fn(|| {
            let now = session.poll_timeout()?;
            session.handle_timeout(now);
            // The remote end answers each request with an offer, in vain.
            let description = SessionDescription { sdp_type: SdpType::Offer, sdp: format!("v=0 {now}") };
            let offer = LinkSignal::Description { description, carries: None };
            session.handle_signal(SignalEvent::Signal { link: "b".into(), signal: offer }, now);
            session.handle_connection(&"b".into(), ConnectionInput::RemoteDescriptionSet, now);
            let description = SessionDescription { sdp_type: SdpType::Answer, sdp: "v=0".into() };
            let answer = ConnectionInput::LocalDescriptionSet { description, mids: Default::default() };
            session.handle_connection(&"b".into(), answer, now);
            Some((now, events(drain(&mut session)).contains(&failed)))
        });
        let failed_at = failed_at.take(100).find(|(_, failed)| *failed).map(|(now, _)| now);
        let limit = Timestamp::from(limit);
        assert!(failed_at.is_some_and(|at| (limit..limit + 10_000).contains(&at)), "{failed_at:?}");
    }
}

#[test]
fn a_sender_waits_for_slow_receivers_while_reconnecting_and_for_what_a_new_connection_sends_again() {
    let mut session = joined(true, 60_000);
    for link in ["b", "c"] {
        let open = ConnectionInput::ChannelOpen(Channel::Reliable);
        session.handle_connection(&link.into(), open, 500);
    }
    state_of_b(&mut session, ConnectionState::Connected, 500);
    lose(&mut session, 1_000);
    let has_capacity = |session: &Session| session.has_capacity(Channel::Reliable, Some(&"b".into()));
    let message = DataMessage::Data { topic: String::new(), payload: vec![0; 15_000] };
    for _ in 0..100 {
        session.send_data(&message, Channel::Reliable, Some(&"b".into()), 1_000).unwrap();
    }
    assert!(!has_capacity(&session));
    reopen(&mut session);
    session.handle_connection(&"b".into(), ConnectionInput::ChannelOpen(Channel::Reliable), 2_000);
    let frames = drain(&mut session).into_iter().filter_map(|output| match output {
        Output::Connection { link, command: ConnectionCommand::Send(Channel::Reliable, frame) } => {
            (link == "b".into()).then_some(frame)
        }
        _ => None,
    });
    let frames: Vec<_> = frames.collect();
    assert_eq!(frames.iter().filter(|frame| frame.number().is_some_and(|number| number.again)).count(), 100);
    assert!(!has_capacity(&session));
    let Some(DataMessage::Mark { id }) = frames.last().cloned().and_then(DataMessage::decode) else {
        panic!("{:?}", frames.last());
    };
    let receipt = DataMessage::Receipt { id }.encode().unwrap();
    let arrived = ConnectionInput::ChannelMessage(Channel::Reliable, receipt);
    session.handle_connection(&"b".into(), arrived, 2_100);
    assert!(has_capacity(&session));
}

#[test]
fn whoever_comes_back_after_leaving_is_wanted_like_anyone() {
    let mut session = joined_over(Topology::Sfu, sfu(), 60_000);
    let (participant_id, publication_id) = ("b".into(), "camera".into());
    session.subscribe(Wish { participant_id, publication_id, wanted: false, max_height: None });
    assert_eq!(wishes(drain(&mut session)), [1]);
    let (participant_id, reason) = ("b".into(), LeaveReason::Left);
    session.handle_signal(SignalEvent::ParticipantLeft { participant_id, reason }, 2_000);
    assert_eq!(wishes(drain(&mut session)), [0]);
}

/// The number of wishes in each list that is sent.
fn wishes(outputs: Vec<Output>) -> Vec<usize> {
    let wishes = |output| match output {
        Output::Signal(SignalCommand::Signal { signal: LinkSignal::Wishes(wanted), .. }) => {
            Some(wanted.wishes.len())
        }
        _ => None,
    };
    outputs.into_iter().filter_map(wishes).collect()
}

#[test]
fn what_waits_for_a_channel_to_the_server_is_sent_over_the_next_connection() {
    let mut session = joined_over(Topology::Sfu, sfu(), 60_000);
    session.send_chat("tea?", None, 1_000).unwrap();
    lose(&mut session, 1_000);
    rejoin(&mut session, "a", &[("a", 1), ("b", 2)], 2_000);
    let open = ConnectionInput::ChannelOpen(Channel::Reliable);
    session.handle_connection(&LinkId::Server(Lane::Both), open, 3_000);
    assert_eq!(lines(drain(&mut session)).len(), 1);
}

/// The chat messages that are sent, each with its receiver.
fn lines(outputs: Vec<Output>) -> Vec<String> {
    let line = |output| {
        let Output::Connection { command: ConnectionCommand::Send(_, frame), .. } = output else {
            return None;
        };
        let (to, frame) = frame.unrouted()?;
        let Some(DataMessage::Chat { text, .. }) = DataMessage::decode(frame) else { return None };
        Some(format!("{to} {text}"))
    };
    outputs.into_iter().filter_map(line).collect()
}

#[test]
fn what_is_not_acknowledged_is_sent_again_over_the_next_connection_and_heard_once() {
    let mut session = joined_over(Topology::Sfu, sfu(), 60_000);
    let link = LinkId::Server(Lane::Both);
    let open = ConnectionInput::ChannelOpen(Channel::Reliable);
    session.handle_connection(&link, open.clone(), 500);
    let ids = ["one", "two", "three"].map(|text| session.send_chat(text, None, 600).unwrap());
    let from_b = |message: &DataMessage| {
        let frame = message.encode().unwrap().routed(Some(&"b".into())).unwrap();
        ConnectionInput::ChannelMessage(Channel::Reliable, frame)
    };
    let chat = |again| DataMessage::Chat { id: 7, text: "hello".into(), private: false, again };
    for message in [DataMessage::Receipt { id: ids[0] }, chat(false)] {
        session.handle_connection(&link, from_b(&message), 700);
    }
    drain(&mut session);
    lose(&mut session, 1_000);
    rejoin(&mut session, "a", &[("a", 1), ("b", 2)], 2_000);
    session.send_chat("four", None, 2_500).unwrap();
    session.handle_connection(&link, open, 3_000);
    let again = ["b two", "b three", "c one", "c two", "c three", " four"];
    assert_eq!(lines(drain(&mut session)), again, "to each what it lacks, and in order");

    session.handle_connection(&link, from_b(&chat(true)), 4_000);
    let outputs = drain(&mut session);
    assert!(!events(outputs.clone()).iter().any(|event| matches!(event, Event::Message(..))), "a repetition");
    assert!(outputs.iter().any(|output| matches!(output, Output::Connection { .. })), "and its receipt");
}
