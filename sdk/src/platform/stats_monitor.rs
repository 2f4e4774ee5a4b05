//! Statistics at an interval: <https://www.w3.org/TR/webrtc-stats/>.

use std::cell::RefCell;
use std::pin::{Pin, pin};
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};

use futures::channel::oneshot;
use futures::future::select;
use futures::stream::Stream;

use super::clock;
use super::stats::{StatsSource, closed};
use super::wakers::Wakers;
use crate::engine::stats::{StatsHistory, StatsMonitorOptions, StatsSample};
use crate::error::{Error, Result};
use crate::platform::task::spawn_local;

/// Collects statistics at an interval, and yields a sample each time.
///
/// It is a stream of samples. A clone starts at the same position and continues independently; a reader that falls
/// behind the history misses samples. The stream ends after [`close`](Self::close), and when the connection is closed.
/// Dropping the last clone closes the monitor.
#[derive(Clone, Debug)]
pub struct StatsMonitor {
    shared: Rc<RefCell<Shared>>,
    /// The number of samples that this reader has read or missed.
    taken: u64,
}

#[derive(Debug)]
struct Shared {
    history: StatsHistory,
    measured: u64,
    /// Dropping it ends the task. `None` when the monitor is closed.
    running: Option<oneshot::Sender<()>>,
    error: Option<Error>,
    waiting: Rc<Wakers>,
}

impl StatsMonitor {
    /// Starts the monitor. The first sample is taken after one interval.
    ///
    /// # Errors
    /// [`Error::InvalidOptions`] for an option out of range; [`Error::InvalidState`] if the connection is closed.
    pub fn start(source: impl Into<StatsSource>, options: &StatsMonitorOptions) -> Result<Self> {
        options.check()?;
        let source = source.into();
        if source.is_closed() {
            return Err(closed());
        }
        let (running, stopped) = oneshot::channel();
        let shared = Rc::new(RefCell::new(Shared {
            history: StatsHistory::new(options.history as usize),
            measured: 0,
            running: Some(running),
            error: None,
            waiting: Rc::default(),
        }));
        let (weak, interval_ms) = (Rc::downgrade(&shared), options.interval_ms);
        spawn_local(async move {
            select(stopped, pin!(measure(source, interval_ms, weak))).await;
        });
        Ok(Self { shared, taken: 0 })
    }

    /// Another reader, of the samples from now on.
    pub fn from_now(&self) -> Self {
        Self { shared: self.shared.clone(), taken: self.shared.borrow().measured }
    }

    /// The newest samples, oldest first.
    pub fn history(&self) -> StatsHistory {
        self.shared.borrow().history.clone()
    }

    /// The latest sample.
    pub fn latest(&self) -> Option<StatsSample> {
        self.shared.borrow().history.iter().next_back().cloned()
    }

    /// The error that ended the monitor; `None` after [`close`](Self::close), or when the connection was closed.
    pub fn error(&self) -> Option<Error> {
        self.shared.borrow().error.clone()
    }

    /// Whether the monitor has ended.
    pub fn is_closed(&self) -> bool {
        self.shared.borrow().running.is_none()
    }

    /// Stops the monitor. The history is kept. Idempotent.
    pub fn close(&self) {
        Shared::end(&self.shared, None);
    }
}

impl Shared {
    fn end(shared: &RefCell<Self>, error: Option<Error>) {
        let mut shared = shared.borrow_mut();
        let running = shared.running.take();
        if running.is_some() {
            shared.error = error;
        }
        let waiting = shared.waiting.clone();
        drop(shared);
        drop(running);
        waiting.wake();
    }

    fn push(shared: &RefCell<Self>, sample: StatsSample) {
        let mut shared = shared.borrow_mut();
        shared.history.push(sample);
        shared.measured += 1;
        let waiting = shared.waiting.clone();
        drop(shared);
        waiting.wake();
    }
}

/// Runs until there are no readers left, or nothing to measure.
async fn measure(source: StatsSource, interval_ms: u32, shared: Weak<RefCell<Shared>>) {
    let error = take_samples(&source, interval_ms, &shared).await.err();
    if let Some(shared) = shared.upgrade() {
        Shared::end(&shared, error.filter(|_| !source.is_closed()));
    }
}

async fn take_samples(source: &StatsSource, interval_ms: u32, shared: &Weak<RefCell<Shared>>) -> Result<()> {
    let mut before = source.report().await?;
    loop {
        clock::sleep(interval_ms).await;
        let now = source.report().await?;
        let Some(shared) = shared.upgrade() else { return Ok(()) };
        Shared::push(&shared, StatsSample::new(&before, now.clone()));
        before = now;
    }
}

impl Stream for StatsMonitor {
    type Item = StatsSample;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<StatsSample>> {
        let shared = self.shared.clone();
        let shared = shared.borrow();
        let kept = shared.history.len() as u64;
        self.taken = self.taken.max(shared.measured - kept);
        let index = kept - (shared.measured - self.taken);
        let sample = shared.history.iter().nth(index as usize).cloned();
        if sample.is_some() {
            self.taken += 1;
        } else if shared.running.is_some() {
            shared.waiting.register(context);
            return Poll::Pending;
        }
        Poll::Ready(sample)
    }
}
