//! Rooms as JavaScript code uses them: errors are reported before anything is sent.

use wasm_bindgen_test::wasm_bindgen_test;

use super::*;
use crate::js::room::JsRoom;

fn room() -> JsRoom {
    JsRoom::new(None).expect("a room")
}

#[wasm_bindgen_test]
async fn a_misspelt_event_is_an_error_that_names_the_right_ones() {
    let (code, message) = code(room(), "x.addEventListener('trackAdded', () => {})").await;
    assert_eq!(code, "ERR_INVALID_OPTIONS");
    assert!(message.contains("trackAdded") && message.contains("\"trackadded\""), "{message}");
    holds(room(), "x.addEventListener('left', () => {}, { once: true }); return true").await;
}

#[wasm_bindgen_test]
async fn only_text_is_chat_and_only_bytes_are_data() {
    for body in [
        "await x.sendChat(5)",
        "await x.sendChat()",
        "await x.sendData('text')",
        "await x.sendData({})",
        "await x.sendData([1, 2])",
        "await x.sendData(new Uint8Array(1), { topics: 'a' })",
    ] {
        assert_eq!(code(room(), body).await.0, "ERR_INVALID_OPTIONS", "{body}");
    }
    for body in [
        "x.sendFile('text')",
        "x.sendFile()",
        "x.sendFile(new Blob(), { topic: 'a' })",
        "x.sendFile(new Blob(), { to: 5 })",
    ] {
        assert_eq!(code(room(), body).await.0, "ERR_INVALID_OPTIONS", "{body}");
    }
    assert_eq!(code(room(), "x.sendFile(new Blob())").await.0, "ERR_INVALID_STATE");
    for body in [
        "await x.sendChat('early')",
        "await x.sendData(new Uint16Array(3))",
        "await x.sendData(new ArrayBuffer(3))",
    ] {
        assert_eq!(code(room(), body).await.0, "ERR_INVALID_STATE", "{body}");
    }
}

#[wasm_bindgen_test]
async fn a_track_that_has_ended_takes_no_place() {
    let x = js_sys::Object::new();
    for (key, value) in [("room", JsValue::from(room())), ("track", JsLocalTrack::object(microphone().await))]
    {
        Reflect::set(&x, &key.into(), &value).expect("set");
    }
    let body = "const { room, track } = x;
         const id = await room.publish(track);
         const other = track.clone();
         other.stop();
         await room.replaceTrack(id, other);";
    let (code, message) = code(x, body).await;
    assert_eq!(code, "ERR_INVALID_STATE");
    assert!(message.contains("ended"), "{message}");
}

#[wasm_bindgen_test]
async fn a_freed_track_is_named_as_such() {
    let x = js_sys::Object::new();
    for (key, value) in [("room", JsValue::from(room())), ("track", JsLocalTrack::object(microphone().await))]
    {
        Reflect::set(&x, &key.into(), &value).expect("set");
    }
    let body = "x.track.stop(); x.track.free(); await x.room.publish(x.track)";
    let (code, message) = code(x, body).await;
    assert_eq!(code, "ERR_INVALID_OPTIONS");
    assert_eq!(message, "track: expected a LocalTrack or a MediaStreamTrack, got a LocalTrack after free()");
}

#[wasm_bindgen_test]
async fn an_argument_of_a_wrong_type_is_named() {
    for (body, named) in [
        ("await x.publish({})", "track"),
        ("await x.publish()", "track"),
        ("await x.publish({ __handle: () => 5 })", "track"),
        ("await x.replaceTrack('p', new MediaStream())", "track"),
        ("await x.unpublish(5)", "publicationId"),
        ("await x.setMuted({}, true)", "publicationId"),
        ("await x.setMuted('p', 'yes')", "muted"),
        ("x.subscribe({})", "track"),
        ("x.subscribe('a')", "publicationId"),
        ("x.mute({})", "track"),
        ("await x.sendData(new Uint8Array(1), { to: null })", "`to` in the data options"),
        ("x.sendFile(new Blob(), { to: undefined })", "`to` in the file options"),
        ("await x.publish(new MediaStream(), { to: undefined })", "`to` in the publish options"),
        ("x.openStream(undefined)", "participantId"),
    ] {
        let (code, message) = code(room(), body).await;
        assert_eq!(code, "ERR_INVALID_OPTIONS", "{body}");
        assert!(message.contains(named), "{body}: {message}");
    }
}

