//! Media capture as JavaScript code uses it.

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use super::anything::anything;
use super::{code, devices, holds, run};
use crate::js::media::JsLocalTrack;
use crate::js::media::display::capture_display;
use crate::{LocalTrack, TrackSource};

async fn canvas() -> JsValue {
    let make = "const canvas = document.createElement('canvas');
      canvas.getContext('2d');
      return canvas.captureStream().getTracks()[0];";
    let raw = run(JsValue::UNDEFINED, make).await.expect("a track");
    JsLocalTrack::object(LocalTrack::from_raw(raw.unchecked_into(), TrackSource::Custom))
}

#[wasm_bindgen_test]
async fn constraints_are_written_as_the_browser_writes_them() {
    holds(
        devices(),
        "const track = await x.camera({ constraints: { width: { exact: 320 }, height: { min: 100, max: 240 } } });
         const { width, height } = track.settings();
         const could = track.capabilities();
         await track.applyConstraints({ width: { ideal: 320 }, advanced: [{ height: 240 }] });
         track.stop();
         return width === 320 && height <= 240 && could.width.max >= 640 && track.muted === false;",
    )
    .await;
    let wrong =
        "const track = await x.camera(); try { await track.applyConstraints({ width: { exact: '1' } }); }
      finally { track.stop(); }";
    let (code_, message) = code(devices(), wrong).await;
    assert_eq!(code_, "ERR_INVALID_OPTIONS");
    assert_eq!(
        message,
        "`width` in the constraints: `exact`: expected a whole number from 0 to 4294967295, got \"1\""
    );
}

#[wasm_bindgen_test]
async fn what_is_wrong_deep_within_options_is_named_with_its_place() {
    for (body, message) in [
        (
            "await x.camera({ constraints: { torch: 1 } })",
            "`constraints.torch` in the camera options: expected true or false, got 1",
        ),
        (
            "await x.camera({ constraints: { widht: 1 } })",
            "`constraints` in the camera options: unknown option `widht`: expected `deviceId`",
        ),
        (
            "await x.camera({ constraints: { advanced: [{}, { pan: { min: {} } }] } })",
            "`constraints.advanced[1].pan.min` in the camera options: expected a value or an array of values, got an object",
        ),
        (
            "await x.microphone({ constraints: { latency: () => 1 } })",
            "`constraints.latency` in the microphone options: expected a value, an array of values, or an object, got a function",
        ),
        (
            "await x.microphone({ constraints: { latency: { max: Infinity } } })",
            "`constraints.latency.max` in the microphone options: expected a number, got Infinity",
        ),
        (
            "const a = {}; a.advanced = [a]; await x.camera({ constraints: a })",
            "`constraints.advanced[0]` in the camera options: unknown option `advanced`",
        ),
    ] {
        let (code_, said) = code(devices(), body).await;
        assert_eq!(code_, "ERR_INVALID_OPTIONS");
        assert!(said.starts_with(message), "{said}");
    }
}

#[wasm_bindgen_test]
async fn a_refusal_says_who_refused() {
    holds(
        devices(),
        "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'SecurityError'); };
         try { await x.camera(); } catch (error) {
           return error.code === 'ERR_MEDIA_NOT_ALLOWED' && error.refusedBy === 'policy'
             && error.cause.name === 'SecurityError';
         } finally { delete navigator.mediaDevices.getUserMedia; }",
    )
    .await;
}

#[wasm_bindgen_test]
async fn without_a_click_the_state_is_wrong() {
    let mock = "navigator.mediaDevices.getDisplayMedia = async () => { throw new DOMException('no', 'InvalidStateError'); };";
    run(JsValue::UNDEFINED, mock).await.expect("a mock");
    let promise = capture_display(None);
    let body = "delete navigator.mediaDevices.getDisplayMedia;
         try { await x; } catch (error) {
           return error.code === 'ERR_INVALID_STATE' && error.cause.name === 'InvalidStateError' && /user gesture/.test(error.message);
         }";
    holds(promise, body).await;
}

#[wasm_bindgen_test]
async fn both_devices_are_opened_at_once() {
    holds(
        devices(),
        "const { camera, microphone } = await x.cameraAndMicrophone({ width: 320 });
         const good = camera.kind === 'video' && microphone.kind === 'audio';
         camera.stop();
         microphone.stop();
         return good;",
    )
    .await;
}

