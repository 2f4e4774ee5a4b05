//! Messages between participants, directly and through a mixer.

use super::*;
use crate::engine::connection::{ConnectionCommand, ConnectionInput};
use crate::engine::data::MAX_ROUTED_BYTES;
use crate::engine::session::backlog::Backlog;
use crate::engine::session::{Event, MAX_HELD_BYTES, Output, PathChange};
use crate::model::{
    Capabilities, JoinRequest, Lane, LeaveReason, LinkProfile, Lobby, Offerer, ParticipantInfo, Profile,
    RoomPermission, ServerLane, SignalEvent, Topology, participant,
};

/// A session in a mixed room with these people, as the first of them.
fn joined(people: &[ParticipantInfo]) -> Session {
    let mut session = Session::new(Capabilities::default(), Vec::new(), true);
    let profile = Profile { name: people[0].name.clone(), ..Profile::default() };
    let request = JoinRequest { role: people[0].role, ..JoinRequest::new("tea", profile, Topology::Mcu) };
    session.join(request, 10_000, 0);
    let joined = SignalEvent::Joined {
        participant_id: people[0].id.clone(),
        participants: people.to_vec(),
        lobby: Lobby::default(),
        ice_servers: Vec::new(),
    };
    session.handle_signal(joined, 0);
    session
}

fn open(session: &mut Session, peer: &str) {
    session.handle_connection(&peer.into(), ConnectionInput::ChannelOpen(Channel::Files), 0);
}

/// The frames sent over the file channel.
fn sent(session: &mut Session) -> Vec<(LinkId, Frame)> {
    let outputs = std::iter::from_fn(|| session.poll_output());
    let frame = |output| match output {
        Output::Connection { link, command: ConnectionCommand::Send(Channel::Files, frame) } => {
            Some((link, frame))
        }
        _ => None,
    };
    outputs.filter_map(frame).collect()
}

#[test]
fn a_mixer_hands_files_on_and_keeps_them_for_who_is_not_known_yet() {
    let mut mixer = joined(&[participant("m", 1, Role::Mixer), participant("a", 2, Role::Participant)]);
    open(&mut mixer, "a");
    let frame = Frame::Binary(vec![3, 1, 4]);
    let routed = frame.routed(Some(&"b".into())).unwrap();
    let from_a = ConnectionInput::ChannelMessage(Channel::Files, routed);
    mixer.handle_connection(&"a".into(), from_a, 0);
    assert_eq!(sent(&mut mixer), []);

    mixer.handle_signal(SignalEvent::Participant(participant("b", 3, Role::Participant)), 0);
    open(&mut mixer, "b");
    assert_eq!(sent(&mut mixer), [("b".into(), frame.routed(Some(&"a".into())).unwrap())]);
}

#[test]
fn what_the_sender_may_not_send_is_dropped_and_what_the_sdk_sends_by_itself_is_not() {
    let listener = ParticipantInfo {
        permissions: [RoomPermission::Subscribe].into_iter().collect(),
        ..participant("l", 2, Role::Participant)
    };
    let people = [participant("a", 1, Role::Participant), listener, participant("b", 3, Role::Participant)];
    let mut session = joined(&people);
    while session.poll_output().is_some() {}
    let mut heard = |from: &str| {
        let chat = DataMessage::Chat { id: 0, text: "hello".into(), private: false, again: false };
        let data = DataMessage::Data { topic: String::new(), payload: vec![1] };
        for message in [chat, data] {
            session.receive(from.into(), Channel::Reliable, message.encode().unwrap(), 0);
        }
        let (offer, accept) = (vec![3, 0], vec![3, 1]);
        for frame in [offer, accept] {
            session.receive(from.into(), Channel::Files, Frame::Binary(frame), 0);
        }
        std::iter::from_fn(|| session.poll_output()).collect::<Vec<_>>()
    };
    assert_eq!(heard("b").len(), 4);
    assert_eq!(heard("l"), [Output::Event(Event::FileFrame("l".into(), vec![3, 1]))]);
}

/// What is sent in frames of the largest size.
const LARGE: usize = MAX_ROUTED_BYTES;

#[test]
fn a_mixer_holds_few_bytes_for_a_participant_who_does_not_exist() {
    let mut mixer = joined(&[participant("m", 1, Role::Mixer), participant("a", 2, Role::Participant)]);
    for number in 0..200 {
        let routed = Frame::Binary(vec![number; LARGE]).routed(Some(&"b".into())).unwrap();
        let from_a = ConnectionInput::ChannelMessage(Channel::Files, routed);
        mixer.handle_connection(&"a".into(), from_a, 0);
    }
    mixer.handle_signal(SignalEvent::Participant(participant("b", 3, Role::Participant)), 0);
    open(&mut mixer, "b");
    let sent = sent(&mut mixer);
    assert!((2..=MAX_HELD_BYTES / LARGE).contains(&sent.len()), "{}", sent.len());
    let last = Frame::Binary(vec![199; LARGE]).routed(Some(&"a".into())).unwrap();
    assert_eq!(sent.last(), Some(&("b".into(), last)), "the oldest are dropped");
}

