//! Listeners: as `EventTarget` has them, with the names of the events checked.

use js_sys::{Function, Reflect};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CustomEvent, CustomEventInit, EventTarget};

use super::media::to_js;
use super::options;
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

/// Fires a value of an enum that is tagged by `type` as the `CustomEvent` of that name, with the value as `detail`. A
/// listener that throws is reported by the browser, as for any event.
pub(crate) fn fire(target: &EventTarget, event: &impl Serialize) {
    let Ok(detail) = to_js(event) else { return };
    let Some(name) = Reflect::get(&detail, &"type".into()).ok().and_then(|name| name.as_string()) else {
        return;
    };
    fire_detail(target, &name, &detail);
}

/// Fires a `CustomEvent` with this `detail`.
pub(crate) fn fire_detail(target: &EventTarget, name: &str, detail: &JsValue) {
    let init = CustomEventInit::new();
    init.set_detail(detail);
    if let Ok(event) = CustomEvent::new_with_event_init_dict(name, &init) {
        let _ = target.dispatch_event(&event);
    }
}
