//! `PeerConnection` and its parts for JavaScript.

mod sender;
mod transceiver;

use futures::StreamExt;
use js_sys::{JSON, Object, Promise};
use strum::VariantNames;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::RtcPeerConnection;

pub(crate) use sender::JsSender;
pub(crate) use transceiver::JsTransceiver;

use super::data_channel::JsDataChannel;
use super::event_target::{Method, Target, dispatch, event_name, values};
use super::media::{raw_track, to_js};
use super::promise::future_to_promise;
use super::streams::async_iterator;
use super::{class, options};
use crate::engine::peer::Signal;
use crate::error::Result;
use crate::model::{IceServer, MediaKind, TrackSource};
use crate::platform::dictionary;
use crate::platform::{
    Certificate, CertificateOptions, LocalTrack, PeerConnection, PeerConnectionEvent, PeerConnectionOptions,
    TrackOrKind,
};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("../peer_connection.ts");

/// One peer of a connection for audio, video and data.
///
/// Send its `signals()` to the other peer, over any transport, and pass those from there to `handleSignal`. Everything
/// else is automatic: offers, answers, candidates, who gives way when both peers negotiate at once, and the ICE restart
/// when the connection is lost.
///
/// Misspelt options, and arguments of the wrong type or out of range result in `ERR_INVALID_OPTIONS`.
/// @see https://www.w3.org/TR/webrtc/#rtcpeerconnection-interface
/// @example
/// const connection = new PeerConnection();
/// connection.addTrack(camera);
/// for await (const signal of connection.signals()) send(JSON.stringify(signal));
#[derive(Debug)]
#[wasm_bindgen(js_name = PeerConnection)]
pub struct JsPeerConnection {
    connection: PeerConnection,
    target: Target,
}

