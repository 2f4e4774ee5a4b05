//! Whole sessions with a Kurento Media Server 7.3.1, recorded, and what a server may send besides.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::message::value_to_text;
use super::*;
use crate::error::{Error, ErrorCode, KurentoError};
use crate::model::Timestamp;
use crate::signaling::SocketEvent;

const URL: &str = "ws://alice:secret@host:8888/kurento?token=secret";

fn outputs(client: &mut KurentoClient) -> Vec<Output> {
    std::iter::from_fn(|| client.poll_output()).collect()
}

fn sent(outputs: &[Output]) -> Vec<Value> {
    let texts =
        outputs.iter().filter_map(|output| if let Output::Send(text) = output { Some(text) } else { None });
    texts.map(|text| serde_json::from_str(text).unwrap()).collect()
}

fn receive(client: &mut KurentoClient, message: &Value, now: Timestamp) -> Vec<Output> {
    client.handle_socket(SocketEvent::Text(message.to_string()), now);
    outputs(client)
}

fn cut(client: &mut KurentoClient, now: Timestamp) -> Vec<Output> {
    client.handle_socket(SocketEvent::Closed { code: 1006, reason: String::new() }, now);
    outputs(client)
}

fn reply(id: &Value, value: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "result": { "value": value, "sessionId": "s" } })
}

fn refusal(id: &Value, code: i64, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message, "data": { "type": "TYPE" } } })
}

/// A client with a session.
fn connected() -> KurentoClient {
    let mut client = KurentoClient::new(URL, 0);
    assert_eq!(outputs(&mut client), [Output::Open]);
    client.handle_socket(SocketEvent::Opened, 0);
    let connect = sent(&outputs(&mut client)).remove(0);
    assert_eq!(connect["params"], json!({}));
    assert_eq!(
        receive(&mut client, &reply(&connect["id"], Value::Null), 0),
        [Output::Notice(Notice::Connected)]
    );
    client
}

/// Opens another socket after a cut. Returns what `connect` asks for.
fn reopen(client: &mut KurentoClient) -> (Value, Timestamp) {
    let now = client.poll_timeout().unwrap();
    client.handle_timeout(now);
    assert_eq!(outputs(client), [Output::Open]);
    client.handle_socket(SocketEvent::Opened, now);
    (sent(&outputs(client)).remove(0), now)
}

fn pipeline() -> Request {
    Request::create("MediaPipeline", Map::new())
}

fn codes(outputs: &[Output]) -> Vec<(u64, Option<ErrorCode>)> {
    let replies = outputs.iter().filter_map(|output| match output {
        Output::Reply { id, result } => Some((*id, result.as_ref().err().map(Error::code))),
        _ => None,
    });
    replies.collect()
}