#[test]
fn few_bytes_are_held_of_senders_who_are_not_announced() {
    let mut session = joined(&[participant("a", 2, Role::Participant), participant("m", 1, Role::Mixer)]);
    for number in 0..200 {
        let routed = Frame::Binary(vec![3; LARGE - number]).routed(Some(&"b".into())).unwrap();
        session.handle_connection(&"m".into(), ConnectionInput::ChannelMessage(Channel::Files, routed), 0);
    }
    session.handle_signal(SignalEvent::Participant(participant("b", 3, Role::Participant)), 0);
    let received: Vec<usize> = std::iter::from_fn(|| session.poll_output())
        .filter_map(|output| match output {
            Output::Event(Event::FileFrame(_, bytes)) => Some(bytes.len()),
            _ => None,
        })
        .collect();
    assert!((2..=MAX_HELD_BYTES / (LARGE - 200)).contains(&received.len()), "{}", received.len());
    assert_eq!(received.last(), Some(&(LARGE - 199)), "the oldest are dropped");
}

#[test]
fn a_session_that_has_ended_holds_nothing_and_waits_for_nothing() {
    let mut mixer = joined(&[participant("m", 1, Role::Mixer), participant("a", 2, Role::Participant)]);
    mixer.send_chat("hello", None, 0).unwrap();
    let routed = Frame::Binary(vec![1]).routed(Some(&"b".into())).unwrap();
    mixer.handle_connection(&"a".into(), ConnectionInput::ChannelMessage(Channel::Files, routed), 0);
    drop(mixer.early.push(("c".into(), Channel::Reliable, Frame::Text(String::new())), 0));
    assert!(mixer.poll_timeout().is_some() && !mixer.undelivered.is_empty());
    mixer.leave();
    assert!(mixer.early.is_empty() && mixer.undelivered.is_empty());
    assert_eq!(mixer.poll_timeout(), None);
    while mixer.poll_output().is_some() {}
    mixer.handle_timeout(60_000);
    assert_eq!(mixer.poll_output(), None);
}

#[test]
fn a_file_goes_only_where_a_connection_leads() {
    let people = [participant("a", 2, Role::Participant), participant("b", 3, Role::Participant)];
    let mut alone = joined(&people);
    assert_eq!(alone.send_file_frame(vec![3], &"b".into()), Err(DataChannelError::Closed), "no mixer");
    let unknown = DataChannelError::UnknownParticipant { participant: "x".into() };
    assert_eq!(alone.send_file_frame(vec![3], &"x".into()), Err(unknown));

    let [a, b] = people;
    let mut mixed = joined(&[a, b, participant("m", 1, Role::Mixer)]);
    assert_eq!(mixed.route(&"b".into()), Some((&"m".into(), FarEnd::Mixer)));
    open(&mut mixed, "m");
    assert_eq!(mixed.send_file_frame(vec![3], &"b".into()), Ok(()));
    let routed = Frame::Binary(vec![3]).routed(Some(&"b".into())).unwrap();
    assert_eq!(sent(&mut mixed), [("m".into(), routed)]);
}

/// Two sessions in a mixed room, with their connection to the mixer; messages between them are delivered
/// immediately.
fn through_a_mixer() -> [Session; 2] {
    let people = |own: &str, other: &str| {
        let mut session = joined(&[
            participant(own, 2, Role::Participant),
            participant(other, 3, Role::Participant),
            participant("m", 1, Role::Mixer),
        ]);
        let open = ConnectionInput::ChannelOpen(Channel::Reliable);
        session.handle_connection(&"m".into(), open, 0);
        session
    };
    [people("a", "b"), people("b", "a")]
}

/// Carries what one session has sent to the other one; returns the events of the sender.
fn carry(from: &mut Session, to: &mut Session) -> Vec<Event> {
    let mut events = Vec::new();
    while let Some(output) = from.poll_output() {
        match output {
            Output::Connection { command: ConnectionCommand::Send(channel, frame), .. } => {
                let (_, frame) = frame.unrouted().unwrap();
                let routed = frame.routed(from.own_id()).unwrap();
                to.handle_connection(&"m".into(), ConnectionInput::ChannelMessage(channel, routed), 0);
            }
            Output::Event(event) => events.push(event),
            _ => {}
        }
    }
    events
}

