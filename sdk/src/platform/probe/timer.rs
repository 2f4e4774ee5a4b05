//! Limits in time.

use std::future::Future;
use std::pin::pin;

use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;

/// Resolves after this time.
pub(crate) async fn sleep(ms: u32) {
    TimeoutFuture::new(ms).await;
}

/// The result of `work`. `None`, and `work` is dropped, if it takes longer.
pub(crate) async fn within<T>(ms: u32, work: impl Future<Output = T>) -> Option<T> {
    match select(pin!(work), TimeoutFuture::new(ms)).await {
        Either::Left((result, _)) => Some(result),
        Either::Right(_) => None,
    }
}
