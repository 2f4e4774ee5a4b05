//! A small signaling server for moim.
//!
//! [`Hub`] contains all logic, without sockets and without a clock, so that a test can drive it through
//! any order of events. With the feature `server`, which is on by default, [`serve`] runs it on a port.

mod hub;
#[cfg(feature = "server")]
mod server;
#[cfg(feature = "sfu")]
pub mod sfu;
#[cfg(feature = "server")]
mod turn;

pub use hub::{
    CloseReason, ConnectionId, Hub, HubStats, Limits, MediaCommand, Output, RoomToken, SeatId, TokenFault,
    TokenVerifier,
};
#[cfg(feature = "server")]
pub use server::{
    Acceptor, KeyError, MixerSettings, Server, ServerConfig, TOKEN_VARIABLE, TokenKeys, TurnConfig, serve,
};
#[cfg(feature = "server")]
pub use turn::{Network, NetworkError, TurnLimits, TurnSecret};
