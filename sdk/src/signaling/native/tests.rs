//! What the native backend sends to a server, and how it handles what it receives, valid or not.

use proptest::prelude::*;

use moim_protocol::{ErrorCode, PeerSignal, RelayPayload, Roster as Snapshot, SFU_ID, ServerError};

use super::*;
use crate::model::{
    IceServer, MediaKind, ParticipantInfo, Profile, Publication, Role, SdpType, SessionDescription, Slot,
    Topology, TrackSource, Wanted, participant,
};

pub(super) fn drain(backend: &mut NativeBackend) -> Vec<Output> {
    std::iter::from_fn(|| backend.poll_output()).collect()
}

pub(super) fn request() -> JoinRequest {
    JoinRequest::new("tea", Profile { name: "Ana".into(), ..Profile::default() }, Topology::Mesh)
}

fn open() -> NativeBackend {
    let mut backend = NativeBackend::new("ws://127.0.0.1/ws?token=secret");
    backend.handle_command(SignalCommand::Join(request()), 0);
    backend.handle_socket(SocketEvent::Opened, 10);
    drain(&mut backend);
    backend
}

pub(super) fn own() -> ParticipantInfo {
    ParticipantInfo { name: "Ana".into(), ..participant("a", 1, Role::Participant) }
}

pub(super) fn told(backend: &mut NativeBackend, message: ServerMessage, now: Timestamp) -> Vec<Output> {
    backend.handle_socket(SocketEvent::Text(message.encode()), now);
    drain(backend)
}

fn joined() -> NativeBackend {
    let mut backend = open();
    let welcome = Welcome {
        version: VERSION,
        participant_id: "a".into(),
        roster: Snapshot { revision: 1, participants: vec![own()], lobby: Default::default() },
        ice_servers: Vec::new(),
        heartbeat_ms: 5_000,
        resume_token: None,
    };
    let outputs = told(&mut backend, ServerMessage::Welcome(welcome), 10);
    assert!(matches!(&*outputs, [Output::Event(SignalEvent::Joined { .. })]), "{outputs:?}");
    backend
}

#[test]
fn the_name_of_a_token_is_adopted() {
    let mut backend = open();
    let own = ParticipantInfo { name: "Ana of the token".into(), identity: Some("ana".into()), ..own() };
    let welcome = Welcome {
        version: VERSION,
        participant_id: "a".into(),
        roster: Snapshot { revision: 1, participants: vec![own], lobby: Default::default() },
        ice_servers: Vec::new(),
        heartbeat_ms: 5_000,
        resume_token: None,
    };
    let outputs = told(&mut backend, ServerMessage::Welcome(welcome), 10);
    assert_eq!(corrected(&outputs), Some((Vec::new(), named("Ana of the token"))));
    assert_eq!(sent(&outputs), [], "nothing is to be changed");
}

/// The messages that are sent, without the rest, and the numbers of requests.
pub(super) fn sent(outputs: &[Output]) -> Vec<(ClientMessage, Option<u32>)> {
    let message = |output: &Output| match output {
        Output::Text(text) => {
            let value: serde_json::Value = serde_json::from_str(text).unwrap();
            let request = value["request"].as_u64().map(|number| u32::try_from(number).unwrap());
            Some((ClientMessage::decode(text).unwrap(), request))
        }
        _ => None,
    };
    outputs.iter().filter_map(message).collect()
}

pub(super) fn camera() -> Publication {
    let (kind, source) = (MediaKind::Video, TrackSource::Camera);
    Publication { id: "camera-1".into(), kind, source, muted: false, to: None }
}

fn refusal(request: Option<u32>) -> ServerMessage {
    ServerMessage::Error(ServerError {
        code: ErrorCode::InvalidValue,
        message: "`name` has 200 characters, the limit is 128".into(),
        fatal: false,
        request,
    })
}

fn named(name: &str) -> Profile {
    Profile { name: name.into(), ..Profile::default() }
}

fn corrected(outputs: &[Output]) -> Option<(Vec<Publication>, Profile)> {
    outputs.iter().find_map(|output| match output {
        Output::Event(SignalEvent::Corrected { publications, profile }) => {
            Some((publications.clone(), profile.clone()))
        }
        _ => None,
    })
}

