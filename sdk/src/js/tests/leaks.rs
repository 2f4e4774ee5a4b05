//! Objects that are closed and never freed, as JavaScript code does not call `free()`. They are released when the
//! browser has collected them, and leave nothing attached to the browser's objects.

use js_sys::{Array, Object};
use wasm_bindgen_test::wasm_bindgen_test;

use super::data_channel::{OPEN, scene};
use super::leftovers::{Leftovers, leaves_nothing};
use super::peer_connection::{SCENE, class};
use super::*;
use crate::js::media::JsCaptureController;
use crate::js::mixer::JsMixer;
use crate::js::recorder::JsRecorder;
use crate::js::room::JsRoom;
use crate::js::stats::JsStatsMonitor;
use crate::platform::{Recorder, RecorderOptions};

/// Runs `body` two hundred times as an async function of `x` and the round's number.
async fn nothing_is_left(x: impl Into<JsValue>, body: &str) -> Leftovers {
    let x = x.into();
    let function = Function::new_with_args("x, round", &format!("return (async () => {{ {body} }})()"));
    leaves_nothing(async |round| {
        let done: Promise = function
            .call2(&JsValue::UNDEFINED, &x, &(round as u32).into())
            .expect("a promise")
            .unchecked_into();
        if let Err(error) = JsFuture::from(done).await {
            panic!("round {round}: {error:?}");
        }
    })
    .await
}

/// The class of an object.
fn class_of(object: impl Into<JsValue>) -> JsValue {
    Reflect::get(&object.into(), &"constructor".into()).expect("a class")
}

fn members(members: [(&str, JsValue); 2]) -> Object {
    let object = Object::new();
    for (key, value) in members {
        Reflect::set(&object, &key.into(), &value).expect("set");
    }
    object
}

#[wasm_bindgen_test]
async fn peer_connections_with_all_their_parts() {
    let body = "
        const [a, b] = pair();
        const over = (async () => { for await (const event of b.events()) if (event.type === 'x') break; })();
        a.addEventListener('connectionstatechange', () => {});
        const channel = a.createDataChannel('notes');
        const { sender, receiver } = a.addTransceiver('audio');
        a.transceivers[0].direction = 'sendonly';
        sender.dtmf.tones();
        const told = [receiver.synchronizationSources, sender.parameters, receiver.mediaStreamTrack];
        if (round % 4 === 0) {
          const { channel: far } = await heard(b, 'datachanneladded');
          await Promise.all([channel.opened(), far.opened()]);
          await channel.send('text');
          for await (const message of far.messages()) if (message === 'text') break;
        } else if (round % 4 === 1) {
          await heard(a, 'signalingstatechange');
        }
        a.close();
        b.close();
        await over;";
    let seen = nothing_is_left(class(), &format!("{SCENE}{body}")).await;
    assert!(seen.begun("RTCPeerConnection") >= 400);
    assert!(seen.begun("RTCPeerConnection listener of track") >= 400);
}

#[wasm_bindgen_test]
async fn data_channels_by_every_way_to_read_and_write() {
    let body = "
        const [near, far] = await open(a, b);
        far.addEventListener('message', () => {});
        const listener = () => {};
        near.addEventListener('open', listener);
        near.removeEventListener('open', listener);
        near.messages().next();
        const writer = near.writable.getWriter();
        await writer.write('text');
        await near.sendJson({ round });
        const closed = far.closed();
        if (round % 2) await writer.close();
        else near.close();
        await closed;";
    let seen = nothing_is_left(scene(), &format!("{OPEN}{body}")).await;
    assert!(seen.begun("RTCDataChannel listener of message") >= 400);
}

