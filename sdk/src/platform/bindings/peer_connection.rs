//! Peer connection APIs that web-sys lacks, or declares as unable to throw.

use js_sys::{Array, Object, Promise};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    MediaStream, MediaStreamTrack, RtcCertificate, RtcIceCandidate, RtcPeerConnection, RtcRtpReceiver,
    RtcRtpSender, RtcRtpTransceiver, RtcRtpTransceiverInit, RtcdtmfSender,
};

#[wasm_bindgen]
extern "C" {
    type PeerConnectionGaps;

    #[wasm_bindgen(method, js_name = setLocalDescription)]
    fn set_local_description(this: &PeerConnectionGaps) -> Promise;

    #[wasm_bindgen(method, js_name = restartIce)]
    fn restart_ice(this: &PeerConnectionGaps);

    #[wasm_bindgen(method, catch, js_name = addTrack)]
    fn add_track(
        this: &PeerConnectionGaps,
        track: &MediaStreamTrack,
        stream: &MediaStream,
    ) -> Result<RtcRtpSender, JsValue>;

    #[wasm_bindgen(method, catch, js_name = removeTrack)]
    fn remove_track(this: &PeerConnectionGaps, sender: &RtcRtpSender) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = addTransceiver)]
    fn add_transceiver(
        this: &PeerConnectionGaps,
        track_or_kind: &JsValue,
        init: &RtcRtpTransceiverInit,
    ) -> Result<RtcRtpTransceiver, JsValue>;

    type RtpTransceiverGaps;

    #[wasm_bindgen(method, catch, setter, js_name = direction)]
    fn set_direction(this: &RtpTransceiverGaps, direction: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = setCodecPreferences)]
    fn set_codec_preferences(this: &RtpTransceiverGaps, codecs: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn stop(this: &RtpTransceiverGaps) -> Result<(), JsValue>;

    type RtpSenderGaps;

    #[wasm_bindgen(method, catch, js_name = setStreams)]
    fn set_streams(this: &RtpSenderGaps, stream: &MediaStream) -> Result<(), JsValue>;

    #[wasm_bindgen(method, js_name = getParameters)]
    fn get_parameters(this: &RtpSenderGaps) -> Object;

    #[wasm_bindgen(method, catch, js_name = setParameters)]
    fn set_parameters(
        this: &RtpSenderGaps,
        parameters: &Object,
        options: &JsValue,
    ) -> Result<Promise, JsValue>;

    type RtpReceiverGaps;

    #[wasm_bindgen(method, getter, js_name = jitterBufferTarget)]
    fn jitter_buffer_target(this: &RtpReceiverGaps) -> Option<f64>;

    #[wasm_bindgen(method, catch, setter, js_name = jitterBufferTarget)]
    fn set_jitter_buffer_target(this: &RtpReceiverGaps, target: Option<f64>) -> Result<(), JsValue>;

    type DtmfSenderGaps;

    #[wasm_bindgen(method, catch, js_name = insertDTMF)]
    fn insert_dtmf(this: &DtmfSenderGaps, tones: &str, duration: u32, gap: u32) -> Result<(), JsValue>;

    #[wasm_bindgen(method, getter, js_name = canInsertDTMF)]
    fn can_insert_dtmf(this: &DtmfSenderGaps) -> Option<bool>;

    type CertificateGaps;

    #[wasm_bindgen(method, catch, js_name = getFingerprints)]
    fn get_fingerprints(this: &CertificateGaps) -> Result<Array, JsValue>;

    type IceCandidateGaps;

    #[wasm_bindgen(method, getter, js_name = usernameFragment)]
    fn username_fragment(this: &IceCandidateGaps) -> Option<String>;
}

/// `setLocalDescription()` without an argument: the browser creates an offer or answer depending on its state.
pub(in crate::platform) fn set_local_description(connection: &RtcPeerConnection) -> Promise {
    connection.unchecked_ref::<PeerConnectionGaps>().set_local_description()
}

/// `RTCPeerConnection.restartIce`. On a closed connection it does nothing.
pub(in crate::platform) fn restart_ice(connection: &RtcPeerConnection) {
    connection.unchecked_ref::<PeerConnectionGaps>().restart_ice();
}

/// `RTCPeerConnection.addTrack`.
pub(in crate::platform) fn add_track(
    connection: &RtcPeerConnection,
    track: &MediaStreamTrack,
    stream: &MediaStream,
) -> Result<RtcRtpSender, JsValue> {
    connection.unchecked_ref::<PeerConnectionGaps>().add_track(track, stream)
}

