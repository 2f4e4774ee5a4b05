//! A TURN server (RFC 8656) without IO: a [`Client`] is the state of one client, the [`Authority`] is shared by all.
//!
//! A client without an allocation has no state: its nonce is signed, not remembered. So requests with forged source
//! addresses need no memory.

mod allocation;
mod authority;
mod client;
mod credentials;
mod frames;
mod message;
mod nonce;
mod quota;
mod targets;
#[cfg(test)]
mod tests;

use self::targets::Reach;
pub(crate) use self::{
    authority::{Authority, Now},
    client::{Action, Client, Host},
    frames::Frames,
    quota::Grant,
};
pub use self::{
    credentials::TurnSecret,
    quota::TurnLimits,
    targets::{Network, NetworkError},
};

/// The realm of the credentials.
const REALM: &str = "moim";
