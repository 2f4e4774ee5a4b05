//! Broadcasts events to any number of streams.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};

use futures::Stream;

use crate::byte_queue::ByteQueue;

/// A reader that is further behind than this loses the oldest events, and is notified of how many. Several messages of
/// the largest size fit, or thousands of small events.
const MAX_UNREAD_BYTES: usize = 4 << 20;

/// An event type with a variant for missed events.
pub trait Event: Clone {
    /// The event that reports missed events.
    fn lagged(missed: u32) -> Self;

    /// The bytes of a message from the network that the event holds.
    fn payload_bytes(&self) -> usize {
        0
    }
}

#[derive(Debug)]
struct Queue<E> {
    events: ByteQueue<E>,
    missed: u32,
    ended: bool,
    waker: Option<Waker>,
}

/// The sending side.
#[derive(Debug)]
pub(crate) struct Broadcaster<E> {
    queues: RefCell<Vec<Weak<RefCell<Queue<E>>>>>,
    ended: Cell<bool>,
}

/// A stream of the events emitted since it was created. A slow reader loses the oldest events, and is notified of how
/// many.
#[derive(Debug)]
#[must_use = "a stream does nothing unless it is read"]
pub struct EventStream<E>(Rc<RefCell<Queue<E>>>);

impl<E> Default for Broadcaster<E> {
    fn default() -> Self {
        Self { queues: RefCell::default(), ended: Cell::default() }
    }
}

impl<E: Event> Broadcaster<E> {
    pub(crate) fn subscribe(&self) -> EventStream<E> {
        let ended = self.ended.get();
        let events = ByteQueue::new(MAX_UNREAD_BYTES);
        let queue = Rc::new(RefCell::new(Queue { events, missed: 0, ended, waker: None }));
        let mut queues = self.queues.borrow_mut();
        // Where events are rare, dropped streams would accumulate until the next one.
        queues.retain(|queue| queue.strong_count() > 0);
        queues.push(Rc::downgrade(&queue));
        drop(queues);
        EventStream(queue)
    }

    pub(crate) fn send(&self, event: E) {
        // Dropped last: dropping what an event holds may emit another event.
        let mut forgotten = Vec::new();
        let bytes = size_of::<E>() + event.payload_bytes();
        let mut readers = self.queues.borrow().iter().filter(|queue| queue.strong_count() > 0).count();
        let mut event = Some(event);
        self.for_each(|queue| {
            readers -= 1;
            // Messages are not copied for a single reader.
            let Some(event) = (if readers == 0 { event.take() } else { event.clone() }) else { return };
            for oldest in queue.events.push(event, bytes) {
                forgotten.push(oldest);
                queue.missed = queue.missed.saturating_add(1);
            }
        });
    }

    /// Ends every stream after its remaining events.
    pub(crate) fn end(&self) {
        self.ended.set(true);
        self.for_each(|queue| queue.ended = true);
    }

    fn for_each(&self, mut change: impl FnMut(&mut Queue<E>)) {
        let mut wakers = Vec::new();
        self.queues.borrow_mut().retain(|queue| {
            let Some(queue) = queue.upgrade() else { return false };
            let mut queue = queue.borrow_mut();
            change(&mut queue);
            wakers.extend(queue.waker.take());
            true
        });
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl<E: Event> Stream for EventStream<E> {
    type Item = E;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<E>> {
        let mut queue = self.0.borrow_mut();
        let missed = std::mem::take(&mut queue.missed);
        if missed > 0 {
            return Poll::Ready(Some(E::lagged(missed)));
        }
        match queue.events.pop() {
            Some(event) => Poll::Ready(Some(event)),
            None if queue.ended => Poll::Ready(None),
            None => {
                queue.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt, StreamExt};

    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    enum Told {
        Message { number: u8, bytes: usize },
        Lagged(u32),
    }

    impl Event for Told {
        fn lagged(missed: u32) -> Self {
            Self::Lagged(missed)
        }

        fn payload_bytes(&self) -> usize {
            match self {
                Self::Message { bytes, .. } => *bytes,
                Self::Lagged(_) => 0,
            }
        }
    }

    /// Creates a stream when it is dropped.
    #[derive(Clone)]
    struct Clinging(Weak<Broadcaster<Clinging>>);

    impl Event for Clinging {
        fn lagged(_: u32) -> Self {
            Self(Weak::new())
        }

        fn payload_bytes(&self) -> usize {
            MAX_UNREAD_BYTES / 2
        }
    }

    impl Drop for Clinging {
        fn drop(&mut self) {
            self.0.upgrade().map(|events| events.subscribe());
        }
    }

    #[test]
    fn an_event_that_is_forgotten_may_turn_to_the_sender() {
        let events = Rc::new(Broadcaster::default());
        let slow = events.subscribe();
        (0..100).for_each(|_| events.send(Clinging(Rc::downgrade(&events))));
        drop(slow);
    }

    #[test]
    fn readers_that_come_and_go_leave_nothing_though_nothing_happens() {
        let events = Broadcaster::<Told>::default();
        let stays = events.subscribe();
        (0..200).for_each(|_| drop(events.subscribe()));
        assert!(events.queues.borrow().len() <= 2);
        drop(stays);
    }

    #[test]
    fn a_slow_reader_is_notified_of_what_it_missed_and_goes_on() {
        let events = Broadcaster::default();
        let (mut slow, gone) = (events.subscribe(), events.subscribe());
        drop(gone);
        let bytes = 1_000_000;
        (0..7).for_each(|number| events.send(Told::Message { number, bytes }));
        let late = events.subscribe();
        events.end();
        assert_eq!(slow.next().now_or_never(), Some(Some(Told::Lagged(3))), "4 MB are kept");
        assert_eq!(slow.next().now_or_never(), Some(Some(Told::Message { number: 3, bytes })));
        assert_eq!(slow.count().now_or_never(), Some(3));
        assert_eq!(late.count().now_or_never(), Some(0));
        let after = events.subscribe().count().now_or_never();
        assert_eq!(after, Some(0), "a stream created after the end ends at once");
    }

    #[test]
    fn events_without_a_payload_are_limited_too() {
        let events = Broadcaster::default();
        let slow = events.subscribe();
        (0..100_000).for_each(|_| events.send(Told::Message { number: 0, bytes: 0 }));
        events.end();
        assert!(slow.count().now_or_never().is_some_and(|count| count < 65_000));
    }
}
