//! Limits the rate at which a socket is read, and the data read without a complete message.
//!
//! Fragments of a message and empty frames are handled where they cannot be counted. Here each
//! costs its bytes.

use std::{
    io::{self, ErrorKind},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

/// The average rate at which a socket is read. It exceeds the rate at which a client may send messages.
const BYTES_PER_SECOND: u64 = 2 * 1024 * 1024;
/// The burst size.
const BURST_BYTES: u64 = 16 * 1024 * 1024;

/// Bytes read since the last complete message.
#[derive(Debug)]
pub(super) struct Meter {
    limit: u64,
    bytes: AtomicU64,
    counts: AtomicBool,
}

impl Meter {
    /// Counts nothing until [`start`](Self::start).
    pub(super) fn new(limit: u64) -> Self {
        Self { limit, bytes: AtomicU64::new(0), counts: AtomicBool::new(false) }
    }

    /// From now on, bytes must form messages.
    pub(super) fn start(&self) {
        self.counts.store(true, Ordering::Relaxed);
        self.message();
    }

    /// A message is complete.
    pub(super) fn message(&self) {
        self.bytes.store(0, Ordering::Relaxed);
    }

    fn read(&self, bytes: u64) -> io::Result<()> {
        if !self.counts.load(Ordering::Relaxed) {
            return Ok(());
        }
        match self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes {
            total if total > self.limit => Err(ErrorKind::QuotaExceeded.into()),
            _ => Ok(()),
        }
    }
}

/// A socket with a limited read rate.
#[derive(Debug)]
pub(super) struct Metered<S, G> {
    stream: S,
    meter: Arc<Meter>,
    budget: Budget,
    pause: Pin<Box<Sleep>>,
    is_paused: bool,
    /// Dropped together with the socket.
    _guard: G,
}

impl<S, G> Metered<S, G> {
    pub(super) fn new(stream: S, meter: Arc<Meter>, guard: G) -> Self {
        let now = Instant::now();
        let pause = Box::pin(sleep_until(now));
        Self { stream, meter, budget: Budget::new(now), pause, is_paused: false, _guard: guard }
    }
}

impl<S: AsyncRead + Unpin, G: Unpin> AsyncRead for Metered<S, G> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.is_paused {
            std::task::ready!(this.pause.as_mut().poll(cx));
            this.is_paused = false;
        }
        let before = buf.filled().len();
        std::task::ready!(Pin::new(&mut this.stream).poll_read(cx, buf))?;
        let read = u64::try_from(buf.filled().len() - before).unwrap_or(u64::MAX);
        this.meter.read(read)?;
        if let Some(until) = this.budget.take(read, Instant::now()) {
            this.pause.as_mut().reset(until);
            this.is_paused = true;
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin, G: Unpin> AsyncWrite for Metered<S, G> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

/// A bucket of bytes.
#[derive(Debug)]
struct Budget {
    bytes: u64,
    filled_at: Instant,
}

impl Budget {
    fn new(now: Instant) -> Self {
        Self { bytes: BURST_BYTES, filled_at: now }
    }

    /// Accounts for read bytes. Returns the time until which reading must pause.
    fn take(&mut self, read: u64, now: Instant) -> Option<Instant> {
        let elapsed = now.saturating_duration_since(self.filled_at).as_micros();
        let earned = u64::try_from(elapsed).unwrap_or(u64::MAX).saturating_mul(BYTES_PER_SECOND) / 1_000_000;
        // Small amounts are counted together with the following ones.
        if earned > 0 {
            self.filled_at = now;
        }
        self.bytes = self.bytes.saturating_add(earned).min(BURST_BYTES);
        match self.bytes.checked_sub(read) {
            Some(left) => {
                self.bytes = left;
                None
            }
            None => {
                let debt = read - self.bytes;
                self.bytes = 0;
                Some(now + Duration::from_micros(debt * 1_000_000 / BYTES_PER_SECOND))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_too_fast_is_read_later() {
        let start = Instant::now();
        let mut budget = Budget::new(start);
        assert_eq!(budget.take(BURST_BYTES, start), None);
        assert_eq!(budget.take(BYTES_PER_SECOND, start), Some(start + Duration::from_secs(1)));
        let later = start + Duration::from_secs(2);
        assert_eq!(budget.take(BYTES_PER_SECOND, later), None);
    }

    #[test]
    fn bytes_have_to_become_messages() {
        let meter = Meter::new(100);
        assert!(meter.read(1_000).is_ok(), "requests are limited elsewhere");
        meter.start();
        assert!(meter.read(60).is_ok());
        meter.message();
        assert!(meter.read(60).is_ok());
        assert!(meter.read(60).is_err());
    }
}
