//! What a LiveKit 1.13.5 server was seen to send, and what it may send.

use std::collections::BTreeMap;

use super::messages::action;
use super::wire::{Writer, message};
use super::*;
use crate::model::{
    DataContent, LinkSignal, MediaKind, Publication, RefusalCode, SdpType, Sections, SessionDescription,
    Slot, TrackSource, Wanted, Wish,
};
use crate::signaling::SignalingBackend as _;

const OFFER: &str = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=sendonly\r\na=msid:- mic-cid\r\n\
    m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=recvonly\r\n";

fn outputs(backend: &mut LiveKitBackend) -> Vec<Output> {
    std::iter::from_fn(|| backend.poll_output()).collect()
}

fn events(backend: &mut LiveKitBackend) -> Vec<SignalEvent> {
    let events = outputs(backend).into_iter();
    events.filter_map(|output| if let Output::Event(event) = output { Some(event) } else { None }).collect()
}

/// The numbers of the fields of the messages that were sent: which kinds of requests they are.
fn sent(outputs: &[Output]) -> Vec<u32> {
    let mut kinds = Vec::new();
    for output in outputs {
        if let Output::Binary(bytes) = output {
            wire::each_field(bytes, &mut |field, _| {
                kinds.push(field);
                Ok(())
            })
            .unwrap();
        }
    }
    kinds
}

fn microphone() -> Publication {
    let (kind, source) = (MediaKind::Audio, TrackSource::Microphone);
    Publication { id: "mic".into(), kind, source, muted: false, to: None }
}

fn person(out: &mut Writer, sid: &str, identity: &str, version: u32, track: Option<&str>) {
    out.text(1, sid);
    out.text(2, identity);
    out.number(3, 2_u32);
    if let Some(track) = track {
        out.message(4, |out| {
            out.text(1, track);
            out.number(2, 1_u32);
            out.number(9, 1_u32);
        });
    }
    out.number(6, 1_795_447_099_u32);
    out.number(10, version);
}

fn joined_message() -> Vec<u8> {
    message(|out| {
        out.message(1, |out| {
            out.message(2, |out| person(out, "PA_own", "alice", 1, None));
            out.number(10, 15_u32);
            out.number(11, 5_u32);
        });
    })
}

fn update(sid: &str, identity: &str, version: u32, track: Option<&str>) -> Vec<u8> {
    message(|out| out.message(5, |out| out.message(1, |out| person(out, sid, identity, version, track))))
}

fn answer(id: u32, mids: &[(&str, &str)]) -> Vec<u8> {
    let mids = mids.iter().map(|(mid, sid)| ((*mid).to_owned(), (*sid).to_owned())).collect();
    message(|out| {
        out.message(2, |out| {
            out.text(2, "v=0");
            out.number(3, id);
            out.map(4, &mids);
        });
    })
}

fn published() -> Vec<u8> {
    message(|out| {
        out.message(6, |out| {
            out.text(1, "mic-cid");
            out.message(2, |out| out.text(1, "TR_mic"));
        });
    })
}

fn leave(reason: u32, action: u32) -> Vec<u8> {
    message(|out| {
        out.message(8, |out| {
            out.number(2, reason);
            out.number(3, action);
        });
    })
}

fn receive(backend: &mut LiveKitBackend, bytes: Vec<u8>) {
    backend.handle_socket(SocketEvent::Binary(bytes), 100);
}

fn command(backend: &mut LiveKitBackend, command: SignalCommand) {
    backend.handle_command(command, 100);
}

fn offer(backend: &mut LiveKitBackend) {
    let description = SessionDescription { sdp_type: SdpType::Offer, sdp: OFFER.to_owned() };
    let carries = Some(BTreeMap::from([("0".to_owned(), "mic".into())]));
    let signal = LinkSignal::Description { description, carries };
    command(backend, SignalCommand::Signal { link: LINK, signal });
}

fn dialing() -> LiveKitBackend {
    let mut backend = LiveKitBackend::new("wss://host/path/?x=1");
    let profile = Profile { name: "alice".into(), ..Profile::default() };
    let mut request = model::JoinRequest::new("tea", profile, crate::Topology::Sfu);
    request.publications = vec![microphone()];
    request.carries_offer = true;
    request.token = Some("aaa.bbb.c-_".into());
    command(&mut backend, SignalCommand::Join(request));
    assert_eq!(outputs(&mut backend), [], "the request waits for the offer");
    offer(&mut backend);
    backend
}

