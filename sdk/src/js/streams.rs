//! Rust streams for JavaScript: as async iterators, and as Web Streams.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use futures::stream::{LocalBoxStream, Stream, StreamExt};
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use web_sys::WritableStream;

use super::promise::future_to_promise;

/// The values of a stream. All Rust streams for JavaScript become this type, so that the code is compiled once.
pub(crate) type Values = LocalBoxStream<'static, Result<JsValue, JsValue>>;

// A method that returns `this`, and one that is named by a symbol, cannot be written in Rust.
#[wasm_bindgen(module = "/src/js/snippets.js")]
extern "C" {
    #[wasm_bindgen(js_name = asyncIterator)]
    fn to_async_iterator(next: &Function, end: &Function) -> Object;
    #[wasm_bindgen(js_name = readableStream)]
    fn to_readable_stream(next: &Function, end: &Function, cancelled: &Function) -> Object;
    #[wasm_bindgen(js_name = writableStream)]
    fn to_writable_stream(
        write: &Function,
        close: &Function,
        abort: &Function,
        ended: &JsValue,
    ) -> WritableStream;
}

/// For `for await`. An error rejects and ends it; ending the iteration drops the stream.
pub(crate) fn async_iterator(values: impl Stream<Item = Result<JsValue, JsValue>> + 'static) -> Object {
    let (next, end) = reader(values.boxed_local());
    to_async_iterator(&next, &end)
}

/// Creates a `ReadableStream`. Cancelling it calls `cancelled` with the reason, then drops the stream.
pub(crate) fn readable_stream(values: Values, cancelled: impl Fn(JsValue) + 'static) -> Object {
    let (next, end) = reader(values);
    let cancelled = Closure::<dyn Fn(JsValue)>::new(cancelled).into_js_value();
    to_readable_stream(&next, &end, cancelled.unchecked_ref())
}

/// Creates a `WritableStream`. `abort` is called immediately, with the reason. If `ended` is a promise and rejects, the
/// stream fails.
pub(crate) fn writable_stream(
    write: impl Fn(JsValue) -> Promise + 'static,
    close: impl Fn() -> Promise + 'static,
    abort: impl Fn(JsValue) + 'static,
    ended: &JsValue,
) -> WritableStream {
    let write = Closure::<dyn Fn(JsValue) -> Promise>::new(write).into_js_value();
    let close = Closure::<dyn Fn() -> Promise>::new(close).into_js_value();
    let abort = Closure::<dyn Fn(JsValue)>::new(abort).into_js_value();
    to_writable_stream(write.unchecked_ref(), close.unchecked_ref(), abort.unchecked_ref(), ended)
}

struct Reader {
    values: RefCell<Option<Values>>,
    is_over: Cell<bool>,
    /// Woken when the iteration is ended.
    waiting: RefCell<Option<Waker>>,
}

fn reader(values: Values) -> (Function, Function) {
    let reader = Rc::new(Reader {
        values: RefCell::new(Some(values)),
        is_over: Cell::default(),
        waiting: RefCell::default(),
    });
    let reading = reader.clone();
    let next = Closure::<dyn Fn() -> Promise>::new(move || {
        let reader = reading.clone();
        future_to_promise(async move {
            let next = poll_fn(|context| {
                // Removed while it is polled: that may call JavaScript, which may end the iteration.
                let Some(mut values) = reader.values.take() else { return Poll::Ready(None) };
                let value = values.poll_next_unpin(context);
                let is_last = matches!(value, Poll::Ready(None | Some(Err(_))));
                if !is_last && !reader.is_over.get() {
                    reader.values.replace(Some(values));
                }
                if reader.is_over.get() {
                    return Poll::Ready(None);
                }
                reader.waiting.replace(value.is_pending().then(|| context.waker().clone()));
                value
            });
            result(next.await.transpose()?)
        })
    });
    let end = Closure::<dyn Fn() -> Promise>::new(move || {
        reader.is_over.set(true);
        drop(reader.values.take());
        reader.waiting.take().into_iter().for_each(Waker::wake);
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
