//! Who gets what: what is meant for a client and what it asked for, and nothing else.

use std::collections::BTreeSet;

use moim::Topology;
use moim::engine::connection::Limit;
use moim::model::{ParticipantId, Publication, PublicationId, Role};
use moim_protocol::SFU_ID;
use moim_signaling_stub::ConnectionId;

use crate::client::{Client, PICTURE, ROOM, sound_for};
use crate::world::World;

/// The number of tracks.
pub(super) fn check(world: &World, client: &Client) -> u64 {
    let live: Vec<_> = client.session.live_tracks().collect();
    let tracks: BTreeSet<_> = live.iter().map(|(owner, id, _)| ((*owner).clone(), (*id).clone())).collect();
    assert_eq!(tracks, expected(world, client));
    let seen: Vec<_> =
        client.view.tracks.iter().map(|((owner, id), mid)| (owner, id, mid.as_str())).collect();
    assert_eq!(seen, live);
    for (owner, id, mid) in &live {
        match world.topology {
            Topology::Sfu => check_forwarded(world, client, owner, id, mid),
            _ => check_direct(world, client, owner, id, mid),
        }
    }
    if world.topology == Topology::Mcu && !client.character.is_mixer && client.character.wants_everything {
        check_listener(client);
    }
    live.len() as u64
}

/// What arrives at this client.
fn expected(world: &World, client: &Client) -> BTreeSet<(ParticipantId, PublicationId)> {
    let own_id = client.own_id.as_ref().unwrap();
    let participants = world.hub.participants(ROOM);
    let mixer = participants.iter().find(|known| known.role == Role::Mixer).map(|mixer| mixer.id.clone());
    let mut expected = BTreeSet::new();
    for other in participants.iter().filter(|other| other.id != *own_id) {
        let is_sent = match world.topology {
            Topology::Mcu if client.character.is_mixer => {
                mixer.as_ref() == Some(own_id) && other.role != Role::Mixer
            }
            Topology::Mcu => mixer.as_ref() == Some(&other.id),
            _ => true,
        };
        for publication in other.publications.iter().filter(|known| is_sent && known.is_for(own_id)) {
            if client.wants(&other.id, &publication.id).0 {
                expected.insert((other.id.clone(), publication.id.clone()));
            }
        }
    }
    expected
}

/// The mixer's picture and this one's own sound, unless it asked for less.
fn check_listener(client: &Client) {
    let own_sound = sound_for(client.own_id.as_ref().unwrap());
    let mut tracks: BTreeSet<_> = client.session.live_tracks().map(|(_, id, _)| id.clone()).collect();
    for (_, id) in client.wishes.iter().filter(|(_, (wanted, _))| !wanted).map(|(key, _)| key) {
        tracks.insert(id.clone());
    }
    assert!(tracks.contains(&own_sound) && tracks.contains(&PublicationId::from(PICTURE)), "{tracks:?}");
}

/// What arrives as a publication is what its owner sends as that publication.
fn check_direct(world: &World, client: &Client, owner: &ParticipantId, id: &PublicationId, mid: &str) {
    let own_id = client.own_id.as_ref().unwrap();
    let far = &world.clients[world.client_of(owner).unwrap()];
    let sender = &far.peers[own_id];
    assert_eq!(sender.sends(id), Some(mid), "{id} of {owner}");
    assert_eq!(client.peers[owner].receives(mid), Some(publication(far, id).kind));
    let (wanted, max_height) = client.wants(owner, id);
    assert_eq!(sender.limit_of(id), Limit { wanted, max_height }, "{id} of {owner} for {own_id}");
}

fn check_forwarded(world: &World, client: &Client, owner: &ParticipantId, id: &PublicationId, mid: &str) {
    let sfu = ParticipantId::from(SFU_ID);
    let place = world.client_of(client.own_id.as_ref().unwrap()).unwrap();
    let forwards = &world.sfu.clients[&ConnectionId(place as u64)];
    let slot = &forwards.slots[mid];
    assert_eq!((&slot.participant_id, &slot.publication_id), (owner, id));
    let far = &world.clients[world.client_of(owner).unwrap()];
    assert!(far.peers[&sfu].sends(id).is_some(), "{id} of {owner}");
    assert_eq!(client.peers[&sfu].receives(mid), Some(publication(far, id).kind));
    let wish = forwards.wish(owner, id).map(|wish| (wish.wanted, wish.max_height));
    assert_eq!(wish.unwrap_or((forwards.wants_others, None)), client.wants(owner, id));
}

fn publication<'a>(owner: &'a Client, id: &PublicationId) -> &'a Publication {
    owner.session.publications().iter().find(|known| known.id == *id).unwrap()
}
