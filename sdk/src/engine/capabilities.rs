//! What a room can do with its server.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::model::{Capabilities, Feature, Role, Topology};

/// What a room can do with its server. A call that needs more fails with `Unsupported`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RoomCapabilities {
    /// The kind of server; `"custom"` with a signaling backend of the application.
    #[cfg_attr(feature = "js", tsify(type = "ServerType | \"custom\""))]
    pub server: &'static str,
    /// The topologies that it supports.
    pub topologies: Vec<Topology>,
    /// Whether tracks can be published.
    pub publish: bool,
    /// Whether the tracks of others are received.
    pub subscribe: bool,
    /// Whether a camera is sent in several sizes, of which the server chooses one for each receiver. Only in the topology `sfu`.
    pub simulcast: bool,
    /// Whether reliable data can be sent: messages, chat, files and streams.
    pub reliable_data: bool,
    /// Whether unreliable data can be sent.
    pub lossy_data: bool,
    /// Whether data can be sent to one participant. Files and streams require it.
    pub addressed_data: bool,
    /// Whether tracks can be published to one participant.
    pub addressed_tracks: bool,
    /// Whether a participant's name can be changed.
    pub name: bool,
    /// Whether participants have metadata.
    pub metadata: bool,
    /// Whether participants have attributes.
    pub attributes: bool,
    /// Whether hosts can lock the room and admit those who wait.
    pub lobby: bool,
    /// Whether hosts can remove participants.
    pub remove: bool,
    /// Whether hosts can mute publications of others.
    pub mute: bool,
    /// Whether a lost connection to the server is restored. If not, the room is left.
    pub resume: bool,
}

impl From<&Capabilities> for RoomCapabilities {
    fn from(of: &Capabilities) -> Self {
        let has = |feature| of.has(feature);
        let topologies =
            [(Topology::Mesh, Feature::Mesh), (Topology::Sfu, Feature::Sfu), (Topology::Mcu, Feature::Mcu)];
        Self {
            server: name(of),
            topologies: topologies
                .into_iter()
                .filter_map(|(one, feature)| has(feature).then_some(one))
                .collect(),
            publish: has(Feature::Publish),
            subscribe: has(Feature::Subscribe),
            simulcast: of.lanes.iter().any(|lane| !lane.profile.rids.is_empty()),
            reliable_data: has(Feature::ReliableData),
            lossy_data: has(Feature::LossyData),
            addressed_data: has(Feature::AddressedData),
            addressed_tracks: has(Feature::AddressedTracks),
            name: has(Feature::Name),
            metadata: has(Feature::Metadata),
            attributes: has(Feature::Attributes),
            lobby: has(Feature::Lobby),
            remove: has(Feature::Remove),
            mute: has(Feature::Mute),
            resume: of.resume,
        }
    }
}

fn name(of: &Capabilities) -> &'static str {
    if of.server.is_empty() { "custom" } else { of.server }
}

/// Fails unless the server supports a feature.
///
/// # Errors
/// `UnsupportedByServer`, which names both.
pub fn expect(capabilities: &Capabilities, feature: Feature) -> Result<()> {
    if capabilities.has(feature) {
        return Ok(());
    }
    Err(Error::UnsupportedByServer { server: name(capabilities), feature: feature.as_str() })
}

/// Fails unless the server supports a topology.
///
/// # Errors
/// `UnsupportedByServer`, which names both.
pub fn expect_topology(capabilities: &Capabilities, topology: Topology) -> Result<()> {
    match topology {
        Topology::Mesh => expect(capabilities, Feature::Mesh),
        Topology::Sfu => expect(capabilities, Feature::Sfu),
        Topology::Mcu => expect(capabilities, Feature::Mcu),
        _ => Ok(()),
    }
}

/// Fails unless the server knows a role. A host is one who can do at least one of a host's actions.
///
/// # Errors
/// `UnsupportedByServer`, which names both.
pub fn expect_role(capabilities: &Capabilities, role: Role) -> Result<()> {
    match role {
        Role::Host if ![Feature::Remove, Feature::Mute].iter().any(|one| capabilities.has(*one)) => {
            expect(capabilities, Feature::Lobby)
        }
        Role::Mixer => expect(capabilities, Feature::Mcu),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Lane, LinkProfile, Offerer, ServerLane};

    fn only_media() -> Capabilities {
        let profile = LinkProfile { rids: vec!["l".into(), "h".into()], ..LinkProfile::server() };
        let lacks =
            &[Feature::Mesh, Feature::Mcu, Feature::Metadata, Feature::Lobby, Feature::Remove, Feature::Mute];
        Capabilities {
            lanes: vec![ServerLane { lane: Lane::Publish, offerer: Offerer::Us, profile }],
            server: "tower",
            lacks,
            ..Capabilities::default()
        }
    }

    #[test]
    fn what_a_server_lacks_is_known_beforehand_and_refused_with_its_name() {
        let capabilities = only_media();
        let shown = RoomCapabilities::from(&capabilities);
        assert_eq!((shown.server, shown.topologies), ("tower", vec![Topology::Sfu]));
        assert!(shown.simulcast && shown.attributes && !shown.metadata && !shown.remove);
        let error = expect(&capabilities, Feature::Metadata).unwrap_err();
        assert_eq!(error.code().as_str(), "ERR_UNSUPPORTED");
        assert_eq!(
            error.to_string(),
            "the server type \"tower\" does not support `metadata`: see `room.capabilities`"
        );
        assert!(expect_topology(&capabilities, Topology::Mesh).unwrap_err().to_string().contains("`mesh`"));
        assert_eq!(expect_topology(&capabilities, Topology::Sfu), Ok(()));
        assert!(expect_role(&capabilities, Role::Host).is_err());
        assert_eq!(expect_role(&capabilities, Role::Participant), Ok(()));
    }

    #[test]
    fn a_backend_of_an_application_supports_all_that_its_lanes_allow() {
        let shown = RoomCapabilities::from(&Capabilities::default());
        assert_eq!((shown.server, shown.topologies), ("custom", vec![Topology::Mesh, Topology::Mcu]));
        assert!(shown.publish && shown.addressed_data && shown.lobby && !shown.resume);
        for feature in Feature::ALL {
            assert_eq!(expect(&Capabilities::default(), *feature).is_ok(), *feature != Feature::Sfu);
        }
    }
}
