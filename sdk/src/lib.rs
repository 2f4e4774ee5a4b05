//! WebRTC for the browser: rooms, media, recording and data behind one typed API.
//!
//! Layers, of which each knows only those after it: `js → room → {engine, signaling, platform}`.
//! `engine` and `signaling` are sans-IO state machines and run anywhere; the rest needs a browser.

pub mod engine;
mod error;
pub mod model;
pub mod signaling;

#[cfg(all(feature = "js", target_arch = "wasm32"))]
mod js;
#[cfg(target_arch = "wasm32")]
mod platform;
#[cfg(target_arch = "wasm32")]
mod room;

pub use error::{DataChannelError, Error, ErrorCode, MediaError, Result, SignalingError};
