//! The types shared by `engine`, `signaling` and `room`, so that these do not depend on each other. None is specific
//! to a server.

mod data;
mod feature;
mod link;
mod roster;
mod signal;

pub use self::data::{DataContent, DataPacket, RpcFailure, RpcResult};
pub use self::feature::Feature;
pub use self::link::{
    Capabilities, Lane, LinkId, LinkProfile, LinkSignal, Mids, Offerer, Sections, ServerLane, Slots, Wanted,
};
pub use self::roster::{Change, Roster};
pub use self::signal::{JoinRequest, Order, RefusalCode, ServerRefusal, SignalCommand, SignalEvent};
pub use moim_protocol::{
    Channel, IceCandidate, IceServer, LeaveReason, Lobby, MediaKind, ParticipantId, ParticipantInfo, Profile,
    Publication, PublicationId, Role, RoomPermission, RoomPermissions, SdpType, SessionDescription, Slot,
    Topology, TrackSource, WaitingParticipant, Wish,
};

/// Milliseconds on a monotonic clock. State machines get it as an argument and have no clock.
pub type Timestamp = u64;

/// A participant without publications, whose name is its id.
#[cfg(test)]
pub(crate) fn participant(id: &str, join_order: u32, role: Role) -> ParticipantInfo {
    ParticipantInfo {
        id: id.into(),
        join_order,
        name: id.into(),
        metadata: String::new(),
        attributes: Default::default(),
        role,
        identity: None,
        permissions: RoomPermissions::default(),
        publications: Vec::new(),
        reconnecting: false,
    }
}

/// `RTCIceTransportPolicy`: <https://www.w3.org/TR/webrtc/#rtcicetransportpolicy-enum>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum IceTransportPolicy {
    /// All candidates.
    #[default]
    All,
    /// Only relayed candidates (TURN), which hides the local address.
    Relay,
}

moim_protocol::words! { IceTransportPolicy { "all" All, "relay" Relay, } }

/// `RTCPeerConnectionState`: <https://www.w3.org/TR/webrtc/#rtcpeerconnectionstate-enum>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum ConnectionState {
    /// Nothing has happened yet.
    #[default]
    New,
    /// Connecting.
    Connecting,
    /// Media and data can flow.
    Connected,
    /// Interrupted; may recover automatically.
    Disconnected,
    /// No connection could be established, or it was lost permanently.
    Failed,
    /// Closed by either peer.
    Closed,
}

/// The state of the connection to a participant of a room, directly or by way of a server or mixer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum ParticipantConnectionState {
    /// There is no connection yet.
    #[default]
    New,
    /// The first connection is being established.
    Connecting,
    /// Media and data can flow.
    Connected,
    /// The connection was lost and is being restored.
    Reconnecting,
    /// The connection could not be restored. It is tried again when the network changes.
    Failed,
    /// The participant has left the room.
    Closed,
}
