//! A room: join it, publish tracks, receive the others' tracks and messages.
//!
//! ```no_run
//! # #[cfg(target_arch = "wasm32")]
//! # async fn example() -> moim::Result<()> {
//! use futures::StreamExt;
//! use moim::{CameraOptions, JoinOptions, Room, RoomEvent, RoomOptions};
//!
//! let room = Room::new(RoomOptions::default())?;
//! let mut events = room.events();
//! room.set_camera_enabled(true, &CameraOptions::default()).await?;
//! room.join(JoinOptions::new("tea", "Ana")).await?;
//! while let Some(event) = events.next().await {
//!     if let RoomEvent::TrackAdded { track, .. } = event {
//!         // track.attach(&video)?
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod adaptive_stream;
mod arrivals;
mod attachments;
mod chunk_backend;
mod driver;
mod event;
mod files;
mod late;
mod local_media;
mod local_tracks;
mod messages;
mod participant;
mod people;
mod publication;
mod publish;
mod quality;
mod remote_track;
mod roles;
mod rpc;
mod server_data;
mod speakers;
mod streams;

use std::cell::RefCell;
use std::rc::Rc;

use futures::channel::oneshot;

use self::driver::Driver;
pub use self::event::{RoomEvent, RoomEvents, RoomState};
pub use self::files::SendFileOptions;
pub use self::messages::{ChatDelivery, ChatReceipt, DataCapacity};
pub use self::participant::RemoteParticipant;
pub use self::publication::Publication;
pub use self::publish::PublicationRef;
pub use self::remote_track::RemoteTrack;
pub use self::rpc::{CallOptions, RpcGuard, RpcInvocation};
pub use self::streams::{IncomingStream, OutgoingStream, StreamOptions};
use crate::collections::SortedSet;
use crate::engine::capabilities::{self, RoomCapabilities};
use crate::engine::quality::ParticipantQuality;
use crate::engine::session::Session;
use crate::engine::stream::{StreamHeader, StreamKind};
use crate::error::{Error, Result};
use crate::model::{
    Channel, Feature, JoinRequest, ParticipantId, Profile, PublicationId, RoomPermission, Topology, Wish,
};
use crate::options::{JoinOptions, RoomOptions, SubscribeOptions, UpdateOptions};
use crate::platform::{clock, url};
use crate::signaling::{Lane, ServerOptions, ServerType, SignalingBackend};

/// A call between participants who exchange media and data. Clones are handles to the same
/// room; dropping the last one leaves it.
#[derive(Clone, Debug)]
pub struct Room(Rc<Handle>);

#[derive(Debug)]
struct Handle {
    driver: Rc<Driver>,
    topology: Topology,
    /// The codecs that can be published. Empty: all that the browser has.
    codecs: Vec<String>,
    /// For joining without another one.
    token: Option<String>,
    join_timeout_ms: u32,
    /// The ids of all publications so far.
    issued: RefCell<SortedSet<PublicationId>>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.driver.with_session(Session::leave);
    }
}

impl Room {
    /// Creates a room. It does not connect before [`join`](Self::join), so no event is missed.
    ///
    /// # Errors
    /// `InvalidOptions` for invalid options, and without an absolute URL on a page without a server; `UnsupportedByServer`
    /// if the server does not support the topology; `Unsupported` outside a window, such as in a worker.
    pub fn new(mut options: RoomOptions) -> Result<Self> {
        options.check()?;
        let named = std::mem::take(&mut options.url);
        let mut server =
            options.server.take().unwrap_or_else(|| ServerOptions::new(ServerType::Native, named));
        server.url = url::resolve_server(&server)?;
        let token = server.token.take();
        Self::open(chunk_backend::create(server), options, token)
    }

    /// Creates a room with a signaling backend of the application. It does not connect before [`join`](Self::join).
    ///
    /// # Errors
    /// `InvalidOptions` for invalid options, and for a `url` or a `server`, which are the backend's business;
    /// `UnsupportedByServer` for the topology `sfu` with a backend whose server does not forward media; `Unsupported`
    /// outside a window, such as in a worker.
    pub fn with_backend(backend: impl SignalingBackend + 'static, options: RoomOptions) -> Result<Self> {
        options.check()?;
        if !options.url.is_empty() || options.server.is_some() {
            let detail = "url and server are not used with a backend: pass them to the backend".to_owned();
            return Err(Error::InvalidOptions { detail });
        }
        Self::open(Box::new(backend), options, None)
    }

