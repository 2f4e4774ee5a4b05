//! What LiveKit 1.13.5 and livekit-client 2.23 were seen to send, what this backend sends, and what anyone may send.

use super::super::wire::{Writer, message};
use super::*;
use crate::model::{ParticipantId, RpcFailure};

/// As the server passes it on: with the sender.
fn from_alice(sequence: u32, fill: impl FnOnce(&mut Writer)) -> Vec<u8> {
    message(|out| {
        out.text(4, "alice");
        fill(out);
        out.number(16, sequence);
        out.text(17, "PA_5eB9wScrZ8LH");
    })
}

fn user(sequence: u32, topic: &str, payload: &[u8]) -> Vec<u8> {
    from_alice(sequence, |out| {
        out.message(2, |out| {
            out.text(1, "PA_5eB9wScrZ8LH");
            out.bytes(2, payload);
            out.text(4, topic);
            out.text(5, "alice");
        });
    })
}

fn header(out: &mut Writer, stream_id: &str, topic: &str, inline: Option<&str>) {
    out.message(13, |out| {
        out.text(1, stream_id);
        out.number(2, 1_795_447_125_126_u64);
        out.text(3, topic);
        out.text(4, "text/plain");
        out.number(5, 10_u32);
        out.message(9, |_| ());
        if let Some(inline) = inline {
            out.text(11, inline);
        }
    });
}

fn chunk(out: &mut Writer, stream_id: &str, index: u32, content: &str) {
    out.message(14, |out| {
        out.text(1, stream_id);
        out.number(2, index);
        out.text(3, content);
    });
}

fn trailer(out: &mut Writer, stream_id: &str) {
    out.message(15, |out| out.text(1, stream_id));
}

fn receive(data: &mut Data, bytes: &[u8]) -> Option<DataContent> {
    let packet = data.decode(Channel::Reliable, bytes).unwrap()?;
    assert_eq!(packet.participant, Some("alice".into()));
    Some(packet.content)
}

fn chat(text: &str, private: bool) -> DataContent {
    DataContent::Chat { id: 0, text: text.to_owned(), private, again: false }
}

fn packet(channel: Channel, to: Option<&str>, content: DataContent) -> DataPacket {
    DataPacket { channel, participant: to.map(ParticipantId::from), content }
}

/// What the server makes of a sent packet.
fn passed_on(packet: &[u8]) -> Vec<u8> {
    let added = message(|out| {
        out.text(4, "alice");
        out.text(17, "PA_alice");
    });
    [packet, &added].concat()
}

fn begun() -> Data {
    let mut data = Data::default();
    data.begin("PA_own", 1_795_447_099, 1_000);
    data
}

#[test]
fn a_message_of_livekits_client_is_received_once() {
    let mut data = Data::default();
    let hello = DataContent::Data { topic: "t".into(), payload: b"hello".to_vec() };
    assert_eq!(receive(&mut data, &user(1, "t", b"hello")), Some(hello.clone()));
    assert_eq!(receive(&mut data, &user(1, "t", b"hello")), None, "it was repeated");
    assert_eq!(receive(&mut data, &user(3, "t", b"hello")), Some(hello.clone()));
    assert_eq!(data.received(), [("PA_5eB9wScrZ8LH", 3)]);
    for _ in 0..2 {
        assert_eq!(receive(&mut data, &user(0, "t", b"hello")), Some(hello.clone()), "it has no number");
    }
}

#[test]
fn texts_of_livekits_components_are_chat() {
    let mut data = Data::default();
    let short = from_alice(5, |out| header(out, "54800b0d", "lk.chat", Some("short text")));
    assert_eq!(receive(&mut data, &short), Some(chat("short text", false)));
    let parts = [
        from_alice(6, |out| {
            out.text(5, "bob");
            header(out, "ec74ff6c", "lk.chat", None);
        }),
        from_alice(7, |out| chunk(out, "ec74ff6c", 0, "part one ")),
        from_alice(8, |out| chunk(out, "ec74ff6c", 1, "part two")),
    ];
    for part in &parts {
        assert_eq!(receive(&mut data, part), None);
    }
    let end = from_alice(9, |out| {
        out.text(5, "bob");
        trailer(out, "ec74ff6c");
    });
    assert_eq!(receive(&mut data, &end), Some(chat("part one part two", true)));
    let other = from_alice(10, |out| header(out, "87965af4", "lk.rpc_request", Some("x")));
    assert_eq!(receive(&mut data, &other), None);
}

