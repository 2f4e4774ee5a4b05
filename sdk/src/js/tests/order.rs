//! Calls that are not awaited: each takes effect within the call, and the last one holds.

use wasm_bindgen_test::wasm_bindgen_test;

use super::*;
use crate::js::room::JsRoom;

fn room() -> JsRoom {
    JsRoom::new(None).expect("a room")
}

/// Replaces `getUserMedia` until `restore()`: it waits for `answer()`, and keeps the widths that were asked for.
const HELD: &str = "
    const { getUserMedia } = MediaDevices.prototype;
    const asks = [];
    let answer;
    const answered = new Promise((resolve) => { answer = resolve; });
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      asks.push(constraints.video.width);
      await answered;
      return getUserMedia.call(navigator.mediaDevices, constraints);
    };
    const restore = () => delete navigator.mediaDevices.getUserMedia;
    const asked = async () => { while (asks.length === 0) await new Promise((next) => setTimeout(next)); };
";

#[wasm_bindgen_test]
async fn the_last_of_publish_mute_replace_and_unpublish_holds() {
    let x = js_sys::Object::new();
    for (key, value) in [("room", JsValue::from(room())), ("track", JsLocalTrack::object(microphone().await))]
    {
        Reflect::set(&x, &key.into(), &value).expect("set");
    }
    let body = "
        const { room, track } = x;
        const other = track.clone();
        await Promise.all([room.publish(track), room.unpublish(track)]);
        const unpublished = room.publications.length;
        const [id] = await Promise.all([room.publish(track), room.setMuted(track, true)]);
        const muted = room.publications.map((publication) => publication.muted).join();
        await Promise.all([room.replaceTrack(id, other), room.unpublish(other)]);
        const replaced = room.publications.length;
        void room.leave();
        const { state } = room;
        track.stop();
        other.stop();
        return unpublished === 0 && muted === 'true' && replaced === 0 && state === 'left'
          || [unpublished, muted, replaced, state].join();";
    holds(x, body).await;
}

/// A browser logs a connection that is closed before it is established.
#[wasm_bindgen_test]
async fn a_room_that_is_left_in_the_task_of_its_join_was_joining_and_opens_no_connection() {
    let body = "
        const { WebSocket } = globalThis;
        let opened = 0;
        globalThis.WebSocket = class extends EventTarget { constructor() { super(); opened += 1; } };
        try {
          const joined = x.join({ room: 'tea', name: 'Ana' }).catch(({ code }) => code);
          const { state } = x;
          x.update({ attributes: { hand: 'up' } });
          void x.leave();
          const code = await joined;
          await new Promise((next) => setTimeout(next));
          return state === 'joining' && code === 'ERR_INVALID_STATE' && opened === 0 || [state, code, opened].join();
        } finally { globalThis.WebSocket = WebSocket; }";
    holds(room(), body).await;
}

#[wasm_bindgen_test]
async fn the_last_options_of_a_camera_hold_while_the_user_is_asked() {
    for first in [
        "x.setCameraEnabled(true, { width: 320, signal: abort.signal })",
        "x.setCameraEnabled(true, { width: 320 })",
    ] {
        let body = format!(
            "{HELD}
             try {{
               const abort = new AbortController();
               const first = {first}.catch(({{ code }}) => code);
               await asked();
               abort.abort();
               const off = x.setCameraEnabled(false);
               const last = x.setCameraEnabled(true, {{ width: 640 }});
               answer();
               await Promise.all([first, off]);
               const camera = await last;
               const live = !camera.ended && x.publications.length === 1 && x.cameraEnabled;
               await x.leave();
               return asks.join() === '320,640' && live || [asks, live].join();
             }} finally {{ restore(); }}"
        );
        holds(room(), &body).await;
    }
}

#[wasm_bindgen_test]
async fn a_camera_of_the_application_is_not_the_camera_of_the_room() {
    let body = "
        const camera = await x.setCameraEnabled(true);
        const [{ id }] = x.publications;
        const seen = [];
        const state = () => x.publications.map((one) => `${one.id === id ? 'room' : 'other'}:${one.muted}`).sort().join();
        for (let turn = 0; turn < 5; turn += 1) {
          const other = (await x.setCameraEnabled(true)).clone();
          const published = await x.publish(other);
          await x.setCameraEnabled(false);
          seen.push(state());
          const on = await x.setCameraEnabled(true);
          seen.push(state(), on === other);
          await x.setCameraEnabled(false);
          await x.setMuted(id, false);
          seen.push(state());
          await x.unpublish(published);
          other.stop();
        }
        await x.leave();
        const turn = 'other:true,room:true other:true,room:false false other:true,room:false';
        return seen.join(' ') === Array(5).fill(turn).join(' ') || seen.join(' ');";
    holds(room(), body).await;
}

#[wasm_bindgen_test]
async fn the_sound_of_a_screen_ends_with_its_picture_though_that_is_not_published() {
    let body = "
        navigator.mediaDevices.getDisplayMedia = async () => {
          const canvas = document.createElement('canvas');
          canvas.getContext('2d');
          const microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
          return new MediaStream([...canvas.captureStream().getTracks(), ...microphone.getTracks()]);
        };
        try {
          const seen = [];
          const raw = (track) => {
            track.mediaStreamTrack.stop();
            track.mediaStreamTrack.dispatchEvent(new Event('ended'));
          };
          // Firefox delivers no event that is dispatched at a track.
          const [probe] = (await navigator.mediaDevices.getUserMedia({ audio: true })).getTracks();
          let delivers = false;
          probe.addEventListener('ended', () => { delivers = true; });
          probe.dispatchEvent(new Event('ended'));
          probe.stop();
          const ends = delivers ? [(track) => track.stop(), raw] : [(track) => track.stop()];
          for (const end of ends) {
            const { video, audio } = await x.setScreenShareEnabled(true);
            await x.unpublish(video);
            end(video);
            seen.push(audio.ended, x.publications.length);
          }
          return seen.join() === ends.map(() => 'true,0').join() || seen.join();
        } finally { delete navigator.mediaDevices.getDisplayMedia; }";
    holds(room(), body).await;
}

#[wasm_bindgen_test]
async fn reads_of_events_take_turns_and_end_with_the_iteration() {
    let body = "
        const [events, ended] = [x.events(), x.events()];
        const reads = [events.next(), events.next(), events.next()];
        const waiting = [ended.next(), ended.next()];
        await new Promise((next) => setTimeout(next));
        await ended.return();
        const done = (await Promise.all(waiting)).map((read) => read.done).join();
        await x.leave();
        const types = (await Promise.all(reads)).map((read) => read.value?.type).join();
        return done === 'true,true' && types === 'statechange,left,' || [done, types].join(' ');";
    holds(room(), body).await;
}
