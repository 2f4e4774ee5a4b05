//! Everything that a peer connection tells the application: the one list, for Rust and for JavaScript.
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

/// Something happened at a peer connection.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify, strum::VariantNames), strum(serialize_all = "lowercase"))]
#[serde(tag = "type", rename_all = "lowercase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum PeerConnectionEvent {
    /// Media of the far end comes, or comes again. `streamIds` says which tracks are to be played in sync.
    TrackAdded {
        /// Where it comes.
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
    /// The far end opened a data channel.
    DataChannelAdded {
        /// The channel. It is closed when nobody takes it.
        #[cfg_attr(
            feature = "js",
            serde(serialize_with = "crate::js::convert::data_channel"),
            tsify(type = "DataChannel")
        )]
        #[cfg_attr(not(feature = "js"), serde(skip))]
        channel: DataChannel,
    },
    /// Whether the two ends are connected, all in all.
    ConnectionStateChange {
        /// The new state.
        state: ConnectionState,
    },
    /// How the search for a way through goes.
    IceConnectionStateChange {
        /// The new state.
        state: IceConnectionState,
    },
    /// How the search for candidates of this end goes.
    IceGatheringStateChange {
        /// The new state.
        state: IceGatheringState,
    },
    /// Where the offer/answer exchange is.
    SignalingStateChange {
        /// The new state.
        state: SignalingState,
    },
    /// A STUN or TURN server did not give a candidate. Others may.
    IceCandidateError {
        /// The server.
        url: String,
        /// The address of this end, if the browser tells.
        address: Option<String>,
        /// The port of this end, if the browser tells.
        port: Option<u16>,
        /// 300 to 699 from the server (RFC 8489); 701: the server cannot be reached.
        error_code: u16,
        /// The words of the server or the browser.
        error_text: String,
    },
    /// The connection was lost, and ICE is being restarted.
    Recovering {
        /// The number of the attempt, from 1.
        attempt: u32,
    },
    /// A description or candidate was of no use. The connection goes on.
    NegotiationFailed {
        /// What failed.
        #[cfg_attr(
            feature = "js",
            serde(serialize_with = "crate::js::convert::error"),
            tsify(type = "MoimError")
        )]
        #[cfg_attr(not(feature = "js"), serde(skip))]
        error: Error,
    },
    /// Events were read too slowly, and some are missing before this place.
    Lagged {
        /// How many.
        missed: u32,
    },
}

impl Event for PeerConnectionEvent {
    fn lagged(missed: u32) -> Self {
        Self::Lagged { missed }
    }
}

/// The events of a peer connection, from the moment this was made. Ends when the connection is closed.
pub type PeerConnectionEvents = EventStream<PeerConnectionEvent>;

/// What the application hears of. What the engine needs, the link listens to.
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
            // Wrapped in the event itself, or its first messages would be missed.
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
