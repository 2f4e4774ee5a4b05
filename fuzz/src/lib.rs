//! Everything that a stranger can send, as fuzz targets.
//!
//! [`TARGETS`] is the only list of them. `tests/corpus.rs` runs each over its corpus and mutations of it, with stable
//! Rust; `libfuzzer/` lets cargo-fuzz choose the inputs. A target panics if it finds a fault.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a fault is reported"
)]

mod lines;
mod mutate;
mod targets;

pub use mutate::Mutator;

/// A fuzz target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, and that of its corpus.
    pub name: &'static str,
    /// Runs one input.
    pub run: fn(&[u8]),
}

macro_rules! targets {
    ($($name:ident: $run:path,)+) => {
        /// All targets.
        pub const TARGETS: &[Target] = &[$(Target { name: stringify!($name), run: $run },)+];
    };
}

targets! {
    protocol: targets::protocol::run,
    reliable: targets::reliable::run,
    framing: targets::framing::run,
    data: targets::data::run,
    transfer: targets::transfer::run,
    stream: targets::stream::run,
    stats: targets::stats::run,
    webm: targets::webm::run,
    mp4: targets::mp4::run,
    peer: targets::peer::run,
    native: targets::backend::native,
    livekit: targets::backend::livekit,
    janus: targets::backend::janus,
    whip: targets::backend::whip,
    whep: targets::backend::whep,
    room: targets::room::run,
    hub: targets::hub::run,
    sfu: targets::sfu::run,
}
