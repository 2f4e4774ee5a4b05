//! Pure planners: from the roster to the connections that should exist, and what each should carry.

pub mod mesh;

use std::collections::BTreeSet;

use crate::engine::negotiation::Role;
use crate::model::{ParticipantId, PublicationId};

/// A connection that should exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The far end.
    pub peer: ParticipantId,
    /// Who gives way in a glare.
    pub role: Role,
    /// This end makes the first offer.
    pub offers_first: bool,
    /// The publications to send over it.
    pub send: BTreeSet<PublicationId>,
}
