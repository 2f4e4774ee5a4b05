//! Sans-IO state machines: feed one input, then drain `poll_output` until it returns `None`.
//!
//! Nothing here knows a browser, a clock or a socket. `now` is an argument, in milliseconds.

pub mod active_speaker;
pub mod candidates;
pub mod capture;
pub mod connection;
pub mod data;
pub mod framing;
pub mod layout;
pub mod negotiation;
pub mod quality;
pub mod reliable;
pub mod roster;
pub mod session;
pub mod stats;
pub mod topology;
pub mod transfer;
pub mod webm;
