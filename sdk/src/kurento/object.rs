//! Pipelines, elements, hubs and their ports.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::{Rc, Weak};

use serde_json::{Map, Value};

use super::driver::Driver;
use super::{KurentoConnectOptions, KurentoEvents, KurentoLink, KurentoLinkOptions, KurentoWebRtcOptions};
use crate::error::{Error, Result, SignalingError};
use crate::signaling::kurento::{Edges, KurentoMedia, Params, Request, params};

/// The name of the types of pipelines.
pub(super) const PIPELINE: &str = "MediaPipeline";
const WEBRTC: &str = "WebRtcEndpoint";

/// An object of a Kurento Media Server: a pipeline, an element such as an endpoint or a filter, a hub, or a hub's port.
///
/// Clones are handles to the same object. The server releases an object that was created here when the last handle is
/// dropped, with what was created in it; see [`keep`](Self::keep). A handle keeps its pipeline.
#[derive(Clone)]
pub struct KurentoObject(pub(super) Rc<Inner>);

pub(super) struct Inner {
    pub(super) driver: Rc<Driver>,
    /// Another one after a new connection was made.
    id: RefCell<String>,
    kind: String,
    parent: Option<KurentoObject>,
    /// `None` if it was not created here.
    recipe: Option<Recipe>,
    /// The elements that media flows to, and those that it flows from.
    sinks: RefCell<Edges<Other>>,
    sources: RefCell<Edges<Other>>,
    /// Whether dropping it leaves it on the server.
    is_kept: Cell<bool>,
    is_closed: Cell<bool>,
}

/// What an object was created with, and the properties that were set then.
type Recipe = (Params, Vec<(&'static str, Value)>);

/// The other end of a connection between elements.
#[derive(Clone)]
struct Other(Weak<Inner>);

impl PartialEq for Other {
    fn eq(&self, other: &Self) -> bool {
        Weak::ptr_eq(&self.0, &other.0)
    }
}

// The ids in it are all that is needed to use the object.
impl fmt::Debug for KurentoObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KurentoObject").field("kind", &self.0.kind).finish_non_exhaustive()
    }
}

impl PartialEq for KurentoObject {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for KurentoObject {}

impl KurentoObject {
    /// An object that exists. It is not released when the handle is dropped.
    pub(super) fn existing(driver: &Rc<Driver>, id: String) -> Self {
        let kind = id.rsplit("_kurento.").next().unwrap_or_default().to_owned();
        let inner = Inner::new(driver, id, kind, None, None);
        inner.is_kept.set(true);
        Self(Rc::new(inner))
    }

    pub(super) async fn made(
        driver: &Rc<Driver>,
        kind: &str,
        parent: Option<Self>,
        recipe: Recipe,
    ) -> Result<Self> {
        let id = make(driver, kind, &recipe).await?;
        Ok(Self(Rc::new(Inner::new(driver, id, kind.to_owned(), parent, Some(recipe)))))
    }

    /// The server's id of the object. It is all that another page needs to use it: see
    /// [`Kurento::object`](super::Kurento::object). A [`KurentoLink::update`] changes it.
    pub fn object_id(&self) -> String {
        self.0.id.borrow().clone()
    }

    /// Its type, such as `WebRtcEndpoint`.
    pub fn kind(&self) -> &str {
        &self.0.kind
    }

    /// Creates an element in this pipeline, or a port of this hub: of any type that the server has, with the options of that
    /// type.
    ///
    /// # Errors
    /// `Kurento` if the server has no such type, or does not accept the options; `InvalidState` if the object or the
    /// connection to the server is closed; `InvalidOptions` if the options are not a JSON object.
    pub async fn create(&self, kind: &str, options: Value) -> Result<Self> {
        self.make(kind, members_of(options)?, Vec::new()).await
    }

    /// Creates a `WebRtcEndpoint` in this pipeline.
    ///
    /// # Errors
    /// As for [`create`](Self::create).
    pub async fn web_rtc_endpoint(&self, options: &KurentoWebRtcOptions) -> Result<Self> {
        self.make(WEBRTC, options.constructor(), options.properties()).await
    }

    /// Creates a port of this hub.
    ///
    /// # Errors
    /// As for [`create`](Self::create).
    pub async fn port(&self) -> Result<Self> {
        self.make("HubPort", Map::new(), Vec::new()).await
    }