    fn open(backend: Box<dyn SignalingBackend>, options: RoomOptions, token: Option<String>) -> Result<Self> {
        if web_sys::window().is_none() {
            return Err(Error::Unsupported { feature: "a room outside a window" });
        }
        let capabilities = backend.capabilities();
        capabilities::expect_topology(&capabilities, options.topology)?;
        let sending = capabilities.lanes.iter().find(|lane| lane.lane != Lane::Subscribe);
        let sending = sending.filter(|_| options.topology == Topology::Sfu);
        let codecs = sending.map_or_else(Vec::new, |lane| lane.profile.codecs.clone());
        let policy = options.ice_transport_policy;
        let session = Session::new(capabilities, options.ice_servers, options.auto_subscribe)
            .with_ice_transport_policy(policy)
            .with_reconnect_ms(options.reconnect.max_duration_ms);
        Ok(Self(Rc::new(Handle {
            driver: Driver::new(session, backend, policy, options.adaptive_stream, options.cpu_relief),
            topology: options.topology,
            codecs,
            token,
            join_timeout_ms: options.join_timeout_ms,
            issued: RefCell::default(),
        })))
    }

    /// The room's state.
    pub fn state(&self) -> RoomState {
        self.driver().state.get()
    }

    /// What the room can do with its server, known before it is joined.
    pub fn capabilities(&self) -> RoomCapabilities {
        self.driver().session.borrow().capabilities().into()
    }

    /// A stream of the room's events from now on. Several streams may be read at the same time.
    pub fn events(&self) -> RoomEvents {
        self.driver().events.subscribe()
    }

    /// Joins a room. Resolves when the server has admitted this participant; the others' tracks are emitted as events.
    ///
    /// # Errors
    /// `InvalidOptions` for an empty or too long room or name, which does not leave the room; `InvalidState` if it was called
    /// before, or [`leave`](Self::leave) meanwhile; `Signaling` if the server cannot be reached or rejects it;
    /// `Timeout` after `join_timeout_ms`. After an error, or when the future is dropped before it completes, the room
    /// is left: create a new one to try again.
    pub async fn join(&self, options: JoinOptions) -> Result<()> {
        options.check()?;
        let driver = self.driver();
        self.expect_state("join", &[RoomState::New])?;
        self.expect_profile(Some(&options.metadata), options.attributes.is_empty())?;
        capabilities::expect_role(driver.session.borrow().capabilities(), options.role)?;
        driver.set_state(RoomState::Joining);
        driver.watch_page();
        let (joining, joined) = oneshot::channel();
        *driver.joining.borrow_mut() = Some(joining);
        let JoinOptions { room, name, metadata, attributes, role, token } = options;
        let profile = Profile { name, metadata, attributes };
        let request = JoinRequest {
            role,
            token: token.or_else(|| self.0.token.clone()),
            ..JoinRequest::new(room, profile, self.0.topology)
        };
        driver.with_session(|session| session.join(request, self.0.join_timeout_ms, clock::now()));
        let mut unless_awaited = LeaveOnDrop(Some(driver));
        let result = joined.await;
        unless_awaited.0 = None;
        result.unwrap_or(Err(Error::InvalidState { action: "join", state: "the room was dropped" }))
    }

    /// Changes this participant's profile. The others get [`RoomEvent::ParticipantUpdated`].
    ///
    /// # Errors
    /// `InvalidState` before [`join`](Self::join) and after [`leave`](Self::leave); `InvalidOptions` for
    /// an empty or too long name, and if the metadata, or all attributes together, exceed 8192 characters;
    /// `NotPermitted` without [`RoomPermission::Metadata`]; `UnsupportedByServer` for what the server does not know of participants.
    pub fn update(&self, options: UpdateOptions) -> Result<()> {
        self.expect_state("update", &[RoomState::Joining, RoomState::Waiting, RoomState::Joined])?;
        options.check()?;
        if options.name.is_some() {
            self.expect_supported(Feature::Name)?;
        }
        self.expect_profile(options.metadata.as_ref(), options.attributes.is_empty())?;
        self.expect_permitted("update", RoomPermission::Metadata)?;
        self.driver().with_session(|session| {
            session.update(options.applied_to(session.profile().clone())?);
            Ok(())
        })
    }

