//! Another participant.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use super::publication::{self, Publication};
use super::remote_track::RemoteTrack;
use crate::engine::quality::ParticipantQuality;
use crate::model::{ParticipantConnectionState, ParticipantId, ParticipantInfo, Role, RoomPermissions};

/// Another participant. Clones are handles of the same participant, and compare as equal. The getters return current values
/// while the participant is in the room, and the last ones after it has left.
#[derive(Clone, Debug)]
pub struct RemoteParticipant(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    id: ParticipantId,
    known: RefCell<Known>,
    /// The number of changes so far.
    revision: Cell<u32>,
    /// The JavaScript object of the participant.
    #[cfg(feature = "js")]
    object: crate::js::LiveObject,
}

#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "js", derive(serde::Serialize), serde(rename_all = "camelCase"))]
struct Known {
    id: ParticipantId,
    name: String,
    metadata: String,
    #[cfg_attr(feature = "js", serde(serialize_with = "crate::js::convert::attributes"))]
    attributes: BTreeMap<String, String>,
    role: Role,
    #[cfg_attr(feature = "js", serde(skip_serializing_if = "Option::is_none"))]
    identity: Option<String>,
    permissions: RoomPermissions,
    #[cfg_attr(feature = "js", serde(serialize_with = "crate::js::convert::publications"))]
    publications: Vec<Publication>,
    #[cfg_attr(feature = "js", serde(serialize_with = "crate::js::convert::tracks"))]
    tracks: Vec<RemoteTrack>,
    connection_state: ParticipantConnectionState,
    quality: Option<ParticipantQuality>,
    reconnecting: bool,
}

impl RemoteParticipant {
    pub(super) fn new(info: &ParticipantInfo) -> Self {
        let known = Known {
            id: info.id.clone(),
            name: String::new(),
            metadata: String::new(),
            attributes: BTreeMap::new(),
            role: info.role,
            identity: None,
            permissions: info.permissions,
            publications: Vec::new(),
            tracks: Vec::new(),
            connection_state: ParticipantConnectionState::New,
            quality: None,
            reconnecting: false,
        };
        Self(Rc::new(Inner {
            id: info.id.clone(),
            known: RefCell::new(known),
            revision: Cell::default(),
            #[cfg(feature = "js")]
            object: crate::js::LiveObject::new("RemoteParticipant"),
        }))
    }

    /// Identifies the participant for as long as it is in the room.
    pub fn id(&self) -> &ParticipantId {
        &self.0.id
    }

    /// The display name.
    pub fn name(&self) -> String {
        self.0.known.borrow().name.clone()
    }

    /// Application-defined data.
    pub fn metadata(&self) -> String {
        self.0.known.borrow().metadata.clone()
    }

    /// Application-defined data by name.
    pub fn attributes(&self) -> BTreeMap<String, String> {
        self.0.known.borrow().attributes.clone()
    }

    /// One of the [`attributes`](Self::attributes).
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.0.known.borrow().attributes.get(name).cloned()
    }

    /// The participant's role.
    pub fn role(&self) -> Role {
        self.0.known.borrow().role
    }

    /// The identity that the participant's token proves to the server. `None` without a token. Several participants may
    /// have the same one.
    pub fn identity(&self) -> Option<String> {
        self.0.known.borrow().identity.clone()
    }

    /// What the participant may do.
    pub fn permissions(&self) -> RoomPermissions {
        self.0.known.borrow().permissions
    }

    /// The participant's publications.
    pub fn publications(&self) -> Vec<Publication> {
        self.0.known.borrow().publications.clone()
    }

    /// The tracks that can be played.
    pub fn tracks(&self) -> Vec<RemoteTrack> {
        self.0.known.borrow().tracks.clone()
    }

    /// The state of the connection to the participant.
    pub fn connection_state(&self) -> ParticipantConnectionState {
        self.0.known.borrow().connection_state
    }

    /// The quality of the call with the participant, in both directions. `None` until it has been measured.
    pub fn quality(&self) -> Option<ParticipantQuality> {
        self.0.known.borrow().quality
    }

    /// Whether the participant's connection to the signaling server is lost. Its media may continue.
    pub fn reconnecting(&self) -> bool {
        self.0.known.borrow().reconnecting
    }

    /// The number of changes so far.
    #[cfg(any(feature = "js", feature = "yew"))]
    pub(crate) fn revision(&self) -> u32 {
        self.0.revision.get()
    }

    /// The JavaScript object of the participant.
    #[cfg(feature = "js")]
    pub(crate) fn object(&self) -> wasm_bindgen::JsValue {
        let known = self.0.known.borrow().clone();
        self.0.object.get(&known)
    }

    pub(super) fn follow(&self, now: &ParticipantInfo) {
        let mut next = self.0.known.borrow().clone();
        let is_changed = publication::follow(&mut next.publications, &now.publications);
        next.name.clone_from(&now.name);
        next.metadata.clone_from(&now.metadata);
        next.attributes.clone_from(&now.attributes);
        next.role = now.role;
        next.reconnecting = now.reconnecting;
        next.identity.clone_from(&now.identity);
        next.permissions = now.permissions;
        self.take(next, is_changed);
    }

    pub(super) fn follow_media(
        &self,
        tracks: Vec<RemoteTrack>,
        connection_state: ParticipantConnectionState,
        quality: Option<ParticipantQuality>,
    ) {
        let known = self.0.known.borrow().clone();
        self.take(Known { tracks, connection_state, quality, ..known }, false);
    }

    fn take(&self, next: Known, is_changed: bool) {
        if !is_changed && *self.0.known.borrow() == next {
            return;
        }
        self.0.revision.set(self.0.revision.get().wrapping_add(1));
        let before = self.0.known.replace(next.clone());
        #[cfg(feature = "js")]
        self.0.object.update(&next);
        drop((before, next));
    }
}

/// The same participant.
impl PartialEq for RemoteParticipant {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for RemoteParticipant {}

impl Hash for RemoteParticipant {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Rc::as_ptr(&self.0).hash(state);
    }
}
