//! Hands each event to every stream that was asked for.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};

use futures::Stream;

use super::event::RoomEvent;

/// A reader that is further behind than this loses the oldest events, and is told how many.
const MAX_QUEUED: usize = 512;

#[derive(Debug, Default)]
struct Queue {
    events: VecDeque<RoomEvent>,
    missed: u32,
    ended: bool,
    waker: Option<Waker>,
}

/// The sending end.
#[derive(Debug, Default)]
pub(super) struct Broadcaster {
    queues: RefCell<Vec<Weak<RefCell<Queue>>>>,
    ended: std::cell::Cell<bool>,
}

/// The events of a room, from the moment this was made. Ends after [`RoomEvent::Left`].
#[derive(Debug)]
#[must_use = "a stream does nothing unless it is read"]
pub struct RoomEvents(Rc<RefCell<Queue>>);

impl Broadcaster {
    pub(super) fn subscribe(&self) -> RoomEvents {
        let queue = Rc::new(RefCell::new(Queue { ended: self.ended.get(), ..Queue::default() }));
        self.queues.borrow_mut().push(Rc::downgrade(&queue));
        RoomEvents(queue)
    }

    pub(super) fn send(&self, event: RoomEvent) {
        self.for_each(|queue| {
            if queue.events.len() == MAX_QUEUED {
                queue.events.pop_front();
                queue.missed = queue.missed.saturating_add(1);
            }
            queue.events.push_back(event.clone());
        });
    }

    /// Ends every stream, once it is read to its end.
    pub(super) fn end(&self) {
        self.ended.set(true);
        self.for_each(|queue| queue.ended = true);
    }

    fn for_each(&self, change: impl Fn(&mut Queue)) {
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

impl Stream for RoomEvents {
    type Item = RoomEvent;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<RoomEvent>> {
        let mut queue = self.0.borrow_mut();
        let missed = std::mem::take(&mut queue.missed);
        if missed > 0 {
            return Poll::Ready(Some(RoomEvent::Lagged { missed }));
        }
        match queue.events.pop_front() {
            Some(event) => Poll::Ready(Some(event)),
            None if queue.ended => Poll::Ready(None),
            None => {
                queue.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}
