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
            /// A state from a later specification.
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
        /// No negotiation is in progress.
        Stable,
        /// A local offer waits for its answer.
        HaveLocalOffer,
        /// A remote offer waits for its answer.
        HaveRemoteOffer,
        /// A local provisional answer was applied.
        HaveLocalPranswer,
        /// A remote provisional answer was applied.
        HaveRemotePranswer,
        /// The connection is closed.
        Closed,
    }
}
state! {
    /// `RTCIceConnectionState`: <https://www.w3.org/TR/webrtc/#rtciceconnectionstate-enum>.
    IceConnectionState from RtcIceConnectionState {
        /// No remote candidates are known yet.
        New,
        /// Candidate pairs are being checked.
        Checking,
        /// A usable pair was found; checks continue.
        Connected,
        /// A usable pair was found, and all checks are complete.
        Completed,
        /// No usable pair was found.
        Failed,
        /// Connectivity is temporarily lost.
        Disconnected,
        /// The connection is closed.
        Closed,
    }
}
state! {
    /// `RTCIceGatheringState`: <https://www.w3.org/TR/webrtc/#rtcicegatheringstate-enum>.
    IceGatheringState from RtcIceGatheringState {
        /// Not started.
        New,
        /// Candidates are being gathered.
        Gathering,
        /// All candidates of this generation were gathered.
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
