//! The mixer as JavaScript code uses it.

use wasm_bindgen_test::wasm_bindgen_test;

use super::*;
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
        "x.add([{}])",
        "x.setLayout()",
        "x.setLayout({})",
        "x.setLayout({ type: 'circle' })",
        "x.setLayout({ type: 'spotlight', source: 'Ana' })",
        "x.setLayout({ type: 'custom', rectangles: [{ x: 2, y: 0, width: 1, height: 1 }] })",
        "x.setLayout({ type: 'grid', rows: 2 })",
        "x.audioTrackWithout(5)",
        "x.audioTrackWithout({})",
    ] {
        assert_eq!(code(mixer(), body).await.0, "ERR_INVALID_OPTIONS", "{body}");
    }
    for body in ["x.close(); x.videoTrack", "x.close(); x.add([])"] {
        assert_eq!(code(mixer(), body).await.0, "ERR_INVALID_STATE", "{body}");
    }
}