    /// Sets how much of a remote publication is wanted: nothing, or no larger than it is shown. An SFU forwards a
    /// suitable layer; in a mesh the publisher sends less. By default everything is wanted in full.
    /// [`RoomOptions::adaptive_stream`] may request less than this, and never more.
    ///
    /// # Errors
    /// `InvalidState` if the room is not joined; `NotPermitted` without [`RoomPermission::Subscribe`].
    pub fn subscribe(
        &self,
        participant: &ParticipantId,
        publication: &PublicationId,
        options: &SubscribeOptions,
    ) -> Result<()> {
        self.expect_state("subscribe", &[RoomState::Joined])?;
        self.expect_supported(Feature::Subscribe)?;
        if options.wanted {
            self.expect_permitted("subscribe", RoomPermission::Subscribe)?;
        }
        let wish = Wish {
            participant_id: participant.clone(),
            publication_id: publication.clone(),
            wanted: options.wanted,
            max_height: options.max_height,
        };
        self.driver().with_session(|session| session.subscribe(wish));
        Ok(())
    }

    /// This participant's id, once joined.
    pub fn participant_id(&self) -> Option<ParticipantId> {
        self.driver().session.borrow().own_id().cloned()
    }

    /// The other participants in the room, in the order of joining.
    pub fn participants(&self) -> Vec<RemoteParticipant> {
        self.driver().participants()
    }

    /// The active speakers among the others.
    pub fn active_speakers(&self) -> Vec<ParticipantId> {
        self.driver().speakers.active()
    }

    /// The dominant speaker among the others.
    pub fn dominant_speaker(&self) -> Option<ParticipantId> {
        self.driver().speakers.dominant()
    }

    /// The quality of the call for this participant: of what it sends to all, and of what it receives from all. `None`
    /// until it has been measured. That of the call with another one is [`RemoteParticipant::quality`].
    pub fn quality(&self) -> Option<ParticipantQuality> {
        self.driver().quality.own()
    }

    /// This participant's publications.
    pub fn publications(&self) -> Vec<Publication> {
        self.driver().own_publications()
    }

    /// Leaves the room. Tracks that the application has published continue; those that
    /// [`set_camera_enabled`](Self::set_camera_enabled) and similar methods have opened are stopped. Idempotent.
    pub async fn leave(&self) {
        self.driver().with_session(Session::leave);
    }

    fn driver(&self) -> &Driver {
        &self.0.driver
    }

    /// Fails unless the server supports a feature.
    fn expect_supported(&self, feature: Feature) -> Result<()> {
        capabilities::expect(self.driver().session.borrow().capabilities(), feature)
    }

    /// Data for everyone, or for one participant.
    fn expect_data(&self, channel: Channel, to: Option<&ParticipantId>) -> Result<()> {
        self.expect_supported(if channel == Channel::Lossy {
            Feature::LossyData
        } else {
            Feature::ReliableData
        })?;
        to.map_or(Ok(()), |_| self.expect_supported(Feature::AddressedData))
    }

    fn expect_profile(&self, metadata: Option<&String>, has_no_attributes: bool) -> Result<()> {
        if metadata.is_some_and(|metadata| !metadata.is_empty()) {
            self.expect_supported(Feature::Metadata)?;
        }
        if has_no_attributes { Ok(()) } else { self.expect_supported(Feature::Attributes) }
    }

    fn expect_not_left(&self, action: &'static str) -> Result<()> {
        self.expect_state(
            action,
            &[RoomState::New, RoomState::Joining, RoomState::Waiting, RoomState::Joined],
        )
    }

    fn expect_state(&self, action: &'static str, allowed: &[RoomState]) -> Result<()> {
        let state = self.state();
        // What is requested while the server is away is sent when it is back.
        let counts_as = if state == RoomState::Reconnecting { RoomState::Joined } else { state };
        if allowed.contains(&counts_as) {
            return Ok(());
        }
        let state = match state {
            RoomState::New => "the room is not joined: await `join` first",
            RoomState::Joining | RoomState::Waiting if allowed == [RoomState::New] => {
                "the room is being joined: call `join` once"
            }
            RoomState::Joining => "the room is being joined: await `join` first",
            RoomState::Waiting => "this participant waits until the host admits it: await `join` first",
            RoomState::Joined | RoomState::Reconnecting => "the room is joined already",
            RoomState::Left => return Err(left(action)),
        };
        Err(Error::InvalidState { action, state })
    }
}

/// The error of an action in a room that is left.
fn left(action: &'static str) -> Error {
    Error::InvalidState { action, state: "the room is left: create a new one" }
}

/// Leaves the room on drop, when its `join` is no longer awaited.
struct LeaveOnDrop<'a>(Option<&'a Driver>);

impl Drop for LeaveOnDrop<'_> {
    fn drop(&mut self) {
        if let Some(driver) = self.0 {
            driver.with_session(Session::leave);
        }
    }
}

/// Whether both are handles to the same room.
impl PartialEq for Room {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Room {}
