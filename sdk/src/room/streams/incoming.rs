//! The readable end of a stream.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};

use futures::Stream;

use super::super::driver::Driver;
use super::StreamHeader;
use crate::engine::session::PathChange;
use crate::engine::stream::{StreamId, StreamMessage, StreamReceiver};
use crate::error::{DataChannelError, Error, Result};
use crate::model::ParticipantId;
use crate::platform::Wakers;

/// A stream from a participant. Yields the data in order; text is UTF-8, split at character boundaries. Chunks may
/// differ from those that were written. If the stream is cancelled or interrupted, an error is its last item.
///
/// Clones are handles to the same stream, and each chunk is delivered to one handle. Dropping the last one cancels the
/// stream.
#[derive(Clone, Debug)]
#[must_use = "a stream is cancelled as soon as it is dropped"]
pub struct IncomingStream {
    shared: Rc<Incoming>,
    has_failed: bool,
}

impl From<Rc<Incoming>> for IncomingStream {
    fn from(shared: Rc<Incoming>) -> Self {
        Self { shared, has_failed: false }
    }
}

impl IncomingStream {
    /// The kind, the topic and the attributes.
    pub fn header(&self) -> &StreamHeader {
        &self.shared.header
    }

    /// The id of the writer.
    pub fn participant_id(&self) -> &ParticipantId {
        &self.shared.from
    }

    /// Cancels the stream; the writer gets `reason`. Has no effect if the stream has ended.
    pub fn cancel(&self, reason: &str) {
        self.shared.cancel(reason);
    }
}

/// A handle to the same stream.
impl PartialEq for IncomingStream {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.shared, &other.shared)
    }
}

impl Stream for IncomingStream {
    type Item = Result<Vec<u8>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Vec<u8>>>> {
        if self.has_failed {
            return Poll::Ready(None);
        }
        let read = self.shared.poll_read(context);
        self.has_failed = matches!(read, Poll::Ready(Some(Err(_))));
        read
    }
}

#[derive(Debug)]
pub struct Incoming {
    driver: Weak<Driver>,
    from: ParticipantId,
    id: StreamId,
    header: StreamHeader,
    machine: RefCell<StreamReceiver>,
    /// It found the queue full.
    unsent: RefCell<Option<StreamMessage>>,
    wakers: Wakers,
}

impl Incoming {
    pub(super) fn new(driver: Weak<Driver>, from: ParticipantId, id: StreamId, header: StreamHeader) -> Self {
        let machine = RefCell::new(StreamReceiver::new(header.clone()));
        Self { driver, from, id, header, machine, unsent: RefCell::default(), wakers: Wakers::default() }
    }

    pub(super) fn handle_message(&self, message: StreamMessage) {
        self.machine.borrow_mut().handle_message(message);
        self.send_all();
        self.wakers.wake();
    }

    pub(super) fn is_done(&self) -> bool {
        self.machine.borrow().is_done()
    }

    pub(super) fn is_over(&self) -> bool {
        self.machine.borrow().is_over()
    }

    pub(super) fn path_changed(&self, change: PathChange) {
        // Of the connection before.
        self.unsent.take();
        match change {
            PathChange::Interrupted => self.machine.borrow_mut().handle_suspended(),
            PathChange::Renewed => self.machine.borrow_mut().handle_renewed(),
            PathChange::Lost => self.machine.borrow_mut().handle_disconnect(),
        }
        self.send_all();
        self.wakers.wake();
    }

    pub(super) fn interrupt(&self) {
        self.unsent.take();
        self.machine.borrow_mut().handle_disconnect();
        self.wakers.wake();
    }

    fn poll_read(&self, context: &Context<'_>) -> Poll<Option<Result<Vec<u8>>>> {
        let read = self.machine.borrow_mut().read();
        self.send_all();
        if read.is_pending() {
            self.wakers.register(context);
        }
        read.map(|read| read.map(|bytes| bytes.map_err(Error::from)))
    }

    fn cancel(&self, reason: &str) {
        self.machine.borrow_mut().cancel(reason);
        self.send_all();
        self.wakers.wake();
    }

    /// Sends what there is room for. A participant who left is not notified.
    pub(super) fn send_all(&self) {
        loop {
            let next = self.unsent.take().or_else(|| self.machine.borrow_mut().poll_output());
            let (Some(message), Some(driver)) = (next, self.driver.upgrade()) else { return };
            let sent = driver.send_stream_message(&self.from, self.id, message.clone());
            if let Err(DataChannelError::QueueFull { .. }) = sent {
                return drop(self.unsent.replace(Some(message)));
            }
        }
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        self.cancel("it is not read");
        if let Some(driver) = self.driver.upgrade() {
            driver.streams.incoming.borrow_mut().remove(&(self.from.clone(), self.id));
        }
    }
}
