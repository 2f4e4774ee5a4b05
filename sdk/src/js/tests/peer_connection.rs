//! Peer connections as JavaScript code uses them.

use wasm_bindgen_test::wasm_bindgen_test;

use super::*;
use crate::js::peer_connection::JsPeerConnection;

pub(super) fn class() -> JsValue {
    let connection = JsPeerConnection::new(None).expect("a connection");
    connection.close();
    Reflect::get(&connection.into(), &"constructor".into()).expect("a class")
}

/// `PeerConnection` is the class; `pair` creates two connected ones.
pub(super) const SCENE: &str = "
    const PeerConnection = x;
    const pair = (options) => {
      const ends = [new PeerConnection(options), new PeerConnection(options)];
      ends.forEach(async (from, at) => {
        for await (const signal of from.signals()) {
          const to = ends[1 - at];
          if (to.signalingState !== 'closed') to.handleSignal(JSON.parse(JSON.stringify(signal)));
        }
      });
      return ends;
    };
    const heard = (target, name) => new Promise((next) => {
      target.addEventListener(name, (event) => next(event.detail), { once: true });
    });
    const paint = () => {
      const canvas = document.createElement('canvas');
      const context = canvas.getContext('2d');
      const timer = setInterval(() => context.fillRect(Math.random() * 300, 0, 20, 20), 30);
      setTimeout(() => clearInterval(timer), 20000);
      return canvas.captureStream().getTracks()[0];
    };
    const code = async (run) => { try { await run(); } catch (error) {
      return error instanceof Error && typeof error.code === 'string' ? error.code : `${error}`;
    } return 'none'; };
";

async fn shows(body: &str) {
    holds(class(), &format!("{SCENE}{body}")).await;
}

#[wasm_bindgen_test]
async fn a_call_is_two_loops_and_a_track() {
    shows(
        "const [a, b] = pair();
         const sent = a.addTrack(paint());
         const { type, transceiver, streamIds } = await heard(b, 'trackadded');
         const video = document.createElement('video');
         video.muted = true;
         video.srcObject = new MediaStream([transceiver.receiver.mediaStreamTrack]);
         await video.play();
         await new Promise((next) => video.requestVideoFrameCallback ? video.requestVideoFrameCallback(next) : (video.ontimeupdate = next));
         const states = [];
         const reading = (async () => { for await (const event of a.events()) states.push(event.type); })();
         const channel = a.createDataChannel('notes');
         const { channel: far } = await heard(b, 'datachanneladded');
         const label = far.label;
         a.close(); b.close();
         await reading;
         return type === 'trackadded' && streamIds.length === 1 && video.videoWidth > 0 && label === 'notes'
           && sent.mid === transceiver.mid && transceiver.kind === 'video' && a.connectionState === 'closed'
           && states.at(-1) === 'connectionstatechange' && channel.label === 'notes';",
    )
    .await;
}

#[wasm_bindgen_test]
async fn parameters_and_directions_are_plain_values() {
    shows(
        "const [a] = pair();
         const transceiver = a.addTransceiver('video', { direction: 'sendonly', sendEncodings: [{ maxBitrate: 500000 }] });
         const { sender } = transceiver;
         const parameters = sender.parameters;
         const before = parameters.encodings[0].maxBitrate;
         parameters.encodings[0].maxBitrate = 300000;
         await sender.setParameters(parameters);
         transceiver.direction = 'recvonly';
         const ok = before === 500000 && sender.parameters.encodings[0].maxBitrate === 300000
           && transceiver.direction === 'recvonly' && transceiver.currentDirection === undefined
           && transceiver.mid === undefined && sender.track === undefined && sender.dtmf === undefined
           && a.transceivers.length === 1;
         const wrong = [
           await code(() => { transceiver.direction = 'both'; }),
           await code(() => sender.setParameters({ encodings: [{ maxBitRate: 1 }] })),
           await code(() => sender.replaceTrack(5)),
           await code(() => transceiver.preferCodecs('video/VP8')),
           await code(() => transceiver.setCodecPreferences([{}])),
         ];
         a.close();
         return ok && wrong.every((one) => one === 'ERR_INVALID_OPTIONS') || wrong.join();",
    )
    .await;
}

#[wasm_bindgen_test]
async fn without_the_api_it_is_unsupported() {
    shows(
        "const { RTCPeerConnection } = globalThis;
         globalThis.RTCPeerConnection = undefined;
         const lacking = await code(() => new PeerConnection());
         globalThis.RTCPeerConnection = RTCPeerConnection;
         return lacking === 'ERR_UNSUPPORTED' || lacking;",
    )
    .await;
}