    async fn make(
        &self,
        kind: &str,
        mut options: Params,
        properties: Vec<(&'static str, Value)>,
    ) -> Result<Self> {
        self.require_open("create an object")?;
        let place = if self.0.kind == PIPELINE { "mediaPipeline" } else { "hub" };
        if !options.contains_key(place) {
            options.insert(place.to_owned(), self.object_id().into());
        }
        Self::made(&self.0.driver, kind, Some(self.clone()), (options, properties)).await
    }

    /// Media flows from this element to another one of the pipeline, which may be this one.
    ///
    /// # Errors
    /// `Kurento` if the server refuses it, for example for elements of two pipelines; `InvalidState` as for
    /// [`create`](Self::create).
    pub async fn connect(&self, sink: &Self, options: KurentoConnectOptions) -> Result<()> {
        self.require_open("connect")?;
        self.call_on_edge("connect", &sink.object_id(), options.media).await?;
        self.0.sinks.borrow_mut().connect(sink.other(), options.media);
        sink.0.sources.borrow_mut().connect(self.other(), options.media);
        Ok(())
    }

    /// Media no longer flows from this element to another one.
    ///
    /// # Errors
    /// As for [`connect`](Self::connect).
    pub async fn disconnect(&self, sink: &Self, options: KurentoConnectOptions) -> Result<()> {
        self.require_open("disconnect")?;
        self.call_on_edge("disconnect", &sink.object_id(), options.media).await?;
        self.0.sinks.borrow_mut().disconnect(&sink.other(), options.media);
        sink.0.sources.borrow_mut().disconnect(&self.other(), options.media);
        Ok(())
    }

    /// Calls an operation that the type has, such as `play` of a `PlayerEndpoint`, and resolves with its result. A property is
    /// read with `getName` and set with `setName`, whose parameter has the property's name.
    ///
    /// # Errors
    /// `Kurento` if the server has no such operation, does not accept the parameters, or fails; `InvalidState` as for
    /// [`create`](Self::create); `InvalidOptions` if the parameters are not a JSON object.
    pub async fn invoke(&self, operation: &str, parameters: Value) -> Result<Value> {
        self.require_open("call an operation")?;
        self.0.driver.call(Request::invoke(&self.object_id(), operation, members_of(parameters)?)).await
    }

    /// The events of a type, such as `EndOfStream` of a `PlayerEndpoint`, from now on.
    pub fn events(&self, kind: &str) -> KurentoEvents {
        self.0.driver.events_of(&self.object_id(), kind)
    }

    /// Connects this page to this `WebRtcEndpoint`. Resolves when the connection is established.
    ///
    /// # Errors
    /// `Negotiation`; `Timeout` if no path is found; `Kurento` if the endpoint has been connected before: use
    /// [`KurentoLink::update`]; `InvalidState` as for [`create`](Self::create).
    pub async fn link(&self, options: KurentoLinkOptions) -> Result<KurentoLink> {
        self.require_open("connect to the endpoint")?;
        KurentoLink::open(self, options).await
    }

    /// Leaves the object on the server when the handles are dropped. [`close`](Self::close) still releases it, and the end of
    /// the session too, unless another session has used it.
    pub fn keep(&self) {
        self.0.is_kept.set(true);
    }

    /// Releases the object and what is in it, for everyone who uses it. Idempotent.
    pub fn close(&self) {
        self.0.release();
        let id = self.object_id();
        self.0.driver.stop_keeping(|kept| kept.is_within(&id));
    }

    pub(super) fn has_data_channels(&self) -> bool {
        self.0.recipe.as_ref().is_some_and(|(options, _)| options.contains_key("useDataChannels"))
    }

    /// Creates another endpoint like this one. Returns its id.
    ///
    /// # Errors
    /// `InvalidState` if this one was not created here, and so its options are not known.
    pub(super) async fn make_another(&self) -> Result<String> {
        self.require_open("make a new connection")?;
        let state = "the endpoint was created by another page";
        let recipe = self.0.recipe.as_ref();
        let recipe = recipe.ok_or(Error::InvalidState { action: "make a new connection", state })?;
        make(&self.0.driver, &self.0.kind, recipe).await
    }

    /// Lets an endpoint like this one take its place: connects it with the same elements, and releases this one.
    pub(super) async fn replace_by(&self, id: String) -> Result<()> {
        let driver = &self.0.driver;
        let calls = |edges: &RefCell<Edges<Other>>| {
            edges.borrow_mut().retain(|other| other.0.strong_count() > 0);
            let edges = edges.borrow();
            edges.calls().map(|(other, media)| (other.clone(), media)).collect::<Vec<_>>()
        };
        let id_of = |other: &Other| {
            let other = other.0.upgrade()?;
            Some(if std::ptr::eq(&*other, &*self.0) { id.clone() } else { other.id.borrow().clone() })
        };
        let to_others = calls(&self.0.sinks).into_iter().filter_map(|(sink, media)| {
            Some(Request::invoke(&id, "connect", connection(&id_of(&sink)?, media)))
        });
        // A loop was made with the sinks.
        let own = self.other();
        let from_others = calls(&self.0.sources).into_iter().filter(|(source, _)| *source != own);
        let from_others = from_others.filter_map(|(source, media)| {
            Some(Request::invoke(&id_of(&source)?, "connect", connection(&id, media)))
        });
        let replies: Vec<_> = from_others.chain(to_others).map(|request| driver.start(request)).collect();
        for reply in replies {
            reply?.await?;
        }
        let old = self.0.id.replace(id.clone());
        driver.replace(&old, &id);
        driver.start_and_forget(Request::release(&old));
        Ok(())
    }

    async fn call_on_edge(&self, operation: &str, sink: &str, media: Option<KurentoMedia>) -> Result<()> {
        let request = Request::invoke(&self.object_id(), operation, connection(sink, media));
        self.0.driver.call(request).await.map(drop)
    }

    fn other(&self) -> Other {
        Other(Rc::downgrade(&self.0))
    }

    fn require_open(&self, action: &'static str) -> Result<()> {
        match self.0.is_closed.get() {
            true => Err(Error::InvalidState { action, state: "the object is closed" }),
            false => Ok(()),
        }
    }
}

impl Inner {
    fn new(
        driver: &Rc<Driver>,
        id: String,
        kind: String,
        parent: Option<KurentoObject>,
        recipe: Option<Recipe>,
    ) -> Self {
        Self {
            driver: driver.clone(),
            id: RefCell::new(id),
            kind,
            parent,
            recipe,
            sinks: RefCell::default(),
            sources: RefCell::default(),
            is_kept: Cell::default(),
            is_closed: Cell::default(),
        }
    }

