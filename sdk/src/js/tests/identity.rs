//! A track, a transceiver and its parts, and a data channel are the same object wherever they are returned.

use wasm_bindgen_test::wasm_bindgen_test;

use super::peer_connection::{SCENE, class};
use super::*;
use crate::js::mixer::JsMixer;
use crate::js::room::JsRoom;

#[wasm_bindgen_test]
async fn a_camera_of_a_room_is_one_object_until_it_is_closed() {
    let body = "
        const camera = await x.setCameraEnabled(true, { width: 320 });
        const microphone = await x.setMicrophoneEnabled(true);
        const again = [await x.setCameraEnabled(true), await x.setMicrophoneEnabled(true)];
        await x.setMicrophoneEnabled(false);
        const unmuted = await x.setMicrophoneEnabled(true);
        await x.setCameraEnabled(false);
        const other = await x.setCameraEnabled(true);
        await x.leave();
        return again[0] === camera && again[1] === microphone && unmuted === microphone && other !== camera;";
    holds(JsRoom::new(None).expect("a room"), body).await;
}

#[wasm_bindgen_test]
async fn a_freed_object_is_not_returned_again() {
    let body = "
        const microphone = await x.setMicrophoneEnabled(true);
        const { id } = microphone;
        microphone.free();
        const other = await x.setMicrophoneEnabled(true);
        await x.leave();
        return other !== microphone && other.id === id;";
    holds(JsRoom::new(None).expect("a room"), body).await;
}

#[wasm_bindgen_test]
async fn a_wrapped_track_is_one_object_for_each_source() {
    let track = JsLocalTrack::object(microphone().await);
    let body = "
        const { constructor: { fromMediaStreamTrack: wrap }, mediaStreamTrack } = x;
        const custom = wrap(mediaStreamTrack, 'custom');
        const copy = x.clone();
        const same = wrap(mediaStreamTrack, 'custom') === custom && wrap(copy.mediaStreamTrack, 'microphone') === copy;
        const other = custom !== x && custom.source === 'custom' && copy !== x
          && wrap(mediaStreamTrack, 'microphone') === x;
        x.stop();
        copy.stop();
        return same && other && x.source === 'microphone';";
    holds(track, body).await;
}

#[wasm_bindgen_test]
async fn the_tracks_of_a_mixer_are_one_object_each() {
    let body = "
        const same = x.videoTrack === x.videoTrack && x.audioTrack === x.audioTrack && x.videoTrack !== x.audioTrack;
        x.close();
        return same;";
    holds(JsMixer::new(None).expect("a mixer"), body).await;
}

#[wasm_bindgen_test]
async fn a_transceiver_and_its_parts_are_one_object_each() {
    let microphone = JsLocalTrack::object(microphone().await);
    let members = js_sys::Object::new();
    for (key, value) in [("PeerConnection", class()), ("microphone", microphone)] {
        Reflect::set(&members, &key.into(), &value).expect("set");
    }
    let body = "
        const connection = new x.PeerConnection();
        const added = connection.addTrack(x.microphone);
        const [transceiver] = connection.transceivers;
        const { sender, receiver } = transceiver;
        const raw = x.microphone.mediaStreamTrack;
        const same = {
          transceiver: added === transceiver && connection.transceivers[0] === transceiver,
          sender: sender === transceiver.sender,
          receiver: receiver === transceiver.receiver,
          dtmf: sender.dtmf === sender.dtmf,
          track: sender.track === x.microphone,
        };
        await sender.replaceTrack(null);
        same.none = sender.track === undefined;
        await sender.replaceTrack(raw);
        same.raw = sender.track === x.microphone;
        connection.close();
        x.microphone.stop();
        const wrong = Object.keys(same).filter((key) => !same[key]);
        if (wrong.length) throw new Error(`not the same: ${wrong}`);
        return true;";
    holds(members, body).await;
}

#[wasm_bindgen_test]
async fn listeners_and_iterations_get_the_same_channel_and_transceiver() {
    let body = "
        const [a, b] = pair();
        const detail = async (name, member) => (await heard(b, name))[member];
        const listened = Promise.all([detail('datachanneladded', 'channel'), detail('trackadded', 'transceiver')]);
        const iterated = (async () => {
          const seen = [];
          for await (const event of b.events()) {
            if (event.type === 'datachanneladded') seen[0] = event.channel;
            if (event.type === 'trackadded') seen[1] = event.transceiver;
            if (seen[0] && seen[1]) return seen;
          }
        })();
        a.createDataChannel('notes');
        a.addTransceiver('audio');
        const [one, two] = [await listened, await iterated];
        const same = one[0] === two[0] && one[1] === two[1] && b.transceivers.includes(one[1]);
        a.close();
        b.close();
        return same;";
    holds(class(), &format!("{SCENE}{body}")).await;
}
