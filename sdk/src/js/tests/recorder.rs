//! Recorders as JavaScript code uses them.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::anything::anything;
use super::{code, holds, microphone, run};
use crate::js::level_meter::JsLevelMeter;
use crate::js::recorder::JsRecorder;
use crate::platform::{Recorder, RecorderOptions};

async fn recorder() -> JsRecorder {
    let recorder = Recorder::start(&[microphone().await.to_raw()], &RecorderOptions::default());
    recorder.expect("a recorder").into()
}

#[wasm_bindgen_test]
async fn a_recording_is_made_of_anything_that_has_a_track() {
    holds(
        recorder().await,
        "const Recorder = x.constructor;
         const raw = (await navigator.mediaDevices.getUserMedia({ audio: true })).getTracks()[0];
         const recorder = Recorder.start([{ mediaStreamTrack: raw }, raw], { timesliceMs: 100 });
         const running = recorder.state === 'recording' && recorder.mimeType.startsWith('audio/');
         while (recorder.size === 0 || recorder.elapsedMs < 300) await new Promise((next) => setTimeout(next, 20));
         const stopped = recorder.stop();
         recorder.free();
         const recording = await stopped;
         raw.stop();
         return running && recording.blob.size > 0 && recording.durationMs > 200 && recording.endedEarly === undefined
           && recording.fileName('a').startsWith('a.') && recording.mimeType.startsWith('audio/');",
    )
    .await;
}

/// Chromium provides received audio only while an element plays it.
#[wasm_bindgen_test]
async fn received_audio_that_nothing_plays_is_measured_and_recorded() {
    let connect = "
        const [sender, receiver] = x.ends = [new RTCPeerConnection(), new RTCPeerConnection()];
        sender.onicecandidate = ({ candidate }) => receiver.addIceCandidate(candidate);
        receiver.onicecandidate = ({ candidate }) => sender.addIceCandidate(candidate);
        const received = new Promise((resolve) => { receiver.ontrack = ({ track }) => resolve(track); });
        sender.addTrack(x.microphone);
        await sender.setLocalDescription();
        await receiver.setRemoteDescription(sender.localDescription);
        await receiver.setLocalDescription();
        await sender.setRemoteDescription(receiver.localDescription);
        return received;";
    let x = Object::new();
    let microphone = microphone().await;
    Reflect::set(&x, &"microphone".into(), &microphone.to_raw()).expect("set");
    let received = run(x.clone(), connect).await.expect("a track");
    let meter = JsLevelMeter::new(&received).expect("a meter");
    for (key, value) in
        [("received", received), ("meter", meter.into()), ("recorder", recorder().await.into())]
    {
        Reflect::set(&x, &key.into(), &value).expect("set");
    }
    let body = "
        const recorder = x.recorder.constructor.start([x.received], { timesliceMs: 100 });
        for (let turn = 0; turn < 400 && !(x.meter.isSpeaking() && recorder.size > 2000); turn += 1) {
          await new Promise((next) => setTimeout(next, 25));
        }
        const heard = x.meter.isSpeaking();
        x.meter.free();
        const { blob } = await recorder.stop();
        x.ends.forEach((end) => end.close());
        return heard && blob.size > 2000 || [heard, blob.size].join();";
    holds(x, body).await;
    microphone.stop();
}

#[wasm_bindgen_test]
async fn a_recorder_refuses_what_is_no_track() {
    for body in [
        "x.constructor.start([1])",
        "x.constructor.start([{ mediaStreamTrack: 1 }])",
        "x.constructor.start('tracks')",
        "x.constructor.start([])",
        "x.constructor.start([], { timeslice: 1 })",
    ] {
        assert_eq!(code(recorder().await, body).await.0, "ERR_INVALID_OPTIONS", "{body}");
    }
    let one = "const [track] = new AudioContext().createMediaStreamDestination().stream.getTracks();
         x.constructor.start(track)";
    let (_, message) = code(recorder().await, one).await;
    assert!(message.starts_with("tracks: expected an array: use [track], got an object of"), "{message}");
}

#[wasm_bindgen_test]
async fn any_value_as_an_argument_has_a_code_and_harms_nothing() {
    let x = Object::new();
    for (key, value) in [("recorder", JsValue::from(recorder().await)), ("anything", anything().into())] {
        Reflect::set(&x, &key.into(), &value).expect("set");
    }
    holds(
        x,
        "const { recorder, anything } = x;
         const Recorder = recorder.constructor;
         const track = (await navigator.mediaDevices.getUserMedia({ audio: true })).getTracks()[0];
         const allowed = ['ERR_INVALID_OPTIONS', 'ERR_RECORDER'];
         for (let seed = 1; seed <= 300; seed += 1) {
           const value = anything(Math.imul(seed, 2654435761));
           for (const call of [
             () => Recorder.start(value), () => Recorder.start([value]),
             () => Recorder.start([track], value).stop().catch((error) => {
               if (error.code !== 'ERR_RECORDER') throw error; // it may end before anything was recorded
             }),
             () => Recorder.isTypeSupported(value),
           ]) {
             try { await call(); } catch (error) {
               if (!allowed.includes(error.code)) throw new Error(`${call} with seed ${seed}: ${error}`);
             }
           }
         }
         const after = Recorder.start([track], { timesliceMs: 20 });
         while (after.size === 0) await new Promise((next) => setTimeout(next, 20));
         const { blob } = await after.stop();
         track.stop();
         return blob.size > 0;",
    )
    .await;
}