#[wasm_bindgen_test]
async fn options_in_the_wrong_place_are_told_where_they_belong() {
    shows(
        "const messageOf = (options) => { try { new PeerConnection(options); } catch (error) { return error.message; } };
         const relay = messageOf({ iceServers: [{ urls: ['stun:host'], iceTransportPolicy: 'relay' }] });
         const url = messageOf({ iceServers: [{ url: 'stun:host' }] });
         const bare = messageOf({ iceServers: [{ urls: ['host'] }] });
         const turn = messageOf({ iceServers: [{ urls: ['turn:host'] }] });
         const policy = messageOf({ iceTransportPolicy: 'none' });
         const ok = relay.includes('iceServers[0]') && relay.includes('next to `iceServers`') && url.includes('`urls`')
           && bare.includes('scheme') && turn.includes('credential') && policy.includes('\"relay\"');
         return ok || [relay, url, bare, turn, policy].join();",
    )
    .await;
}

#[wasm_bindgen_test]
async fn ice_servers_are_taken_as_services_return_them() {
    shows(
        "const warnings = [], { warn } = console;
         console.warn = (text) => warnings.push(text);
         const server = { url: 'turn:host', urls: 'turn:host', username: 'a', credential: 'b', credentialType: 'password', ttl: '86400' };
         const messageOf = (urls) => { try { new PeerConnection({ iceServers: [{ urls }] }); } catch (error) { return error.message; } };
         try {
           new PeerConnection({ iceServers: [server] }).close();
           new PeerConnection({ iceServers: [server, server] }).close();
         } catch (error) { warnings.push(error.message); } finally { console.warn = warn; }
         const messages = [messageOf(5), messageOf([])];
         return warnings.length === 2 && warnings.some((text) => text.includes('`url`'))
           && warnings.some((text) => text.includes('`credentialType`'))
           && messages.every((text) => text.includes('a string or an array of strings')) || [...warnings, ...messages].join('\\n');",
    )
    .await;
}

/// A browser alone would negotiate endlessly.
#[wasm_bindgen_test]
async fn a_transceiver_is_stopped_before_it_was_negotiated() {
    shows(
        "const [a, b] = pair();
         const kept = a.addTransceiver('video');
         const stopped = a.addTransceiver('audio');
         stopped.stop(); stopped.stop();
         const refused = [
           await code(() => { stopped.direction = 'sendrecv'; }),
           await code(() => stopped.preferCodecs(['audio/opus'])),
           await code(() => stopped.sender.replaceTrack(null)),
           await code(() => a.addTransceiver('audio', { codecs: ['audio/none'] })),
         ];
         const [sound] = new AudioContext().createMediaStreamDestination().stream.getTracks();
         const sent = a.addTrack(sound);
         const ok = stopped.direction === 'stopped' && sent.direction === 'sendrecv' && a.transceivers.length === 3
           && refused.join() === 'ERR_INVALID_STATE,ERR_INVALID_STATE,ERR_INVALID_STATE,ERR_UNSUPPORTED';
         const channel = a.createDataChannel('x');
         const { channel: far } = await heard(b, 'datachanneladded');
         (async () => { for await (const text of far.messages()) far.send(text); })();
         const echoes = channel.messages()[Symbol.asyncIterator]();
         const trips = async (count) => { while (count--) { await channel.send('x'); await echoes.next(); } };
         while (a.transceivers.length > 2) await trips(1);
         let offers = 0;
         a.addEventListener('signalingstatechange', () => { offers += 1; });
         await trips(100);
         const over = offers <= 2 && a.signalingState === 'stable' && sent.currentDirection === 'sendonly'
           && kept.currentDirection === 'sendonly' && a.transceivers.length === 2 && b.transceivers.length === 2;
         a.close(); b.close();
         return ok && over || [ok, refused, offers, ...a.transceivers.map((one) => one.currentDirection), b.transceivers.length].join();",
    )
    .await;
}

/// Firefox itself loses the channel.
#[wasm_bindgen_test]
async fn a_data_channel_opens_that_is_made_while_a_description_is_set() {
    shows(
        "const { prototype } = RTCPeerConnection;
         for (const step of ['setLocalDescription', 'setRemoteDescription']) {
           const original = prototype[step];
           const [a, b] = pair();
           let channel;
           prototype[step] = function (...all) {
             const done = original.apply(this, all);
             if (this === a.rtcPeerConnection) channel ??= a.createDataChannel('x');
             return done;
           };
           const told = [];
           b.addEventListener('datachanneladded', ({ detail }) => told.push(detail.channel));
           a.addTransceiver('audio');
           while (!channel) await new Promise((next) => setTimeout(next));
           prototype[step] = original;
           await channel.opened();
           await channel.send('over');
           while (told.length === 0) await new Promise((next) => setTimeout(next));
           const { value } = await told[0].messages().next();
           a.close(); b.close();
           if (value !== 'over' || told.length !== 1) return [step, value, told.length].join();
         }
         return true;",
    )
    .await;
}

