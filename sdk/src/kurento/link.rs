//! The connection of this page to a `WebRtcEndpoint`.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::{Rc, Weak};

use futures::channel::{mpsc, oneshot};
use futures::future::{AbortHandle, abortable};
use futures::stream::{StreamExt, select};
use serde_json::{Map, Value};
use web_sys::{MediaStream, RtcPeerConnection};

use super::driver::{Driver, Kept};
use super::{KurentoLinkOptions, KurentoObject};
use crate::engine::exchange::Input;
use crate::error::{Error, Result, SignalingError};
use crate::model::{ConnectionState, IceCandidate};
use crate::options::{DataChannelOptions, MessageOptions};
use crate::platform::exception::Exception;
use crate::platform::offered_connection::OfferedConnection;
use crate::platform::task::spawn_local;
use crate::platform::{DataChannel, PeerConnectionOptions, clock};
use crate::signaling::kurento::{Request, params};

/// How long it may take to find a path to the server.
const CONNECT_MS: u32 = 20_000;

/// The label of the data channel. An endpoint has one.
const CHANNEL: &str = "kurento";

/// The connection of this page to a `WebRtcEndpoint`.
///
/// An endpoint is negotiated once: every change is a new endpoint and a new connection, made before the old ones go. See
/// [`update`](Self::update). Clones are handles to the same link; dropping the last one closes the connection.
#[derive(Clone)]
pub struct KurentoLink(Rc<Inner>);

struct Inner {
    endpoint: KurentoObject,
    stream: MediaStream,
    live: RefCell<Option<Live>>,
    is_updating: Cell<bool>,
}

/// A connection that is established.
struct Live {
    connection: Rc<OfferedConnection>,
    channel: Option<DataChannel>,
    task: AbortHandle,
}

impl Drop for Live {
    fn drop(&mut self) {
        self.task.abort();
        self.connection.close();
    }
}

impl fmt::Debug for KurentoLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KurentoLink").finish_non_exhaustive()
    }
}

impl KurentoLink {
    pub(super) async fn open(endpoint: &KurentoObject, options: KurentoLinkOptions) -> Result<Self> {
        let live = Live::connect(endpoint, &endpoint.object_id(), &options).await?;
        let stream = MediaStream::new().map_err(Exception::from)?;
        let inner = Inner {
            endpoint: endpoint.clone(),
            stream,
            live: RefCell::default(),
            is_updating: Cell::default(),
        };
        let link = Self(Rc::new(inner));
        link.switch_to(live);
        Ok(link)
    }

    /// What the endpoint sends, for the `srcObject` of a media element. It is the same stream after an update.
    pub fn stream(&self) -> MediaStream {
        // `MediaStream.clone()` is another stream.
        Clone::clone(&self.0.stream)
    }

    /// The data channel of an endpoint that was created with `data_channels`. Every end that wants to receive needs one. It
    /// is another one after an update.
    pub fn channel(&self) -> Option<DataChannel> {
        self.0.live.borrow().as_ref()?.channel.clone()
    }

    /// The browser's connection, for its state and `getStats`. It is another one after an update. `None` when the link is
    /// closed.
    pub fn as_raw(&self) -> Option<RtcPeerConnection> {
        Some(self.0.live.borrow().as_ref()?.connection.as_raw().clone())
    }

    /// Sends other tracks, or connects again after the connection was lost: makes another endpoint with the options of this
    /// one, connects to it, connects it to the same elements, and releases the old one. Resolves when that is done. The
    /// endpoint's handle is the same, with another id.
    ///
    /// # Errors
    /// As for [`KurentoObject::link`]; the old connection then stays. `InvalidState` if the endpoint was not created by this
    /// page, during another update, and when the link is closed.
    pub async fn update(&self, options: KurentoLinkOptions) -> Result<()> {
        let action = "update the link";
        if self.0.live.borrow().is_none() {
            return Err(Error::InvalidState { action, state: "it is closed" });
        }
        if self.0.is_updating.replace(true) {
            return Err(Error::InvalidState { action, state: "it is being updated" });
        }
        let _guard = Updating(self.0.clone());
        let endpoint = &self.0.endpoint;
        let id = endpoint.make_another().await?;
        let made = match Live::connect(endpoint, &id, &options).await {
            Ok(live) => endpoint.replace_by(id.clone()).await.map(|()| live),
            Err(error) => Err(error),
        };
        match made {
            Ok(live) => self.switch_to(live),
            Err(error) => {
                endpoint.0.driver.start_and_forget(Request::release(&id));
                return Err(error);
            }
        }
        Ok(())
    }

    /// Closes the connection. The endpoint stays. Idempotent.
    pub fn close(&self) {
        drop(self.0.live.take());
        self.0.stream.get_tracks().iter().for_each(|track| self.0.stream.remove_track(&track.into()));
        self.0
            .endpoint
            .0
            .driver
            .stop_keeping(|kept| matches!(kept, Kept::Link(link) if Rc::ptr_eq(&link.0, &self.0)));
    }

    pub(super) fn endpoint_id(&self) -> String {
        self.0.endpoint.object_id()
    }

    #[cfg_attr(not(feature = "js"), allow(dead_code, reason = "for JavaScript"))]
    pub(super) fn driver(&self) -> &Rc<Driver> {
        &self.0.endpoint.0.driver
    }