#[test]
fn a_chat_message_of_an_older_client_is_received_unless_it_changes_another_one() {
    let message = |sequence, change: Option<u32>| {
        from_alice(sequence, |out| {
            out.message(9, |out| {
                out.text(1, "a-uuid");
                out.text(4, "hello");
                change.into_iter().for_each(|field| out.number(field, 1_u32));
            });
        })
    };
    let mut data = Data::default();
    assert_eq!(receive(&mut data, &message(1, None)), Some(chat("hello", false)));
    assert_eq!(receive(&mut data, &message(2, Some(3))), None);
    assert_eq!(receive(&mut data, &message(3, Some(5))), None);
}

#[test]
fn every_message_arrives_as_it_was_sent() {
    let text = "☕".repeat(11_000);
    let contents = [
        DataContent::Chat { id: 7, text: text.clone(), private: true, again: true },
        DataContent::Chat { id: 8, text: String::new(), private: true, again: false },
        DataContent::Data { topic: "t".into(), payload: vec![0, 255] },
        DataContent::Internal(b"{}".to_vec()),
    ];
    let (mut sender, mut receiver) = (begun(), begun());
    for channel in [Channel::Reliable, Channel::Files, Channel::Lossy] {
        for content in &contents {
            if matches!(content, DataContent::Chat { .. }) && channel != Channel::Reliable
                || matches!(content, DataContent::Data { .. }) && channel == Channel::Files
            {
                continue;
            }
            let sent = sender.encode(packet(channel, Some("bob"), content.clone()), 5_000);
            let carrier = if channel == Channel::Lossy { Channel::Lossy } else { Channel::Reliable };
            let received: Vec<_> = sent
                .iter()
                .filter_map(|bytes| receiver.decode(carrier, &passed_on(bytes)).unwrap())
                .collect();
            assert_eq!(received, [packet(channel, Some("alice"), content.clone())]);
            assert!(sent.iter().all(|bytes| bytes.len() < CHUNK_BYTES + 200), "as LiveKit's clients do");
        }
    }
}

#[test]
fn chat_is_a_stream_of_text_with_the_time_of_the_servers_clock() {
    let mut data = begun();
    let content = DataContent::Chat { id: 7, text: "hello".into(), private: false, again: false };
    let sent = data.encode(packet(Channel::Reliable, None, content), 3_500);
    let expected = message(|out| {
        out.message(13, |out| {
            out.text(1, "PA_own/1");
            out.number(2, 1_795_447_101_500_u64);
            out.text(3, "lk.chat");
            out.text(4, "text/plain");
            out.number(5, 5_u32);
            out.map(8, &BTreeMap::from([("moim.id".to_owned(), "7".to_owned())]));
            out.message(9, |_| ());
        });
        out.number(16, 1_u32);
    });
    assert_eq!((sent.len(), &sent[0]), (3, &expected));
}

#[test]
fn what_the_server_does_not_have_is_repeated() {
    let mut data = begun();
    let mut send = |channel, payload: &[u8]| {
        let content = DataContent::Data { topic: String::new(), payload: payload.to_vec() };
        data.encode(packet(channel, None, content), 0)
    };
    let sent: Vec<_> = (0..5).map(|number| send(Channel::Reliable, &[number])).collect();
    send(Channel::Lossy, b"lossy");
    assert_eq!(data.after(3), sent[3..].concat());
    assert_eq!(data.after(9), Vec::<Vec<u8>>::new());
    data.begin("PA_next", 0, 0);
    assert_eq!(data.sequence, 0, "another stay counts from the start");
}

#[test]
fn what_is_kept_is_bounded() {
    let mut data = begun();
    for _ in 0..100 {
        let content = DataContent::Data { topic: String::new(), payload: vec![0; 65_000] };
        data.encode(packet(Channel::Reliable, None, content), 0);
        assert!(data.kept_bytes <= MAX_KEPT_BYTES);
    }
    let kept: usize = data.kept.iter().map(|(_, packet)| packet.len()).sum();
    assert_eq!(data.kept_bytes, kept);
    for stay in 0..MAX_STAYS + 10 {
        data.is_new(&stay.to_string(), 1);
    }
    assert_eq!(data.received().len(), MAX_STAYS);
    data.retain(|sid| sid == "9999");
    assert_eq!(data.received(), [("9999", 1)]);
}

