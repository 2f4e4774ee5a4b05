//! The page: whether it is [hidden](https://html.spec.whatwg.org/multipage/interaction.html#page-visibility), and events that
//! concern its connections: the network changes, or the page is left.

use js_sys::Reflect;
use wasm_bindgen::JsCast;
use web_sys::{Event, EventTarget, PageTransitionEvent};

use super::listener::ListenerGuard;

/// Whether the page is hidden.
pub(crate) fn is_hidden() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_some_and(|document| document.hidden())
}

/// An event of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PageEvent {
    /// The network is back.
    Online,
    /// The network may have changed or be back: the page is visible again, as after sleep, or the Network Information API,
    /// where a browser has it, reports new estimates.
    Resumed,
    /// The page is closed, reloaded or left, and does not enter the back/forward cache.
    Leaving,
}

/// Watches the page until it is dropped.
#[derive(Debug)]
pub(crate) struct Page {
    _listeners: Vec<ListenerGuard>,
}

impl Page {
    /// Calls `on_event` for each event. Outside a window there are none.
    pub(crate) fn watch(on_event: impl Fn(PageEvent) + Clone + 'static) -> Self {
        let Some(window) = web_sys::window() else { return Self { _listeners: Vec::new() } };
        let on = |event: PageEvent| {
            let on_event = on_event.clone();
            move |_: Event| on_event(event)
        };
        let mut listeners = vec![ListenerGuard::new(&window, "online", on(PageEvent::Online))];
        let connection = Reflect::get(&window.navigator(), &"connection".into()).ok();
        if let Some(connection) = connection.and_then(|value| value.dyn_into::<EventTarget>().ok()) {
            listeners.push(ListenerGuard::new(&connection, "change", on(PageEvent::Resumed)));
        }
        if let Some(document) = window.document() {
            let on_event = on_event.clone();
            listeners.push(ListenerGuard::new(&document, "visibilitychange", move |_| {
                if !is_hidden() {
                    on_event(PageEvent::Resumed);
                }
            }));
        }
        listeners.push(ListenerGuard::new(&window, "pagehide", move |event| {
            // One that goes to the back/forward cache may come back.
            let is_kept = event.dyn_ref::<PageTransitionEvent>().is_some_and(PageTransitionEvent::persisted);
            if !is_kept {
                on_event(PageEvent::Leaving);
            }
        }));
        Self { _listeners: listeners }
    }
}

/// The page's origin, such as `https://example.org`.
pub(crate) fn origin() -> Option<String> {
    web_sys::window()?.location().origin().ok()
}
