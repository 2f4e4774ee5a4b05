//! Streams of events as JavaScript hears them: `CustomEvent`s, and by `for await`.

use futures::{Stream, StreamExt};
use js_sys::{Function, Object, Reflect};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{CustomEvent, CustomEventInit, EventTarget};

use super::media::to_js;
use super::streams::{Values, async_iterator};
use crate::error::{Error, Result};

/// Fires each event at the target, by its `type`. A listener that throws is reported by the browser, as for any event.
/// `kept` is dropped when the events end.
pub(super) fn dispatch<E: Serialize>(
    events: impl Stream<Item = E> + 'static,
    target: &EventTarget,
    kept: impl Sized + 'static,
) {
    let fired = fire(values(events), target.clone());
    spawn_local(async move {
        fired.await;
        drop(kept);
    });
}

/// For `for await`. Ending the iteration drops the stream.
pub(super) fn iterate<E: Serialize>(events: impl Stream<Item = E> + 'static) -> Object {
    async_iterator(values(events))
}

/// `addEventListener` or `removeEventListener`.
pub(super) fn call_on(
    target: &EventTarget,
    method: &str,
    name: &JsValue,
    listener: &JsValue,
    options: &JsValue,
) -> Result<(), JsValue> {
    let wrong = |what: &str| Error::InvalidOptions { detail: format!("{what} of {method}") };
    if name.as_string().is_none() {
        return Err(wrong("type: expected a string as the first argument").into());
    }
    if !listener.is_object() {
        return Err(wrong("listener: expected a function as the second argument").into());
    }
    let method: Function = Reflect::get(target, &method.into())?.dyn_into()?;
    method.call3(target, name, listener, options)?;
    Ok(())
}

fn values<E: Serialize>(events: impl Stream<Item = E> + 'static) -> Values {
    events.map(|event| to_js(&event)).boxed_local()
}

async fn fire(mut values: Values, target: EventTarget) {
    while let Some(value) = values.next().await {
        let Ok(detail) = value else { continue };
        let name = Reflect::get(&detail, &"type".into()).ok().and_then(|name| name.as_string());
        let init = CustomEventInit::new();
        init.set_detail(&detail);
        if let Ok(event) = CustomEvent::new_with_event_init_dict(&name.unwrap_or_default(), &init) {
            let _ = target.dispatch_event(&event);
        }
    }
}
