//! The writable end of a stream.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, ready};

use futures::future::select;
use futures::io::AsyncWrite;

use super::super::driver::Driver;
use super::StreamHeader;
use crate::engine::session::PathChange;
use crate::engine::stream::{StreamId, StreamKind, StreamMessage, StreamSender};
use crate::error::{DataChannelError, Error, Result};
use crate::model::ParticipantId;
use crate::platform::task::spawn_local;
use crate::platform::{Wakers, clock::sleep};

/// A stream to a participant. Dropping it before it is closed aborts it.
///
/// It implements `AsyncWrite` of the `futures` crate too. Each write to a text stream must contain complete UTF-8
/// characters.
#[derive(Debug)]
#[must_use = "a stream is aborted as soon as it is dropped"]
pub struct OutgoingStream(Rc<Outgoing>);

impl From<Rc<Outgoing>> for OutgoingStream {
    fn from(stream: Rc<Outgoing>) -> Self {
        Self(stream)
    }
}

impl OutgoingStream {
    /// Another handle to the same stream.
    #[cfg(feature = "js")]
    pub(crate) fn share(&self) -> Self {
        Self(self.0.clone())
    }

    /// Writes all bytes. Resolves when they are sent, which waits until the reader is less than 256 KiB behind.
    ///
    /// # Errors
    /// `Stream` if either end cancelled the stream or it was interrupted; `InvalidState` after `close`.
    pub async fn write(&self, bytes: impl AsRef<[u8]>) -> Result<()> {
        let mut rest = bytes.as_ref();
        while !rest.is_empty() {
            let written = poll_fn(|context| self.0.poll_write(rest, context)).await?;
            rest = rest.get(written..).unwrap_or_default();
        }
        Ok(())
    }

    /// Ends the stream. Resolves when all bytes have arrived at the other end.
    ///
    /// # Errors
    /// `Stream` if either end cancelled the stream or it was interrupted.
    pub async fn close(&self) -> Result<()> {
        poll_fn(|context| self.0.poll_close(context)).await
    }

    /// Aborts the stream. The reader gets what has arrived, and then an error with this reason.
    pub fn abort(&self, reason: &str) {
        self.0.abort(reason);
    }

    /// Resolves when the stream has ended. Does not keep it alive.
    #[cfg(feature = "js")]
    pub(crate) fn ended(&self) -> impl Future<Output = Result<()>> + use<> {
        ended(Rc::downgrade(&self.0))
    }

    /// Whether the stream carries bytes or text.
    pub fn kind(&self) -> StreamKind {
        self.0.kind
    }

    /// The id of the reader.
    pub fn participant_id(&self) -> &ParticipantId {
        &self.0.to
    }
}

impl AsyncWrite for OutgoingStream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match bytes.is_empty() {
            true => Poll::Ready(Ok(0)),
            false => self.0.poll_write(bytes, context).map_err(io::Error::other),
        }
    }

    /// Written data was already passed on.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_close(context).map_err(io::Error::other)
    }
}

#[derive(Debug)]
pub struct Outgoing {
    driver: Weak<Driver>,
    to: ParticipantId,
    id: StreamId,
    kind: StreamKind,
    machine: RefCell<StreamSender>,
    /// A task sends data again.
    catches_up: Cell<bool>,
    wakers: Wakers,
}

impl Outgoing {
    pub(super) fn new(driver: Weak<Driver>, to: ParticipantId, id: StreamId, header: StreamHeader) -> Self {
        let kind = header.kind;
        let machine = RefCell::new(StreamSender::new(header));
        let (catches_up, wakers) = Default::default();
        Self { driver, to, id, kind, machine, catches_up, wakers }
    }

    pub(super) fn open(self: &Rc<Self>) -> Result<()> {
        let stream = Rc::downgrade(self);
        spawn_local(async move {
            select(pin!(tick(stream.clone())), pin!(ended(stream))).await;
        });
        self.send_all()
    }

    fn tick_ms(&self) -> Option<u32> {
        self.machine.borrow().tick_ms()
    }

    fn handle_tick(&self) {
        self.machine.borrow_mut().handle_tick();
        let _ = self.send_all();
    }

    pub(super) fn handle_message(self: &Rc<Self>, message: StreamMessage) {
        self.machine.borrow_mut().handle_message(message);
        let _ = self.send_all();
        if self.is_behind() && !self.catches_up.replace(true) {
            let stream = Rc::downgrade(self);
            spawn_local(poll_fn(move |context| {
                stream.upgrade().map_or(Poll::Ready(()), |stream| stream.poll_catch_up(context))
            }));
        }
        self.wakers.wake();
    }

