//! The monotonic clock, <https://www.w3.org/TR/hr-time/>, and one-shot timers.

use crate::model::Timestamp;

/// Milliseconds since the page started to load.
pub(crate) fn now() -> Timestamp {
    now_ms() as Timestamp
}

/// Like `now`, with fractions of a millisecond.
pub(crate) fn now_ms() -> f64 {
    let performance = web_sys::window().and_then(|window| window.performance());
    // Outside a window there is only the wall clock, which is accurate enough for timeouts.
    performance.map_or_else(js_sys::Date::now, |performance| performance.now())
}
