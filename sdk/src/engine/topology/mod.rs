//! Pure functions that derive from the roster which connections should exist, and what each should carry.

pub mod mcu;
pub mod mesh;
pub mod server;

use crate::collections::SortedSet;
use crate::model::{
    Capabilities, LinkId, LinkProfile, Offerer, ParticipantId, ParticipantInfo, Publication, PublicationId,
    RoomPermission, Sections, Topology,
};

/// A connection that should exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Its id.
    pub link: LinkId,
    /// The type of the remote end.
    pub far_end: FarEnd,
    /// Who makes the offers.
    pub offerer: Offerer,
    /// The publications to send over it.
    pub send: SortedSet<PublicationId>,
    /// How many of each kind that is.
    pub sending: Sections,
    /// The minimum media sections to offer for remote publications.
    pub receive: Sections,
    /// How media and data are sent.
    pub profile: LinkProfile,
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
    /// The server, which forwards media and messages, and assigns publications to sections.
    Server,
}

impl FarEnd {
    /// Whether it is between this participant and all others.
    pub fn is_relay(self) -> bool {
        matches!(self, Self::Mixer | Self::Server)
    }
}

/// The publications that a participant receives, of these.
fn publications_for<'a>(
    receiver: &'a ParticipantInfo,
    publications: &'a [Publication],
) -> impl Iterator<Item = &'a Publication> {
    let receives = receiver.permissions.allows(RoomPermission::Subscribe);
    publications.iter().filter(move |publication| receives && publication.is_for(&receiver.id))
}

/// Returns the connections that should exist. `own` is unknown before the room is joined.
pub fn plan(
    topology: Topology,
    capabilities: &Capabilities,
    own: Option<&ParticipantId>,
    publications: &[Publication],
    roster: &[ParticipantInfo],
) -> Vec<Plan> {
    match (topology, own) {
        (Topology::Sfu, own) => {
            let mut plans = server::plan(&capabilities.lanes, own, publications, roster);
            let offering = |plan: &&mut Plan| plan.link.receives() && plan.offerer == Offerer::Us;
            plans
                .iter_mut()
                .filter(offering)
                .for_each(|it| it.receive = it.receive.max(capabilities.receive));
            plans
        }
        (Topology::Mcu, Some(own)) => mcu::plan(own, publications, roster),
        (_, Some(own)) => mesh::plan(own, publications, roster),
        (_, None) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Lane, Role, ServerLane, participant};

    #[test]
    fn only_a_link_to_a_server_is_opened_before_the_room_is_joined() {
        let plan = |topology| super::plan(topology, &capabilities(), None, &[], &[]);
        assert_eq!(plan(Topology::Mesh), []);
        assert_eq!(plan(Topology::Mcu), []);
        let [only] = plan(Topology::Sfu).try_into().unwrap();
        assert_eq!(only.far_end, FarEnd::Server);
    }

    fn capabilities() -> Capabilities {
        let (lane, offerer, profile) = (Lane::Both, Offerer::Us, LinkProfile::server());
        Capabilities {
            lanes: vec![ServerLane { lane, offerer, profile }],
            join_carries_offer: true,
            ..Capabilities::default()
        }
    }

    #[test]
    fn each_topology_has_its_planner() {
        let roster = [participant("m", 1, Role::Mixer), participant("a", 2, Role::Participant)];
        let capabilities = capabilities();
        let far_end = |topology| plan(topology, &capabilities, Some(&"a".into()), &[], &roster)[0].far_end;
        assert_eq!(far_end(Topology::Mesh), FarEnd::Participant);
        assert_eq!(far_end(Topology::Sfu), FarEnd::Server);
        assert_eq!(far_end(Topology::Mcu), FarEnd::Mixer);
    }
}