#[test]
fn a_sender_of_data_waits_for_a_slow_receiver_behind_a_mixer() {
    let [mut a, mut b] = through_a_mixer();
    let data = DataMessage::Data { topic: "t".into(), payload: vec![7; 60_000] };
    let send = |a: &mut Session| a.send_data(&data, Channel::Reliable, None, 0);
    let mut sent = 0;
    while a.has_capacity(Channel::Reliable, None) {
        send(&mut a).unwrap();
        sent += 1;
    }
    assert!((5..20).contains(&sent), "{sent}");
    assert!(a.has_capacity(Channel::Lossy, None), "what may be lost waits for nobody");

    // A sender that does not wait is rejected before the mixer drops anything.
    while send(&mut a).is_ok() {
        sent += 1;
    }
    let full = DataChannelError::QueueFull { participant: "b".into() };
    assert_eq!(send(&mut a), Err(full));
    assert!((40..60).contains(&sent), "{sent}");

    carry(&mut a, &mut b);
    let arrived = carry(&mut b, &mut a).iter().filter(|event| matches!(event, Event::Message(..))).count();
    assert_eq!(arrived, sent);
    assert!(carry(&mut a, &mut b).contains(&Event::Capacity));
    assert!(a.has_capacity(Channel::Reliable, None));
    send(&mut a).unwrap();
}

#[test]
fn a_mark_that_found_the_queue_full_follows_when_there_is_capacity() {
    let [mut a, mut b] = through_a_mixer();
    let data = DataMessage::Data { topic: "t".into(), payload: vec![7; 60_000] };
    while a.has_capacity(Channel::Reliable, None) {
        a.send_data(&data, Channel::Reliable, None, 0).unwrap();
        a.handle_connection(&"m".into(), ConnectionInput::ChannelFull(Channel::Reliable), 0);
        assert!(a.send_data(&data, Channel::Reliable, None, 0).is_err());
        a.handle_connection(&"m".into(), ConnectionInput::ChannelCapacity(Channel::Reliable), 0);
    }
    carry(&mut a, &mut b);
    carry(&mut b, &mut a);
    assert!(a.has_capacity(Channel::Reliable, None), "the receiver has everything");
}

#[test]
fn who_turns_out_to_use_moim_is_sent_a_mark_for_everything_before() {
    let [mut a, mut b] = through_a_mixer();
    let profile = LinkProfile { labels: vec!["_reliable".to_owned()], ..LinkProfile::server() };
    let lanes = vec![ServerLane { lane: Lane::Both, offerer: Offerer::Us, profile }];
    a.backlog = Backlog::new(&Capabilities { lanes, ..Capabilities::default() });
    let data = DataMessage::Data { topic: String::new(), payload: vec![7; 60_000] };
    for _ in 0..100 {
        a.send_data(&data, Channel::Reliable, None, 0).unwrap();
    }
    // There and back twice: the first mark, and the one for the rest.
    for _ in 0..2 {
        carry(&mut a, &mut b);
        carry(&mut b, &mut a);
    }
    assert!(a.has_capacity(Channel::Reliable, None));
    a.send_data(&data, Channel::Reliable, None, 0).unwrap();
}

#[test]
fn nobody_waits_for_who_has_left_or_does_not_answer() {
    let [mut a, _] = through_a_mixer();
    let data = DataMessage::Data { topic: String::new(), payload: vec![7; 60_000] };
    let fill = |a: &mut Session| {
        while a.has_capacity(Channel::Reliable, None) {
            a.send_data(&data, Channel::Reliable, None, 0).unwrap();
        }
        while a.poll_output().is_some() {}
    };
    let capacity = |a: &mut Session| {
        let outputs: Vec<_> = std::iter::from_fn(|| a.poll_output()).collect();
        outputs.contains(&Output::Event(Event::Capacity)) && a.has_capacity(Channel::Reliable, None)
    };
    fill(&mut a);
    assert!(a.poll_timeout().unwrap() <= 30_000);
    a.handle_timeout(30_000);
    assert!(capacity(&mut a), "30 seconds have gone by");

    fill(&mut a);
    let left =
        SignalEvent::ParticipantLeft { participant_id: "b".into(), reason: crate::model::LeaveReason::Left };
    a.handle_signal(left, 0);
    assert!(capacity(&mut a), "there is nobody to wait for");
}

#[test]
fn who_is_known_only_after_the_mixer_has_left_can_be_answered_later() {
    let mut session = joined(&[participant("a", 2, Role::Participant), participant("m", 1, Role::Mixer)]);
    open(&mut session, "m");
    let routed = Frame::Binary(vec![3, 1, 4]).routed(Some(&"b".into())).unwrap();
    session.handle_connection(&"m".into(), ConnectionInput::ChannelMessage(Channel::Files, routed), 0);
    session.handle_signal(
        SignalEvent::ParticipantLeft { participant_id: "m".into(), reason: LeaveReason::Left },
        1,
    );
    while session.poll_output().is_some() {}
    session.handle_signal(SignalEvent::Participant(participant("b", 3, Role::Participant)), 2);
    let events = std::iter::from_fn(|| session.poll_output()).filter_map(|output| match output {
        Output::Event(Event::PathChange(id, change)) => Some((id, Some(change))),
        Output::Event(Event::FileFrame(id, _)) => Some((id, None)),
        _ => None,
    });
    assert_eq!(events.collect::<Vec<_>>(), [("b".into(), Some(PathChange::Interrupted)), ("b".into(), None)]);
    assert_eq!(session.send_file_frame(vec![3], &"b".into()), Ok(()));
}