#[wasm_bindgen(js_class = PeerConnection)]
impl JsPeerConnection {
    /// Creates a connection. Nothing is sent before a track, a transceiver or a data channel is added by either peer.
    /// @throws {MoimError} ERR_INVALID_OPTIONS for options that a browser would reject, or accept and never use;
    /// ERR_UNSUPPORTED without `RTCPeerConnection`; ERR_NEGOTIATION if the browser cannot create a connection, for
    /// example because there are too many.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "PeerConnectionOptions")] options: Option<JsValue>,
    ) -> Result<Self, JsValue> {
        let options: PeerConnectionOptions = options::parse(options, "peer connection options")?;
        let connection = PeerConnection::new(&options)?;
        let target = Target::new()?;
        // It lives until `close()`, even without a reference, like the browser's own.
        dispatch(values(connection.events()), &target, connection.clone());
        Ok(Self { connection, target })
    }

    /// Generates a certificate for `certificates`. It can outlive the page if it is stored in IndexedDB.
    /// <https://www.w3.org/TR/webrtc/#dom-rtcpeerconnection-generatecertificate>
    /// @throws {MoimError} ERR_INVALID_OPTIONS for invalid options; ERR_BROWSER if the browser cannot generate
    /// one.
    #[wasm_bindgen(js_name = generateCertificate, unchecked_return_type = "Promise<RTCCertificate>")]
    pub fn generate_certificate(
        #[wasm_bindgen(unchecked_optional_param_type = "CertificateOptions")] options: Option<JsValue>,
    ) -> Promise {
        let options = options::parse::<CertificateOptions>(options, "certificate options");
        future_to_promise(async move { Ok(Certificate::generate(&options?).await?.as_raw().into()) })
    }

    /// The signals for the remote peer, in order: `for await (const signal of connection.signals())`. They are kept
    /// until they are read, and each is delivered once. Ends when the connection is closed.
    #[wasm_bindgen(unchecked_return_type = "AsyncIterableIterator<Signal>")]
    pub fn signals(&self) -> Object {
        let signals = self.connection.signals();
        async_iterator(signals.map(|signal| JSON::parse(&signal.to_json())).boxed_local())
    }

    /// Handles a signal from the remote peer. Resulting actions are automatic; their failures are emitted as
    /// `"negotiationfailed"` and do not close the connection.
    /// @throws {MoimError} ERR_INVALID_OPTIONS if it is not a signal, for a signal of another connection, and if both
    /// peers have the same `polite`; ERR_INVALID_STATE when the connection is closed.
    #[wasm_bindgen(js_name = handleSignal)]
    pub fn handle_signal(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Signal")] signal: &JsValue,
    ) -> Result<(), JsValue> {
        let text = JSON::stringify(signal).ok().and_then(|text| text.as_string()).unwrap_or_default();
        Ok(self.connection.handle_signal(Signal::from_json(&text)?)?)
    }

    /// Emits again all signals that are not acknowledged: call it after the transport was interrupted.
    #[wasm_bindgen(js_name = resendSignals)]
    pub fn resend_signals(&self) {
        self.connection.resend_signals();
    }

    /// Sends a track over a free or a new transceiver. A transceiver that was used for another track sends this one
    /// with its original encodings.
    /// @throws {MoimError} ERR_INVALID_STATE when the connection is closed; ERR_INVALID_OPTIONS if the track is already
    /// being sent, and if it is not a track.
    #[wasm_bindgen(js_name = addTrack, unchecked_return_type = "Transceiver")]
    pub fn add_track(
        &self,
        #[wasm_bindgen(unchecked_param_type = "TrackLike")] track: &JsValue,
    ) -> Result<JsValue, JsValue> {
        Ok(JsTransceiver::object(&self.connection.add_track(&local_track(track)?)?))
    }

    /// Stops sending the track of a sender. Its transceiver is free for another track.
    /// @throws {MoimError} ERR_INVALID_STATE when the connection is closed; ERR_INVALID_OPTIONS for a sender of
    /// another connection, and if it is not a `Sender`.
    #[wasm_bindgen(js_name = removeTrack)]
    pub fn remove_track(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Sender")] sender: &JsValue,
    ) -> Result<(), JsValue> {
        let sender = class::handle::<JsSender>(sender, "sender", "Sender")?;
        Ok(self.connection.remove_track(sender.handle())?)
    }

    /// Adds a transceiver for a track or a kind of media.
    /// @throws {MoimError} ERR_UNSUPPORTED, with the member's name, for what the browser would ignore, and if it
    /// supports none of the codecs; ERR_INVALID_STATE when the connection is closed; ERR_INVALID_OPTIONS for invalid
    /// encodings, for the direction `"stopped"`, and if it is not a track or a kind.
    #[wasm_bindgen(js_name = addTransceiver, unchecked_return_type = "Transceiver")]
    pub fn add_transceiver(
        &self,
        #[wasm_bindgen(js_name = trackOrKind, unchecked_param_type = "TrackLike | MediaKind")]
        track_or_kind: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "TransceiverOptions")] options: Option<JsValue>,
    ) -> Result<JsValue, JsValue> {
        let options = options::parse(options, "transceiver options")?;
        let added = if track_or_kind.is_string() {
            let kind: MediaKind = options::parse_value(track_or_kind.clone(), "kind")?;
            self.connection.add_transceiver(kind, &options)
        } else {
            let track = local_track(track_or_kind)?;
            self.connection.add_transceiver(TrackOrKind::Track(&track), &options)
        };
        Ok(JsTransceiver::object(&added?))
    }

    /// All transceivers, including those that the remote peer added, in the order of their media sections.
    #[wasm_bindgen(getter, unchecked_return_type = "Transceiver[]")]
    pub fn transceivers(&self) -> Vec<JsValue> {
        self.connection.transceivers().iter().map(JsTransceiver::object).collect()
    }

    /// Creates a data channel. The remote peer gets it with `"datachanneladded"`, unless it is negotiated.
    /// @throws {MoimError} ERR_INVALID_STATE when the connection is closed; ERR_INVALID_OPTIONS for invalid
    /// or conflicting options.
    #[wasm_bindgen(js_name = createDataChannel)]
    pub fn create_data_channel(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] label: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "DataChannelOptions")] options: Option<JsValue>,
    ) -> Result<JsDataChannel, JsValue> {
        let label: String = options::parse_value(label, "label")?;
        let options = options::parse(options, "data channel options")?;
        JsDataChannel::new(self.connection.create_data_channel(&label, &options)?)
    }

    /// Restarts ICE, for example after a change of networks. Media continues meanwhile, if possible.
    /// @throws {MoimError} ERR_INVALID_STATE when the connection is closed.
    #[wasm_bindgen(js_name = restartIce)]
    pub fn restart_ice(&self) -> Result<(), JsValue> {
        Ok(self.connection.restart_ice()?)
    }

    /// Sets other ICE servers, used from the next gathering on, for example when TURN credentials expire.
    /// @throws {MoimError} ERR_INVALID_STATE when the connection is closed; ERR_INVALID_OPTIONS for invalid
    /// servers.
    #[wasm_bindgen(js_name = setIceServers)]
    pub fn set_ice_servers(
        &self,
        #[wasm_bindgen(unchecked_param_type = "IceServer[]")] servers: JsValue,
    ) -> Result<(), JsValue> {
        let servers: Vec<IceServer> = options::parse_value(servers, "ICE servers")?;
        Ok(self.connection.set_ice_servers(&servers)?)
    }

    /// The connection state.
    #[wasm_bindgen(getter, js_name = connectionState, unchecked_return_type = "ConnectionState")]
    pub fn connection_state(&self) -> Result<JsValue, JsValue> {
        to_js(&self.connection.connection_state())
    }

    /// The ICE connection state.
    #[wasm_bindgen(getter, js_name = iceConnectionState, unchecked_return_type = "IceConnectionState")]
    pub fn ice_connection_state(&self) -> Result<JsValue, JsValue> {
        to_js(&self.connection.ice_connection_state())
    }

    /// The ICE gathering state.
    #[wasm_bindgen(getter, js_name = iceGatheringState, unchecked_return_type = "IceGatheringState")]
    pub fn ice_gathering_state(&self) -> Result<JsValue, JsValue> {
        to_js(&self.connection.ice_gathering_state())
    }

    /// The signaling state.
    #[wasm_bindgen(getter, js_name = signalingState, unchecked_return_type = "SignalingState")]
    pub fn signaling_state(&self) -> Result<JsValue, JsValue> {
        to_js(&self.connection.signaling_state())
    }

    /// Closes the connection, ends the streams and releases the tracks. Idempotent.
    ///
    /// The remote peer is not notified: it sees a lost connection after some seconds, unless the application notifies
    /// it. A connection that is never closed is never garbage-collected.
    pub fn close(&self) {
        self.connection.close();
    }

    /// The browser's object, for `getStats` and so on. Do not use it to set descriptions or candidates.
    #[wasm_bindgen(getter, js_name = rtcPeerConnection)]
    pub fn rtc_peer_connection(&self) -> RtcPeerConnection {
        self.connection.as_raw().clone()
    }

    #[wasm_bindgen(js_name = addEventListener, skip_typescript)]
    pub fn add_event_listener(
        &self,
        event: &JsValue,
        listener: &JsValue,
        options: &JsValue,
    ) -> Result<(), JsValue> {
        let event = event_name(event, PeerConnectionEvent::VARIANTS)?;
        self.target.call(Method::Add, &event, listener, options)
    }

    #[wasm_bindgen(js_name = removeEventListener, skip_typescript)]
    pub fn remove_event_listener(
        &self,
        event: &JsValue,
        listener: &JsValue,
        options: &JsValue,
    ) -> Result<(), JsValue> {
        let event = event_name(event, PeerConnectionEvent::VARIANTS)?;
        self.target.call(Method::Remove, &event, listener, options)
    }

    /// All events from now on: `for await (const event of connection.events())`. Ends when the connection is closed.
    #[wasm_bindgen(unchecked_return_type = "AsyncIterableIterator<PeerConnectionEvent>")]
    pub fn events(&self) -> Object {
        async_iterator(values(self.connection.events()))
    }
}

/// The track in a `TrackLike`, with its source, if known.
fn local_track(value: &JsValue) -> Result<LocalTrack> {
    Ok(LocalTrack::from_raw(raw_track(value, "track")?, source_of(value)))
}

fn source_of(value: &JsValue) -> TrackSource {
    let source = js_sys::Reflect::get(value, &"source".into()).ok();
    let source = source.filter(JsValue::is_string).and_then(|source| dictionary::read(&source).ok());
    source.unwrap_or(TrackSource::Custom)
}

/// `undefined` is more often a mistake than a request to send nothing.
fn track_or_null(value: &JsValue) -> Result<Option<LocalTrack>> {
    if value.is_null() { Ok(None) } else { local_track(value).map(Some) }
}

fn kind(value: &JsValue) -> Result<MediaKind> {
    options::parse_value(value.clone(), "kind")
}

fn strings(value: JsValue, what: &str) -> Result<Vec<String>> {
    options::parse_value(value, what)
}