/// In the room, with the microphone published.
fn joined() -> LiveKitBackend {
    let mut backend = dialing();
    outputs(&mut backend);
    backend.handle_socket(SocketEvent::Opened, 50);
    receive(&mut backend, joined_message());
    receive(&mut backend, published());
    receive(&mut backend, answer(1, &[]));
    outputs(&mut backend);
    backend
}

#[test]
fn one_request_joins_publishes_and_offers() {
    let mut backend = dialing();
    let [Output::Connect { url, .. }] = &outputs(&mut backend)[..] else { panic!() };
    assert!(url.starts_with("wss://host/path/rtc/v1?access_token=aaa.bbb.c-_&join_request="), "{url}");
    backend.handle_socket(SocketEvent::Opened, 50);
    receive(&mut backend, joined_message());
    receive(&mut backend, published());
    receive(&mut backend, answer(1, &[]));
    let outputs = outputs(&mut backend);
    assert!(sent(&outputs).is_empty(), "nothing else is needed");
    assert!(matches!(&outputs[0], Output::Event(SignalEvent::Joined { participant_id, participants, .. })
        if participant_id.as_str() == "alice" && participants[0].publications == [microphone()]));
    let signal = |output: &Output| matches!(output, Output::Event(SignalEvent::Signal { .. }));
    assert!(outputs[1..].iter().any(signal));
}

#[test]
fn a_section_is_announced_once_its_track_is_known_and_updates_are_applied_once() {
    let mut backend = joined();
    offer(&mut backend);
    assert_eq!(sent(&outputs(&mut backend)), [1], "a known track is not announced again");
    receive(&mut backend, answer(1, &[("1", "TR_old")]));
    assert_eq!(events(&mut backend), [], "the answer to an earlier offer");
    receive(&mut backend, answer(2, &[("1", "TR_cam")]));
    let [SignalEvent::Signal { signal: LinkSignal::Description { carries, .. }, .. }] =
        &events(&mut backend)[..]
    else {
        panic!()
    };
    assert_eq!(carries, &Some(BTreeMap::new()));
    receive(&mut backend, update("PA_bob", "bob", 3, Some("TR_cam")));
    let slot = Slot { participant_id: "bob".into(), publication_id: "TR_cam".into() };
    let slots = LinkSignal::Slots(BTreeMap::from([("1".to_owned(), slot)]));
    let seen = events(&mut backend);
    assert!(matches!(&seen[0], SignalEvent::Participant(info) if info.publications.len() == 1));
    assert_eq!(seen[1], SignalEvent::Signal { link: LINK, signal: slots });
    receive(&mut backend, update("PA_bob", "bob", 3, Some("TR_cam")));
    receive(&mut backend, update("PA_bob", "bob", 2, None));
    assert_eq!(events(&mut backend), []);
}

#[test]
fn sections_are_offered_when_the_server_needs_them_even_if_there_are_enough() {
    let mut backend = joined();
    receive(&mut backend, message(|out| out.message(25, |out| out.number(2, 2_u32))));
    receive(&mut backend, message(|out| out.message(25, |_| ())));
    let wanted = |video| {
        let sections = Sections { audio: 0, video };
        SignalEvent::Signal { link: LINK, signal: LinkSignal::RequestOffer { sections, restart: false } }
    };
    assert_eq!(events(&mut backend), [wanted(3), wanted(1)]);
}

#[test]
fn muting_and_wishes_use_the_ids_of_the_server_and_are_said_once() {
    let mut backend = joined();
    let muted = Publication { muted: true, ..microphone() };
    for _ in 0..2 {
        command(&mut backend, SignalCommand::Publish(vec![muted.clone()]));
    }
    assert_eq!(sent(&outputs(&mut backend)), [5]);
    receive(&mut backend, update("PA_bob", "bob", 3, Some("TR_cam")));
    assert!(sent(&outputs(&mut backend)).is_empty());
    let (participant_id, publication_id) = ("bob".into(), "TR_cam".into());
    let wish = Wish { participant_id, publication_id, wanted: true, max_height: Some(180) };
    let wishes = |wish: Wish| {
        let signal = LinkSignal::Wishes(Wanted { wishes: vec![wish], others: true });
        SignalCommand::Signal { link: LINK, signal }
    };
    for _ in 0..2 {
        command(&mut backend, wishes(wish.clone()));
    }
    assert_eq!(sent(&outputs(&mut backend)), [7]);
    command(&mut backend, wishes(Wish { wanted: false, ..wish }));
    assert_eq!(sent(&outputs(&mut backend)), [6]);
}

