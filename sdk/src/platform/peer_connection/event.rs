//! All events of a peer connection, for Rust and for JavaScript.
//! <https://www.w3.org/TR/webrtc/#event-summary>

use std::rc::Weak;

use serde::Serialize;
use wasm_bindgen::JsCast;
use web_sys::{
    MediaStream, RtcDataChannelEvent, RtcPeerConnection, RtcPeerConnectionIceErrorEvent, RtcTrackEvent,
};

use super::Inner;
use super::state::{self, IceConnectionState, IceGatheringState, SignalingState};
use super::transceiver::Transceiver;
use crate::error::Error;
use crate::event_stream::{Event, EventStream};
use crate::model::ConnectionState;
use crate::options::MessageOptions;
use crate::platform::{DataChannel, ListenerGuard};

/// An event of a peer connection.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify, strum::VariantNames), strum(serialize_all = "lowercase"))]
#[serde(tag = "type", rename_all = "lowercase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum PeerConnectionEvent {
    /// A remote track started, or started again. `streamIds` tells which tracks are synchronized.
    TrackAdded {
        /// The transceiver that receives it.
        #[cfg_attr(
            feature = "js",
            serde(serialize_with = "crate::js::convert::transceiver"),
            tsify(type = "Transceiver")
        )]
        #[cfg_attr(not(feature = "js"), serde(skip))]
        transceiver: Transceiver,
        /// Tracks with an id in common belong together.
        stream_ids: Vec<String>,
    },
    /// The remote peer opened a data channel.
    DataChannelAdded {
        /// The channel. It is closed if no handle is kept.
        #[cfg_attr(
            feature = "js",
            serde(serialize_with = "crate::js::convert::data_channel"),
            tsify(type = "DataChannel")
        )]
        #[cfg_attr(not(feature = "js"), serde(skip))]
        channel: DataChannel,
    },
    /// The connection state changed.
    ConnectionStateChange {
        /// The new state.
        state: ConnectionState,
    },
    /// The ICE connection state changed.
    IceConnectionStateChange {
        /// The new state.
        state: IceConnectionState,
    },
    /// The ICE gathering state changed.
    IceGatheringStateChange {
        /// The new state.
        state: IceGatheringState,
    },
    /// The signaling state changed.
    SignalingStateChange {
        /// The new state.
        state: SignalingState,
    },
    /// A STUN or TURN server did not provide a candidate. Others may.
    IceCandidateError {
        /// The server's URL.
        url: String,
        /// The local address, if the browser reports it.
        address: Option<String>,
        /// The local port, if the browser reports it.
        port: Option<u16>,
        /// 300 to 699 from the server (RFC 8489); 701 if the server cannot be reached.
        error_code: u16,
        /// The error text of the server or the browser.
        error_text: String,
    },
    /// The connection was lost, and ICE is being restarted.
    Recovering {
        /// The number of the attempt, from 1.
        attempt: u32,
    },
    /// A description or candidate failed. The connection continues.
    NegotiationFailed {
        /// The error.
        #[cfg_attr(
            feature = "js",
            serde(serialize_with = "crate::js::convert::error"),
            tsify(type = "MoimError")
        )]
        #[cfg_attr(not(feature = "js"), serde(skip))]
        error: Error,
    },
    /// Events were read too slowly, and some were dropped before this one.
    Lagged {
        /// The number of dropped events.
        missed: u32,
    },
}

impl Event for PeerConnectionEvent {
    fn lagged(missed: u32) -> Self {
        Self::Lagged { missed }
    }
}

/// A stream of the connection's events since it was created. Ends when the connection is closed.
pub type PeerConnectionEvents = EventStream<PeerConnectionEvent>;

/// The browser's events for the application. The link handles those for the engine.
pub(super) fn listen(raw: &RtcPeerConnection, inner: &Weak<Inner>) -> Vec<ListenerGuard> {
    let on = |name: &'static str, read: fn(web_sys::Event, &Inner) -> Option<PeerConnectionEvent>| {
        let inner = inner.clone();
        ListenerGuard::new(raw, name, move |event| {
            let Some(inner) = inner.upgrade() else { return };
            if let Some(event) = read(event, &inner) {
                inner.events.send(event);
            }
        })
    };
    vec![
        on("track", |event, inner| {
            let event: RtcTrackEvent = event.unchecked_into();
            let streams = event.streams();
            Some(PeerConnectionEvent::TrackAdded {
                transceiver: inner.transceiver(event.transceiver()),
                stream_ids: streams.iter().map(|raw| raw.unchecked_into::<MediaStream>().id()).collect(),
            })
        }),
        on("datachannel", |event, inner| {
            let raw = event.unchecked_into::<RtcDataChannelEvent>().channel();
            // Wrapped synchronously in the event handler, or its first messages would be missed.
            let channel = DataChannel::from_raw(raw, inner.link.as_raw(), &MessageOptions::default()).ok()?;
            Some(PeerConnectionEvent::DataChannelAdded { channel })
        }),
        on("iceconnectionstatechange", |_, inner| {
            let state = state::ice_connection(inner.link.as_raw());
            Some(PeerConnectionEvent::IceConnectionStateChange { state })
        }),
        on("icegatheringstatechange", |_, inner| {
            let state = state::ice_gathering(inner.link.as_raw());
            Some(PeerConnectionEvent::IceGatheringStateChange { state })
        }),
        on("signalingstatechange", |_, inner| {
            let state = state::signaling(inner.link.as_raw());
            Some(PeerConnectionEvent::SignalingStateChange { state })
        }),
        on("icecandidateerror", |event, _| {
            let event: RtcPeerConnectionIceErrorEvent = event.unchecked_into();
            Some(PeerConnectionEvent::IceCandidateError {
                url: event.url(),
                address: event.address(),
                port: event.port(),
                error_code: event.error_code(),
                error_text: event.error_text(),
            })
        }),
    ]
}