#[wasm_bindgen_test]
async fn certificates_and_repetitions() {
    shows(
        "const certificate = await PeerConnection.generateCertificate();
         const [a, b] = pair({ certificates: [certificate] });
         const wrong = await code(() => new PeerConnection({ certificates: [{}] }));
         const caused = await (async () => { try { await a.addTransceiver('video').sender.replaceTrack(
           new AudioContext().createMediaStreamDestination().stream.getTracks()[0]);
         } catch (error) { return error.code === 'ERR_INVALID_OPTIONS' && error.cause instanceof TypeError; } })();
         const channel = a.createDataChannel('x');
         a.resendSignals();
         await channel.opened();
         a.restartIce();
         a.setIceServers([{ urls: ['stun:127.0.0.1:3478'] }]);
         a.setIceServers([{ urls: 'stun:127.0.0.1:3478' }]);
         const servers = await code(() => a.setIceServers([{ urls: 'stun://127.0.0.1' }]));
         a.close(); b.close();
         const closed = [await code(() => a.restartIce()), await code(() => a.addTransceiver('audio'))];
         return certificate instanceof RTCCertificate && caused && wrong === 'ERR_INVALID_OPTIONS' && servers === 'ERR_INVALID_OPTIONS'
           && closed.every((one) => one === 'ERR_INVALID_STATE') || [wrong, servers, closed].join();",
    )
    .await;
}

#[wasm_bindgen_test]
async fn no_value_whatever_breaks_an_entry() {
    shows(
        "const cyclic = {}; cyclic.self = cyclic;
         const revoked = Proxy.revocable({}, {}); revoked.revoke();
         const throws = new Proxy({}, { get() { throw 1; }, ownKeys() { throw 2; }, has() { throw 3; } });
         const values = [undefined, null, true, 0, -1, NaN, 1e300, 5n, '', 'video', Symbol('s'), [], [null], {}, cyclic,
           () => {}, new Date(), new Map([[1, 2]]), new Uint8Array(3), Object.create(null), revoked.proxy, throws,
           { encodings: throws }, { iceServers: throws }, { iceServers: [throws] }, { iceServers: [{ urls: throws }] },
           { from: 1, payload: { seq: 4294967295, ack: 4294967295, signal: { kind: 'description' } } },
           { from: 1, payload: { seq: 1, signal: { kind: 'description', description: { type: 'offer', sdp: '\\u0000' } } } },
           { sendEncodings: [{ rid: {} }] }, { certificates: [5] }, { type: 'offer', sdp: '' }];
         const [a, b] = pair();
         const transceiver = a.addTransceiver('video');
         const { sender, receiver } = transceiver;
         const dtmf = a.addTransceiver('audio').sender.dtmf;
         const panics = [];
         const attempt = async (name, run) => {
           try { await run(); } catch (error) {
             if (error instanceof WebAssembly.RuntimeError || /unreachable|recursive use|null pointer/.test(error?.message ?? '')) {
               panics.push(`${name}: ${error.message}`);
             }
           }
         };
         for (const value of values) {
           await attempt('new', () => new PeerConnection(value).close());
           await attempt('handleSignal', () => b.handleSignal(value));
           await attempt('addTrack', () => a.addTrack(value));
           await attempt('addTransceiver', () => a.addTransceiver(value, value));
           await attempt('addTransceiver', () => a.addTransceiver('audio', value).stop());
           await attempt('createDataChannel', () => a.createDataChannel(value, value));
           await attempt('setIceServers', () => a.setIceServers(value));
           await attempt('addEventListener', () => a.addEventListener(value, value, value));
           await attempt('removeEventListener', () => a.removeEventListener('trackadded', value, value));
           await attempt('direction', () => { transceiver.direction = value; });
           await attempt('setCodecPreferences', () => transceiver.setCodecPreferences(value));
           await attempt('preferCodecs', () => transceiver.preferCodecs(value));
           await attempt('replaceTrack', () => sender.replaceTrack(value));
           await attempt('setParameters', () => sender.setParameters(value));
           await attempt('jitterBufferTarget', () => { receiver.jitterBufferTarget = value; });
           await attempt('capabilities', () => receiver.constructor.capabilities(value));
           await attempt('insert', () => dtmf.insert(value, value));
           await attempt('generateCertificate', () => PeerConnection.generateCertificate(value));
         }
         // Everything still works.
         const channel = a.createDataChannel('x');
         await channel.opened();
         a.close(); b.close();
         return panics.length === 0 || panics.join('\\n');",
    )
    .await;
}
