//! Data channel APIs that web-sys lacks, or declares as unable to throw.

use js_sys::{Function, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{RtcDataChannel, RtcDataChannelInit, RtcPeerConnection};

#[wasm_bindgen]
extern "C" {
    type ConnectionGaps;

    #[wasm_bindgen(method, catch, js_name = createDataChannel)]
    fn create_data_channel(
        this: &ConnectionGaps,
        label: &str,
        init: &RtcDataChannelInit,
    ) -> Result<RtcDataChannel, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn sctp(this: &ConnectionGaps) -> Option<SctpTransportGaps>;

    type SctpTransportGaps;

    #[wasm_bindgen(method, getter, js_name = maxMessageSize)]
    fn max_message_size(this: &SctpTransportGaps) -> JsValue;

    type DataChannelGaps;

    #[wasm_bindgen(method, getter)]
    fn ordered(this: &DataChannelGaps) -> JsValue;

    #[wasm_bindgen(method, getter)]
    fn protocol(this: &DataChannelGaps) -> JsValue;
}

/// `RTCPeerConnection.createDataChannel`, which throws on a closed connection.
pub(in crate::platform) fn create_data_channel(
    connection: &RtcPeerConnection,
    label: &str,
    init: &RtcDataChannelInit,
) -> Result<RtcDataChannel, JsValue> {
    connection.unchecked_ref::<ConnectionGaps>().create_data_channel(label, init)
}

/// `RTCPeerConnection.sctp.maxMessageSize` in bytes, available after negotiation. May be infinite.
pub(in crate::platform) fn max_message_size(connection: &RtcPeerConnection) -> Option<f64> {
    connection.unchecked_ref::<ConnectionGaps>().sctp()?.max_message_size().as_f64()
}

/// `RTCDataChannel.ordered`.
pub(in crate::platform) fn ordered(channel: &RtcDataChannel) -> bool {
    channel.unchecked_ref::<DataChannelGaps>().ordered().as_bool().unwrap_or(true)
}

/// `RTCDataChannel.protocol`.
pub(in crate::platform) fn protocol(channel: &RtcDataChannel) -> String {
    channel.unchecked_ref::<DataChannelGaps>().protocol().as_string().unwrap_or_default()
}

/// `new Uint8Array(length)`; `None` if there is not enough memory, where web-sys would throw.
pub(in crate::platform) fn new_bytes(length: usize) -> Option<Uint8Array> {
    let constructor = Reflect::get(&js_sys::global(), &"Uint8Array".into()).ok()?;
    let arguments = js_sys::Array::of1(&JsValue::from_f64(length as f64));
    let constructor: &Function = constructor.dyn_ref()?;
    Reflect::construct(constructor, &arguments).ok()?.dyn_into().ok()
}
