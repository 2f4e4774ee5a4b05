//! The states of a peer connection: <https://www.w3.org/TR/webrtc/#state-definitions>.

use serde::Serialize;
use web_sys::{
    RtcIceConnectionState, RtcIceGatheringState, RtcPeerConnection, RtcSignalingState as RawSignalingState,
};

macro_rules! state {
    ($(#[$doc:meta])* $name:ident from $raw:ident { $($(#[$variant_doc:meta])* $variant:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
        #[cfg_attr(feature = "js", derive(tsify::Tsify))]
        #[serde(rename_all = "kebab-case")]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A state of a later specification.
            Unknown,
        }

        impl From<$raw> for $name {
            fn from(raw: $raw) -> Self {
                match raw {
                    $($raw::$variant => Self::$variant,)+
                    _ => Self::Unknown,
                }
            }
        }
    };
}

state! {
    /// `RTCSignalingState`: <https://www.w3.org/TR/webrtc/#rtcsignalingstate-enum>.
    SignalingState from RawSignalingState {
        /// No exchange is under way.
        Stable,
        /// An offer of this end waits for its answer.
        HaveLocalOffer,
        /// An offer of the far end waits for its answer.
        HaveRemoteOffer,
        /// This end answered provisionally.
        HaveLocalPranswer,
        /// The far end answered provisionally.
        HaveRemotePranswer,
        /// The connection is closed.
        Closed,
    }
}
state! {
    /// `RTCIceConnectionState`: <https://www.w3.org/TR/webrtc/#rtciceconnectionstate-enum>.
    IceConnectionState from RtcIceConnectionState {
        /// Nothing is known of the far end yet.
        New,
        /// Pairs of candidates are being tried.
        Checking,
        /// A pair works; others are still tried.
        Connected,
        /// A pair works, and all were tried.
        Completed,
        /// No pair works.
        Failed,
        /// The pair that worked does not at the moment.
        Disconnected,
        /// The connection is closed.
        Closed,
    }
}
state! {
    /// `RTCIceGatheringState`: <https://www.w3.org/TR/webrtc/#rtcicegatheringstate-enum>.
    IceGatheringState from RtcIceGatheringState {
        /// Not begun.
        New,
        /// Candidates are being found.
        Gathering,
        /// All candidates of this generation are found.
        Complete,
    }
}

pub(super) fn signaling(raw: &RtcPeerConnection) -> SignalingState {
    raw.signaling_state().into()
}

pub(super) fn ice_connection(raw: &RtcPeerConnection) -> IceConnectionState {
    raw.ice_connection_state().into()
}

pub(super) fn ice_gathering(raw: &RtcPeerConnection) -> IceGatheringState {
    raw.ice_gathering_state().into()
}