#[test]
fn a_lost_connection_is_resumed_with_the_newest_token() {
    let mut backend = joined();
    receive(&mut backend, message(|out| out.text(16, "newest.t.x")));
    backend.handle_socket(SocketEvent::Closed { code: 1006, reason: String::new() }, 200);
    assert!(matches!(&events(&mut backend)[..], [SignalEvent::Lost { .. }]));
    command(&mut backend, SignalCommand::Reconnect);
    let [Output::Connect { url, .. }] = &outputs(&mut backend)[..] else { panic!() };
    assert!(url.contains("access_token=newest.t.x&"), "{url}");
    backend.handle_socket(SocketEvent::Opened, 300);
    receive(&mut backend, message(|out| out.message(19, |_| ())));
    let seen = outputs(&mut backend);
    assert_eq!(sent(&seen), [12], "sync_state");
    assert!(seen.contains(&Output::Event(SignalEvent::Resumed { ice_servers: Vec::new() })));
}

#[test]
fn after_a_resume_the_server_and_this_end_get_the_messages_that_they_have_missed() {
    let mut backend = joined();
    receive(&mut backend, update("PA_bob", "bob", 3, None));
    outputs(&mut backend);
    for payload in [b"one", b"two"] {
        let content = DataContent::Data { topic: String::new(), payload: payload.to_vec() };
        let packet = DataPacket { channel: Channel::Reliable, participant: None, content };
        backend.handle_data(packet, 110);
    }
    let sent = outputs(&mut backend);
    let received = message(|out| {
        out.text(4, "bob");
        out.message(2, |out| out.text(2, "hello"));
        out.number(16, 4_u32);
        out.text(17, "PA_bob");
    });
    backend.handle_channel(Channel::Reliable, received, 120);
    assert!(matches!(&outputs(&mut backend)[..], [Output::Received(_)]));
    backend.handle_channel(Channel::Reliable, vec![1, 2, 3], 130);
    assert!(matches!(&events(&mut backend)[..], [SignalEvent::Undecodable { .. }]));

    backend.handle_socket(SocketEvent::Closed { code: 1006, reason: String::new() }, 200);
    command(&mut backend, SignalCommand::Reconnect);
    backend.handle_socket(SocketEvent::Opened, 300);
    outputs(&mut backend);
    receive(&mut backend, message(|out| out.message(19, |out| out.number(4, 1_u32))));
    let seen = outputs(&mut backend);
    let Some(Output::Binary(state)) = seen.first() else { panic!("{seen:?}") };
    let bob = message(|out| {
        out.text(1, "PA_bob");
        out.number(2, 4_u32);
    });
    assert!(state.windows(bob.len()).any(|part| part == bob), "what was received last is in `sync_state`");
    let repeated = seen.iter().filter(|output| matches!(output, Output::Send(..)));
    assert!(repeated.eq(&sent[1..]), "the second one");
}

#[test]
fn a_probe_waits_for_a_slow_server() {
    let mut backend = dialing();
    outputs(&mut backend);
    backend.handle_socket(SocketEvent::Opened, 500);
    receive(&mut backend, joined_message());
    outputs(&mut backend);
    command(&mut backend, SignalCommand::Probe { within_ms: 500 });
    assert_eq!(sent(&outputs(&mut backend)), [16]);
    backend.handle_timeout(100 + 3 * 400 - 1);
    assert!(events(&mut backend).is_empty());
    backend.handle_timeout(100 + 3 * 400);
    assert!(matches!(&events(&mut backend)[..], [SignalEvent::Lost { .. }]));
}

