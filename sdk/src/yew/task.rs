//! Tasks that end with their component.

use std::future::Future;

use futures::future::{AbortHandle, Abortable};

use crate::platform::task::spawn_local;

/// A task that ends when this is dropped.
#[derive(Debug)]
#[must_use = "the task ends as soon as this is dropped"]
pub(super) struct Task(AbortHandle);

impl Task {
    pub(super) fn spawn(work: impl Future<Output = ()> + 'static) -> Self {
        let (abort, registration) = AbortHandle::new_pair();
        spawn_local(async move {
            let _ = Abortable::new(work, registration).await;
        });
        Self(abort)
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}
