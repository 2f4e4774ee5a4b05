//! Chunks: parts of the npm package's module that are fetched when they are first used.
//!
//! The build (`scripts/lib/split`) moves into a chunk whatever only its entry points need. These are functions named
//! `<verb>_in_<chunk>_chunk`, marked `#[inline(never)]`, and called only after [`load`]. If one returns a [`boxed`] future,
//! the code of the future is in the chunk too. In a Rust app nothing is split, and [`load`] has nothing to do.

use std::future::Future;
use std::hint::black_box;

use futures::FutureExt;
use futures::future::LocalBoxFuture;

use crate::error::Result;

/// Boxes a future such that callers do not know its type: otherwise the optimizer gives them its code, instead of
/// leaving it to the chunk.
pub(crate) fn boxed<T>(future: impl Future<Output = T> + 'static) -> LocalBoxFuture<'static, T> {
    black_box(future.boxed_local())
}

/// Loads a chunk, unless it is loaded.
///
/// # Errors
/// `ChunkNotLoaded` if it is not served, or cannot be compiled. The next call tries again.
#[cfg(feature = "js")]
pub(crate) async fn load(name: &'static str) -> Result<()> {
    use super::exception::Exception;
    use crate::error::Error;

    let failed = |thrown| {
        let exception = Exception::from(thrown);
        let detail = exception.message.clone();
        exception.as_cause_of(Error::ChunkNotLoaded { detail })
    };
    match load_chunk(name) {
        None => Ok(()),
        Some(loading) => wasm_bindgen_futures::JsFuture::from(loading).await.map(drop).map_err(failed),
    }
}

#[cfg(not(feature = "js"))]
pub(crate) async fn load(_: &'static str) -> Result<()> {
    Ok(())
}

#[cfg(feature = "js")]
#[wasm_bindgen::prelude::wasm_bindgen(module = "/src/platform/snippets.js")]
extern "C" {
    #[wasm_bindgen(js_name = loadChunk)]
    fn load_chunk(name: &str) -> Option<js_sys::Promise>;
}