/// What a recording has: the same sessions, calls, replies and events reach the application of the client.
fn replay(name: &str) {
    let path = format!("{}/tests/kurento/{name}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let lines = std::fs::read_to_string(path).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut client = KurentoClient::new(URL, 0);
    let mut session = None;
    // The ids of the recording, with those of the client.
    let mut ids = Vec::<(Value, u64)>::new();
    let (mut replies, mut events, mut is_cut, mut now) = (0, 0, false, 0);
    for line in lines {
        now = now.max(line["t"].as_u64().unwrap());
        let message = &line["msg"];
        match (line["dir"].as_str().unwrap(), message["method"].as_str()) {
            ("note", _) if message.as_str().unwrap().contains("open") => {
                if std::mem::take(&mut is_cut) {
                    now = now.max(client.poll_timeout().unwrap());
                    client.handle_timeout(now);
                }
                client.handle_socket(SocketEvent::Opened, now);
                let connect = sent(&outputs(&mut client));
                if let Some(connect) = connect.first() {
                    // The recorded client may have sent `connect` later, or not at all.
                    let session = session.get_or_insert_with(|| json!("s")).clone();
                    let welcome = json!({ "id": connect["id"], "result": { "sessionId": session } });
                    receive(&mut client, &welcome, now);
                }
            }
            ("note", _) if message.as_str().unwrap().contains("closed") => {
                cut(&mut client, now);
                is_cut = true;
                session = None;
            }
            ("c2s", Some(method))
                if !matches!(method, "connect" | "ping") && message["params"].is_object() =>
            {
                let mut params = message["params"].as_object().unwrap().clone();
                params.remove("sessionId");
                let method: &'static str = method.to_owned().leak();
                let Ok(id) = client.call(Request::new(method, params.clone()), now) else { continue };
                ids.push((message["id"].clone(), id));
                let calls = outputs(&mut client);
                let mut call = sent(&calls).remove(0);
                assert!(call["params"].as_object_mut().unwrap().remove("sessionId").is_some());
                assert_eq!(call, json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
            }
            ("s2c", Some("onEvent")) => {
                let value = &message["params"]["value"];
                let (object, kind) = (value["object"].as_str().unwrap(), value["type"].as_str().unwrap());
                let event = Output::Event {
                    object: object.to_owned(),
                    kind: kind.to_owned(),
                    data: value["data"].clone(),
                };
                assert_eq!(receive(&mut client, message, now), [event]);
                events += 1;
            }
            ("s2c", None) => {
                let id = ids.iter().position(|(id, _)| *id == message["id"]).map(|at| ids.remove(at).1);
                let mut message = message.clone();
                message["id"] = id.map_or(Value::Null, Into::into);
                let received = receive(&mut client, &message, now);
                let Some(id) = id else {
                    assert_eq!(received, [], "nobody waits for it");
                    continue;
                };
                let [Output::Reply { id: of, result }] = received.as_slice() else { panic!("{received:?}") };
                assert_eq!(*of, id);
                match result {
                    Ok(value) => assert_eq!(*value, message["result"]["value"]),
                    Err(Error::Kurento(KurentoError::ObjectLost { .. })) => {
                        assert_eq!(message["error"]["code"], 40_101);
                    }
                    Err(Error::Kurento(KurentoError::Refused { code, .. })) => {
                        assert_eq!(message["error"]["code"], *code);
                    }
                    Err(error) => panic!("{error}"),
                }
                replies += 1;
            }
            _ => {}
        }
    }
    assert!(events + replies > 2, "{name} has something to say");
}

#[test]
fn recorded_sessions_are_understood() {
    for name in ["loopback", "sfu", "mcu", "recplay", "datachannel", "protocol", "non-trickle"] {
        replay(name);
    }
}

#[test]
fn recorded_interruptions_and_garbage_are_survived() {
    for name in ["reconnect", "garbage"] {
        replay(name);
    }
}

#[test]
fn ids_are_never_used_twice_and_what_was_interrupted_keeps_its_own() {
    let mut client = connected();
    let first = client.call(pipeline(), 100).unwrap();
    let calls = sent(&outputs(&mut client));
    assert_eq!(
        calls[0]["params"],
        json!({ "type": "MediaPipeline", "constructorParams": {}, "sessionId": "s" })
    );

    assert_eq!(cut(&mut client, 200), [Output::Close, Output::Notice(Notice::Interrupted)]);
    let second = client.call(pipeline(), 210).unwrap();
    let (connect, now) = reopen(&mut client);
    assert_eq!(connect["params"], json!({ "sessionId": "s" }));
    let resumed = receive(&mut client, &reply(&connect["id"], Value::Null), now);
    assert_eq!(resumed[0], Output::Notice(Notice::Restored));
    let ids: Vec<_> = sent(&resumed).iter().map(|call| call["id"].as_u64().unwrap()).collect();
    assert_eq!(ids, [first, second]);
    let used = BTreeSet::from([1, first, second, connect["id"].as_u64().unwrap()]);
    assert_eq!(used.len(), 4);
}

#[test]
fn a_call_that_the_server_may_have_forgotten_is_not_repeated() {
    let mut client = connected();
    let old = client.call(pipeline(), 100).unwrap();
    cut(&mut client, 200);
    let young = client.call(pipeline(), 15_000).unwrap();
    let mut now = 0;
    while now < 15_200 {
        now = client.poll_timeout().unwrap();
        client.handle_timeout(now);
        if matches!(outputs(&mut client).as_slice(), [Output::Open]) && now < 15_200 {
            cut(&mut client, now);
        }
    }
    client.handle_socket(SocketEvent::Opened, now);
    let connect = sent(&outputs(&mut client)).remove(0);
    let resumed = receive(&mut client, &reply(&connect["id"], Value::Null), now);
    assert_eq!(codes(&resumed), [(old, Some(ErrorCode::SignalingLost))]);
    assert_eq!(sent(&resumed)[0]["id"], young);
}

#[test]
fn a_session_that_the_server_never_knew_begins_afresh_without_a_loss() {
    let mut client = connected();
    cut(&mut client, 100);
    let call = client.call(pipeline(), 110).unwrap();
    let (connect, now) = reopen(&mut client);
    let refused = receive(&mut client, &refusal(&connect["id"], 40_007, "Invalid session"), now);
    assert_eq!(refused, [Output::Open], "another socket: this one may count as the old session's");

    client.handle_socket(SocketEvent::Opened, now);
    let connect = sent(&outputs(&mut client)).remove(0);
    assert_eq!(connect["params"], json!({}));
    let connected = receive(&mut client, &reply(&connect["id"], Value::Null), now);
    assert_eq!(connected[0], Output::Notice(Notice::Connected));
    assert_eq!(sent(&connected)[0]["id"], call);
}

#[test]
fn lost_objects_are_reported_once() {
    let mut client = connected();
    let made = client.call(pipeline(), 0).unwrap();
    receive(&mut client, &reply(&made.into(), "P".into()), 0);
    let pending = client.call(Request::invoke("P", "getName", Map::new()), 0).unwrap();
    outputs(&mut client);
    cut(&mut client, 100);
    let (connect, now) = reopen(&mut client);
    let lost = receive(&mut client, &refusal(&connect["id"], 40_007, "Invalid session"), now);
    assert_eq!(codes(&lost), [(pending, Some(ErrorCode::KurentoObjectLost))]);
    assert_eq!(lost[1..], [Output::Notice(Notice::ObjectsLost), Output::Open]);
}

#[test]
fn a_server_that_replies_nonsense_to_a_resume_is_left_and_the_objects_are_lost() {
    let nonsense: [&dyn Fn(&Value) -> String; 3] = [
        &|_| "{".to_owned(),
        &|id| json!({ "jsonrpc": "2.0", "id": id, "result": { "value": 1 } }).to_string(),
        &|id| json!({ "jsonrpc": "2.0", "id": id, "result": { "sessionId": "another" } }).to_string(),
    ];
    for nonsense in nonsense {
        let mut client = connected();
        let made = client.call(pipeline(), 0).unwrap();
        receive(&mut client, &reply(&made.into(), "P".into()), 0);
        cut(&mut client, 100);
        let (connect, now) = reopen(&mut client);
        client.handle_socket(SocketEvent::Text(nonsense(&connect["id"])), now);
        assert_eq!(outputs(&mut client), [Output::Notice(Notice::ObjectsLost), Output::Open]);
        client.handle_socket(SocketEvent::Opened, now);
        let connect = sent(&outputs(&mut client)).remove(0);
        assert_eq!(connect["params"], json!({}));
        let connected = receive(&mut client, &reply(&connect["id"], Value::Null), now);
        assert_eq!(connected, [Output::Notice(Notice::Connected)]);
    }
}

#[test]
fn an_error_names_the_cause_and_no_secret() {
    let mut client = connected();
    let turn = json!({ "turnUrl": "user:pass@192.0.2.1:3478" });
    let id = client.call(Request::invoke("W", "setTurnUrl", turn.as_object().unwrap().clone()), 0).unwrap();
    outputs(&mut client);
    let message = format!("'{}' of the session s is bad, {}", "user:pass@192.0.2.1:3478", "é".repeat(400));
    let refused = receive(&mut client, &refusal(&id.into(), 40_001, &message), 0);
    let [Output::Reply { result: Err(error), .. }] = refused.as_slice() else { panic!("{refused:?}") };
    assert_eq!(error.code(), ErrorCode::KurentoRefused);
    let text = error.to_string();
    assert!(text.contains("40001 TYPE") && !text.contains("pass") && text.len() < 500, "{text}");

    let mut unreachable = KurentoClient::new(URL, 0);
    let ended = cut(&mut unreachable, 1);
    let Some(Output::Notice(Notice::Closed(error))) = ended.last() else { panic!("{ended:?}") };
    assert_eq!(error.code(), ErrorCode::SignalingUnreachable);
    assert!(
        error.to_string().contains("ws://host:8888/kurento") && !error.to_string().contains("secret"),
        "{error}"
    );
    assert!(!format!("{client:?}").contains("\"s\""));
}

#[test]
fn a_quiet_server_is_asked_and_a_silent_one_is_left() {
    let mut client = connected();
    let asked = client.poll_timeout().unwrap();
    client.handle_timeout(asked);
    let ping = sent(&outputs(&mut client)).remove(0);
    assert_eq!((&ping["method"], &ping["params"]["interval"]), (&json!("ping"), &json!(10_000)));
    receive(&mut client, &reply(&ping["id"], "pong".into()), asked + 5);

    let slow = client.call(pipeline(), asked + 5).unwrap();
    outputs(&mut client);
    let event =
        json!({ "method": "onEvent", "params": { "value": { "object": "P", "type": "Error", "data": {} } } });
    receive(&mut client, &event, asked + 15_000);
    assert_eq!(client.poll_timeout(), Some(asked + 35_000), "whoever sends events is there");
    client.handle_timeout(asked + 35_000);
    assert_eq!(outputs(&mut client), [Output::Close, Output::Notice(Notice::Interrupted)]);
    assert!(slow > 0);
}

#[test]
fn attempts_end_when_the_server_has_certainly_forgotten_the_session() {
    let mut client = connected();
    let waiting = client.call(pipeline(), 0).unwrap();
    outputs(&mut client);
    let mut now = 10;
    cut(&mut client, now);
    let ended = loop {
        now = client.poll_timeout().unwrap();
        client.handle_timeout(now);
        if outputs(&mut client) == [Output::Open] {
            let ended = cut(&mut client, now);
            if client.poll_timeout().is_none() {
                break ended;
            }
        }
    };
    assert!((240_000..260_000).contains(&now), "{now}");
    assert_eq!(codes(&ended), [(waiting, Some(ErrorCode::SignalingLost))]);
    assert_eq!(client.call(pipeline(), now).unwrap_err().code(), ErrorCode::InvalidState);
}

#[test]
fn a_server_that_is_none_of_kurento_is_an_error_at_once() {
    let mut client = KurentoClient::new(URL, 0);
    client.handle_socket(SocketEvent::Opened, 0);
    outputs(&mut client);
    client.handle_socket(SocketEvent::Closed { code: 1002, reason: "Invalid path".to_owned() }, 1);
    let ended = outputs(&mut client);
    let Some(Output::Notice(Notice::Closed(error))) = ended.last() else { panic!("{ended:?}") };
    assert_eq!(error.code(), ErrorCode::SignalingLost);
    assert!(error.to_string().contains("Invalid path"));
}

#[test]
fn closing_releases_the_session_and_ends_the_calls() {
    let mut client = connected();
    let waiting = client.call(pipeline(), 0).unwrap();
    outputs(&mut client);
    client.close();
    client.close();
    let closed = outputs(&mut client);
    let last = sent(&closed).remove(0);
    assert_eq!((&last["method"], &last["params"]), (&json!("closeSession"), &json!({ "sessionId": "s" })));
    assert_eq!(codes(&closed), [(waiting, Some(ErrorCode::InvalidState))]);
    assert_eq!(cut(&mut client, 1), []);
}

#[test]
fn what_a_page_can_queue_is_limited() {
    let mut client = KurentoClient::new(URL, 0);
    let full = (0..2_000).find_map(|_| client.call(pipeline(), 0).err()).unwrap();
    assert_eq!(full.code(), ErrorCode::KurentoQueueFull);
    let mut client = connected();
    let large = json!({ "uri": "x".repeat(1 << 20) });
    let refused = client.call(Request::create("PlayerEndpoint", large.as_object().unwrap().clone()), 0);
    assert_eq!(refused.unwrap_err().code(), ErrorCode::InvalidOptions);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 8.0)),
        ".{0,12}".prop_map(Value::from),
    ];
    let names = prop_oneof![
        Just("id"),
        Just("result"),
        Just("error"),
        Just("method"),
        Just("params"),
        Just("value"),
        Just("data"),
        Just("code"),
        Just("message"),
        Just("sessionId"),
        Just("object"),
        Just("type"),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((names.clone(), inner), 0..6).prop_map(|members| {
                Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}

#[derive(Clone, Debug)]
enum Step {
    Open,
    Text(String),
    Reply(u64, Value),
    Cut,
    Call,
    Wait(u64),
    Close,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Open),
        2 => ".{0,40}".prop_map(Step::Text),
        4 => any_json().prop_map(|value| Step::Text(value.to_string())),
        6 => (0_u64..12, any_json()).prop_map(|(id, value)| Step::Reply(id, value)),
        2 => Just(Step::Cut),
        3 => Just(Step::Call),
        3 => (0_u64..30_000).prop_map(Step::Wait),
        1 => Just(Step::Close),
    ]
}

