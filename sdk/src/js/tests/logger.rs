//! The logger as JavaScript code uses it.

use wasm_bindgen_test::wasm_bindgen_test;

use super::*;
use crate::js::logger::{set_log_level, set_log_sink};
use crate::js::room::JsRoom;

/// A room joins a server whose URL, token and TURN server contain secrets.
const JOIN: &str = "
    const { WebSocket } = globalThis;
    globalThis.WebSocket = class extends EventTarget {
      readyState = 0;
      constructor() {
        super();
        setTimeout(() => { this.readyState = 1; this.dispatchEvent(new Event('open')); });
      }
      send(text) {
        if (JSON.parse(text).type !== 'join') return;
        const person = (id, joinOrder) => ({ id, joinOrder, name: id, metadata: '', publications: [] });
        const roster = { revision: 1, participants: [person('ana', 1), person('self', 2)] };
        const iceServers = [{ urls: ['turn:127.0.0.1:34789'], username: 'secret-user', credential: 'secret-credential' }];
        const say = (message) => this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }));
        say({ type: 'welcome', version: 1, participantId: 'self', roster, iceServers, heartbeatMs: 60000 });
        say({ type: 'welcome', iceServers: 'secret-garbage' });
      }
      close() { this.readyState = 3; }
    };
    try {
      await x.join({ room: 'tea', name: 'Self', token: 'secret-token' });
      while (!done()) await new Promise((next) => setTimeout(next, 10));
      await x.leave();
      await 0;
    } finally { globalThis.WebSocket = WebSocket; }";

fn room() -> JsRoom {
    let options =
        js_sys::JSON::parse(r#"{ "url": "ws://server/ws?key=secret-query#secret-hash" }"#).expect("JSON");
    JsRoom::new(Some(options.unchecked_into())).expect("a room")
}

#[wasm_bindgen_test]
async fn the_steps_of_a_call_are_told_and_no_secret_is() {
    let records = js_sys::Array::new();
    Reflect::set(&js_sys::global(), &"records".into(), &records).expect("set");
    set_log_level("trace".into()).expect("a level");
    set_log_sink(js_sys::eval("((record) => globalThis.records.push(record))").expect("a function"))
        .expect("a sink");

    let told = run(
        room(),
        &format!(
            "const done = () => records.some(({{ message }}) => message.includes('local offer set'));
             {JOIN}
             return JSON.stringify(records);"
        ),
    )
    .await;
    set_log_level("silent".into()).expect("a level");
    set_log_sink(JsValue::NULL).expect("none");

    let told = told.expect("a call").as_string().expect("text");
    for step in [
        "opening ws://server/ws",
        "send join",
        "joined as self",
        "ana joined",
        "ana: open",
        "local offer set",
        "could not be decoded",
        "moim::signaling",
        "moim::room",
        "moim::connection",
    ] {
        assert!(told.contains(step), "{step}: {told}");
    }
    assert!(!told.contains("secret"), "{told}");

    let before = records.length();
    holds(room(), &format!("let turns = 0; const done = () => ++turns > 20; {JOIN} return true;")).await;
    assert_eq!(records.length(), before, "silent");
}

#[wasm_bindgen_test]
async fn a_sink_may_use_the_room_and_may_throw() {
    set_log_level("debug".into()).expect("a level");
    let room = room();
    let body = format!(
        "const {{ error }} = console;
         const thrown = [], seen = [];
         console.error = (one) => thrown.push(one);
         globalThis.sink = (record) => {{ seen.push(x.participants.length + record.message); throw 'no'; }};
         const done = () => seen.length > 5;
         try {{ {JOIN} }} finally {{ console.error = error; }}
         return thrown.length > 5 && seen.some((one) => one.startsWith('1')) || seen.join();"
    );
    let sink = js_sys::eval("((record) => globalThis.sink?.(record))").expect("a function");
    set_log_sink(sink).expect("a sink");
    let outcome = run(room, &body).await;
    set_log_level("silent".into()).expect("a level");
    set_log_sink(JsValue::NULL).expect("none");
    assert_eq!(outcome, Ok(JsValue::TRUE));
}

#[wasm_bindgen_test]
fn a_level_or_a_sink_that_is_none_is_an_error() {
    for wrong in [set_log_level("loud".into()), set_log_level(JsValue::NULL), set_log_sink(5.into())] {
        assert_eq!(
            Reflect::get(&wrong.expect_err("wrong"), &"code".into()),
            Ok("ERR_INVALID_OPTIONS".into())
        );
    }
}
