//! Tasks.

use std::future::Future;
use std::pin::Pin;

/// Like that of `wasm_bindgen_futures`, whose code would be compiled once for each future.
pub(crate) fn spawn_local(future: impl Future<Output = ()> + 'static) {
    let future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(future);
    wasm_bindgen_futures::spawn_local(future);
}
