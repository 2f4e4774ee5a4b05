//! Pure functions that derive from the roster which connections should exist, and what each should carry.

pub mod mcu;
pub mod mesh;
pub mod sfu;

use std::collections::BTreeSet;

use crate::engine::negotiation::Politeness;
use crate::model::{MediaKind, ParticipantId, ParticipantInfo, Publication, PublicationId, Topology};

/// A connection that should exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The id to which its signals are relayed.
    pub peer: ParticipantId,
    /// The type of the remote end.
    pub far_end: FarEnd,
    /// The politeness of this end.
    pub politeness: Politeness,
    /// This end makes every offer. The other one asks for them.
    pub offers: bool,
    /// The publications to send over it.
    pub send: BTreeSet<PublicationId>,
    /// How many of each kind that is.
    pub sending: Sections,
    /// The minimum media sections to offer for remote publications.
    pub receive: Sections,
}

/// The type of the remote end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FarEnd {
    /// Another participant, which sends its own publications.
    Participant,
    /// The room's mixer, which sends one picture of everyone, and forwards messages.
    Mixer,
    /// A participant who receives the mix: this end is the mixer.
    Listener,
    /// The server's SFU. This end makes every offer; the SFU assigns publications to sections.
    Sfu,
}

impl FarEnd {
    /// Whether it is between this participant and all others.
    pub fn is_relay(self) -> bool {
        matches!(self, Self::Mixer | Self::Sfu)
    }
}

/// The publications that a participant receives from this one.
fn publications_for(id: &ParticipantId, publications: &[Publication]) -> BTreeSet<PublicationId> {
    let meant = publications.iter().filter(|publication| publication.is_for(id));
    meant.map(|publication| publication.id.clone()).collect()
}

impl Sections {
    /// One section for each of these.
    fn of<'a>(publications: impl IntoIterator<Item = &'a Publication>) -> Self {
        let mut sections = Self::default();
        for publication in publications {
            match publication.kind {
                MediaKind::Audio => sections.audio += 1,
                MediaKind::Video => sections.video += 1,
            }
        }
        sections
    }

    /// The larger number of each kind.
    pub fn max(self, other: Self) -> Self {
        Self { audio: self.audio.max(other.audio), video: self.video.max(other.video) }
    }
}

/// The number of media sections of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sections {
    /// For audio.
    pub audio: usize,
    /// For video.
    pub video: usize,
}

/// Returns the connections that should exist. `own` is unknown before the room is joined.
pub fn plan(
    topology: Topology,
    own: Option<&ParticipantId>,
    publications: &[Publication],
    roster: &[ParticipantInfo],
) -> Vec<Plan> {
    match (topology, own) {
        (Topology::Sfu, own) => vec![sfu::plan(own, publications, roster)],
        (Topology::Mcu, Some(own)) => mcu::plan(own, publications, roster),
        (_, Some(own)) => mesh::plan(own, publications, roster),
        (_, None) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Role;

    #[test]
    fn only_the_way_to_an_sfu_can_be_opened_before_the_room_is_joined() {
        assert_eq!(plan(Topology::Mesh, None, &[], &[]), []);
        assert_eq!(plan(Topology::Mcu, None, &[], &[]), []);
        let [only] = plan(Topology::Sfu, None, &[], &[]).try_into().unwrap();
        assert_eq!(only.far_end, FarEnd::Sfu);
    }

    #[test]
    fn each_topology_has_its_planner() {
        let participant = |id: &str, join_order, role| ParticipantInfo {
            id: id.into(),
            join_order,
            name: id.into(),
            metadata: String::new(),
            attributes: Default::default(),
            role,
            publications: Vec::new(),
            reconnecting: false,
        };
        let roster = [participant("m", 1, Role::Mixer), participant("a", 2, Role::Participant)];
        let far_end = |topology| plan(topology, Some(&"a".into()), &[], &roster)[0].far_end;
        assert_eq!(far_end(Topology::Mesh), FarEnd::Participant);
        assert_eq!(far_end(Topology::Sfu), FarEnd::Sfu);
        assert_eq!(far_end(Topology::Mcu), FarEnd::Mixer);
    }
}
