//! Statistics of a connection, typed by the names of [webrtc-stats].
//!
//! A [`StatsReport`] holds the browser's report unchanged; [`Stats::view`] and the iterators of the
//! report, such as [`StatsReport::inbound_rtp`], give typed access to it. Members that are missing, or whose value does
//! not have the specified type, are `None`; the value itself is in [`Stats::unknown`].
//!
//! | webrtc-stats | Rust |
//! |---|---|
//! | `unsigned long`, `unsigned short` | `u32` |
//! | `unsigned long long` | `u64` |
//! | `long`, `long long` | `i64` |
//! | `double`, `DOMHighResTimeStamp` | `f64` |
//! | an enumeration | an enum; other strings are unknown |
//!
//! [`StatsDelta::between`] computes the difference between two reports; [`StatsHistory`] keeps several of them and
//! exports them as CSV or JSON.
//!
//! JavaScript has no exact integers above 2^53, so counters are exact up to that: 9 petabytes.
//!
//! [webrtc-stats]: https://www.w3.org/TR/webrtc-stats/

mod counter;
mod csv;
#[macro_use]
mod dictionary;
mod delta;
mod entry;
mod inbound;
mod media;
mod names;
mod outbound;
mod report;
mod rtp;
mod sample;
mod transport;
mod views;

pub use delta::{ConnectionDelta, StatsDelta};
pub use dictionary::{BaseStats, NumberRecord};
pub use entry::Stats;
#[cfg(any(all(feature = "js", target_arch = "wasm32"), test))]
pub(crate) use entry::Typed;
pub(crate) use entry::number;
pub use inbound::InboundDelta;
pub use media::*;
pub use names::*;
pub use outbound::OutboundDelta;
pub use report::StatsReport;
pub use rtp::*;
pub use sample::{StatsHistory, StatsMonitorOptions, StatsSample};
pub use transport::*;
pub use views::StatsView;

/// The TypeScript interfaces, generated from the same tables.
#[cfg(all(feature = "js", target_arch = "wasm32"))]
pub(crate) mod typescript {
    pub(crate) use super::media::TYPESCRIPT as MEDIA;
    pub(crate) use super::names::TYPESCRIPT as NAMES;
    pub(crate) use super::rtp::TYPESCRIPT as RTP;
    pub(crate) use super::transport::TYPESCRIPT as TRANSPORT;
    pub(crate) use super::views::TYPESCRIPT as VIEWS;
}

// proptest does not build for wasm32.
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