#[wasm_bindgen_test]
async fn an_error_says_what_was_wrong_what_was_expected_and_what_to_do() {
    let join = "await `join` first";
    for (body, code_, parts) in [
        ("await x.sendChat('early')", "ERR_INVALID_STATE", ["cannot send a chat message", join]),
        ("await x.sendData(new Uint8Array(1))", "ERR_INVALID_STATE", ["cannot send data", join]),
        ("x.openStream('bob')", "ERR_INVALID_STATE", ["cannot open a stream", join]),
        ("x.sendFile(new Blob())", "ERR_INVALID_STATE", ["cannot send a file", join]),
        ("x.setLocked(true)", "ERR_INVALID_STATE", ["cannot lock the room", join]),
        (
            "await x.leave(); await x.setCameraEnabled(true)",
            "ERR_INVALID_STATE",
            ["camera", "create a new one"],
        ),
        ("x.subscribe(5)", "ERR_INVALID_OPTIONS", ["track: expected a RemoteTrack, or the ids", "got 5"]),
        (
            "x.openStream(5)",
            "ERR_INVALID_OPTIONS",
            ["participantId: expected the id of a participant", "got 5"],
        ),
        ("x.openStream({ kind: 'text' })", "ERR_INVALID_OPTIONS", ["participantId", "RemoteParticipant"]),
        ("x.admit(null)", "ERR_INVALID_OPTIONS", ["participantId: expected", "got null"]),
        (
            "x.sendFile(new Blob(), { to: 5 })",
            "ERR_INVALID_OPTIONS",
            ["`to` in the file options: expected the id of a participant", "got 5"],
        ),
        ("await x.sendFile(5)", "ERR_INVALID_OPTIONS", ["file: expected a File or a Blob", "got 5"]),
        (
            "await x.join({ room: 'tea' })",
            "ERR_INVALID_OPTIONS",
            ["`name` in the join options", "expected text that is not empty, it is missing"],
        ),
        (
            "await x.join({ room: 'r'.repeat(129), name: 'Ana' })",
            "ERR_INVALID_OPTIONS",
            ["`room` in the join options", "at most 128 characters, got 129"],
        ),
        (
            "x.subscribe('p1', { wanted: false })",
            "ERR_INVALID_OPTIONS",
            ["publicationId: expected", "after the participant, got an object"],
        ),
        (
            "await x.sendChat('secret', { to: x.participants.find(({ name }) => name === 'Bob') })",
            "ERR_INVALID_OPTIONS",
            ["`to` in the chat options is undefined", "omit it to send to everyone, or name a participant"],
        ),
        (
            "const bytes = new Uint8Array(2); structuredClone(bytes, { transfer: [bytes.buffer] }); await x.sendData(bytes)",
            "ERR_INVALID_OPTIONS",
            ["payload: expected an ArrayBuffer or a view of one", "got a detached buffer"],
        ),
        (
            "const a = x.join({ room: 'tea', name: 'Ana' }); a.catch(() => {}); await x.join({ room: 'tea', name: 'Ana' })",
            "ERR_INVALID_STATE",
            ["cannot join while the room is being joined", "call `join` once"],
        ),
        (
            "const joined = x.join({ room: 'tea', name: 'Ana' }); x.leave(); await joined",
            "ERR_INVALID_STATE",
            ["it was left while joining", "create a new one"],
        ),
        (
            "await x.join({ room: 'tea', name: 'Ana', attributes: { a: 5 } })",
            "ERR_INVALID_OPTIONS",
            ["`attributes.a` in the join options: expected a string", "got 5"],
        ),
        (
            "await x.join({ room: 'tea', name: 'Ana', attributes: 'a' })",
            "ERR_INVALID_OPTIONS",
            ["`attributes` in the join options: expected an object", "got \"a\""],
        ),
        (
            "await x.publish(document.body)",
            "ERR_INVALID_OPTIONS",
            ["track: expected a LocalTrack or a MediaStreamTrack", "got <body>"],
        ),
        ("await x.setMuted(5, true)", "ERR_INVALID_OPTIONS", ["publicationId: expected the id", "got 5"]),
    ] {
        let (code, message) = code(room(), body).await;
        assert_eq!(code, code_, "{body}");
        assert!(parts.iter().all(|part| message.contains(part)), "{body}: {message}");
    }
}

#[wasm_bindgen_test]
async fn a_room_option_out_of_range_is_reported_with_the_range() {
    let options = js_sys::Object::new();
    for wrong in [0.0, -5.0, 0.5, 4e9] {
        Reflect::set(&options, &"joinTimeoutMs".into(), &wrong.into()).expect("set");
        let error = JsRoom::new(Some(JsValue::from(options.clone()).unchecked_into())).expect_err("an error");
        let message = Reflect::get(&error, &"message".into()).expect("an object").as_string();
        let expected = format!(
            "`joinTimeoutMs` in the room options: expected a whole number from 1 to 2147483647, got {wrong}"
        );
        assert_eq!(message, Some(expected));
    }
}

