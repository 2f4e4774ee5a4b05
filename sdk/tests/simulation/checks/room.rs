//! A client's view of the room equals the server's, by its methods and by its events.

use moim::ParticipantConnectionState;
use moim::Topology;
use moim::model::{ParticipantInfo, Role};

use crate::client::{Client, PICTURE, ROOM, sound_for};
use crate::world::World;

pub(super) fn check(world: &World, client: &Client) {
    let (session, view) = (&client.session, &client.view);
    let participants = world.hub.participants(ROOM);
    let (own, others): (Vec<_>, Vec<_>) =
        participants.iter().partition(|known| Some(&known.id) == client.own_id.as_ref());
    let own = own[0];
    assert!(!view.is_reconnecting, "still not back");
    assert_eq!(session.others().collect::<Vec<_>>(), others);
    assert_eq!(own.publications, session.publications());
    assert_eq!(own.profile(), *session.profile());
    assert_eq!(session.own_role(), Some(own.role));
    assert_eq!(*session.lobby(), world.hub.lobby(ROOM));
    assert_eq!(view.lobby, *session.lobby());
    assert_eq!(view.role, session.own_role());
    // A server that has forgotten it gives it another id.
    let keeps_id = client.former_ids.is_empty() && !client.was_forgotten;
    if let Some(ids) = world.lobby_ids.get(&client.first_name()).filter(|_| keeps_id) {
        assert_eq!(ids.iter().collect::<Vec<_>>(), [&own.id], "the id in the lobby is the one in the room");
    }
    assert_eq!(view.participants.values().collect::<Vec<_>>(), {
        let mut others = others.clone();
        others.sort_by_key(|other| &other.id);
        others
    });
    assert!(!view.is_not_host || !client.orders.is_empty(), "an answer to no question");
    for other in &others {
        check_connection(world, client, &participants, other);
    }
    let connections = others.iter().filter(|other| is_connected(world, &participants, own, other)).count();
    let is_relay = world.topology == Topology::Sfu || is_listener(world, own);
    assert_eq!(client.peers.len(), if is_relay { 1 } else { connections });
    if own.role == Role::Mixer {
        check_mixer(client, &others);
    }
}

fn check_connection(
    world: &World,
    client: &Client,
    participants: &[ParticipantInfo],
    other: &ParticipantInfo,
) {
    let own = participants.iter().find(|known| Some(&known.id) == client.own_id.as_ref()).unwrap();
    let told = client.view.states.get(&other.id).copied();
    let state = client.session.connection_state(&other.id);
    if is_connected(world, participants, own, other) {
        assert_eq!(state, ParticipantConnectionState::Connected);
        // A participant who joins when the connection to the SFU or mixer exists is connected from the start.
        let is_relay = world.topology == Topology::Sfu || is_listener(world, own);
        assert!(
            told == Some(ParticipantConnectionState::Connected) || (told.is_none() && is_relay),
            "{told:?}"
        );
    } else {
        assert_eq!(state, ParticipantConnectionState::New);
        assert!(matches!(told, None | Some(ParticipantConnectionState::New)), "{told:?}");
    }
}

fn is_listener(world: &World, own: &ParticipantInfo) -> bool {
    world.topology == Topology::Mcu && own.role != Role::Mixer
}

/// Whether two participants are connected. A standby mixer is connected to nobody.
fn is_connected(
    world: &World,
    participants: &[ParticipantInfo],
    own: &ParticipantInfo,
    other: &ParticipantInfo,
) -> bool {
    if world.topology != Topology::Mcu || own.role != Role::Mixer {
        return true;
    }
    let first = participants.iter().find(|known| known.role == Role::Mixer);
    first.is_some_and(|first| first.id == own.id) && other.role != Role::Mixer
}

/// One picture, and one audio track for each listener.
fn check_mixer(client: &Client, others: &[&ParticipantInfo]) {
    let listeners = others.iter().filter(|other| other.role != Role::Mixer);
    let mut wanted: Vec<_> = listeners.map(|listener| sound_for(&listener.id)).collect();
    wanted.push(PICTURE.into());
    wanted.sort();
    let publications = client.session.publications().iter();
    let mut published: Vec<_> = publications.map(|publication| publication.id.clone()).collect();
    published.sort();
    assert_eq!(published, wanted);
}
