//! Listeners: as `EventTarget` has them, with the names of the events checked.

use futures::stream::{Stream, StreamExt};
use js_sys::{Function, Object, Reflect};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{CustomEvent, CustomEventInit, EventTarget};

use super::media::to_js;
use super::options;
use super::streams::{Values, async_iterator};
use crate::{Error, Result};

/// Which method of `EventTarget`.
#[derive(Clone, Copy)]
pub(crate) enum Method {
    Add,
    Remove,
}

/// The name of an event, if it is one of `known`. A misspelt one would otherwise never fire, silently.
pub(crate) fn event_name(event: &JsValue, known: &[&str]) -> Result<String> {
    let event: String = options::parse_value(event.clone(), "event name")?;
    if known.contains(&event.as_str()) {
        return Ok(event);
    }
    let known = known.join("\", \"");
    Err(Error::InvalidOptions { detail: format!("there is no event \"{event}\"; there are \"{known}\"") })
}

/// `addEventListener` or `removeEventListener` of `target`.
pub(crate) fn call(
    target: &EventTarget,
    method: Method,
    event: &str,
    listener: &JsValue,
    options: &JsValue,
) -> Result<(), JsValue> {
    if !listener.is_function() && !listener.is_object() {
        let detail = format!("the listener of \"{event}\" must be a function");
        return Err(Error::InvalidOptions { detail }.into());
    }
    let method = match method {
        Method::Add => "addEventListener",
        Method::Remove => "removeEventListener",
    };
    let method: Function = Reflect::get(target, &method.into())?.dyn_into()?;
    method.call3(target, &event.into(), listener, options)?;
    Ok(())
}

/// `addEventListener`, with the event's name checked.
pub(crate) fn listen(
    target: &EventTarget,
    event: &JsValue,
    known: &[&str],
    listener: &JsValue,
) -> Result<(), JsValue> {
    call(target, Method::Add, &event_name(event, known)?, listener, &JsValue::UNDEFINED)
}

/// `removeEventListener`, with the event's name checked.
pub(crate) fn unlisten(
    target: &EventTarget,
    event: &JsValue,
    known: &[&str],
    listener: &JsValue,
) -> Result<(), JsValue> {
    call(target, Method::Remove, &event_name(event, known)?, listener, &JsValue::UNDEFINED)
}

/// Fires each event of an enum that is tagged by `type`, as the `CustomEvent` of that name with the event as `detail`. A
/// listener that throws is reported by the browser, as for any event. `kept` is dropped when the events end.
pub(crate) fn dispatch<E: Serialize>(
    events: impl Stream<Item = E> + 'static,
    target: &EventTarget,
    kept: impl Sized + 'static,
) {
    let fired = fire_all(values(events), target.clone());
    spawn_local(async move {
        fired.await;
        drop(kept);
    });
}

/// For `for await` over the events. Ending the iteration drops the stream.
pub(crate) fn iterate<E: Serialize>(events: impl Stream<Item = E> + 'static) -> Object {
    async_iterator(values(events))
}

/// Boxed, so that the code is there once for all kinds of events.
fn values<E: Serialize>(events: impl Stream<Item = E> + 'static) -> Values {
    events.map(|event| to_js(&event)).boxed_local()
}

async fn fire_all(mut values: Values, target: EventTarget) {
    while let Some(value) = values.next().await {
        if let Ok(detail) = value {
            fire(&target, &detail);
        }
    }
}

fn fire(target: &EventTarget, detail: &JsValue) {
    let Some(name) = Reflect::get(detail, &"type".into()).ok().and_then(|name| name.as_string()) else {
        return;
    };
    fire_detail(target, &name, detail);
}

/// Fires a `CustomEvent` with this `detail`.
pub(crate) fn fire_detail(target: &EventTarget, name: &str, detail: &JsValue) {
    let init = CustomEventInit::new();
    init.set_detail(detail);
    if let Ok(event) = CustomEvent::new_with_event_init_dict(name, &init) {
        let _ = target.dispatch_event(&event);
    }
}
