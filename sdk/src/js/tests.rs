//! The classes as JavaScript code uses them.

mod abort;
mod anything;
mod capture;
mod data_channel;
mod diagnosis;
mod file_transfer;
#[path = "../../tests/browser/heap.rs"]
mod heap;
mod identity;
mod leaks;
#[path = "../../tests/browser/leftovers.rs"]
mod leftovers;
mod logger;
mod mixer;
mod order;
mod peer_connection;
mod recorder;
mod room;
mod stats;

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::MediaStreamTrack;

use super::level_meter::JsLevelMeter;
use super::media::{JsDevices, JsLocalTrack};
use crate::platform::MicrophoneOptions;
use crate::{Devices, LocalTrack, TrackSource};

wasm_bindgen_test_configure!(run_in_browser);

/// Runs `body` as an async JavaScript function of `x`.
async fn run(x: impl Into<JsValue>, body: &str) -> Result<JsValue, JsValue> {
    let function = Function::new_with_args("x", &format!("return (async () => {{ {body} }})()"));
    let promise: Promise = function.call1(&JsValue::UNDEFINED, &x.into())?.unchecked_into();
    JsFuture::from(promise).await
}

async fn holds(x: impl Into<JsValue>, body: &str) {
    assert_eq!(run(x, body).await, Ok(JsValue::TRUE), "{body}");
}

async fn code(x: impl Into<JsValue>, body: &str) -> (String, String) {
    let error = run(x, body).await.expect_err("an error");
    assert!(error.is_instance_of::<js_sys::Error>());
    let text =
        |key: &str| Reflect::get(&error, &key.into()).expect("an object").as_string().expect("a string");
    (text("code"), text("message"))
}

fn devices() -> JsDevices {
    JsDevices::new().expect("devices")
}

async fn microphone() -> LocalTrack {
    let devices = Devices::new().expect("devices");
    devices.microphone(&MicrophoneOptions::default()).await.expect("a microphone")
}

#[wasm_bindgen_test]
async fn a_camera_is_opened_muted_and_stopped() {
    holds(
        devices(),
        "const track = await x.camera({ width: 320, height: 240 });
         const raw = track.mediaStreamTrack;
         const first = track.kind === 'video' && track.source === 'camera' && track.id === raw.id && !track.ended;
         track.enabled = false;
         const muted = raw.enabled === false && track.enabled === false;
         track.stop();
         return first && muted && track.ended && raw.readyState === 'ended';",
    )
    .await;
}

#[wasm_bindgen_test]
async fn a_track_runs_on_when_its_object_is_collected() {
    holds(
        devices(),
        "const track = await x.microphone();
         const raw = track.mediaStreamTrack;
         track.free();
         const live = raw.readyState === 'live';
         raw.stop();
         return live;",
    )
    .await;
}

#[wasm_bindgen_test]
async fn wrong_options_reject_and_name_the_key() {
    let (code_, message) = code(devices(), "await x.camera({ widht: 320 })").await;
    assert_eq!(code_, "ERR_INVALID_OPTIONS");
    assert!(message.contains("`widht`") && message.contains("`width`"), "{message}");
    let (code_, message) = code(devices(), "await x.microphone({ echoCancellation: 'yes' })").await;
    assert_eq!(code_, "ERR_INVALID_OPTIONS");
    assert!(
        message.contains("`echoCancellation`") && message.contains("expected true or false"),
        "{message}"
    );
}

#[wasm_bindgen_test]
async fn an_unknown_camera_is_told_with_its_cause() {
    holds(
        devices(),
        "try { await x.camera({ deviceId: 'no such device' }); } catch (error) {
           return error instanceof Error && error.name === 'MediaError' && error.constraint === 'deviceId'
             && error.code === 'ERR_MEDIA_OVERCONSTRAINED' && error.cause.name === 'OverconstrainedError';
         }",
    )
    .await;
}

#[wasm_bindgen_test]
async fn devices_are_listed_as_plain_objects() {
    holds(
        devices(),
        "const list = await x.enumerate();
         const keys = Object.keys(list[0]).sort().join();
         return keys === 'deviceId,groupId,kind,label' && list.some((device) => device.kind === 'audioinput');",
    )
    .await;
}

#[wasm_bindgen_test]
async fn listeners_are_added_and_removed() {
    holds(
        devices(),
        "let heard = 0;
         const listener = () => { heard += 1; };
         x.addEventListener('devicechange', listener);
         navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
         x.removeEventListener('devicechange', listener);
         navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
         return heard === 1;",
    )
    .await;
    let make = format!("return await ({})()", include_str!("../../tests/browser/ending-track.js"));
    let raw: MediaStreamTrack = run(JsValue::UNDEFINED, &make).await.expect("a track").unchecked_into();
    holds(
        JsLocalTrack::object(LocalTrack::from_raw(raw, TrackSource::Custom)),
        "let wrong = false;
         const listener = () => { wrong = true; };
         x.addEventListener('ended', listener);
         x.removeEventListener('ended', listener);
         await new Promise((next) => x.addEventListener('ended', next));
         return x.ended && !wrong;",
    )
    .await;
    let (code_, message) = code(devices(), "x.addEventListener('devicechanged', () => {})").await;
    assert_eq!(code_, "ERR_INVALID_OPTIONS");
    assert!(message.contains("\"devicechange\""), "{message}");
    assert_eq!(code(devices(), "x.addEventListener('devicechange', 1)").await.0, "ERR_INVALID_OPTIONS");
    holds(devices(), "x.addEventListener('devicechange', null); return true").await;
}

#[wasm_bindgen_test]
async fn a_track_that_has_ended_is_not_attached() {
    let track = JsLocalTrack::object(microphone().await);
    holds(
        track,
        "x.stop();
         const audio = document.createElement('audio');
         return [() => x.attach(), () => x.attach(audio)].every((attach) => {
           try { attach(); } catch ({ code, message }) {
             return code === 'ERR_INVALID_STATE' && message.includes('the track has ended') && !audio.srcObject;
           }
         });",
    )
    .await;
}

#[wasm_bindgen_test]
async fn a_level_meter_takes_a_track() {
    let track = microphone().await;
    let meter = JsLevelMeter::new(&JsLocalTrack::object(track.clone())).expect("a meter");
    holds(
        meter,
        "for (let i = 0; i < 200 && !x.isSpeaking(); i += 1) await new Promise((next) => setTimeout(next, 25));
         const level = x.level();
         const spoken = x.isSpeaking();
         x.free();
         return spoken && level >= 0 && level <= 1;",
    )
    .await;
    track.stop();
}
