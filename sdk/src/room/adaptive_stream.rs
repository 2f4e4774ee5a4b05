//! Requests video no larger than its elements show it.

use std::cell::RefCell;
use std::iter;

use gloo_timers::callback::Timeout;

use super::driver::Driver;
use super::remote_track::RemoteTrack;
use crate::engine::adaptive_stream::AdaptiveStream;
use crate::model::Timestamp;
use crate::platform::clock;

/// The display heights of the room's videos, and the timer of the next update.
#[derive(Debug, Default)]
pub(super) struct Adaptive {
    stream: RefCell<AdaptiveStream>,
    timer: RefCell<Option<Timeout>>,
}

impl Driver {
    /// Handles a change of what is shown, and makes the resulting requests.
    pub(super) fn adapt(&self, change: impl FnOnce(&mut AdaptiveStream, Timestamp)) {
        let Some(Adaptive { stream, timer }) = &self.attachments.adaptive else { return };
        change(&mut stream.borrow_mut(), clock::now());
        let limits: Vec<_> = iter::from_fn(|| stream.borrow_mut().poll_output()).collect();
        if !limits.is_empty() {
            self.with_session(|session| session.show(limits));
        }
        let at = stream.borrow().poll_timeout();
        let this = self.this.clone();
        let next = at.map(|at| {
            clock::timer_at(at, move || {
                if let Some(driver) = this.upgrade() {
                    driver.adapt(AdaptiveStream::handle_timeout);
                }
            })
        });
        drop(timer.replace(next));
    }

    /// Removes a track that has ended.
    pub(super) fn forget_view(&self, track: &RemoteTrack) {
        self.adapt(|stream, _| stream.handle_ended(&track.key()));
    }
}
