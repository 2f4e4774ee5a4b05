//! Event listeners like those of `EventTarget`, with validated event names.

use std::cell::RefCell;
use std::rc::Rc;

use futures::stream::{Stream, StreamExt};
use js_sys::{Function, Reflect, WeakRef};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, EventTarget};

use super::media::to_js;
use super::options;
use super::streams::Values;
use crate::platform::task::spawn_local;
use crate::{Error, Result};

// In one call, and the name is not converted: thousands of messages may arrive in a second.
#[wasm_bindgen(module = "/src/js/snippets.js")]
extern "C" {
    #[wasm_bindgen(js_name = fireCustom, catch)]
    fn fire_custom(target: &EventTarget, name: Option<&str>, detail: &JsValue) -> Result<(), JsValue>;
}

/// A method of `EventTarget`.
#[derive(Clone, Copy)]
pub(crate) enum Method {
    Add,
    Remove,
}

/// The name of an event, if it is one of `known`. A listener for a misspelt one would never be called.
pub(crate) fn event_name(event: &JsValue, known: &[&str]) -> Result<String> {
    let event: String = options::parse_value(event.clone(), "event name")?;
    if known.contains(&event.as_str()) {
        return Ok(event);
    }
    let known = known.join("\", \"");
    Err(Error::InvalidOptions { detail: format!("unknown event \"{event}\": expected \"{known}\"") })
}

/// `addEventListener` or `removeEventListener` of `target`.
pub(crate) fn call(
    target: &EventTarget,
    method: Method,
    event: &str,
    listener: &JsValue,
    options: &JsValue,
) -> Result<(), JsValue> {
    check_listener(event, listener)?;
    let method = match method {
        Method::Add => "addEventListener",
        Method::Remove => "removeEventListener",
    };
    let method: Function = Reflect::get(target, &method.into())?.dyn_into()?;
    method.call3(target, &event.into(), listener, options)?;
    Ok(())
}

fn check_listener(event: &str, listener: &JsValue) -> Result<(), JsValue> {
    // The DOM ignores `null`.
    if listener.is_function() || listener.is_object() || listener.is_null() {
        return Ok(());
    }
    let what = format!("listener of \"{event}\"");
    Err(options::expected(&what, "a function or an object with a method `handleEvent`", listener).into())
}

/// The target of an object's events. A listener holds its object, and a browser does not collect a cycle that goes through
/// the module: the module must hold the target only while the object is active.
#[derive(Clone, Debug)]
pub(crate) struct Target(Rc<RefCell<State>>);

#[derive(Debug)]
enum State {
    Held(EventTarget),
    /// Held by the object: see `guard.js`. Created for the first listener.
    Weak(Option<WeakRef<EventTarget>>),
    Ended,
}

impl Target {
    /// The target of an object that is active from the start. It is held until [`end`](Self::end).
    pub(crate) fn new() -> Result<Self, JsValue> {
        Ok(Self(Rc::new(RefCell::new(State::Held(EventTarget::new()?)))))
    }

    /// The target of an object that is not active yet.
    pub(crate) fn weak() -> Self {
        Self(Rc::new(RefCell::new(State::Weak(None))))
    }

    /// Returns what holds the listeners, for the object to hold. `None` once the events have ended.
    pub(crate) fn create(&self) -> Result<Option<EventTarget>, JsValue> {
        if let Some(target) = self.get() {
            return Ok(Some(target));
        }
        if matches!(*self.0.borrow(), State::Ended) {
            return Ok(None);
        }
        let target = EventTarget::new()?;
        self.0.replace(State::Weak(Some(WeakRef::new(&target))));
        Ok(Some(target))
    }

    /// Keeps the object and its listeners alive until [`end`](Self::end) or [`release`](Self::release).
    pub(crate) fn hold(&self) -> Result<(), JsValue> {
        if let Some(target) = self.create()? {
            self.0.replace(State::Held(target));
        }
        Ok(())
    }

    /// Undoes [`hold`](Self::hold).
    pub(crate) fn release(&self) {
        if let Some(target) = self.get() {
            self.0.replace(State::Weak(Some(WeakRef::new(&target))));
        }
    }

    fn get(&self) -> Option<EventTarget> {
        let weak = match &*self.0.borrow() {
            State::Held(target) => return Some(target.clone()),
            State::Weak(target) => target.clone()?,
            State::Ended => return None,
        };
        weak.deref()
    }

    /// `addEventListener` or `removeEventListener`, as [`call`].
    pub(crate) fn call(
        &self,
        method: Method,
        event: &str,
        listener: &JsValue,
        options: &JsValue,
    ) -> Result<(), JsValue> {
        match self.get() {
            Some(target) => call(&target, method, event, listener, options),
            None => check_listener(event, listener),
        }
    }

    /// The browser reports a listener that throws, as for any event.
    pub(crate) fn fire(&self, event: &Event) {
        if let Some(target) = self.get() {
            let _ = target.dispatch_event(event);
        }
    }

    /// Fires an event without details.
    pub(crate) fn fire_plain(&self, name: &str) {
        if let Ok(event) = Event::new(name) {
            self.fire(&event);
        }
    }

    /// Fires a `CustomEvent` with this `detail`.
    pub(crate) fn fire_detail(&self, name: &str, detail: &JsValue) {
        if let Some(target) = self.get() {
            let _ = fire_custom(&target, Some(name), detail);
        }
    }

    /// Fires a `CustomEvent` whose name is the `type` of its detail.
    fn fire_typed(&self, detail: &JsValue) {
        if let Some(target) = self.get() {
            let _ = fire_custom(&target, None, detail);
        }
    }

    /// Removes the listeners: no more events will be fired.
    pub(crate) fn end(&self) {
        self.0.replace(State::Ended);
    }
}

/// `addEventListener` with a validated event name.
pub(crate) fn listen(
    target: &EventTarget,
    event: &JsValue,
    known: &[&str],
    listener: &JsValue,
    options: &JsValue,
) -> Result<(), JsValue> {
    call(target, Method::Add, &event_name(event, known)?, listener, options)
}

/// `removeEventListener` with a validated event name.
pub(crate) fn unlisten(
    target: &EventTarget,
    event: &JsValue,
    known: &[&str],
    listener: &JsValue,
    options: &JsValue,
) -> Result<(), JsValue> {
    call(target, Method::Remove, &event_name(event, known)?, listener, options)
}

/// Fires each event of an enum that is tagged by `type`, as a `CustomEvent` of that name with the event as `detail`.
/// The browser reports a listener that throws, as for any event. `kept` is dropped when the events end.
pub(crate) fn dispatch(events: Values, target: &Target, kept: impl Sized + 'static) {
    let fired = fire_all(events, target.clone());
    spawn_local(async move {
        fired.await;
        drop(kept);
    });
}

/// Events as values for [`dispatch`] and `async_iterator`.
pub(crate) fn values<E: Serialize>(events: impl Stream<Item = E> + 'static) -> Values {
    events.map(|event| to_js(&event)).boxed_local()
}

async fn fire_all(mut values: Values, target: Target) {
    while let Some(value) = values.next().await {
        if let Ok(detail) = value {
            target.fire_typed(&detail);
        }
    }
    target.end();
}
