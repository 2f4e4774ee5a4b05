//! The events of an object.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};

use futures::{Stream, StreamExt};
use serde_json::Value;

use super::driver::{Driver, is_within};
use crate::error::Result;
use crate::event_stream::{Broadcaster, Event, EventStream};
use crate::platform::task::spawn_local;
use crate::signaling::kurento::{Request, params};

/// What the readers of a topic get.
#[derive(Clone, Debug)]
pub(super) struct Happening(Result<Value>);

impl Event for Happening {
    fn lagged(missed: u32) -> Self {
        Self(Ok(params(vec![("type", "Lagged".into()), ("missed", missed.into())]).into()))
    }
}

/// One type of events of one object. The server has one subscription for all readers, until the last one is dropped.
#[derive(Debug)]
pub(super) struct Topic {
    driver: Weak<Driver>,
    object: RefCell<String>,
    kind: String,
    subscription: RefCell<Option<String>>,
    readers: Broadcaster<Happening>,
    is_over: Cell<bool>,
}

impl Topic {
    /// Subscribes within the call: what happens after later calls is not missed.
    pub(super) fn subscribe(driver: &Rc<Driver>, object: &str, kind: &str) -> Rc<Self> {
        let topic = Rc::new(Self {
            driver: Rc::downgrade(driver),
            object: RefCell::new(object.to_owned()),
            kind: kind.to_owned(),
            subscription: RefCell::default(),
            readers: Broadcaster::default(),
            is_over: Cell::default(),
        });
        topic.request(driver);
        topic
    }

    pub(super) fn is_of(&self, object: &str, kind: &str) -> bool {
        *self.object.borrow() == object && self.kind == kind && !self.is_over.get()
    }

    pub(super) fn is_within(&self, object: &str) -> bool {
        is_within(&self.object.borrow(), object)
    }

    pub(super) fn send(&self, data: Value) {
        self.readers.send(Happening(Ok(data)));
    }

    /// Goes on with another object, which has taken the place of this one.
    pub(super) fn follow(self: &Rc<Self>, driver: &Rc<Driver>, object: &str) {
        self.object.replace(object.to_owned());
        self.subscription.take();
        self.request(driver);
    }

    pub(super) fn end(&self) {
        self.is_over.set(true);
        self.readers.end();
    }

    fn request(self: &Rc<Self>, driver: &Rc<Driver>) {
        let object = self.object.borrow().clone();
        let called = driver.start(Request::subscribe(&object, &self.kind));
        let (topic, driver) = (Rc::downgrade(self), Rc::downgrade(driver));
        spawn_local(async move {
            let subscribed = match called {
                Ok(reply) => reply.await,
                Err(error) => Err(error),
            };
            let Some(topic) = topic.upgrade() else {
                if let (Ok(Value::String(id)), Some(driver)) = (subscribed, driver.upgrade()) {
                    driver.start_and_forget(Request::unsubscribe(&object, &id));
                }
                return;
            };
            match subscribed {
                Ok(id) => drop(topic.subscription.replace(id.as_str().map(str::to_owned))),
                Err(error) => {
                    topic.readers.send(Happening(Err(error)));
                    topic.end();
                }
            }
        });
    }
}

impl Drop for Topic {
    fn drop(&mut self) {
        let Some(subscription) = self.subscription.take().filter(|_| !self.is_over.get()) else { return };
        if let Some(driver) = self.driver.upgrade() {
            driver.start_and_forget(Request::unsubscribe(&self.object.borrow(), &subscription));
        }
    }
}

/// The events of one type of an object, since the stream was created: the members that the server sends. An error is the
/// last element: the object has no such event. Ends when the object is released.
#[derive(Debug)]
#[must_use = "a stream does nothing unless it is read"]
pub struct KurentoEvents {
    events: EventStream<Happening>,
    /// Held for the subscription.
    _topic: Rc<Topic>,
}

impl KurentoEvents {
    pub(super) fn of(topic: Rc<Topic>) -> Self {
        Self { events: topic.readers.subscribe(), _topic: topic }
    }
}

impl Stream for KurentoEvents {
    type Item = Result<Value>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.events.poll_next_unpin(context).map(|event| event.map(|Happening(data)| data))
    }
}
