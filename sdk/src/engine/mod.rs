//! Sans-IO state machines: feed one input, then drain `poll_output` until it returns `None`.
//!
//! Nothing here depends on a browser, a clock or a socket. `now` is an argument, in milliseconds.

pub mod active_speaker;
pub mod adaptive_stream;
pub mod candidates;
pub mod capabilities;
pub mod capture;
pub mod codec;
pub mod connection;
pub mod data;
pub mod diagnosis;
pub mod exchange;
pub mod file_name;
pub mod framing;
pub mod ice_server;
mod last_messages;
pub mod layout;
pub mod mix_layout;
pub mod mp4;
pub mod negotiation;
mod negotiation_retry;
mod negotiation_throttle;
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "used by `Room`"))]
pub(crate) mod packet;
mod patience;
pub mod peer;
pub mod quality;
pub mod recovery;
pub mod rpc;
pub mod session;
pub mod simulcast;
pub mod stats;
pub mod stream;
pub mod switch;
pub mod topology;
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "called where the browser is"))]
pub(crate) mod trace;
pub mod transfer;
pub mod webm;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod wires;