#[wasm_bindgen_test]
async fn files_that_arrive_and_files_that_do_not() {
    let body = "
        const [near, far] = await open(a, b);
        const offers = far.files();
        const files = [];
        for (let count = 0; count < 3; count += 1) {
          const sending = near.sendFile(new Blob([`file ${count}`]), { name: 'a' });
          files.push([sending, (await offers.next()).value]);
        }
        const [[first, taken], [second, refused], [third, forgotten]] = files;
        const accepted = taken.accept(round % 2 ? { writable: new WritableStream() } : {});
        for await (const { transferred, size } of accepted.progress()) if (transferred === size) break;
        await Promise.all([first.finished, accepted.finished]);
        refused.reject();
        const interrupted = code(() => third.finished);
        if (await code(() => second.finished) !== 'ERR_TRANSFER_REJECTED') throw new Error('second');
        if (round % 3 === 0) third.cancel();
        near.close();
        if (!(await interrupted).startsWith('ERR_TRANSFER_')) throw new Error(await interrupted);
        await far.closed();";
    nothing_is_left(scene(), &format!("{OPEN}{body}")).await;
}

#[wasm_bindgen_test]
async fn level_meters_that_are_forgotten_and_freed() {
    let track = microphone().await;
    let meter = JsLevelMeter::new(&track.to_raw()).expect("a meter");
    let x = members([("LevelMeter", class_of(meter)), ("track", track.to_raw().into())]);
    let body = "
        const meter = new x.LevelMeter(x.track);
        meter.level();
        meter.isSpeaking();
        if (round % 2) meter.free();";
    let seen = nothing_is_left(x, body).await;
    assert!(seen.begun("audio connection") >= 200);
    assert!(!track.is_ended(), "a meter does not own its track");
}

#[wasm_bindgen_test]
async fn recorders_that_are_stopped() {
    let track = microphone().await;
    let recorder = Recorder::start(&[track.to_raw()], &RecorderOptions::default()).expect("a recorder");
    let x = members([("Recorder", class_of(JsRecorder::from(recorder))), ("track", track.to_raw().into())]);
    let body = "
        const recorder = x.Recorder.start([x.track], { timesliceMs: 20 });
        const finished = recorder.finished().catch(() => {});
        if (round % 10 === 0) {
          for await (const chunk of recorder.chunks()) if (chunk.size > 0) break;
          recorder.pause();
          recorder.resume();
          const recording = await recorder.stop();
          if (!recording.blob.size || !recording.fileName('a')) throw new Error('nothing');
        } else {
          recorder.chunks();
          await recorder.stop().catch((error) => { if (error.code !== 'ERR_RECORDER') throw error; });
        }
        await finished;";
    let seen = nothing_is_left(x, body).await;
    assert!(seen.begun("MediaRecorder listener of dataavailable") >= 200);
    assert!(!track.is_ended());
}

#[wasm_bindgen_test]
async fn mixers_with_sources() {
    let mixer = JsMixer::new(None).expect("a mixer");
    mixer.close();
    let track = microphone().await;
    let x = members([("Mixer", class_of(mixer)), ("track", track.to_raw().into())]);
    let body = "
        const mixer = new x.Mixer({ width: 64, height: 36, frameRate: 10 });
        const sources = [mixer.add([x.track]), mixer.add([x.track], { gain: 0.5, label: 'two' })];
        const tracks = [mixer.videoTrack, mixer.audioTrack, mixer.audioTrackWithout(sources[0])];
        sources[1].setGain(1);
        if (round % 2) sources[round % 4 === 1 ? 0 : 1].remove();
        const raw = tracks.map((track) => track.mediaStreamTrack);
        mixer.close();
        if (raw.some((track) => track.readyState !== 'ended')) throw new Error('a track goes on');";
    let seen = nothing_is_left(x, body).await;
    assert_eq!(seen.begun("Worker"), 200);
    assert!(seen.begun("audio connection") >= 400 && seen.begun("object URL") == 200);
    assert!(!track.is_ended());
}

