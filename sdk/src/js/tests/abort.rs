//! Operations that are aborted with an `AbortSignal`.

use wasm_bindgen_test::wasm_bindgen_test;

use super::data_channel;
use super::*;
use crate::js::media::JsCaptureController;
use crate::js::media::display::capture_display;
use crate::js::room::JsRoom;

/// The rejection of an aborted operation.
const IS_ABORTED: &str = "
    const reason = new Error('enough');
    const isAborted = (error) => error.name === 'AbortError' && error.code === 'ERR_ABORTED' && error.cause === reason;
    const caught = async (run) => { try { await run(); } catch (error) { return error; } return {}; };
";

/// After aborting, the camera must not stay on.
#[wasm_bindgen_test]
async fn a_camera_that_comes_too_late_is_stopped() {
    let body = "
        const { getUserMedia } = MediaDevices.prototype;
        let late;
        navigator.mediaDevices.getUserMedia = (constraints) => {
          late = getUserMedia.call(navigator.mediaDevices, constraints);
          return new Promise((resolve) => { navigator.mediaDevices.answer = () => resolve(late); });
        };
        try {
          const results = [];
          for (const open of ['camera', 'microphone', 'cameraAndMicrophone']) {
            const abort = new AbortController();
            const opening = open === 'cameraAndMicrophone' ? x[open]({}, abort) : x[open](abort);
            const given = caught(() => opening);
            await 0;
            abort.abort(reason);
            results.push(isAborted(await given));
            navigator.mediaDevices.answer();
            const tracks = (await late).getTracks();
            for (let turn = 0; turn < 10; turn++) await 0;
            results.push(tracks.length > 0 && tracks.every(({ readyState }) => readyState === 'ended'));
          }
          return results.every((right) => right === true) && results.length === 6 || results.join();
        } finally { delete navigator.mediaDevices.getUserMedia; }";
    holds(devices(), &format!("{IS_ABORTED}{}", body.replace("abort)", "{ signal: abort.signal })"))).await;
}

#[wasm_bindgen_test]
async fn nobody_is_asked_when_the_signal_was_aborted_before() {
    let body = "
        let asked = 0;
        navigator.mediaDevices.getUserMedia = navigator.mediaDevices.getDisplayMedia = async () => { asked++; };
        try {
          const signal = AbortSignal.abort(reason);
          const errors = await Promise.all([caught(() => x.camera({ signal })), caught(() => x.microphone({ signal }))]);
          return errors.every(isAborted) && asked === 0;
        } finally { delete navigator.mediaDevices.getUserMedia; delete navigator.mediaDevices.getDisplayMedia; }";
    holds(devices(), &format!("{IS_ABORTED}{body}")).await;
    let options = run(JsValue::UNDEFINED, "return { signal: AbortSignal.abort() }").await.expect("options");
    let refused = JsFuture::from(capture_display(Some(options))).await.expect_err("aborted");
    assert_eq!(Reflect::get(&refused, &"code".into()), Ok("ERR_ABORTED".into()));
}

#[wasm_bindgen_test]
async fn a_shared_tab_is_not_controlled_when_the_signal_was_aborted_before() {
    let Ok(controller) = JsCaptureController::new() else { return };
    let body = "
        const options = { signal: AbortSignal.abort(reason) };
        const calls = [() => x.increaseZoomLevel(options), () => x.decreaseZoomLevel(options), () => x.resetZoomLevel(options),
          () => x.forwardWheel(null, options)];
        const errors = await Promise.all(calls.map(caught));
        return errors.every(isAborted) || errors.map(({ code }) => code).join();";
    holds(controller, &format!("{IS_ABORTED}{body}")).await;
}

#[wasm_bindgen_test]
async fn a_room_that_is_given_up_is_left() {
    let body = "
        const { WebSocket } = globalThis;
        const sockets = [];
        globalThis.WebSocket = class extends EventTarget {
          readyState = 0;
          constructor(url) { super(); sockets.push(this); }
          send() {}
          close() { this.readyState = 3; }
        };
        try {
          const abort = new AbortController();
          const joining = caught(() => x.join({ room: 'tea', name: 'Ana', signal: abort.signal }));
          await new Promise((next) => setTimeout(next));
          const opened = sockets.length;
          abort.abort(reason);
          const error = await joining;
          return isAborted(error) && x.state === 'left' && opened === 1 && sockets[0].readyState === 3
            || [error, x.state, opened].join();
        } finally { globalThis.WebSocket = WebSocket; }";
    let room = JsRoom::new(options("{ url: 'ws://server/ws' }")).expect("a room");
    holds(room, &format!("{IS_ABORTED}{body}")).await;
}

#[wasm_bindgen_test]
async fn a_file_that_is_given_up_is_cancelled_at_both_ends() {
    data_channel::shows(&format!(
        "{IS_ABORTED}
         const [near, far] = await open(a, b);
         const files = far.files();
         const results = [];
         for (const who of ['sender', 'receiver']) {{
           const abort = new AbortController();
           const options = (one) => (one === who ? {{ signal: abort.signal }} : {{}});
           const sending = near.sendFile(new Blob([noise(30_000_000)]), options('sender'));
           const receiving = (await files.next()).value.accept(options('receiver'));
           for await (const {{ transferred }} of receiving.progress()) if (transferred > 0) break;
           const ends = {{ sender: caught(() => sending.finished), receiver: caught(() => receiving.finished) }};
           abort.abort(reason);
           const own = await ends[who];
           const other = await ends[who === 'sender' ? 'receiver' : 'sender'];
           results.push(isAborted(own) && other.code === 'ERR_TRANSFER_CANCELLED');
         }}
         const early = await caught(() => near.sendFile(new Blob(), {{ signal: AbortSignal.abort(reason) }}));
         return results.join() === 'true,true' && isAborted(early);"
    ))
    .await;
}

#[wasm_bindgen_test]
async fn a_message_that_is_given_up_before_the_channel_is_open_does_not_arrive() {
    data_channel::shows(
        &format!(
            "{IS_ABORTED}
         const options = {{ negotiated: true, id: 7 }};
         const [near, far] = [a, b].map((connection) => DataChannel.create(connection, 'x', options));
         const abort = new AbortController();
         const sending = [near.send('one', abort), near.sendJson(1, abort)].map((sent) => caught(() => sent));
         abort.abort(reason);
         const errors = [...await Promise.all(sending), await caught(() => near.send('late', abort))];
         await meet();
         await near.send('two');
         const {{ value }} = await far.messages().next();
         return errors.every(isAborted) && value === 'two' || [...errors, value].join();"
        )
        .replace("abort)", "{ signal: abort.signal })"),
    )
    .await;
}

#[wasm_bindgen_test]
async fn a_signal_is_checked_as_other_options_are() {
    for (body, message) in [
        ("await x.camera({ signal: 5 })", "`signal` in the camera options: expected an AbortSignal"),
        ("await x.camera({ get signal() { throw 1 } })", "`signal` in the camera options: cannot be read"),
        ("await x.camera({ signals: 5 })", "`constraints`, `signal`"),
        ("await x.camera({ constraints: { signal: 5 } })", "unknown option `signal`"),
    ] {
        let (code, text) = code(devices(), body).await;
        assert_eq!(code, "ERR_INVALID_OPTIONS", "{body}");
        assert!(text.contains(message), "{body}: {text}");
    }
    holds(devices(), "(await x.camera({ signal: undefined })).stop(); (await x.camera({ signal: null })).stop(); return true").await;
}

fn options<T: JsCast>(text: &str) -> Option<T> {
    js_sys::eval(&format!("({text})")).ok().map(JsCast::unchecked_into)
}
