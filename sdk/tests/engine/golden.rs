//! What participants send each other over data channels, byte for byte: other versions and other implementations have to
//! understand it. `sdk/protocol/README.md` describes it.

use moim::engine::data::{DataMessage, Frame, Number};
use moim::engine::framing::{FragmentHeader, MessageKind};
use moim::engine::stream::{StreamFrame, StreamHeader, StreamId, StreamKind, StreamMessage};
use moim::engine::transfer::{CancelCause, FileOffer, TransferFrame, TransferId, TransferMessage};
use moim::model::RpcFailure;

/// The id of each transfer and stream here.
const ID: [u8; 16] = *b"0123456789abcdef";

/// A frame of a transfer or a stream: its first byte, its type, the id, and the fields.
fn frame(first: u8, kind: u8, fields: &[u8]) -> Vec<u8> {
    [&[first, kind], &ID[..], fields].concat()
}

/// The types of messages must be numbered without a gap.
fn assert_numbered(kinds: impl IntoIterator<Item = u8>, count: u8) {
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), (0..count).collect::<Vec<_>>(), "one example each");
}

#[test]
fn messages_of_the_data_channel() {
    let chat = |id, private, again| DataMessage::Chat { id, text: "Hi".into(), private, again };
    let report = r#"{"type":"quality","up":{"level":3,"reason":"bandwidth","side":"uplink"},"down":{"level":5,"reason":"none","side":"unknown"}}"#;
    let quality = DataMessage::decode(Frame::Text(report.into())).unwrap();
    assert!(matches!(quality, DataMessage::Quality(_)));
    let (id, method) = ("c0ffee".to_owned(), "add".to_owned());
    let response = |result| DataMessage::Response { id: "c0ffee".into(), result };
    let call = DataMessage::Call { id, method, payload: "[1,2]".into(), timeout_ms: 15_000 };
    let failure = RpcFailure { code: 7, message: "no".into(), data: "[1]".into() };
    let examples = [
        (chat(7, false, false), r#"{"type":"chat","id":7,"text":"Hi"}"#),
        (chat(0, true, false), r#"{"type":"chat","id":0,"text":"Hi","private":true}"#),
        (chat(7, false, true), r#"{"type":"chat","id":7,"text":"Hi","again":true}"#),
        (DataMessage::Receipt { id: 7 }, r#"{"type":"receipt","id":7}"#),
        (DataMessage::Mark { id: 8 }, r#"{"type":"mark","id":8}"#),
        (call, r#"{"type":"call","id":"c0ffee","method":"add","payload":"[1,2]","timeoutMs":15000}"#),
        (response(Ok("3".into())), r#"{"type":"response","id":"c0ffee","payload":"3"}"#),
        (response(Ok(String::new())), r#"{"type":"response","id":"c0ffee"}"#),
        (
            response(Err(failure)),
            r#"{"type":"response","id":"c0ffee","error":7,"payload":"[1]","message":"no"}"#,
        ),
        (DataMessage::Resend, r#"{"type":"resend"}"#),
        (quality, report),
    ];
    for (message, text) in examples {
        assert_eq!(message.encode().unwrap(), Frame::Text(text.into()));
        assert_eq!(DataMessage::decode(Frame::Text(text.into())), Some(message), "{text}");
    }
    let data = DataMessage::Data { topic: "pen".into(), payload: vec![9, 8] };
    let bytes = Frame::Binary(vec![1, 3, b'p', b'e', b'n', 9, 8]);
    assert_eq!(data.encode().unwrap(), bytes);
    assert_eq!(DataMessage::decode(bytes.clone()), Some(data));
    for (kind, again) in [(2, false), (3, true)] {
        let numbered = Frame::Binary(vec![kind, 0, 0, 1, 2, 1, 3, b'p', b'e', b'n', 9, 8]);
        let number = Number { number: 258, again };
        assert_eq!((bytes.clone().numbered(number), numbered.number()), (numbered.clone(), Some(number)));
        assert_eq!(numbered.unnumbered(), bytes);
    }
}

#[test]
fn messages_of_a_file() {
    let offer = FileOffer {
        name: "a.txt".into(),
        size: 5,
        mime_type: "text/plain".into(),
        last_modified: 1_700_000_000_000,
        resumes: false,
    };
    let resumable = FileOffer { name: "file".into(), resumes: true, ..FileOffer::default() };
    let resumable_json = r#"{"name":"file","size":0,"mimeType":"","lastModified":0,"resumes":true}"#;
    let json = r#"{"name":"a.txt","size":5,"mimeType":"text/plain","lastModified":1700000000000}"#;
    let number = [0, 0, 0, 0, 0, 1, 0, 2];
    let cancel = |cause| TransferMessage::Cancel { cause, reason: "why".into() };
    let examples = [
        (TransferMessage::Offer(offer), 0, json.as_bytes()),
        (TransferMessage::Offer(resumable), 0, resumable_json.as_bytes()),
        (TransferMessage::Accept { offset: 0x1_0002, attempt: None }, 1, &number),
        (
            TransferMessage::Accept { offset: 0x1_0002, attempt: Some(3) },
            1,
            &[0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 3],
        ),
        (TransferMessage::Reject { reason: "no".into() }, 2, b"no"),
        (TransferMessage::Chunk { offset: 0x1_0002, bytes: vec![7] }, 3, &[0, 0, 0, 0, 0, 1, 0, 2, 7]),
        (TransferMessage::Acknowledge { offset: 0x1_0002 }, 4, &number),
        (TransferMessage::End { hash: [6; 32] }, 5, &[6; 32]),
        (TransferMessage::Verified, 6, &[]),
        (TransferMessage::Confirmed, 7, &[]),
        (cancel(CancelCause::Asked), 8, b"why"),
        (cancel(CancelCause::Corrupt), 9, b"why"),
        (cancel(CancelCause::Storage), 10, b"why"),
        (cancel(CancelCause::Lost), 11, b"why"),
        (TransferMessage::Resume { attempt: 3 }, 12, &[0, 0, 0, 3]),
    ];
    let mut kinds: Vec<_> = examples.iter().map(|(_, kind, _)| *kind).collect();
    kinds.dedup();
    assert_numbered(kinds, 13);
    for (message, kind, fields) in examples {
        let (bytes, example) = (frame(3, kind, fields), TransferFrame { id: TransferId(ID), message });
        assert_eq!(TransferFrame::decode(&bytes).as_ref(), Some(&example));
        assert_eq!(example.encode(), bytes);
    }
}

#[test]
fn messages_of_a_stream() {
    let attributes = [("pen".to_owned(), "red".to_owned())].into();
    let (kind, topic, size) = (StreamKind::Text, "log".into(), Some(5));
    let header = StreamHeader { kind, topic, attributes, size, resumes: false };
    let resumes = StreamHeader { resumes: true, ..header.clone() };
    let json = r#"{"kind":"text","topic":"log","attributes":{"pen":"red"},"size":5}"#;
    let json_resumes = r#"{"kind":"text","topic":"log","attributes":{"pen":"red"},"size":5,"resumes":true}"#;
    let number = [0, 0, 0, 0, 0, 1, 0, 2];
    let accept = [0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 1, 0, 2];
    let examples = [
        (StreamMessage::Open(header), 0, json.as_bytes()),
        (StreamMessage::Open(resumes), 0, json_resumes.as_bytes()),
        (StreamMessage::Chunk { offset: 0x1_0002, bytes: vec![7] }, 1, &[0, 0, 0, 0, 0, 1, 0, 2, 7]),
        (StreamMessage::End { size: 0x1_0002 }, 2, &number),
        (StreamMessage::Abort { reason: "why".into() }, 3, b"why"),
        (StreamMessage::Credit { offset: 0x1_0002 }, 4, &number),
        (StreamMessage::Received, 5, &[]),
        (StreamMessage::Cancel { reason: "why".into() }, 6, b"why"),
        (StreamMessage::Lost, 7, &[]),
        (StreamMessage::Resume { attempt: 3 }, 8, &[0, 0, 0, 3]),
        (StreamMessage::Accept { attempt: 3, received: 5, credit: 0x1_0002 }, 9, &accept),
    ];
    let mut kinds: Vec<_> = examples.iter().map(|(_, kind, _)| *kind).collect();
    kinds.dedup();
    assert_numbered(kinds, 10);
    for (message, kind, fields) in examples {
        let (bytes, example) = (frame(5, kind, fields), StreamFrame { id: StreamId(ID), message });
        assert_eq!(StreamFrame::decode(&bytes).as_ref(), Some(&example));
        assert_eq!(example.encode(), bytes);
    }
}

#[test]
fn fragments_of_a_message() {
    for (kind, first) in [(MessageKind::Binary, 1), (MessageKind::Text, 2)] {
        let header = FragmentHeader { kind, message: 7, total: 0x1_0002, unit: 0x100, index: 3 };
        assert_eq!(header.to_bytes(), [first, 0, 0, 0, 7, 0, 1, 0, 2, 0, 0, 1, 0, 0, 0, 0, 3]);
    }
}
