//! The loop that passes the client's outputs to the transport, and the transport's events back.
//!
//! No borrow is held across a call into JavaScript or an await: take the next output, release, then act.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use futures::channel::oneshot;
use gloo_timers::callback::Timeout;
use serde_json::Value;

use super::topic::{KurentoEvents, Topic};
use super::transport::{KurentoConnection, KurentoTransport};
use super::{KurentoEvent, KurentoLink, KurentoObject};
use crate::collections::SortedMap;
use crate::error::{Error, Result};
use crate::event_stream::{Broadcaster, EventStream};
use crate::platform::clock;
use crate::signaling::SocketEvent;
use crate::signaling::kurento::{KurentoClient, Notice, Output, Request};

#[derive(Debug)]
pub(super) struct Driver {
    this: Weak<Driver>,
    client: RefCell<KurentoClient>,
    transport: Rc<dyn KurentoTransport>,
    connection: RefCell<Option<Rc<dyn KurentoConnection>>>,
    /// Counts the connections: events of an earlier one are ignored.
    epoch: Cell<u32>,
    timer: RefCell<Option<Timeout>>,
    calls: RefCell<SortedMap<u64, oneshot::Sender<Result<Value>>>>,
    topics: RefCell<Vec<Weak<Topic>>>,
    events: Broadcaster<KurentoEvent>,
    connecting: RefCell<Option<oneshot::Sender<Result<()>>>>,
    running: Cell<bool>,
    kept: RefCell<Vec<Kept>>,
}

/// What lives until it is closed although the application has no handle.
#[derive(Debug)]
#[cfg_attr(not(feature = "js"), allow(dead_code, reason = "for JavaScript"))]
pub(super) enum Kept {
    Object(KurentoObject),
    Link(KurentoLink),
}

impl Kept {
    pub(super) fn is_within(&self, object: &str) -> bool {
        let id = match self {
            Self::Object(object) => object.object_id(),
            Self::Link(link) => link.endpoint_id(),
        };
        is_within(&id, object)
    }

    fn close(&self) {
        if let Self::Link(link) = self {
            link.close();
        }
    }
}