#[test]
fn a_server_that_knows_the_participant_no_longer_is_joined_again() {
    let mut backend = joined();
    receive(&mut backend, leave(6, action::RECONNECT));
    assert!(matches!(&events(&mut backend)[..], [SignalEvent::Lost { .. }]));
    command(&mut backend, SignalCommand::Reconnect);
    backend.handle_socket(SocketEvent::Opened, 300);
    outputs(&mut backend);
    receive(&mut backend, joined_message());
    assert!(matches!(&events(&mut backend)[..], [SignalEvent::Rejoined { .. }]));
    offer(&mut backend);
    assert_eq!(sent(&outputs(&mut backend)), [4, 1], "the track is announced again");
}

#[test]
fn a_server_that_replies_nonsense_to_a_resume_is_left_for_a_rejoin() {
    let nameless = message(|out| out.message(1, |out| out.number(10, 15_u32)));
    // The last one is a message, but not the reply, and the attempt fails later.
    for nonsense in [vec![0xff; 11], b"{}".to_vec(), nameless, answer(1, &[])] {
        let is_message = nonsense == answer(1, &[]);
        let mut backend = joined();
        backend.handle_socket(SocketEvent::Closed { code: 1006, reason: String::new() }, 200);
        command(&mut backend, SignalCommand::Reconnect);
        backend.handle_socket(SocketEvent::Opened, 300);
        outputs(&mut backend);
        receive(&mut backend, nonsense.clone());
        let left = outputs(&mut backend);
        let is_lost = |output: &Output| matches!(output, Output::Event(SignalEvent::Lost { .. }));
        let is_left = left.iter().any(is_lost) && left.contains(&Output::Close);
        assert_eq!(is_left, !is_message, "{nonsense:?}: {left:?}");

        command(&mut backend, SignalCommand::Reconnect);
        backend.handle_socket(SocketEvent::Opened, 400);
        let [Output::Connect { url, .. }] = &outputs(&mut backend)[..] else { panic!() };
        assert_eq!(backend.own_sid, "", "{url}");
        receive(&mut backend, joined_message());
        assert!(matches!(&events(&mut backend)[..], [SignalEvent::Rejoined { .. }]), "{nonsense:?}");
    }
}

#[test]
fn being_replaced_or_removed_is_the_end() {
    for (reason, code) in [(2, RefusalCode::Superseded), (4, RefusalCode::Removed)] {
        let mut backend = joined();
        receive(&mut backend, leave(reason, 0));
        let [SignalEvent::Ended(refusal)] = &events(&mut backend)[..] else { panic!() };
        assert_eq!(refusal.code, code);
    }
}

#[test]
fn a_refused_token_is_named_by_its_fault_and_never_repeated() {
    for (status, body, code) in [
        (
            401,
            "invalid token: aaa.bbb.c-_, error: go-jose: cryptographic primitive",
            RefusalCode::TokenInvalid,
        ),
        (401, "invalid token: aaa.bbb.c-_, error: token is expired (exp)", RefusalCode::TokenExpired),
        (401, "permissions denied", RefusalCode::NotPermitted),
    ] {
        let mut backend = dialing();
        outputs(&mut backend);
        backend.handle_socket(SocketEvent::Closed { code: 1006, reason: String::new() }, 60);
        let [Output::Http(request)] = &outputs(&mut backend)[..] else { panic!() };
        assert!(request.url.starts_with("https://host/path/rtc/v1/validate?"), "{}", request.url);
        let response = HttpResponse { status, body: body.to_owned(), ..HttpResponse::default() };
        backend.handle_http(0, Ok(response), 70);
        let [SignalEvent::Refused(refusal)] = &events(&mut backend)[..] else { panic!() };
        assert_eq!(refusal.code, code);
        assert!(!refusal.detail.contains("aaa"));
        assert!(!format!("{backend:?}").contains("aaa"));
    }
}

#[test]
fn a_server_that_is_not_there_is_unreachable() {
    let mut backend = dialing();
    outputs(&mut backend);
    backend.handle_socket(SocketEvent::Closed { code: 1006, reason: String::new() }, 60);
    outputs(&mut backend);
    backend.handle_http(0, Err("refused".into()), 70);
    let url = "wss://host/path/".to_owned();
    assert_eq!(events(&mut backend), [SignalEvent::Unreachable { url }]);
}