/// `RTCPeerConnection.removeTrack`.
pub(in crate::platform) fn remove_track(
    connection: &RtcPeerConnection,
    sender: &RtcRtpSender,
) -> Result<(), JsValue> {
    connection.unchecked_ref::<PeerConnectionGaps>().remove_track(sender)
}

/// `RTCPeerConnection.addTransceiver`.
pub(in crate::platform) fn add_transceiver(
    connection: &RtcPeerConnection,
    track_or_kind: &JsValue,
    init: &RtcRtpTransceiverInit,
) -> Result<RtcRtpTransceiver, JsValue> {
    connection.unchecked_ref::<PeerConnectionGaps>().add_transceiver(track_or_kind, init)
}

/// `RTCRtpTransceiver.direction`.
pub(in crate::platform) fn set_direction(
    transceiver: &RtcRtpTransceiver,
    direction: &str,
) -> Result<(), JsValue> {
    transceiver.unchecked_ref::<RtpTransceiverGaps>().set_direction(direction)
}

/// `RTCRtpTransceiver.setCodecPreferences`.
pub(in crate::platform) fn set_codec_preferences(
    transceiver: &RtcRtpTransceiver,
    codecs: &JsValue,
) -> Result<(), JsValue> {
    transceiver.unchecked_ref::<RtpTransceiverGaps>().set_codec_preferences(codecs)
}

/// `RTCRtpTransceiver.stop`.
pub(in crate::platform) fn stop(transceiver: &RtcRtpTransceiver) -> Result<(), JsValue> {
    transceiver.unchecked_ref::<RtpTransceiverGaps>().stop()
}

/// `RTCRtpSender.setStreams`. Ignored where the browser lacks it, as it only groups tracks for the receiver.
pub(in crate::platform) fn set_streams(sender: &RtcRtpSender, stream: &MediaStream) {
    let _ = sender.unchecked_ref::<RtpSenderGaps>().set_streams(stream);
}

/// `RTCRtpSender.getParameters`, with all members of the browser.
pub(in crate::platform) fn parameters(sender: &RtcRtpSender) -> Object {
    sender.unchecked_ref::<RtpSenderGaps>().get_parameters()
}

/// `RTCRtpSender.setParameters`, with the options of [WebRTC extensions] or `undefined`.
///
/// [WebRTC extensions]: https://w3c.github.io/webrtc-extensions/#rtcrtpsender-setparameters-keyframe
pub(in crate::platform) fn set_parameters(
    sender: &RtcRtpSender,
    parameters: &Object,
    options: &JsValue,
) -> Result<Promise, JsValue> {
    sender.unchecked_ref::<RtpSenderGaps>().set_parameters(parameters, options)
}

/// `RTCRtpReceiver.jitterBufferTarget`, in milliseconds.
pub(in crate::platform) fn jitter_buffer_target(receiver: &RtcRtpReceiver) -> Option<f64> {
    receiver.unchecked_ref::<RtpReceiverGaps>().jitter_buffer_target()
}

/// `RTCRtpReceiver.jitterBufferTarget`.
pub(in crate::platform) fn set_jitter_buffer_target(
    receiver: &RtcRtpReceiver,
    milliseconds: Option<f64>,
) -> Result<(), JsValue> {
    receiver.unchecked_ref::<RtpReceiverGaps>().set_jitter_buffer_target(milliseconds)
}

/// `RTCDTMFSender.insertDTMF`. Times are in milliseconds.
pub(in crate::platform) fn insert_dtmf(
    dtmf: &RtcdtmfSender,
    tones: &str,
    duration: u32,
    gap: u32,
) -> Result<(), JsValue> {
    dtmf.unchecked_ref::<DtmfSenderGaps>().insert_dtmf(tones, duration, gap)
}

/// `RTCDTMFSender.canInsertDTMF`; `None` where the browser lacks it.
pub(in crate::platform) fn can_insert_dtmf(dtmf: &RtcdtmfSender) -> Option<bool> {
    dtmf.unchecked_ref::<DtmfSenderGaps>().can_insert_dtmf()
}

/// `RTCCertificate.getFingerprints`. Throws where the browser lacks it.
pub(in crate::platform) fn fingerprints(certificate: &RtcCertificate) -> Result<Array, JsValue> {
    certificate.unchecked_ref::<CertificateGaps>().get_fingerprints()
}

/// `RTCIceCandidate.usernameFragment`.
pub(in crate::platform) fn username_fragment(candidate: &RtcIceCandidate) -> Option<String> {
    candidate.unchecked_ref::<IceCandidateGaps>().username_fragment().filter(|fragment| !fragment.is_empty())
}
