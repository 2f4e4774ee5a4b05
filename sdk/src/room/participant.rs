//! Another participant, as known at one moment.

use std::collections::BTreeMap;

use serde::Serialize;

use super::remote_track::RemoteTrack;
use crate::model::{ConnectionState, ParticipantId, Publication, Role};

/// Another participant, as known at the moment of asking.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RemoteParticipant {
    /// Names the participant for as long as it stays.
    pub id: ParticipantId,
    /// The name to show.
    pub name: String,
    /// Whatever the application attached.
    pub metadata: String,
    /// What the application attached by name.
    #[cfg_attr(
        feature = "js",
        serde(serialize_with = "crate::js::convert::attributes"),
        tsify(type = "Record<string, string>")
    )]
    pub attributes: BTreeMap<String, String>,
    /// What it is in the room for.
    pub role: Role,
    /// What the participant publishes.
    pub publications: Vec<Publication>,
    /// What can be played of it now.
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