#[test]
fn a_silent_server_is_lost_after_the_time_that_it_named() {
    let mut backend = joined();
    backend.handle_timeout(5_200);
    assert_eq!(sent(&outputs(&mut backend)), [16]);
    backend.handle_timeout(15_200);
    assert!(matches!(&events(&mut backend)[..], [SignalEvent::Lost { .. }]));
}

#[test]
fn garbage_foreign_late_and_doubled_messages_do_not_end_the_room() {
    let known = [
        joined_message(),
        published(),
        answer(1, &[("1", "TR_cam")]),
        update("PA_b", "b", 1, Some("TR_cam")),
    ];
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed >> 33).unwrap()
    };
    for _ in 0..300 {
        let mut backend = joined();
        for _ in 0..40 {
            let mut bytes = known[random() % known.len()].clone();
            for _ in 0..random() % 4 {
                let place = random() % bytes.len();
                bytes[place] = random() as u8;
            }
            bytes.truncate(random() % (bytes.len() + 1) + 1);
            // `leave` may end the room, and so may a message that became one.
            if bytes.first() == Some(&(8 << 3 | 2)) {
                continue;
            }
            receive(&mut backend, bytes);
        }
        outputs(&mut backend);
        receive(&mut backend, update("PA_carol", "carol", u32::MAX, None));
        let is_carol = |event: &SignalEvent| matches!(event, SignalEvent::Participant(info) if info.id.as_str() == "carol");
        assert!(events(&mut backend).iter().any(is_carol));
    }
}

#[test]
fn a_new_peer_connection_needs_another_stay() {
    let mut backend = joined();
    command(&mut backend, SignalCommand::Close(LINK));
    assert_eq!(outputs(&mut backend), [], "it may be the end");
    command(&mut backend, SignalCommand::Open(LINK));
    assert!(matches!(
        &outputs(&mut backend)[..],
        [Output::Close, Output::Event(SignalEvent::Lost { detail })] if detail.contains("replaced")
    ));
    offer(&mut backend);
    command(&mut backend, SignalCommand::Reconnect);
    let [Output::Connect { url, .. }] = &outputs(&mut backend)[..] else { panic!() };
    assert_eq!(url.matches("join_request=").count(), 1);
    backend.handle_socket(SocketEvent::Opened, 200);
    receive(&mut backend, joined_message());
    assert!(matches!(&outputs(&mut backend)[..], [Output::Event(SignalEvent::Rejoined { .. }), ..]));
    command(&mut backend, SignalCommand::Close(LINK));
    command(&mut backend, SignalCommand::Open(LINK));
    assert_eq!(outputs(&mut backend), [], "the new stay has no peer connection yet");
    offer(&mut backend);
    assert_eq!(sent(&outputs(&mut backend)), [4, 1], "the track is announced, and the offer sent");
}

#[test]
fn a_stay_whose_peer_connection_was_replaced_is_not_resumed() {
    let replace = |backend: &mut LiveKitBackend| {
        command(backend, SignalCommand::Close(LINK));
        command(backend, SignalCommand::Open(LINK));
    };
    let is_resume = |outputs: &[Output], backend: &LiveKitBackend| {
        assert!(outputs.iter().any(|output| matches!(output, Output::Connect { .. })));
        backend.phase == Phase::Dialing(Purpose::Resume)
    };
    let mut backend = joined();
    backend.handle_socket(SocketEvent::Closed { code: 1006, reason: String::new() }, 100);
    replace(&mut backend);
    outputs(&mut backend);
    command(&mut backend, SignalCommand::Reconnect);
    assert!(!is_resume(&outputs(&mut backend), &backend));

    let mut backend = joined();
    backend.handle_socket(SocketEvent::Closed { code: 1006, reason: String::new() }, 100);
    command(&mut backend, SignalCommand::Reconnect);
    assert!(is_resume(&outputs(&mut backend), &backend));
    replace(&mut backend);
    backend.handle_socket(SocketEvent::Opened, 200);
    receive(&mut backend, message(|out| out.message(19, |_| ())));
    let seen = events(&mut backend);
    assert!(matches!(&seen[..], [SignalEvent::Lost { .. }]), "{seen:?}");
    command(&mut backend, SignalCommand::Reconnect);
    assert!(!is_resume(&outputs(&mut backend), &backend));
}
