//! An interval that continues in a hidden tab, where page timers fire once a second and animation frames do not.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Interval;
use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{Blob, Url, Worker};

use crate::platform::listener::ListenerGuard;

/// Timers of a worker are not throttled with the page.
const SCRIPT: &str = "onmessage = ({ data }) => setInterval(() => postMessage(0), data);";

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
                let listeners = vec![
                    ListenerGuard::new(&worker, "message", move |_| tick()),
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