#[wasm_bindgen_test]
async fn the_url_of_a_room_is_resolved_as_for_a_websocket() {
    let room = |url: &str| {
        let options = js_sys::Object::new();
        Reflect::set(&options, &"url".into(), &url.into()).expect("set");
        JsRoom::new(Some(JsValue::from(options).unchecked_into()))
    };
    for url in ["/ws", "ws", "http://127.0.0.1:9/ws", "https://example.org/ws", "//example.org/ws", ""] {
        assert!(room(url).is_ok(), "{url}");
    }
    for url in ["ftp://example.org/ws", "mailto:a@example.org", "http://"] {
        let error = room(url).expect_err("an error");
        let message = Reflect::get(&error, &"message".into()).expect("an object").as_string();
        assert!(
            message.is_some_and(|message| message.contains(url) && message.contains("wss://host/path")),
            "{url}"
        );
    }
}

#[wasm_bindgen_test]
async fn a_browsers_track_or_stream_is_published_and_stands_for_its_publications() {
    let body = "const track = new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0];
         const canvas = document.createElement('canvas');
         canvas.getContext('2d');
         const stream = canvas.captureStream();
         stream.addTrack(track);
         const id = await x.publish(track);
         const to = await x.publish(track, { to: 'bob' });
         await x.setMuted(track, true);
         const muted = x.publications.map(({ muted }) => muted).join();
         await x.replaceTrack(track, track.clone());
         await x.unpublish(track); // it is none of them any more
         const left = x.publications.map(({ id }) => id).sort().join() === [id, to].sort().join();
         const ids = await x.publish(stream);
         const sources = ids.map((id) => x.publications.find((one) => one.id === id).source).sort().join();
         const ended = new MediaStream([track.clone(), track.clone()]);
         ended.getTracks()[1].stop();
         const before = x.publications.length;
         const { code } = await x.publish(ended).catch((error) => error);
         await x.unpublish(track);
         return JSON.stringify([muted, left, sources, code, x.publications.length - before])
           === JSON.stringify(['true,true', true, 'camera,microphone', 'ERR_INVALID_STATE', -1]);";
    holds(room(), body).await;
}

fn room_with(options: &str) -> Result<JsRoom, JsValue> {
    JsRoom::new(Some(js_sys::eval(&format!("({options})")).expect("an object").unchecked_into()))
}

#[wasm_bindgen_test]
async fn a_server_that_cannot_be_used_is_refused_at_once() {
    for (options, named) in [
        ("{ server: { type: 'nativ' } }", "\"native\""),
        ("{ server: { typ: 'native' } }", "unknown option `typ`"),
        ("{ server: { url: 'ftp://host' } }", "wss://host"),
        ("{ server: {}, url: '/ws' }", "`url` and `server`"),
        ("{ server: {}, backend: { start() {}, handleCommand() {} } }", "pass them to the backend"),
    ] {
        let error = room_with(options).expect_err(options);
        let text = |key: &str| Reflect::get(&error, &key.into()).ok().and_then(|text| text.as_string());
        assert_eq!(text("code").as_deref(), Some("ERR_INVALID_OPTIONS"), "{options}");
        assert!(text("message").is_some_and(|text| text.contains(named)), "{options}: {:?}", text("message"));
    }
}

#[wasm_bindgen_test]
async fn capabilities_are_known_before_joining() {
    let room = room_with("{ server: { type: 'native', url: '/ws', token: 'secret' } }").expect("a room");
    let body = "const { server, topologies, simulcast, addressedData, resume } = x.capabilities;
         return server === 'native' && topologies.join() === 'mesh,sfu,mcu' && simulcast && addressedData && resume";
    holds(room, body).await;
    let own = room_with("{ backend: { start() {}, handleCommand() {} } }").expect("a room");
    holds(
        own,
        "return x.capabilities.server === 'custom' && x.capabilities.topologies.join() === 'mesh,mcu'",
    )
    .await;
    let forwarded = room_with("{ topology: 'sfu', backend: { start() {}, handleCommand() {} } }");
    let error = forwarded.expect_err("the backend forwards nothing");
    assert_eq!(Reflect::get(&error, &"code".into()), Ok("ERR_UNSUPPORTED".into()));
}
