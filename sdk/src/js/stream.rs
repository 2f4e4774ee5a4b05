//! Rust streams as async iterators.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use futures::stream::{LocalBoxStream, Stream, StreamExt};
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::future_to_promise;

// A method that returns `this` cannot be written in Rust.
#[wasm_bindgen(inline_js = "export function toAsyncIterable(next, end) {
  return { next: () => next(), return: () => end(), [Symbol.asyncIterator]() { return this; } };
}")]
extern "C" {
    #[wasm_bindgen(js_name = toAsyncIterable)]
    fn to_async_iterable(next: &Function, end: &Function) -> Object;
}

#[derive(Default)]
struct Shared {
    stream: RefCell<Option<LocalBoxStream<'static, Result<JsValue, JsValue>>>>,
    is_over: Cell<bool>,
}

/// `for await` over a stream. An error rejects and ends it; ending the iteration drops the stream.
pub(super) fn async_iterator(stream: impl Stream<Item = Result<JsValue, JsValue>> + 'static) -> Object {
    let shared =
        Rc::new(Shared { stream: RefCell::new(Some(stream.boxed_local())), is_over: Cell::new(false) });
    let reading = shared.clone();
    let next = Closure::<dyn Fn() -> Promise>::new(move || {
        let shared = reading.clone();
        future_to_promise(async move {
            let item = poll_fn(|context| {
                // Taken out while it is polled, because polling may call JavaScript, which may call `return()`.
                let Some(mut stream) = shared.stream.take() else { return Poll::Ready(None) };
                let item = stream.poll_next_unpin(context);
                let is_last = matches!(item, Poll::Ready(None | Some(Err(_))));
                if !is_last && !shared.is_over.get() {
                    shared.stream.replace(Some(stream));
                }
                if shared.is_over.get() { Poll::Ready(None) } else { item }
            });
            item.await.transpose().and_then(result)
        })
    });
    let end = Closure::<dyn Fn() -> Promise>::new(move || {
        shared.is_over.set(true);
        drop(shared.stream.take());
        future_to_promise(async { result(None) })
    });
    to_async_iterable(next.into_js_value().unchecked_ref(), end.into_js_value().unchecked_ref())
}

fn result(value: Option<JsValue>) -> Result<JsValue, JsValue> {
    let result = Object::new();
    Reflect::set(&result, &"done".into(), &value.is_none().into())?;
    Reflect::set(&result, &"value".into(), &value.unwrap_or_default())?;
    Ok(result.into())
}