/// Whether an object is this one, or in it.
pub(super) fn is_within(id: &str, object: &str) -> bool {
    id.strip_prefix(object).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The reply to a call.
pub(super) struct Reply(oneshot::Receiver<Result<Value>>);

impl Driver {
    /// Connects to the server. `url` is for errors.
    pub(super) async fn connect(url: &str, transport: Rc<dyn KurentoTransport>) -> Result<Rc<Self>> {
        let (connecting, connected) = oneshot::channel();
        let driver = Rc::new_cyclic(|this| Self {
            this: this.clone(),
            client: RefCell::new(KurentoClient::new(url, clock::now())),
            transport,
            connection: RefCell::default(),
            epoch: Cell::default(),
            timer: RefCell::default(),
            calls: RefCell::default(),
            topics: RefCell::default(),
            events: Broadcaster::default(),
            connecting: RefCell::new(Some(connecting)),
            running: Cell::default(),
            kept: RefCell::default(),
        });
        driver.run();
        connected.await.unwrap_or(Err(Error::Aborted))?;
        Ok(driver)
    }

    /// Sends a request within the call.
    pub(super) fn start(&self, request: Request) -> Result<Reply> {
        let id = self.client.borrow_mut().call(request, clock::now())?;
        let (sender, reply) = oneshot::channel();
        drop(self.calls.borrow_mut().insert(id, sender));
        self.run();
        Ok(Reply(reply))
    }

    /// Sends a request whose result does not matter.
    pub(super) fn start_and_forget(&self, request: Request) {
        // It can only fail after the end.
        drop(self.start(request));
    }

    /// Sends a request, and resolves with its value.
    pub(super) async fn call(&self, request: Request) -> Result<Value> {
        self.start(request)?.await
    }

    pub(super) fn events_of(self: &Rc<Self>, object: &str, kind: &str) -> KurentoEvents {
        let mut topics = self.topics.borrow_mut();
        topics.retain(|topic| topic.strong_count() > 0);
        let known = topics.iter().filter_map(Weak::upgrade).find(|topic| topic.is_of(object, kind));
        drop(topics);
        KurentoEvents::of(known.unwrap_or_else(|| {
            let topic = Topic::subscribe(self, object, kind);
            self.topics.borrow_mut().push(Rc::downgrade(&topic));
            topic
        }))
    }

    /// The events of an object come from another one, which has taken its place.
    pub(super) fn replace(self: &Rc<Self>, object: &str, by: &str) {
        for topic in self.topics_within(object) {
            topic.follow(self, by);
        }
    }

    /// Ends the events of an object, and of everything in it.
    pub(super) fn end_events_of(&self, object: &str) {
        self.topics_within(object).iter().for_each(|topic| topic.end());
    }

    pub(super) fn events(&self) -> EventStream<KurentoEvent> {
        self.events.subscribe()
    }

    #[cfg_attr(not(feature = "js"), allow(dead_code, reason = "for JavaScript"))]
    pub(super) fn keep(&self, kept: Kept) {
        self.kept.borrow_mut().push(kept);
    }

    pub(super) fn stop_keeping(&self, is_over: impl Fn(&Kept) -> bool) {
        let (over, kept) = self.kept.take().into_iter().partition(is_over);
        self.kept.replace(kept);
        // Without a borrow: it may call the server.
        let over: Vec<Kept> = over;
        over.iter().for_each(Kept::close);
    }

    /// Ends the session.
    pub(super) fn close(&self) {
        self.client.borrow_mut().close();
        self.run();
        self.kept.take().iter().for_each(Kept::close);
    }

    fn topics_within(&self, object: &str) -> Vec<Rc<Topic>> {
        self.topics
            .borrow()
            .iter()
            .filter_map(Weak::upgrade)
            .filter(|topic| topic.is_within(object))
            .collect()
    }

    /// Performs outputs until there are none. A nested call does nothing: the outer one continues.
    fn run(&self) {
        if self.running.replace(true) {
            return;
        }
        loop {
            let output = self.client.borrow_mut().poll_output();
            let Some(output) = output else { break };
            self.act(output);
        }
        self.running.set(false);
        self.arm_timer();
    }

    fn act(&self, output: Output) {
        match output {
            Output::Open => self.open(),
            Output::Send(message) => {
                let connection = self.connection.borrow().clone();
                if let Some(connection) = connection {
                    connection.send(message);
                }
            }
            Output::Close => drop(self.connection.take()),
            Output::Reply { id, result } => {
                let waiting = self.calls.borrow_mut().remove(&id);
                if let Some(waiting) = waiting {
                    // Nobody may be waiting.
                    let _ = waiting.send(result);
                }
            }
            Output::Event { object, kind, data } => {
                let topics = self.topics.borrow().iter().filter_map(Weak::upgrade).collect::<Vec<_>>();
                topics
                    .iter()
                    .filter(|topic| topic.is_of(&object, &kind))
                    .for_each(|topic| topic.send(data.clone()));
            }
            Output::Notice(notice) => self.notify(notice),
        }
    }

    fn notify(&self, notice: Notice) {
        match notice {
            Notice::Connected => {
                if let Some(connecting) = self.connecting.take() {
                    let _ = connecting.send(Ok(()));
                }
            }
            Notice::Interrupted => self.events.send(KurentoEvent::Interrupted),
            Notice::Restored => self.events.send(KurentoEvent::Restored),
            Notice::ObjectsLost => {
                self.end_topics();
                self.events.send(KurentoEvent::ObjectsLost);
            }
            Notice::Closed(error) => {
                self.end_topics();
                self.events.send(KurentoEvent::Closed { error: error.clone() });
                self.events.end();
                if let Some(connecting) = self.connecting.take() {
                    let _ = connecting.send(Err(error));
                }
            }
        }
    }

    fn end_topics(&self) {
        let topics = self.topics.take();
        topics.iter().filter_map(Weak::upgrade).for_each(|topic| topic.end());
    }

    fn open(&self) {
        drop(self.connection.take());
        let epoch = self.epoch.get().wrapping_add(1);
        self.epoch.set(epoch);
        let this = self.this.clone();
        let on_event = move |event: SocketEvent| {
            let Some(driver) = this.upgrade().filter(|driver| driver.epoch.get() == epoch) else { return };
            driver.client.borrow_mut().handle_socket(event, clock::now());
            driver.run();
        };
        let connection = self.transport.open(Box::new(on_event));
        drop(self.connection.replace(Some(connection.into())));
    }

    fn arm_timer(&self) {
        let due = self.client.borrow().poll_timeout();
        let timer = due.map(|at| {
            let this = self.this.clone();
            clock::timer_at(at, move || {
                if let Some(driver) = this.upgrade() {
                    driver.client.borrow_mut().handle_timeout(clock::now());
                    driver.run();
                }
            })
        });
        drop(self.timer.replace(timer));
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.close();
    }
}

impl Future for Reply {
    type Output = Result<Value>;

    fn poll(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Self::Output> {
        futures::FutureExt::poll_unpin(&mut self.0, context).map(|reply| reply.unwrap_or(Err(Error::Aborted)))
    }
}