#[wasm_bindgen_test]
async fn devices_tracks_and_permissions() {
    let body = "
        const devices = new x();
        const { camera, microphone } = await devices.cameraAndMicrophone({ width: 320 });
        const copy = microphone.clone();
        const listener = () => {};
        copy.addEventListener('ended', listener);
        copy.removeEventListener('ended', listener);
        const iterators = [devices.changes(), devices.takeOver(camera), copy.events()];
        const permission = await devices.permission('camera');
        iterators.push(permission.changes());
        iterators.forEach((iterator) => iterator.next());
        await devices.enumerate();
        [camera, microphone, copy].forEach((track) => track.stop());
        await Promise.all(iterators.map((iterator) => iterator.return()));";
    let seen = nothing_is_left(class_of(devices()), body).await;
    assert!(seen.begun("MediaDevices listener of devicechange") >= 200);
    assert!(seen.begun("PermissionStatus listener of change") >= 200);
}

#[wasm_bindgen_test]
async fn capture_controllers_that_are_forgotten() {
    let Ok(controller) = JsCaptureController::new() else { return };
    let body = "
        const controller = new x();
        const levels = controller.zoomLevels();
        levels.next();
        await levels.return();";
    nothing_is_left(class_of(controller), body).await;
}

#[wasm_bindgen_test]
async fn stats_monitors_that_are_closed() {
    let source = js_sys::eval("new RTCPeerConnection()").expect("a connection");
    let running = JsStatsMonitor::new(&source, None).expect("a monitor");
    running.close();
    let class = class_of(running);
    let body = "
        const [StatsMonitor, source] = x;
        const monitor = new StatsMonitor(source, { intervalMs: 100 });
        monitor.addEventListener('sample', () => {});
        if (round % 20 === 0) for await (const sample of monitor) if (sample.timestamp) break;
        const ended = new Promise((next) => monitor.addEventListener('ended', next, { once: true }));
        const next = monitor[Symbol.asyncIterator]().next();
        monitor.close();
        await ended;
        if (!(await next).done || monitor.toCsv() === '' || !monitor.closed) throw new Error('not closed');";
    let seen = nothing_is_left(Array::of2(&class, &source), body).await;
    assert!(seen.begun("timer") >= 10, "{}", seen.begun("timer"));
    source.unchecked_into::<web_sys::RtcPeerConnection>().close();
}

#[wasm_bindgen_test]
async fn rooms_that_are_left_and_rooms_that_are_never_joined() {
    let (_comment, server) =
        include_str!("../../../tests/browser/hooks/server.js").split_once('\n').expect("a comment");
    let body = "
        const room = new x.Room({ url: 'ws://server/ws' });
        room.addEventListener('participantjoined', () => {});
        room.addEventListener('left', () => {});
        const events = room.events();
        if (round % 4 === 0) return;
        const real = WebSocket;
        const { sockets } = x;
        window.WebSocket = x.FakeSocket;
        try { await room.join({ room: 'tea', name: 'Bo' }); } finally { window.WebSocket = real; }
        sockets.splice(0);
        if (room.state !== 'joined' || room.participants.length !== 1) throw new Error(room.state);
        if (round % 4 === 1) {
          const id = await room.publish(x.track);
          await room.setMuted(id, true);
        }
        const over = (async () => { for await (const event of events) if (event.type === 'x') break; })();
        if (round % 4 === 2) room.sendChat('hello').catch(() => {});
        await room.leave();
        await over;";
    let x =
        js_sys::eval(&format!("(() => {{ {server}; return {{ FakeSocket, sockets: FakeSocket.all }}; }})()"))
            .expect("a server");
    let track = microphone().await;
    let room = JsRoom::new(None).expect("a room");
    for (key, value) in [("Room", class_of(room)), ("track", JsLocalTrack::object(track.clone()))] {
        Reflect::set(&x, &key.into(), &value).expect("set");
    }
    let seen = nothing_is_left(x, body).await;
    assert_eq!(seen.begun("RTCPeerConnection"), 150);
    assert!(seen.begun("FakeSocket listener of message") >= 150);
    assert!(!track.is_ended(), "published tracks belong to the application");
    track.stop();
}