proptest! {
    /// Whatever the server sends: each call is answered at most once, all of them in the end, and no id is sent for two
    /// requests.
    #[test]
    fn garbage_leaves_the_client_in_order(steps in prop::collection::vec(any_step(), 0..60)) {
        let mut client = KurentoClient::new(URL, 0);
        let mut now = 0;
        let (mut calls, mut answered) = (BTreeSet::new(), BTreeSet::new());
        let mut requests = std::collections::BTreeMap::new();
        for step in steps.into_iter().chain([Step::Close]) {
            match step {
                Step::Open => client.handle_socket(SocketEvent::Opened, now),
                Step::Text(text) => client.handle_socket(SocketEvent::Text(text), now),
                Step::Reply(id, value) => {
                    let message = json!({ "id": id, "result": value });
                    client.handle_socket(SocketEvent::Text(message.to_string()), now);
                }
                Step::Cut => client.handle_socket(SocketEvent::Closed { code: 1006, reason: String::new() }, now),
                Step::Call => calls.extend(client.call(pipeline(), now)),
                Step::Wait(ms) => {
                    now += ms;
                    client.handle_timeout(now);
                }
                Step::Close => client.close(),
            }
            for output in outputs(&mut client) {
                match output {
                    Output::Reply { id, .. } => prop_assert!(calls.contains(&id) && answered.insert(id)),
                    Output::Send(text) => {
                        let request: Value = serde_json::from_str(&text).unwrap();
                        let method = request["method"].clone();
                        let before = requests.insert(request["id"].as_u64().unwrap(), method.clone());
                        prop_assert!(before.is_none_or(|before| before == method && method == "create"));
                    }
                    _ => {}
                }
            }
        }
        prop_assert_eq!(calls, answered);
        prop_assert_eq!(client.poll_timeout(), None);
    }

    #[test]
    fn a_value_is_written_as_it_was_read(value in any_json()) {
        let text = value_to_text(&value);
        prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
