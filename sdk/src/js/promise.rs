//! Promises from futures.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use js_sys::Promise;
use wasm_bindgen::JsValue;

/// Like that of `wasm_bindgen_futures`, whose code would be compiled once for each future, at one or two kilobytes
/// each. The operation begins within the call, as a browser's own operations do: with calls that are not awaited, the
/// last one holds.
pub(crate) fn future_to_promise(future: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    begin(Box::pin(future))
}

fn begin(mut future: Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>>) -> Promise {
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(value)) => Promise::resolve(&value),
        Poll::Ready(Err(error)) => Promise::reject(&error),
        Poll::Pending => wasm_bindgen_futures::future_to_promise(future),
    }
}