#[test]
fn what_changes_in_the_lobby_is_in_the_next_request_to_join() {
    let mut backend = open();
    told(&mut backend, ServerMessage::Waiting, 10);
    backend.handle_command(SignalCommand::Update(named("Anna")), 20);
    backend.handle_command(SignalCommand::Publish(vec![camera()]), 20);
    drain(&mut backend);
    backend.handle_timeout(REPEAT_MS);
    let messages = sent(&drain(&mut backend));
    let [(ClientMessage::Join(join), _)] = &*messages else { panic!("{messages:?}") };
    assert_eq!((&*join.name, join.publications.len()), ("Anna", 1));
}

#[test]
fn credentials_that_are_renewed_are_passed_on() {
    let server = IceServer {
        urls: vec!["turn:turn.example".into()],
        username: Some("1:a".into()),
        credential: Some("tea".into()),
    };
    let message = ServerMessage::IceServers { ice_servers: vec![server.clone()] };
    let outputs = told(&mut joined(), message, 20);
    assert_eq!(outputs, [Output::Event(SignalEvent::IceServers(vec![server]))]);
}

#[test]
fn what_the_server_refuses_is_taken_back_and_stands_in_the_way_of_nothing() {
    let mut backend = joined();
    backend.handle_command(SignalCommand::Update(named("too long")), 20);
    assert_eq!(sent(&drain(&mut backend)).len(), 1);
    let outputs = told(&mut backend, refusal(None), 30);
    assert_eq!(corrected(&outputs), Some((Vec::new(), named("Ana"))));
    backend.handle_timeout(20 + REPEAT_MS);
    assert_eq!(sent(&drain(&mut backend)), [], "it is not asked for again");
    backend.handle_command(SignalCommand::Update(named("Anna")), 3_000);
    let messages = sent(&drain(&mut backend));
    assert!(matches!(&*messages, [(ClientMessage::Update(profile), Some(_))] if profile.name == "Anna"));
}

#[test]
fn a_refusal_takes_back_what_it_is_about_and_nothing_else() {
    let mut backend = joined();
    backend.handle_command(SignalCommand::Update(named("Anna")), 20);
    backend.handle_command(SignalCommand::Publish(vec![camera()]), 20);
    let messages = sent(&drain(&mut backend));
    let published = |(message, request): &(ClientMessage, Option<u32>)| match message {
        ClientMessage::Publish { .. } => *request,
        _ => None,
    };
    let request = messages.iter().rev().find_map(published).unwrap();
    assert_eq!(corrected(&told(&mut backend, refusal(Some(request + 100)), 30)), None, "about another one");
    let outputs = told(&mut backend, refusal(Some(request)), 30);
    assert_eq!(corrected(&outputs), Some((Vec::new(), named("Anna"))), "the name was not refused");
}

#[test]
fn what_is_published_is_said_until_the_roster_says_so() {
    let mut backend = joined();
    backend.handle_command(SignalCommand::Publish(vec![camera()]), 20);
    assert_eq!(sent(&drain(&mut backend)).len(), 1);
    backend.handle_timeout(20 + REPEAT_MS);
    let [(ClientMessage::Publish { publications }, Some(_))] = &*sent(&drain(&mut backend)) else { panic!() };
    let participant = ParticipantInfo { publications: publications.clone(), ..own() };
    told(&mut backend, ServerMessage::Participant { revision: 2, participant }, 2_100);
    backend.handle_timeout(4_500);
    assert_eq!(sent(&drain(&mut backend)), []);
}

#[test]
fn a_missed_change_is_asked_for() {
    let mut backend = joined();
    let outputs = told(&mut backend, ServerMessage::Pong { revision: 2 }, 20);
    assert_eq!(sent(&outputs), [(ClientMessage::Sync, None)]);
    let other = ParticipantInfo { id: "b".into(), ..own() };
    let participants = vec![own(), other.clone()];
    let roster = Snapshot { revision: 2, participants, lobby: Default::default() };
    let outputs = told(&mut backend, ServerMessage::Roster(roster), 30);
    assert_eq!(outputs, [Output::Event(SignalEvent::Participant(other))]);
}

fn description(sdp_type: SdpType) -> SessionDescription {
    SessionDescription { sdp_type, sdp: "v=0".into() }
}

fn offer() -> LinkSignal<PublicationId> {
    LinkSignal::Description { description: description(SdpType::Offer), carries: None }
}

