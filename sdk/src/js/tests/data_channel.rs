//! Data channels as JavaScript code uses them.

use js_sys::Array;
use wasm_bindgen_test::wasm_bindgen_test;

use super::*;
use crate::js::data_channel::JsDataChannel;

/// The connections, and a function that connects them.
fn connections() -> Array {
    let source = include_str!("../../../tests/browser/connection-pair.js").trim().trim_end_matches(';');
    let make: Function = js_sys::eval(&format!("({source})")).expect("a function").unchecked_into();
    make.call0(&JsValue::UNDEFINED).expect("connections").unchecked_into()
}

/// `[a, b, meet, DataChannel]`: two connections, a function that connects them, and the class.
pub(super) fn scene() -> JsValue {
    let scene = connections();
    let options = js_sys::JSON::parse(r#"{"negotiated":true,"id":900}"#).expect("an object");
    let channel = JsDataChannel::create(&scene.get(0), "class".into(), Some(options)).expect("a channel");
    let class = Reflect::get(&channel.into(), &"constructor".into()).expect("a class");
    scene.push(&class);
    scene.into()
}

/// The setup of the tests: `near` and `far` are the ends of an open channel.
pub(super) const OPEN: &str = "
    const [a, b, meet, DataChannel] = x;
    const open = async (from, to, options, farOptions) => {
      const far = new Promise((resolve, reject) => {
        to.ondatachannel = ({ channel }) => {
          try { resolve(DataChannel.fromRtcDataChannel(channel, to, farOptions)); } catch (error) { reject(error); }
        };
      });
      const near = DataChannel.create(from, 'test', options);
      if (from.localDescription === null) await meet();
      await near.opened();
      return [near, await far];
    };
    const code = async (run) => { try { await run(); } catch (error) {
      return error instanceof Error ? error.code : `${error}`;
    } return 'none'; };
    const same = (p, q) => p.length === q.length && p.every((byte, at) => byte === q[at]);
    const noise = (length) => {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
      return bytes;
    };
";

pub(super) async fn shows(body: &str) {
    let scene = scene();
    let outcome = run(scene.clone(), &format!("{OPEN}{body}")).await;
    assert_eq!(outcome, Ok(JsValue::TRUE), "{body}");
    run(scene, "x.slice(0, 2).forEach((connection) => connection.close())").await.expect("closed");
}

#[wasm_bindgen_test]
async fn messages_of_every_kind_arrive() {
    shows(
        "const [near, far] = await open(a, b);
         const messages = far.messages();
         const bytes = noise(3_000_000);
         const shared = new Uint8Array(5_000_000).fill(1);
         const sent = [near.send('text'), near.send(bytes), near.send(bytes.buffer.slice(0, 3)),
           near.send(new DataView(bytes.buffer, 5, 10)), near.send(new Uint16Array([0x0201])),
           near.sendJson({ a: [1, null] }), near.send(shared)];
         shared.fill(2);  // what was given to send does not change
         const got = [];
         while (got.length < 7) got.push((await messages.next()).value);
         await Promise.all(sent);
         return got[0] === 'text' && same(got[1], bytes) && same(got[2], bytes.subarray(0, 3))
           && same(got[3], bytes.subarray(5, 15)) && same(got[4], [1, 2]) && got[5] === '{\"a\":[1,null]}'
           && got[6].every((byte) => byte === 1) && near.framing && far.framing && near.state === 'open'
           && near.label === 'test' && far.protocol === '' && near.rtcDataChannel instanceof RTCDataChannel;",
    )
    .await;
}

#[wasm_bindgen_test]
async fn events_tell_what_happens() {
    shows(
        "const near = DataChannel.create(a, 'n', { negotiated: true, id: 7 });
         const far = DataChannel.create(b, 'n', { negotiated: true, id: 7, messages: { maxMessageSize: 1000 } });
         const log = [];
         far.addEventListener('message', ({ data }) => log.push(data));
         const failed = new Promise((next) => far.addEventListener('messageerror', ({ detail }) => next(detail)));
         const removed = () => log.push('wrong');
         far.addEventListener('message', removed);
         far.removeEventListener('message', removed);
         const opened = new Promise((next) => near.addEventListener('open', next));
         const closed = new Promise((next) => far.addEventListener('close', next));
         await meet();
         await opened;
         await near.send('one');
         await near.send('two');
         await near.send(new Uint8Array(100_000));
         const error = await failed;
         near.close();
         await closed;
         await far.closed();
         return log.join() === 'one,two' && error.code === 'ERR_DATA_TOO_LARGE' && far.state === 'closed'
           && await code(() => near.send('late')) === 'ERR_DATA_CLOSED';",
    )
    .await;
}

#[wasm_bindgen_test]
async fn web_streams_carry_bytes_through() {
    shows(
        "const [near, far] = await open(a, b);
         const bytes = noise(4_000_000);
         const piped = new Blob([bytes]).stream().pipeTo(near.writable);
         const parts = [];
         const sink = new WritableStream({ write(part) { parts.push(part); } });
         await Promise.all([piped, far.readable.pipeTo(sink)]);
         return near.readable === near.readable && near.writable === near.writable
           && same(new Uint8Array(await new Blob(parts).arrayBuffer()), bytes) && near.state === 'closed';",
    )
    .await;
}

#[wasm_bindgen_test]
async fn an_iteration_ends_with_the_channel() {
    shows(
        "const [near, far] = await open(a, b);
         for (let number = 0; number < 50; number += 1) await near.sendJson(number);
         await near.flushed();
         const first = [];
         for await (const message of far.messages()) { first.push(message); if (first.length === 10) break; }
         near.close();
         const rest = [];
         for await (const message of far.messages()) rest.push(message);
         return first.concat(rest).join() === Array.from({ length: 50 }, (_, number) => number).join();",
    )
    .await;
}

#[wasm_bindgen_test]
async fn a_channel_that_javascript_forgets_stays_open() {
    shows(
        "const [near, far] = await open(a, b);
         const heard = new Promise((next) => far.addEventListener('message', ({ data }) => next(data)));
         far.free();
         await near.send('still there');
         return await heard === 'still there';",
    )
    .await;
}

#[wasm_bindgen_test]
async fn wrong_arguments_are_told_and_never_panic() {
    shows(
        "const [near] = await open(a, b);
         const odd = [undefined, null, true, NaN, -1, 2 ** 53, '', 'x', 10n, Symbol('s'), [], [1], {}, () => {}, new Date(),
           new Proxy({}, { get() { throw new Error('trap'); }, ownKeys() { throw new Error('trap'); } }),
           { ordered: 1 }, { maxRetransmits: 70000 }, { maxRetransmits: -1 }, { protocol: 7 }, { id: 'x' },
           { priority: 'urgent' }, { messages: 3 }, { messages: { framing: 'no' } }, { messages: { highWaterMark: 0 } },
           { messages: { lowWaterMark: 1e9 } }, { typo: 1 }, { writable: 1 }, { name: 7 }, a, near,
           new ArrayBuffer(0), new Uint8Array(2)];
         const detached = new Uint8Array(8);
         structuredClone(detached.buffer, { transfer: [detached.buffer] });
         odd.push(detached, detached.buffer);
         const fine = new Set(['none', 'ERR_INVALID_OPTIONS', 'ERR_INVALID_STATE', 'ERR_DATA_TOO_LARGE', 'ERR_BROWSER']);
         const bad = [];
         const attempt = async (what, value, run) => {
           const outcome = await code(run);
           if (!fine.has(outcome)) bad.push(`${what} ${typeof value}: ${outcome}`);
         };
         for (const value of odd) {
           await attempt('create', value, () => DataChannel.create(a, 'x', value).close());
           await attempt('label', value, () => DataChannel.create(a, value).close());
           await attempt('connection', value, () => DataChannel.create(value, 'x').close());
           await attempt('raw', value, () => DataChannel.fromRtcDataChannel(value, a));
           await attempt('listen', value, () => near.addEventListener(value, () => {}));
           await attempt('listener', value, () => near.addEventListener('message', value));
           await attempt('send', value, () => near.send(value));
           await attempt('json', value, () => near.sendJson(value));
           await attempt('file', value, () => near.sendFile(value));
           await attempt('file options', value, () => near.sendFile(new Blob(['x']), value));
         }
         if (bad.length > 0) throw bad.join('\\n');
         return near.state === 'open'
           && await code(() => DataChannel.create(a, 'x', { maxRetransmits: 1, maxPacketLifeTime: 1 }))
             === 'ERR_INVALID_OPTIONS';",
    )
    .await;
}

#[wasm_bindgen_test]
async fn bytes_in_a_buffer_that_can_be_resized_or_is_shared_are_sent() {
    shows(
        "const [near, far] = await open(a, b);
         const buffer = new ArrayBuffer(4, { maxByteLength: 8 });
         new Uint8Array(buffer).set([1, 2, 3, 4]);
         const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
         for (const data of [buffer, new DataView(buffer, 1, 2), new Uint8Array(memory.buffer, 0, 3)]) await near.send(data);
         const came = [];
         for await (const message of far.messages()) if (came.push([...message].join()) === 3) break;
         return came.join(';') === '1,2,3,4;2,3;0,0,0';",
    )
    .await;
}
