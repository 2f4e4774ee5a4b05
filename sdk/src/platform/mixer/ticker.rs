//! An interval that continues in a hidden tab, where page timers fire once a second and animation frames do not.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Interval;
use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{Blob, Url, Worker};

use crate::platform::listener::ListenerGuard;

/// Timers of a worker are not throttled with the page. A tick is posted once the page has handled the one before: a page
/// that is too slow for the interval would get further and further behind.
const SCRIPT: &str = "let busy = 0; \
    onmessage = ({ data }) => { busy = 0; if (data) setInterval(() => { if (!busy) postMessage(busy = 1) }, data) };";

/// Calls back until it is dropped.
#[derive(Debug)]
pub(super) struct Ticker {
    _listeners: Vec<ListenerGuard>,
    worker: Option<Worker>,
    /// The fallback if the page's Content-Security-Policy has no `worker-src blob:`.
    _timer: Rc<RefCell<Option<Interval>>>,
}

impl Ticker {
    pub(super) fn start(interval_ms: f64, tick: impl Fn() + 'static) -> Self {
        let tick = Rc::new(tick);
        let timer = Rc::new(RefCell::new(None));
        let fall_back = {
            let (timer, tick) = (timer.clone(), tick.clone());
            move || {
                let tick = tick.clone();
                timer.replace(Some(Interval::new(interval_ms.max(1.0) as u32, move || tick())));
            }
        };
        match worker(interval_ms) {
            Ok(worker) => {
                let handled = {
                    let worker = worker.clone();
                    // A worker that has ended needs no reply.
                    move || drop(worker.post_message(&JsValue::UNDEFINED))
                };
                let listeners = vec![
                    ListenerGuard::new(&worker, "message", move |_| {
                        // First, in case that this one fails. The worker posts at most one more meanwhile.
                        handled();
                        tick();
                    }),
                    ListenerGuard::new(&worker, "error", move |_| fall_back()),
                ];
                Self { _listeners: listeners, worker: Some(worker), _timer: timer }
            }
            Err(_) => {
                fall_back();
                Self { _listeners: Vec::new(), worker: None, _timer: timer }
            }
        }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        if let Some(worker) = &self.worker {
            worker.terminate();
        }
    }
}

fn worker(interval_ms: f64) -> Result<Worker, JsValue> {
    let script = Blob::new_with_str_sequence(&Array::of1(&SCRIPT.into()))?;
    let url = Url::create_object_url_with_blob(&script)?;
    let worker = Worker::new(&url);
    Url::revoke_object_url(&url)?;
    let worker = worker?;
    worker.post_message(&interval_ms.into())?;
    Ok(worker)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use gloo_timers::future::TimeoutFuture;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    async fn what_a_busy_page_has_missed_is_not_made_up_for() {
        let ticks = Rc::new(Cell::new(0));
        let counted = ticks.clone();
        let ticker = Ticker::start(5.0, move || counted.set(counted.get() + 1));
        while ticks.get() < 2 {
            TimeoutFuture::new(5).await;
        }
        let before = ticks.get();
        let busy_until = js_sys::Date::now() + 300.0;
        while js_sys::Date::now() < busy_until {}
        // Everything that was posted meanwhile is handled by then: 60 ticks otherwise.
        TimeoutFuture::new(50).await;
        assert!(ticks.get() - before < 30, "{} ticks at once", ticks.get() - before);
        drop(ticker);
    }
}