#[wasm_bindgen_test]
async fn changes_and_permissions_are_iterated() {
    holds(
        devices(),
        "const device = { kind: 'audioinput', deviceId: 'new', groupId: 'g', label: 'l' };
         navigator.mediaDevices.enumerateDevices = async () => [];
         const changes = x.changes();
         const next = changes.next();
         navigator.mediaDevices.enumerateDevices = async () => [device];
         navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
         const { value, done } = await next;
         delete navigator.mediaDevices.enumerateDevices;
         await changes.return();
         const permission = await x.permission('camera');
         return value.added[0].deviceId === 'new' && value.defaults.length === 1 && !done && (await changes.next()).done
           && ['granted', 'prompt'].includes(permission.state);",
    )
    .await;
    assert_eq!(code(devices(), "await x.permission('geolocation')").await.0, "ERR_INVALID_OPTIONS");
}

#[wasm_bindgen_test]
async fn a_track_is_told_about_as_it_goes() {
    holds(
        canvas().await,
        "const events = x.events();
         const all = (async () => { const heard = []; for await (const event of events) heard.push(event); return heard; })();
         const copy = x.clone();
         x.stop();
         const independent = !copy.ended;
         copy.stop();
         return (await all).length === 0 && independent;",
    )
    .await;
    let refused = code(canvas().await, "await x.cropTo(document.body)").await;
    let in_chromium = Reflect::has(&js_sys::global(), &"CropTarget".into()).unwrap_or(false);
    assert_eq!(refused.0, if in_chromium { "ERR_INVALID_STATE" } else { "ERR_UNSUPPORTED" });
    assert!(refused.1.contains("cropTo"), "{}", refused.1);
}

#[wasm_bindgen_test]
async fn any_value_as_an_argument_throws_or_rejects_with_a_code() {
    let x = js_sys::Object::new();
    for (key, value) in
        [("devices", JsValue::from(devices())), ("track", canvas().await), ("anything", anything().into())]
    {
        Reflect::set(&x, &key.into(), &value).expect("set");
    }
    holds(
        x,
        "const { devices, track, anything } = x;
         navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotFoundError'); };
         const allowed = ['ERR_INVALID_OPTIONS', 'ERR_MEDIA_NOT_FOUND', 'ERR_UNSUPPORTED', 'ERR_INVALID_STATE', 'ERR_MEDIA_OVERCONSTRAINED', 'ERR_BROWSER'];
         for (let seed = 1; seed <= 500; seed += 1) {
           const value = anything(Math.imul(seed, 2654435761));
           for (const call of [
             () => devices.camera(value), () => devices.microphone(value), () => devices.permission(value),
             () => devices.cameraAndMicrophone(value, value), () => track.applyConstraints(value),
             () => track.cropTo(value), () => { track.contentHint = value; },
             () => devices.addEventListener('devicechange', value),
             () => { if (typeof value !== 'function') track.addEventListener('mute', value); },
           ]) {
             try { await call(); } catch (error) {
               if (!allowed.includes(error.code)) throw new Error(`${call} with seed ${seed}: ${error}`);
             }
           }
         }
         delete navigator.mediaDevices.getUserMedia;
         return !track.ended;",
    )
    .await;
}

#[wasm_bindgen_test]
async fn a_preview_is_silent_and_mirrored_and_ends_with_its_track() {
    let body = "const raw = document.createElement('canvas');
         raw.getContext('2d');
         const make = (source) => x.constructor.fromMediaStreamTrack(raw.captureStream().getVideoTracks()[0], source);
         const camera = make('camera'), screen = make('screen');
         const video = camera.attach();
         const [source, muted, mirrored] = [video.srcObject.getTracks()[0], video.muted, video.style.scale];
         screen.attach(video);
         camera.detach();
         const replaced = [video.srcObject.getTracks()[0] === screen.mediaStreamTrack, video.style.scale];
         const second = screen.attach(video) === video;
         screen.stop();
         const after = video.srcObject;
         const again = camera.attach(video);
         camera.detach(video);
         return source === camera.mediaStreamTrack && video.tagName === 'VIDEO' && muted && mirrored === '-1 1'
           && replaced[0] && replaced[1] === '' && second && after === null
           && video.srcObject === null && video.style.scale === '';";
    holds(canvas().await, body).await;
}
