//! The signaling messages between moim clients and a moim signaling server.
//!
//! JSON text frames over one WebSocket. Clients send [`ClientMessage`], servers [`ServerMessage`];
//! the `README.md` of this crate describes each, `golden/` contains one example of each, and the tests
//! check that both serde directions agree with the examples.
//!
//! Every message is idempotent: state-changing messages carry the complete new state, and the
//! server's roster messages carry a revision, so a receiver can detect that it missed one.

mod channel;
mod code;
mod decode;
#[doc(hidden)]
pub mod json;
#[expect(missing_docs, reason = "the docs of a variant cover its fields")]
mod message;
mod permissions;
mod reliable;
mod routed;
mod signal;
mod text;
mod types;

pub use channel::Channel;
pub use code::ErrorCode;
pub use decode::DecodeError;
pub use message::{
    ClientMessage, Join, LeaveReason, PeerSignal, RelayPayload, Roster, ServerError, ServerMessage, Welcome,
};
pub use permissions::{RoomPermission, RoomPermissions};
pub use reliable::Reliable;
pub use routed::Routed;
pub use text::shorten;
pub use types::{
    IceCandidate, IceServer, Lobby, MediaKind, ParticipantId, ParticipantInfo, Profile, Publication,
    PublicationId, Role, SdpType, SessionDescription, Slot, Topology, TrackSource, WaitingParticipant, Wish,
};

/// The protocol version of this crate.
pub const VERSION: u32 = 1;

/// The id to which a client relays signals for the server's SFU. No participant has this id.
pub const SFU_ID: &str = "sfu";
