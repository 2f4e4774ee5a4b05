//! The monotonic clock, <https://www.w3.org/TR/hr-time/>, and one-shot timers.

use crate::model::Timestamp;

/// Milliseconds since the page began to load.
pub(crate) fn now() -> Timestamp {
    now_ms() as Timestamp
}

/// The same with fractions.
pub(crate) fn now_ms() -> f64 {
    let performance = web_sys::window().and_then(|window| window.performance());
    // Outside a window there is only the wall clock, which is good enough for time-outs.
    performance.map_or_else(js_sys::Date::now, |performance| performance.now())
}