    fn release(&self) {
        if !self.is_closed.replace(true) {
            let id = self.id.borrow().clone();
            self.driver.end_events_of(&id);
            self.driver.start_and_forget(Request::release(&id));
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // What is in a released pipeline is gone with it.
        let is_gone = self.parent.as_ref().is_some_and(|parent| parent.0.is_closed.get());
        if !self.is_kept.get() && !is_gone {
            self.release();
        }
    }
}

/// Creates an object, and sets its properties.
async fn make(
    driver: &Driver,
    kind: &str,
    (options, properties): &(Params, Vec<(&str, Value)>),
) -> Result<String> {
    let id = driver.call(Request::create(kind, options.clone())).await?;
    let Value::String(id) = id else {
        let detail = "the reply to `create` has no id".to_owned();
        return Err(SignalingError::Undecodable { detail }.into());
    };
    for (name, value) in properties {
        let (first, rest) = name.split_at(1);
        let setter = format!("set{}{rest}", first.to_ascii_uppercase());
        let arguments = params(vec![(name, value.clone())]);
        if let Err(error) = driver.call(Request::invoke(&id, &setter, arguments)).await {
            driver.start_and_forget(Request::release(&id));
            return Err(error);
        }
    }
    Ok(id)
}

fn connection(sink: &str, media: Option<KurentoMedia>) -> Params {
    let mut members = vec![("sink", sink.into())];
    members.extend(media.map(|media| ("mediaType", media.as_kurento().into())));
    params(members)
}

/// The members of an object; none of `null`.
fn members_of(value: Value) -> Result<Params> {
    match value {
        Value::Object(members) => Ok(members),
        Value::Null => Ok(Map::new()),
        _ => Err(Error::InvalidOptions { detail: "expected a JSON object".to_owned() }),
    }
}
