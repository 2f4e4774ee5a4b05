//! A snapshot of another participant.

use std::collections::BTreeMap;

use serde::Serialize;

use super::remote_track::RemoteTrack;
use crate::model::{ConnectionState, ParticipantId, Publication, Role};

/// A snapshot of another participant.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RemoteParticipant {
    /// The id, unique while the participant is in the room.
    pub id: ParticipantId,
    /// The display name.
    pub name: String,
    /// Application data.
    pub metadata: String,
    /// Application attributes by name.
    #[cfg_attr(
        feature = "js",
        serde(serialize_with = "crate::js::convert::attributes"),
        tsify(type = "Record<string, string>")
    )]
    pub attributes: BTreeMap<String, String>,
    /// The role.
    pub role: Role,
    /// The publications.
    pub publications: Vec<Publication>,
    /// The tracks that can be played now.
    #[cfg_attr(
        feature = "js",
        serde(serialize_with = "crate::js::convert::tracks"),
        tsify(type = "RemoteTrack[]")
    )]
    #[cfg_attr(not(feature = "js"), serde(skip))]
    pub tracks: Vec<RemoteTrack>,
    /// The state of the connection to it.
    pub connection_state: ConnectionState,
}
