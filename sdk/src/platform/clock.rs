//! The monotonic clock, <https://www.w3.org/TR/hr-time/>, and one-shot timers,
//! <https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#timers>.

use std::future::Future;
use std::pin::pin;

use futures::future::{Either, select};
use gloo_timers::callback::Timeout;
use gloo_timers::future::TimeoutFuture;
use web_sys::Performance;

use crate::model::Timestamp;

/// The longest delay of `setTimeout`, 24 days: it takes 31 bits, and fires at once for a larger number.
const MAX_DELAY_MS: u32 = i32::MAX.cast_unsigned();

/// Milliseconds since the page started to load.
pub(crate) fn now() -> Timestamp {
    now_ms() as Timestamp
}

/// Like `now`, with fractions of a millisecond.
pub(crate) fn now_ms() -> f64 {
    thread_local! {
        /// Looked up once: the time is read for each message.
        static PERFORMANCE: Option<Performance> = web_sys::window().and_then(|window| window.performance());
    }
    // Without a window, as in a worker: the wall clock, which may jump.
    PERFORMANCE.with(|performance| performance.as_ref().map_or_else(js_sys::Date::now, Performance::now))
}

/// Calls `ring` at this time, unless the timer is dropped before. It may be earlier, by a fraction of a millisecond or if
/// the time is more than 24 days away: `ring` compares the time, and sets another timer.
pub(crate) fn timer_at(at: Timestamp, ring: impl FnOnce() + 'static) -> Timeout {
    let delay = u32::try_from(at.saturating_sub(now())).unwrap_or(MAX_DELAY_MS);
    Timeout::new(delay.min(MAX_DELAY_MS), ring)
}

/// Resolves after this time, at most 24 days.
pub(crate) async fn sleep(ms: u32) {
    TimeoutFuture::new(ms.min(MAX_DELAY_MS)).await;
}

/// The result of `work`. `None`, and `work` is dropped, if it takes longer.
pub(crate) async fn within<T>(ms: u32, work: impl Future<Output = T>) -> Option<T> {
    match select(pin!(work), pin!(sleep(ms))).await {
        Either::Left((result, _)) => Some(result),
        Either::Right(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    async fn a_timer_that_is_far_away_does_not_ring_at_once() {
        let rung = Rc::new(Cell::new(0));
        let timers = [u64::from(u32::MAX), u64::from(u32::MAX) + 5_000, 1 << 31].map(|delay| {
            let rung = rung.clone();
            timer_at(now() + delay, move || rung.set(rung.get() + 1))
        });
        assert_eq!(within(10, sleep(u32::MAX)).await, None);
        assert_eq!(rung.get(), 0);
        drop(timers);
    }

    #[wasm_bindgen_test]
    async fn a_timer_of_the_past_rings() {
        let (sender, receiver) = futures::channel::oneshot::channel();
        let timer = timer_at(0, move || {
            let _ = sender.send(());
        });
        assert!(receiver.await.is_ok());
        drop(timer);
    }
}