#[test]
fn garbage_and_unknown_packets_are_ignored() {
    let known = [
        user(0, "t", b"hello"),
        from_alice(0, |out| header(out, "s", "lk.chat", None)),
        from_alice(0, |out| chunk(out, "s", 0, "text")),
        from_alice(0, |out| trailer(out, "s")),
        user(0, FILES_TOPIC, b"part"),
    ];
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed >> 33).unwrap()
    };
    let mut data = begun();
    for _ in 0..20_000 {
        let mut bytes = known[random() % known.len()].clone();
        for _ in 0..random() % 4 {
            let place = random() % bytes.len();
            bytes[place] = random() as u8;
        }
        bytes.truncate(random() % (bytes.len() + 1) + 1);
        let _ = data.decode(Channel::Reliable, &bytes);
    }
    let hello = DataContent::Data { topic: "t".into(), payload: b"hello".to_vec() };
    assert_eq!(receive(&mut data, &known[0]), Some(hello));
    let of_the_server = message(|out| out.message(2, |out| out.bytes(2, b"hello")));
    assert_eq!(data.decode(Channel::Reliable, &of_the_server), Ok(None));
    assert_eq!(data.decode(Channel::Reliable, b"hello"), Err(Malformed));
}

fn call(method: &str) -> DataContent {
    let (id, payload) = ("01ceeff1".to_owned(), "x".to_owned());
    DataContent::Call { id, method: method.to_owned(), payload, timeout_ms: 15_000 }
}

#[test]
fn a_call_of_livekits_server_is_received_and_acknowledged() {
    let mut data = begun();
    let request = from_alice(1, |out| {
        out.message(10, |out| {
            out.text(1, "01ceeff1");
            out.text(2, "greet");
            out.text(3, "x");
            out.number(4, 15_000_u32);
            out.number(5, 1_u32);
        });
    });
    let received = data.decode(Channel::Reliable, &request).unwrap().unwrap();
    assert_eq!(received.content, call("greet"));
    let acknowledgement = message(|out| {
        out.text(5, "alice");
        out.message(11, |out| out.text(1, "01ceeff1"));
        out.number(16, 1_u32);
    });
    assert_eq!(data.acknowledgement(&received, 0), Some(acknowledgement));
    let response = DataContent::Response { id: "01ceeff1".into(), result: Ok(String::new()) };
    assert_eq!(data.acknowledgement(&packet(Channel::Reliable, Some("alice"), response), 0), None);
}

#[test]
fn a_flood_of_calls_is_acknowledged_at_the_rate_at_which_it_is_processed() {
    let mut data = begun();
    let mut acknowledged = |from: &str, calls: usize, now| {
        let call = packet(Channel::Reliable, Some(from), call("greet"));
        (0..calls).filter(|_| data.acknowledgement(&call, now).is_some()).count()
    };
    assert_eq!([0, 0, 100].map(|now| acknowledged("mallory", 10_000, now)), [8_000, 0, 200]);
    assert_eq!(acknowledged("alice", 10, 100), 10, "another caller's");
    for caller in 0..2 * MAX_CALLERS {
        acknowledged(&caller.to_string(), 1, 100);
    }
    assert_eq!(data.calls.len(), MAX_CALLERS);
}

#[test]
fn a_response_is_a_payload_or_an_error() {
    let mut data = begun();
    let failure =
        RpcFailure { code: 1400, message: "Method not supported at destination".into(), data: String::new() };
    let refused = from_alice(1, |out| {
        out.message(12, |out| {
            out.text(1, "01ceeff1");
            out.message(3, |out| {
                out.number(1, 1400_u32);
                out.text(2, &failure.message);
            });
        });
    });
    let response = |result| DataContent::Response { id: "01ceeff1".into(), result };
    assert_eq!(receive(&mut data, &refused), Some(response(Err(failure.clone()))));
    let acknowledgement = from_alice(2, |out| out.message(11, |out| out.text(1, "01ceeff1")));
    assert_eq!(receive(&mut data, &acknowledgement), None);
    let detailed = RpcFailure { code: 7, data: "[1]".into(), ..failure };
    let mut receiver = Data::default();
    for content in
        [call("greet"), response(Ok("hi x".into())), response(Ok(String::new())), response(Err(detailed))]
    {
        let sent = data.encode(packet(Channel::Reliable, Some("bob"), content.clone()), 1_000);
        assert_eq!(receive(&mut receiver, &passed_on(&sent[0])), Some(content));
    }
}
