//! Arbitrary JavaScript values as all types of options.

use js_sys::Function;
use moim_protocol::json::Read;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::diagnosis::DiagnoseOptions;
use crate::engine::capture::{ContentHint, PermissionName, TrackConstraints};
use crate::js::options;
use crate::model::IceServer;
use crate::options::{DataChannelOptions, DataOptions, JoinOptions, MessageOptions, RoomOptions};
use crate::platform::{
    CameraOptions, DisplayOptions, MicrophoneOptions, MixerOptions, MixerSourceOptions,
    PeerConnectionOptions, RecorderOptions, SendParameters, TransceiverOptions,
};
use crate::{ErrorCode, Layout, StatsMonitorOptions};

/// Creates an arbitrary JavaScript value from a seed: nested, cyclic, hostile, or nearly valid.
const ANYTHING: &str = "
  let state = seed >>> 0 || 1;
  const random = (n) => {
    state ^= state << 13; state >>>= 0; state ^= state >>> 17; state ^= state << 5; state >>>= 0;
    return state % n;
  };
  const keys = ['deviceId', 'width', 'frameRate', 'facingMode', 'constraints', 'advanced', 'torch', 'pan', 'exact',
    'ideal', 'min', 'max', 'x', 'y', 'pointsOfInterest', 'echoCancellation', 'audio', 'videoConstraints',
    'systemAudio', 'windowAudio', 'preferCurrentTab', 'mimeTypes', 'timesliceMs', 'keep', 'audioBitrateMode', 'height', 'fit',
    'layout', 'type', 'source', 'rectangles', 'background', 'label', 'gain', 'iceServers', 'urls', 'username', 'credential',
    'iceTransportPolicy', 'direction', 'sendEncodings', 'encodings', 'rid', 'maxBitrate', 'ordered', 'maxRetransmits', 'id',
    'protocol', 'messages', 'intervalMs', 'history', 'url', 'topology', 'room', 'name', 'metadata', 'to',
    '__proto__', 'constructor', '', 'nonsense'];
  const trap = () => { throw new Error('trap'); };
  const leaf = () => { const all = [undefined, null, true, false, 0, -1, 1.5, 640, NaN, Infinity, -Infinity, 2 ** 53, 10n,
    Symbol('s'), '', 'user', 'all', 'include', 'window', '\\ud800', 'camera', 'text', 'grid', 'custom', 'stun:host', 'constant', () => 1, class {}, new Date(NaN),
    new Map([[1, 2]]), new Set(), /x/, new Proxy({}, { ownKeys: trap }),
    new Proxy({}, { get: trap, has: trap }), new Number(3),
    new String('user'), new Uint8Array(3), Object.create(null), document.body, window, new Array(2 ** 31), Promise.resolve(),
    (() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })(),
    (() => { const { proxy, revoke } = Proxy.revocable([], {}); revoke(); return proxy; })(),
    Object.defineProperty([1], 0, { get: trap }), new Proxy({}, { getPrototypeOf: trap }),
    { type: 'grid' }, { urls: 'stun:host' }, [{ urls: ['stun:host'] }], { encodings: [] }, { room: 'x' },
  ];
    return all[random(all.length)]; };
  const make = (depth) => {
    const kind = random(depth > 4 ? 1 : 5);
    if (kind < 2) return leaf();
    if (kind === 2) return Array.from({ length: random(4) }, () => make(depth + 1));
    const object = {};
    for (let i = random(5); i > 0; i -= 1) {
      const key = keys[random(keys.length)];
      const value = random(12) === 0 ? { value: object } : random(12) === 0 ? { get: trap } : { value: make(depth + 1) };
      Object.defineProperty(object, key, { ...value, enumerable: true, configurable: true });
    }
    return object;
  };
  return make(0);";

/// A function from a seed to an arbitrary value.
pub(super) fn anything() -> Function {
    Function::new_with_args("seed", ANYTHING)
}

/// Parses a value as one type of options, and checks the error.
fn read<T: Read>(seed: u32, value: &JsValue) -> bool {
    match options::parse_value::<T>(value.clone(), "some options") {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error.code(), ErrorCode::InvalidOptions, "seed {seed}");
            assert!(error.to_string().contains("some options"), "seed {seed}: {error}");
            false
        }
    }
}

#[wasm_bindgen_test]
fn any_value_as_options_is_read_or_refused() {
    type Read = fn(u32, &JsValue) -> bool;
    let readers: &[(&str, Read)] = &[
        ("camera", read::<CameraOptions>),
        ("microphone", read::<MicrophoneOptions>),
        ("display", read::<DisplayOptions>),
        ("constraints", read::<TrackConstraints>),
        ("content hint", read::<ContentHint>),
        ("permission name", read::<PermissionName>),
        ("recorder", read::<RecorderOptions>),
        ("mixer", read::<MixerOptions>),
        ("mixer source", read::<MixerSourceOptions>),
        ("layout", read::<Layout>),
        ("peer connection", read::<PeerConnectionOptions>),
        ("ICE servers", read::<Vec<IceServer>>),
        ("transceiver", read::<TransceiverOptions>),
        ("send parameters", read::<SendParameters>),
        ("data channel", read::<DataChannelOptions>),
        ("messages", read::<MessageOptions>),
        ("stats monitor", read::<StatsMonitorOptions>),
        ("room", read::<RoomOptions>),
        ("join", read::<JoinOptions>),
        ("data", read::<DataOptions>),
        ("diagnose", read::<DiagnoseOptions>),
    ];
    let anything = anything();
    let mut times_read = vec![0; readers.len()];
    for seed in 1..=4000_u32 {
        let value =
            anything.call1(&JsValue::UNDEFINED, &seed.wrapping_mul(2_654_435_761).into()).expect("a value");
        for ((_, read), times) in readers.iter().zip(&mut times_read) {
            *times += u32::from(read(seed, &value));
        }
    }
    for ((name, _), times) in readers.iter().zip(times_read) {
        assert!(times > 0, "the generator never makes valid {name} options");
    }
}
