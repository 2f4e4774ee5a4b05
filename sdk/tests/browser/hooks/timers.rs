//! Counts timers, to detect leaks.

use gloo_timers::future::TimeoutFuture;

use crate::page::{Mock, js};

/// Counts pending timeouts, except those of the tests, from now on.
pub(crate) struct Timers([Mock; 2]);

impl Timers {
    pub(crate) fn count() -> Self {
        js("window.timers = new Map()");
        let set = Mock::new(
            "window",
            "setTimeout",
            // `until` waits 25 ms each time, the server and Yew's scheduler 0 ms.
            "(callback, delay) => {
               const id = original.call(window, () => { window.timers.delete(id); callback(); }, delay);
               if (delay && delay !== 25) window.timers.set(id, delay);
               return id;
             }",
        );
        let clear = Mock::new(
            "window",
            "clearTimeout",
            "(id) => { window.timers.delete(id); original.call(window, id); }",
        );
        Self([set, clear])
    }

    pub(crate) fn now(&self) -> u32 {
        let Self([_set, _clear]) = self;
        js("window.timers.size").as_f64().expect("a number") as u32
    }

    /// Waits until there are none.
    pub(crate) async fn none(&self) {
        for _ in 0..400 {
            if self.now() == 0 {
                return;
            }
            TimeoutFuture::new(25).await;
        }
        panic!("timers of {:?} ms are left", js("[...window.timers.values()].join()"));
    }
}