    pub(super) fn is_over(&self) -> bool {
        self.machine.borrow().result().is_some()
    }

    fn is_behind(&self) -> bool {
        self.machine.borrow().is_behind()
    }

    pub(super) fn path_changed(&self, change: PathChange) {
        match change {
            PathChange::Interrupted => self.machine.borrow_mut().handle_suspended(),
            PathChange::Renewed => self.machine.borrow_mut().handle_renewed(),
            PathChange::Lost => self.machine.borrow_mut().handle_disconnect(),
        }
        let _ = self.send_all();
        self.wakers.wake();
    }

    pub(super) fn interrupt(&self) {
        self.machine.borrow_mut().handle_disconnect();
        self.wakers.wake();
    }

    fn poll_write(&self, bytes: &[u8], context: &Context<'_>) -> Poll<Result<usize>> {
        if let Some(result) = self.machine.borrow().result().cloned() {
            let closed = Error::InvalidState { action: "write to the stream", state: "it is closed" };
            return Poll::Ready(result.map_err(Error::from).and(Err(closed)));
        }
        let has_credit = self.machine.borrow().has_credit();
        let written = match has_credit && ready!(self.poll_capacity(context)) {
            true => self.machine.borrow_mut().write(bytes),
            false => 0,
        };
        if written == 0 {
            self.wakers.register(context);
            return if self.is_over() { self.poll_write(bytes, context) } else { Poll::Pending };
        }
        Poll::Ready(self.send_all().map(|()| written))
    }

    /// Resolves when a chunk can be sent; with `false` if the connection is lost, until there is another one.
    fn poll_capacity(&self, context: &Context<'_>) -> Poll<bool> {
        let capacity = ready!(self.poll_path(context));
        if capacity.is_err() {
            self.interrupt();
        }
        Poll::Ready(capacity.unwrap_or_default())
    }

    fn poll_path(&self, context: &Context<'_>) -> Poll<Result<bool>> {
        match self.driver.upgrade() {
            Some(driver) => driver.poll_capacity_to(&self.to, context),
            None => Poll::Ready(Err(DataChannelError::Closed.into())),
        }
    }

    /// Sends again what was lost with a connection, until there is no more or the connection is lost, too.
    fn poll_catch_up(&self, context: &Context<'_>) -> Poll<()> {
        while self.is_behind() && ready!(self.poll_capacity(context)) {
            self.machine.borrow_mut().send_again();
            let _ = self.send_all();
        }
        self.catches_up.set(false);
        self.wakers.wake();
        Poll::Ready(())
    }

    fn poll_close(&self, context: &Context<'_>) -> Poll<Result<()>> {
        self.machine.borrow_mut().close();
        self.send_all()?;
        self.poll_end(context)
    }

    fn poll_end(&self, context: &Context<'_>) -> Poll<Result<()>> {
        match self.machine.borrow().result() {
            Some(result) => Poll::Ready(result.clone().map_err(Error::from)),
            None => {
                self.wakers.register(context);
                Poll::Pending
            }
        }
    }

    fn abort(&self, reason: &str) {
        self.machine.borrow_mut().abort(reason);
        // A participant who left is not notified.
        let _ = self.send_all();
        self.wakers.wake();
    }

    fn send_all(&self) -> Result<()> {
        loop {
            let Some(message) = self.machine.borrow_mut().poll_output() else { return Ok(()) };
            let driver = self.driver.upgrade().ok_or(DataChannelError::Closed)?;
            if let Err(error) = driver.send_stream_message(&self.to, self.id, message) {
                self.interrupt();
                return Err(error.into());
            }
        }
    }
}

fn ended(stream: Weak<Outgoing>) -> impl Future<Output = Result<()>> {
    poll_fn(move |context| stream.upgrade().map_or(Poll::Ready(Ok(())), |stream| stream.poll_end(context)))
}

/// Notices a reader that is silent. While its messages wait in this client, the reader cannot answer them.
async fn tick(stream: Weak<Outgoing>) {
    while let Some(ms) = stream.upgrade().and_then(|stream| stream.tick_ms()) {
        sleep(ms).await;
        let path = poll_fn(|context| match stream.upgrade() {
            Some(stream) => stream.poll_path(context),
            None => Poll::Ready(Ok(false)),
        });
        // Whether a path that is lost comes back is decided elsewhere.
        if let (Ok(true), Some(stream)) = (path.await, stream.upgrade()) {
            stream.handle_tick();
        }
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        self.abort("the writer was dropped");
        if let Some(driver) = self.driver.upgrade() {
            driver.streams.outgoing.borrow_mut().remove(&(self.to.clone(), self.id));
        }
    }
}
