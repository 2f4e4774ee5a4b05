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
use super::event_target::{Method, Target, dispatch, event_name, iterate};
use super::media::{JsLocalTrack, raw_track, to_js};
use super::promise::future_to_promise;
use super::streams::async_iterator;
use super::{class, options};
use crate::engine::peer::Signal;
use crate::error::Result;
use crate::model::{IceServer, MediaKind, TrackSource};
use crate::platform::{
    Certificate, CertificateOptions, LocalTrack, PeerConnection, PeerConnectionEvent, PeerConnectionOptions,
    TrackOrKind,
};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("../peer_connection.ts");

/// One end of a connection that carries sound, pictures and data.
///
/// Carry its `signals()` to the other end, by whatever there is, and hand those that come from there to `handleSignal`. All
/// else goes by itself: offers, answers, candidates, who gives way when both ends change something at once, and the restart
/// when the connection is lost.
///
/// Arguments and options that are misspelt, of the wrong type or out of range give `ERR_INVALID_OPTIONS`.
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
    /// Makes a connection. Nothing is sent before a track, a transceiver or a data channel is added, at either end.
    /// @throws {MoimError} ERR_INVALID_OPTIONS for options that a browser would refuse, or take and never use;
    /// ERR_UNSUPPORTED without `RTCPeerConnection`; ERR_NEGOTIATION if the browser makes no connection, as when there are
    /// too many.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "PeerConnectionOptions")] options: Option<JsValue>,
    ) -> Result<Self, JsValue> {
        let options: PeerConnectionOptions = options::parse(options, "peer connection options")?;
        let connection = PeerConnection::new(&options)?;
        let target = Target::new()?;
        // It lives until `close()`, even if JavaScript forgets it, as the browser's own does.
        dispatch(connection.events(), &target, connection.clone());
        Ok(Self { connection, target })
    }

    /// Makes a certificate for `certificates`. It outlives the page if it is stored in IndexedDB.
    /// <https://www.w3.org/TR/webrtc/#dom-rtcpeerconnection-generatecertificate>
    /// @throws {MoimError} ERR_INVALID_OPTIONS for options that make no sense; ERR_BROWSER if the browser can make
    /// none.
    #[wasm_bindgen(js_name = generateCertificate, unchecked_return_type = "Promise<RTCCertificate>")]
    pub fn generate_certificate(
        #[wasm_bindgen(unchecked_optional_param_type = "CertificateOptions")] options: Option<JsValue>,
    ) -> Promise {
        let options = options::parse::<CertificateOptions>(options, "certificate options");
        future_to_promise(async move { Ok(Certificate::generate(&options?).await?.as_raw().into()) })
    }

    /// What the far end has to get, in order: `for await (const signal of connection.signals())`. None is lost before it is
    /// read, and each is given out once. Ends when the connection is closed.
    #[wasm_bindgen(unchecked_return_type = "AsyncIterableIterator<Signal>")]
    pub fn signals(&self) -> Object {
        let signals = self.connection.signals();
        async_iterator(signals.map(|signal| JSON::parse(&signal.to_json())).boxed_local())
    }

    /// Takes a signal of the far end. What it leads to happens by itself; what fails of that is told by
    /// `"negotiationfailed"` and does not end the connection.
    /// @throws {MoimError} ERR_INVALID_OPTIONS for what is no signal, for that of another connection, and if both ends
    /// were told the same for `polite`; ERR_INVALID_STATE when the connection is closed.
    #[wasm_bindgen(js_name = handleSignal)]
    pub fn handle_signal(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Signal")] signal: &JsValue,
    ) -> Result<(), JsValue> {
        let text = JSON::stringify(signal).ok().and_then(|text| text.as_string()).unwrap_or_default();
        Ok(self.connection.handle_signal(Signal::from_json(&text)?)?)
    }

    /// Gives out the signals again of which it is not known that they arrived: call it when what carries them was broken.
    #[wasm_bindgen(js_name = resendSignals)]
    pub fn resend_signals(&self) {
        self.connection.resend_signals();
    }

    /// Sends a track, over a transceiver that is free or a new one. A transceiver that has sent another track sends this one
    /// with the encodings that it began with.
    /// @throws {MoimError} ERR_INVALID_STATE when the connection is closed; ERR_INVALID_OPTIONS if the track is being
    /// sent already, and for what is no track.
    #[wasm_bindgen(js_name = addTrack)]
    pub fn add_track(
        &self,
        #[wasm_bindgen(unchecked_param_type = "TrackLike")] track: &JsValue,
    ) -> Result<JsTransceiver, JsValue> {
        Ok(self.connection.add_track(&local_track(track)?)?.into())
    }

    /// Stops sending what a sender sends. Its transceiver is free for another track.
    /// @throws {MoimError} ERR_INVALID_STATE when the connection is closed; ERR_INVALID_OPTIONS for the sender of
    /// another connection, and what is no `Sender`.
    #[wasm_bindgen(js_name = removeTrack)]
    pub fn remove_track(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Sender")] sender: &JsValue,
    ) -> Result<(), JsValue> {
        let sender = class::handle::<JsSender>(sender, "sender", "Sender")?;
        Ok(self.connection.remove_track(sender.handle())?)
    }

    /// Adds a transceiver for a track, or for a kind of media.
    /// @throws {MoimError} ERR_UNSUPPORTED, and the member's name, for what the browser would pass over, and if it has
    /// none of the codecs; ERR_INVALID_STATE when the connection is closed; ERR_INVALID_OPTIONS for encodings that make
    /// no sense, the direction `"stopped"`, and what is neither a track nor a kind.
    #[wasm_bindgen(js_name = addTransceiver)]
    pub fn add_transceiver(
        &self,
        #[wasm_bindgen(js_name = trackOrKind, unchecked_param_type = "TrackLike | MediaKind")]
        track_or_kind: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "TransceiverOptions")] options: Option<JsValue>,
    ) -> Result<JsTransceiver, JsValue> {
        let options = options::parse(options, "transceiver options")?;
        let added = if track_or_kind.is_string() {
            let kind: MediaKind = options::parse_value(track_or_kind.clone(), "kind")?;
            self.connection.add_transceiver(kind, &options)
        } else {
            let track = local_track(track_or_kind)?;
            self.connection.add_transceiver(TrackOrKind::Track(&track), &options)
        };
        Ok(added?.into())
    }

    /// All transceivers, those too that the far end brought, in the order of their media sections.
    #[wasm_bindgen(getter)]
    pub fn transceivers(&self) -> Vec<JsTransceiver> {
        self.connection.transceivers().into_iter().map(JsTransceiver::from).collect()
    }

    /// Makes a data channel. The far end gets it by `"datachanneladded"`, unless it is negotiated.
    /// @throws {MoimError} ERR_INVALID_STATE when the connection is closed; ERR_INVALID_OPTIONS for options that make
    /// no sense, alone or together.
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

    /// Looks for a way to the far end anew, as after a change of networks. Media goes on meanwhile, if it can.
    /// @throws {MoimError} ERR_INVALID_STATE when the connection is closed.
    #[wasm_bindgen(js_name = restartIce)]
    pub fn restart_ice(&self) -> Result<(), JsValue> {
        Ok(self.connection.restart_ice()?)
    }

    /// Uses other ICE servers from the next gathering on, as when TURN credentials run out.
    /// @throws {MoimError} ERR_INVALID_STATE when the connection is closed; ERR_INVALID_OPTIONS for servers that make
    /// no sense.
    #[wasm_bindgen(js_name = setIceServers)]
    pub fn set_ice_servers(
        &self,
        #[wasm_bindgen(unchecked_param_type = "IceServer[]")] servers: JsValue,
    ) -> Result<(), JsValue> {
        let servers: Vec<IceServer> = options::parse_value(servers, "ICE servers")?;
        Ok(self.connection.set_ice_servers(&servers)?)
    }

    /// Whether the two ends are connected, all in all.
    #[wasm_bindgen(getter, js_name = connectionState, unchecked_return_type = "ConnectionState")]
    pub fn connection_state(&self) -> Result<JsValue, JsValue> {
        to_js(&self.connection.connection_state())
    }

    /// How the search for a way through goes.
    #[wasm_bindgen(getter, js_name = iceConnectionState, unchecked_return_type = "IceConnectionState")]
    pub fn ice_connection_state(&self) -> Result<JsValue, JsValue> {
        to_js(&self.connection.ice_connection_state())
    }

    /// How the search for candidates of this end goes.
    #[wasm_bindgen(getter, js_name = iceGatheringState, unchecked_return_type = "IceGatheringState")]
    pub fn ice_gathering_state(&self) -> Result<JsValue, JsValue> {
        to_js(&self.connection.ice_gathering_state())
    }

    /// Where the offer/answer exchange is.
    #[wasm_bindgen(getter, js_name = signalingState, unchecked_return_type = "SignalingState")]
    pub fn signaling_state(&self) -> Result<JsValue, JsValue> {
        to_js(&self.connection.signaling_state())
    }

    /// Closes the connection, ends the streams and lets go of the tracks. Closing again does nothing.
    ///
    /// The far end is not told: it sees a lost connection after some seconds, unless the app tells it. A connection that is
    /// never closed is never collected.
    pub fn close(&self) {
        self.connection.close();
    }

    /// The browser's object, for `getStats` and the like. Leave descriptions and candidates to this class.
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
        iterate(self.connection.events())
    }
}

/// The track in a `TrackLike`, with what is known of its source.
fn local_track(value: &JsValue) -> Result<LocalTrack> {
    Ok(LocalTrack::from_raw(raw_track(value)?, source_of(value)))
}

fn source_of(value: &JsValue) -> TrackSource {
    let source = js_sys::Reflect::get(value, &"source".into()).ok();
    let source = source.filter(JsValue::is_string).map(serde_wasm_bindgen::from_value);
    source.and_then(std::result::Result::ok).unwrap_or(TrackSource::Custom)
}

/// `undefined` is more often a mistake than a wish for nothing.
fn track_or_null(value: &JsValue) -> Result<Option<LocalTrack>> {
    if value.is_null() { Ok(None) } else { local_track(value).map(Some) }
}

fn js_track(track: Option<LocalTrack>) -> Option<JsLocalTrack> {
    track.map(JsLocalTrack::from)
}

fn kind(value: &JsValue) -> Result<MediaKind> {
    options::parse_value(value.clone(), "kind")
}

fn strings(value: JsValue, what: &str) -> Result<Vec<String>> {
    options::parse_value(value, what)
}
