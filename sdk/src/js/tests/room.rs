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
    ] {
        let (code, message) = code(room(), body).await;
        assert_eq!(code, "ERR_INVALID_OPTIONS", "{body}");
        assert!(message.contains(named), "{body}: {message}");
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
