//! DOM event listeners that remove themselves: <https://dom.spec.whatwg.org/#interface-eventtarget>.

use std::borrow::Cow;
use std::fmt;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventTarget};

/// A DOM event subscription that ends when it is dropped.
#[must_use = "the listener is removed as soon as this guard is dropped"]
pub struct ListenerGuard {
    target: EventTarget,
    event: Cow<'static, str>,
    closure: Closure<dyn FnMut(Event)>,
}

impl ListenerGuard {
    /// Calls `callback` for each `event` at `target` until the guard is dropped. The guard may be dropped
    /// while the callback runs.
    pub fn new(
        target: &EventTarget,
        event: impl Into<Cow<'static, str>>,
        callback: impl FnMut(Event) + 'static,
    ) -> Self {
        Self::listen(target, event.into(), Closure::new(callback))
    }

    /// Separate, because it does not depend on the callback's type.
    fn listen(target: &EventTarget, event: Cow<'static, str>, closure: Closure<dyn FnMut(Event)>) -> Self {
        let guard = Self { target: target.clone(), event, closure };
        // Throws only if the target is not an EventTarget, which the type rules out.
        let _ = guard
            .target
            .add_event_listener_with_callback(&guard.event, guard.closure.as_ref().unchecked_ref());
        guard
    }
}

impl Drop for ListenerGuard {
    fn drop(&mut self) {
        let listener = self.closure.as_ref().unchecked_ref();
        let _ = self.target.remove_event_listener_with_callback(&self.event, listener);
    }
}

impl fmt::Debug for ListenerGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ListenerGuard").field(&self.event).finish()
    }
}
