//! The mixer as JavaScript code uses it.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::anything::anything;
use super::{code, holds};
use crate::js::mixer::JsMixer;

fn mixer() -> JsMixer {
    JsMixer::new(None).expect("a mixer")
}

#[wasm_bindgen_test]
async fn a_mixer_gives_tracks_and_ends_them() {
    holds(
        mixer(),
        "const track = document.createElement('canvas').captureStream ? (() => {
           const canvas = document.createElement('canvas');
           canvas.getContext('2d');
           return canvas.captureStream().getVideoTracks()[0];
         })() : null;
         const source = x.add([track], { label: 'Ana', gain: 0.5 });
         source.setGain(2);
         source.setLabel('');
         x.setLayout({ type: 'spotlight', source: source.id });
         const tracks = [x.videoTrack, x.audioTrack, x.audioTrackWithout(source)];
         const kinds = tracks.map((track) => track.kind).join();
         source.remove();
         source.remove();
         x.close();
         x.close();
         return kinds === 'video,audio,audio' && tracks.every((track) => track.ended) && track.readyState === 'live';",
    )
    .await;
}

#[wasm_bindgen_test]
async fn wrong_arguments_are_told() {
    for body in [
        "new x.constructor({ widht: 1 })",
        "new x.constructor({ width: 0 })",
        "new x.constructor({ frameRate: 'fast' })",
        "new x.constructor({ fit: 'stretch' })",
        "x.add()",
        "x.add([])",
        "x.add(new AudioContext().createMediaStreamDestination().stream.getTracks()[0])",
        "x.add([{}])",
        "x.setLayout()",
        "x.setLayout({})",
        "x.setLayout({ type: 'circle' })",
        "x.setLayout({ type: 'spotlight', source: 'Ana' })",
        "x.setLayout({ type: 'spotlight', source: 9999 })",
        "new x.constructor({ layout: { type: 'spotlight', source: 1 } })",
        "x.setLayout({ type: 'custom', rectangles: [{ x: 2, y: 0, width: 1, height: 1 }] })",
        "x.setLayout({ type: 'grid', rows: 2 })",
        "x.audioTrackWithout(5)",
        "x.audioTrackWithout({})",
    ] {
        assert_eq!(code(mixer(), body).await.0, "ERR_INVALID_OPTIONS", "{body}");
    }
    let source = "const tone = new AudioContext().createMediaStreamDestination().stream.getTracks()[0];
      const source = x.add([tone]);";
    for body in [
        "x.close(); x.videoTrack",
        "x.close(); x.audioTrack",
        "x.close(); x.add([])",
        "x.close(); x.setLayout({ type: 'grid' })",
        &format!("{source} x.close(); source.setGain(1)"),
        &format!("{source} x.close(); source.setLabel('late')"),
        &format!("{source} source.remove(); source.setGain(1)"),
        &format!("{source} source.remove(); source.setLabel('late')"),
    ] {
        assert_eq!(code(mixer(), body).await.0, "ERR_INVALID_STATE", "{body}");
    }
}

#[wasm_bindgen_test]
async fn any_value_as_an_argument_has_a_code_and_harms_nothing() {
    let x = Object::new();
    for (key, value) in [("mixer", JsValue::from(mixer())), ("anything", anything().into())] {
        Reflect::set(&x, &key.into(), &value).expect("set");
    }
    holds(
        x,
        "const { mixer, anything } = x;
         const canvas = document.createElement('canvas');
         canvas.getContext('2d');
         const track = canvas.captureStream().getTracks()[0];
         const source = mixer.add([track]);
         for (let seed = 1; seed <= 500; seed += 1) {
           const value = anything(Math.imul(seed, 2654435761));
           for (const call of [
             () => new mixer.constructor(value).close(), () => mixer.add(value), () => mixer.add([value]),
             () => mixer.add([track], value).remove(), () => mixer.setLayout(value),
             () => mixer.audioTrackWithout(value), () => source.setGain(value), () => source.setLabel(value),
           ]) {
             try { call(); } catch (error) {
               if (error.code !== 'ERR_INVALID_OPTIONS') throw new Error(`${call} with seed ${seed}: ${error}`);
             }
           }
         }
         const live = mixer.videoTrack.mediaStreamTrack.readyState === 'live';
         mixer.close();
         return live && track.readyState === 'live';",
    )
    .await;
}