    fn switch_to(&self, live: Live) {
        let Inner { stream, .. } = &*self.0;
        let old = stream.get_tracks();
        live.connection.received().iter().for_each(|track| stream.add_track(track));
        old.iter().for_each(|track| stream.remove_track(&track.into()));
        drop(self.0.live.replace(Some(live)));
    }
}

/// Ends the update when it is dropped.
struct Updating(Rc<Inner>);

impl Drop for Updating {
    fn drop(&mut self) {
        self.0.is_updating.set(false);
    }
}

impl Live {
    async fn connect(endpoint: &KurentoObject, id: &str, options: &KurentoLinkOptions) -> Result<Self> {
        let driver = &endpoint.0.driver;
        let (sender, inputs) = mpsc::unbounded();
        let configuration = PeerConnectionOptions {
            ice_servers: options.ice_servers.clone(),
            ice_transport_policy: options.ice_transport_policy,
            ..PeerConnectionOptions::default()
        };
        let connection =
            OfferedConnection::open(&configuration, &options.send, &options.receive, move |input| {
                // The link may be closed.
                let _ = sender.unbounded_send(input);
            })?;
        let connection = Rc::new(connection);
        let channel = endpoint.has_data_channels().then(|| {
            // The other end may be anything.
            let messages = MessageOptions { framing: Some(false), ..MessageOptions::default() };
            connection.create_data_channel(CHANNEL, &DataChannelOptions { messages, ..Default::default() })
        });
        let channel = channel.transpose()?;
        // Before candidates are gathered.
        let candidates = driver.events_of(id, "IceCandidateFound");
        let offer = connection.offer().await?;
        let offer = params(vec![("offer", offer.into())]);
        let answer = driver.call(Request::invoke(id, "processOffer", offer)).await?;
        let Value::String(answer) = answer else {
            let detail = "the endpoint has no answer".to_owned();
            return Err(SignalingError::Undecodable { detail }.into());
        };
        connection.answer(answer).await?;
        driver.start_and_forget(Request::invoke(id, "gatherCandidates", Map::new()));

        let (connecting, connected) = oneshot::channel();
        let mut exchange = Exchange {
            driver: Rc::downgrade(driver),
            connection: Rc::downgrade(&connection),
            id: id.to_owned(),
            connecting: Some(connecting),
        };
        let steps = select(candidates.map(Step::Theirs), inputs.map(Step::Own));
        let (work, task) = abortable(async move {
            let mut steps = steps;
            while let Some(step) = steps.next().await {
                exchange.take(step).await;
            }
        });
        spawn_local(async move {
            // Aborted when the link is closed.
            let _ = work.await;
        });
        let live = Self { connection, channel, task };
        match clock::within(CONNECT_MS, connected).await {
            Some(Ok(result)) => result.map(|()| live),
            Some(Err(_)) => Err(Error::Aborted),
            None => Err(Error::Timeout { action: "connecting to the endpoint", after_ms: CONNECT_MS }),
        }
    }
}

enum Step {
    Theirs(Result<Value>),
    Own(Input),
}

/// Exchanges the candidates of both ends, after the answer: the server ignores those that come before.
struct Exchange {
    driver: Weak<Driver>,
    connection: Weak<OfferedConnection>,
    id: String,
    connecting: Option<oneshot::Sender<Result<()>>>,
}

impl Exchange {
    async fn take(&mut self, step: Step) {
        match step {
            Step::Theirs(Ok(event)) => {
                let candidate = event.get("candidate").and_then(read_candidate);
                if let (Some(candidate), Some(connection)) = (candidate, self.connection.upgrade()) {
                    // Others may be usable.
                    let _ = connection.add_candidate(candidate).await;
                }
            }
            Step::Theirs(Err(error)) => self.end(Err(error)),
            Step::Own(Input::LocalCandidate(candidate)) => self.send(candidate),
            Step::Own(Input::StateChange(ConnectionState::Connected)) => self.end(Ok(())),
            Step::Own(Input::StateChange(ConnectionState::Failed)) => {
                let detail = "no path to the server was found".to_owned();
                self.end(Err(Error::Negotiation { step: "connecting to the endpoint", detail }));
            }
            Step::Own(_) => {}
        }
    }

    fn send(&self, candidate: IceCandidate) {
        let (Some(driver), Some(mid)) = (self.driver.upgrade(), candidate.sdp_mid) else { return };
        if candidate.candidate.is_empty() {
            return;
        }
        let candidate = params(vec![
            ("candidate", candidate.candidate.into()),
            ("sdpMid", mid.into()),
            ("sdpMLineIndex", candidate.sdp_m_line_index.unwrap_or_default().into()),
        ]);
        let arguments = params(vec![("candidate", candidate.into())]);
        driver.start_and_forget(Request::invoke(&self.id, "addIceCandidate", arguments));
    }

    fn end(&mut self, result: Result<()>) {
        if let Some(connecting) = self.connecting.take() {
            let _ = connecting.send(result);
        }
    }
}

/// A candidate of the server, unless it is for RTCP on a port of its own, which browsers do not use.
fn read_candidate(value: &Value) -> Option<IceCandidate> {
    let candidate = value.get("candidate")?.as_str()?.to_owned();
    if candidate.split(' ').nth(1) != Some("1") {
        return None;
    }
    let index = value.get("sdpMLineIndex").and_then(Value::as_u64);
    Some(IceCandidate {
        candidate,
        sdp_mid: value.get("sdpMid").and_then(Value::as_str).map(str::to_owned),
        sdp_m_line_index: index.and_then(|index| u16::try_from(index).ok()),
        username_fragment: None,
    })
}
