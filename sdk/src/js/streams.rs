//! Streams of Rust as JavaScript reads them: by `for await`, and as Web Streams.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use futures::StreamExt;
use futures::stream::LocalBoxStream;
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use web_sys::WritableStream;

use super::promise::future_to_promise;

/// The values of a stream. A stream of Rust that is to be read in JavaScript becomes one, so that the code is there once.
pub(crate) type Values = LocalBoxStream<'static, Result<JsValue, JsValue>>;

// A method that returns `this`, and one that is named by a symbol, cannot be written in Rust.
#[wasm_bindgen(inline_js = "
export function asyncIterator(next, end) {
  return { next: () => next(), return: () => end(), [Symbol.asyncIterator]() { return this; } };
}
export function readableStream(next, end) {
  const pull = async (controller) => {
    const { done, value } = await next();
    if (done) controller.close();
    else controller.enqueue(value);
  };
  return new ReadableStream({ pull, cancel: () => end() }, { highWaterMark: 0 });
}
export function writableStream(write, close, abort) {
  return new WritableStream({ write: (chunk) => write(chunk), close: () => close(), abort: () => abort() });
}")]
extern "C" {
    #[wasm_bindgen(js_name = asyncIterator)]
    fn to_async_iterator(next: &Function, end: &Function) -> Object;
    #[wasm_bindgen(js_name = readableStream)]
    fn to_readable_stream(next: &Function, end: &Function) -> Object;
    #[wasm_bindgen(js_name = writableStream)]
    fn to_writable_stream(write: &Function, close: &Function, abort: &Function) -> WritableStream;
}

/// For `for await`. Ending the iteration drops the stream.
pub(crate) fn async_iterator(values: Values) -> Object {
    let (next, end) = reader(values);
    to_async_iterator(&next, &end)
}

/// A `ReadableStream`. Cancelling it drops the stream.
pub(crate) fn readable_stream(values: Values) -> Object {
    let (next, end) = reader(values);
    to_readable_stream(&next, &end)
}

/// A `WritableStream`.
pub(crate) fn writable_stream(
    write: impl Fn(JsValue) -> Promise + 'static,
    close: impl Fn() -> Promise + 'static,
    abort: impl Fn() + 'static,
) -> WritableStream {
    let write = Closure::<dyn Fn(JsValue) -> Promise>::new(write).into_js_value();
    let close = Closure::<dyn Fn() -> Promise>::new(close).into_js_value();
    let abort = Closure::<dyn Fn()>::new(abort).into_js_value();
    to_writable_stream(write.unchecked_ref(), close.unchecked_ref(), abort.unchecked_ref())
}

fn reader(values: Values) -> (Function, Function) {
    let values = Rc::new(RefCell::new(Some(values)));
    let reading = values.clone();
    let next = Closure::<dyn Fn() -> Promise>::new(move || {
        let values = reading.clone();
        future_to_promise(async move {
            let next = poll_fn(|context| match &mut *values.borrow_mut() {
                Some(values) => values.poll_next_unpin(context),
                None => Poll::Ready(None),
            });
            result(next.await.transpose()?)
        })
    });
    let end = Closure::<dyn Fn() -> Promise>::new(move || {
        drop(values.take());
        future_to_promise(async { result(None) })
    });
    (next.into_js_value().unchecked_into(), end.into_js_value().unchecked_into())
}

fn result(value: Option<JsValue>) -> Result<JsValue, JsValue> {
    let result = Object::new();
    Reflect::set(&result, &"done".into(), &value.is_none().into())?;
    Reflect::set(&result, &"value".into(), &value.unwrap_or(JsValue::UNDEFINED))?;
    Ok(result.into())
}