#[test]
fn the_first_offer_to_the_sfu_travels_with_join_and_all_else_after_it() {
    let link = LinkId::Server(Lane::Both);
    let wishes = LinkSignal::Wishes(Wanted { wishes: Vec::new(), others: false });
    for has_offer in [true, false] {
        let mut backend = NativeBackend::new("ws://127.0.0.1/ws");
        backend.handle_command(
            SignalCommand::Join(JoinRequest { topology: Topology::Sfu, carries_offer: true, ..request() }),
            0,
        );
        backend.handle_socket(SocketEvent::Opened, 1);
        backend.handle_command(SignalCommand::Open(link.clone()), 2);
        backend.handle_command(SignalCommand::Signal { link: link.clone(), signal: wishes.clone() }, 3);
        assert_eq!(sent(&drain(&mut backend)), [], "`join` waits for the offer");
        if has_offer {
            backend.handle_command(SignalCommand::Signal { link: link.clone(), signal: offer() }, 4);
        } else {
            backend.handle_timeout(REPEAT_MS);
        }
        let messages = sent(&drain(&mut backend));
        let [(ClientMessage::Join(join), None), (ClientMessage::Relay { to, payload }, None)] = &*messages
        else {
            panic!("{messages:?}")
        };
        let first = join.relay.as_ref().and_then(|payload| payload.signal.as_ref());
        assert_eq!(matches!(first, Some(PeerSignal::Description { .. })), has_offer);
        assert_eq!(to.as_str(), SFU_ID);
        assert!(matches!(payload.signal, Some(PeerSignal::Wishes { others: false, .. })));
    }
}

#[test]
fn a_signal_for_a_link_that_is_not_open_is_left_to_be_repeated() {
    let mut backend = joined();
    joins(&mut backend);
    let mids = [("0".to_owned(), camera().id)].into();
    let signal = Some(PeerSignal::Description { description: description(SdpType::Offer), mids });
    let relay =
        ServerMessage::Relay { from: "b".into(), payload: RelayPayload { epoch: 0, seq: 1, ack: 0, signal } };
    assert_eq!(told(&mut backend, relay.clone(), 20), []);
    backend.handle_command(SignalCommand::Open("b".into()), 30);
    let slot = Slot { participant_id: "b".into(), publication_id: camera().id };
    let signal = LinkSignal::Description {
        description: description(SdpType::Offer),
        carries: Some([("0".to_owned(), slot)].into()),
    };
    let signal = Output::Event(SignalEvent::Signal { link: "b".into(), signal });
    assert_eq!(told(&mut backend, relay.clone(), 40), [signal]);
    assert_eq!(told(&mut backend, relay, 50), [], "once");
}

#[test]
fn join_connects_and_is_sent_once_when_the_socket_is_open() {
    let mut backend = NativeBackend::new("ws://127.0.0.1/ws");
    backend.handle_command(SignalCommand::Join(request()), 0);
    backend.handle_timeout(2_000);
    assert_eq!(
        drain(&mut backend),
        [Output::Connect { url: "ws://127.0.0.1/ws".into(), protocols: Vec::new() }]
    );
    backend.handle_socket(SocketEvent::Opened, 2_100);
    let messages = sent(&drain(&mut backend));
    assert!(matches!(&*messages, [(ClientMessage::Join(join), None)] if join.name == "Ana"), "{messages:?}");
}

#[test]
fn a_socket_that_never_opened_is_unreachable_and_its_token_is_not_shown() {
    let mut backend = NativeBackend::new("ws://127.0.0.1/ws?token=secret");
    backend.handle_command(SignalCommand::Join(request()), 0);
    drain(&mut backend);
    backend.handle_socket(SocketEvent::Closed { code: 1006, reason: String::new() }, 5);
    let url = "ws://127.0.0.1/ws".into();
    assert_eq!(drain(&mut backend), [Output::Event(SignalEvent::Unreachable { url })]);
}

#[test]
fn a_silent_server_is_asked_and_then_given_up() {
    let mut backend = joined();
    assert_eq!(backend.poll_timeout(), Some(5_010));
    backend.handle_timeout(5_010);
    assert_eq!(drain(&mut backend), [Output::Text(ClientMessage::Ping.encode())]);
    backend.handle_timeout(15_010);
    let outputs = drain(&mut backend);
    assert_eq!(outputs[0], Output::Close);
    assert!(matches!(&outputs[1], Output::Event(SignalEvent::Lost { .. })));
    assert_eq!(backend.poll_timeout(), None);
}

