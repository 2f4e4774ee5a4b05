//! What web-sys lacks of the interfaces that are used here.

use js_sys::Promise;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{MediaStream, RtcIceCandidate, RtcPeerConnection, RtcRtpSender};

#[wasm_bindgen]
extern "C" {
    type PeerConnectionGaps;

    #[wasm_bindgen(method, js_name = setLocalDescription)]
    fn set_local_description(this: &PeerConnectionGaps) -> Promise;

    type RtpSenderGaps;

    #[wasm_bindgen(method, catch, js_name = setStreams)]
    fn set_streams(this: &RtpSenderGaps, stream: &MediaStream) -> Result<(), wasm_bindgen::JsValue>;

    type IceCandidateGaps;

    #[wasm_bindgen(method, getter, js_name = usernameFragment)]
    fn username_fragment(this: &IceCandidateGaps) -> Option<String>;
}

/// `setLocalDescription()` without an argument: the browser makes the offer or answer that the state calls for.
pub(in crate::platform) fn set_local_description(connection: &RtcPeerConnection) -> Promise {
    connection.unchecked_ref::<PeerConnectionGaps>().set_local_description()
}

/// `RTCRtpSender.setStreams`. It only groups tracks for the receiver, so a browser that lacks it is let go on without.
pub(in crate::platform) fn set_streams(sender: &RtcRtpSender, stream: &MediaStream) {
    let _ = sender.unchecked_ref::<RtpSenderGaps>().set_streams(stream);
}

/// `RTCIceCandidate.usernameFragment`.
pub(in crate::platform) fn username_fragment(candidate: &RtcIceCandidate) -> Option<String> {
    candidate.unchecked_ref::<IceCandidateGaps>().username_fragment().filter(|fragment| !fragment.is_empty())
}