#[test]
fn leaving_says_so_and_closes() {
    let mut backend = joined();
    backend.handle_command(SignalCommand::Leave, 20);
    assert_eq!(drain(&mut backend), [Output::Text(ClientMessage::Leave.encode()), Output::Close]);
    backend.handle_socket(SocketEvent::Closed { code: 1000, reason: String::new() }, 30);
    assert_eq!(drain(&mut backend), [], "a requested close is not a loss");
}

proptest! {
    #[test]
    fn no_frame_panics_or_ends_the_connection(text in ".*", bytes: Vec<u8>) {
        let mut backend = open();
        backend.handle_socket(SocketEvent::Text(text), 20);
        backend.handle_socket(SocketEvent::Binary(bytes), 30);
        prop_assert!(drain(&mut backend).iter().all(|output| *output != Output::Close));
    }
}

/// Another participant joins.
fn joins(backend: &mut NativeBackend) {
    let participant = participant("b", 2, Role::Participant);
    told(backend, ServerMessage::Participant { revision: 2, participant }, 15);
}

fn relayed(epoch: u32, seq: u32, signal: Option<PeerSignal>) -> ServerMessage {
    let payload = RelayPayload { epoch, seq, ack: 0, signal };
    ServerMessage::Relay { from: "b".into(), payload }
}

fn epochs(outputs: &[Output]) -> Vec<(u32, u32)> {
    let epoch = |message| match message {
        (ClientMessage::Relay { payload, .. }, _) => Some((payload.epoch, payload.seq)),
        _ => None,
    };
    sent(outputs).into_iter().filter_map(epoch).collect()
}

#[test]
fn a_link_that_is_opened_again_begins_a_new_epoch_and_ignores_the_old_one() {
    let mut backend = joined();
    joins(&mut backend);
    let ask = || Some(PeerSignal::Ask { audio: 1, video: 0, restart: false });
    backend.handle_command(SignalCommand::Open("b".into()), 20);
    assert_eq!(epochs(&drain(&mut backend)), [], "the first epoch needs no announcement");
    backend.handle_command(SignalCommand::Close("b".into()), 30);
    backend.handle_command(SignalCommand::Open("b".into()), 30);
    assert_eq!(epochs(&drain(&mut backend)), [(1, 1)]);
    assert_eq!(told(&mut backend, relayed(0, 1, ask()), 40), [], "an old one");
    let outputs = told(&mut backend, relayed(1, 1, ask()), 50);
    assert!(matches!(&*outputs, [Output::Event(SignalEvent::Signal { .. })]), "{outputs:?}");
}

#[test]
fn a_later_epoch_of_the_remote_end_replaces_the_link_and_loses_nothing() {
    let mut backend = joined();
    joins(&mut backend);
    let ask = || Some(PeerSignal::Ask { audio: 1, video: 0, restart: false });
    backend.handle_command(SignalCommand::Open("b".into()), 20);
    told(&mut backend, relayed(0, 1, ask()), 30);
    drain(&mut backend);
    let outputs = told(&mut backend, relayed(3, 1, ask()), 40);
    assert_eq!(outputs, [Output::Event(SignalEvent::Reopened("b".into()))]);
    assert_eq!(told(&mut backend, relayed(0, 2, ask()), 41), [], "an old one");

    backend.handle_command(SignalCommand::Close("b".into()), 42);
    backend.handle_command(SignalCommand::Open("b".into()), 42);
    let outputs = drain(&mut backend);
    assert_eq!(epochs(&outputs), [(3, 1)], "the epoch of the remote end, not one of its own");
    let is_ask = |output: &Output| {
        let ask = LinkSignal::RequestOffer {
            sections: crate::model::Sections { audio: 1, video: 0 },
            restart: false,
        };
        matches!(output, Output::Event(SignalEvent::Signal { signal, .. }) if *signal == ask)
    };
    assert_eq!(outputs.iter().filter(|output| is_ask(output)).count(), 1, "what began the epoch");
    assert_eq!(told(&mut backend, relayed(3, 1, ask()), 43), [], "once");
}
