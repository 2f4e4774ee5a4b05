//! Who receives which media: what is meant for a client and what it wants, and nothing else.

use std::collections::BTreeSet;

use moim::Topology;
use moim::engine::connection::Limit;
use moim::model::{Lane, LinkId, ParticipantId, Publication, PublicationId, Role};

use crate::client::{Client, PICTURE, ROOM, sound_for};
use crate::queue::ClientId;
use crate::sfu::SfuClient;
use crate::world::World;

/// At any time: no frame of a publication is received as another one. Only what the client `id` sends and receives can have
/// changed.
pub(crate) fn check_frames(world: &World, id: ClientId) {
    let client = &world.clients[id];
    let Some(own_id) = client.own_id.as_ref().filter(|_| client.runs) else { return };
    if world.topology == Topology::Sfu {
        return check_frames_to_sfu(world, client, own_id);
    }
    for ((owner, id), mid) in &client.view.tracks {
        if let Some(far) = world.client_of(owner) {
            check_frame(&world.clients[far], client, id, mid);
        }
    }
    for receiver in world.clients.iter().filter(|receiver| receiver.runs) {
        for ((_, id), mid) in receiver.view.tracks.iter().filter(|((owner, _), _)| owner == own_id) {
            check_frame(client, receiver, id, mid);
        }
    }
}

fn check_frames_to_sfu(world: &World, client: &Client, own_id: &ParticipantId) {
    let forwarded = world.sfu.clients.values().find(|known| known.participant == *own_id);
    let sender = client.peers.get(&LinkId::Server(Lane::Both));
    let Some((forwarded, sender)) = forwarded.zip(sender) else { return };
    for (mid, id) in &forwarded.mids {
        let sent = sender.sent_in(mid);
        assert!(sent.is_none_or(|sent| sent == id), "{sent:?} of {own_id} is forwarded as {id}");
    }
}

fn check_frame(sender: &Client, receiver: &Client, id: &PublicationId, mid: &str) {
    let (Some(owner), Some(own_id)) = (&sender.own_id, &receiver.own_id) else { return };
    let Some(sending) = sender.peers.get(&own_id.clone().into()) else { return };
    // One end has replaced its connection, and the other one does not know that yet.
    let receiving = receiver.peers.get(&owner.clone().into());
    if receiving.is_some_and(|receiving| receiving.far == Some(sending.id)) {
        let sent = sending.sent_in(mid);
        assert!(sent.is_none_or(|sent| sent == id), "{sent:?} of {owner} is received as {id}");
    }
}

/// The number of tracks.
pub(super) fn check(world: &World, client: &Client) -> u64 {
    let live: Vec<_> = client.session.live_tracks().collect();
    let tracks: BTreeSet<_> = live.iter().map(|(owner, id, _)| ((*owner).clone(), (*id).clone())).collect();
    let sent = sent(world, client);
    let wanted = sent.iter().filter(|(owner, id)| client.wants(owner, id).0).cloned();
    assert_eq!(tracks, wanted.collect());
    for (owner, id) in &sent {
        check_wish(world, client, owner, id);
    }
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

/// All publications for this client, wanted or not.
fn sent(world: &World, client: &Client) -> BTreeSet<(ParticipantId, PublicationId)> {
    let own_id = client.own_id.as_ref().unwrap();
    let participants = world.hub.participants(ROOM);
    let mixer = participants.iter().find(|known| known.role == Role::Mixer).map(|mixer| mixer.id.clone());
    let mut sent = BTreeSet::new();
    for other in participants.iter().filter(|other| other.id != *own_id) {
        let is_sent = match world.topology {
            Topology::Mcu if client.character.is_mixer => {
                mixer.as_ref() == Some(own_id) && other.role != Role::Mixer
            }
            Topology::Mcu => mixer.as_ref() == Some(&other.id),
            _ => true,
        };
        let publications = other.publications.iter().filter(|known| is_sent && known.is_for(own_id));
        sent.extend(publications.map(|publication| (other.id.clone(), publication.id.clone())));
    }
    sent
}

/// Every publisher knows how much of its publication is wanted here.
fn check_wish(world: &World, client: &Client, owner: &ParticipantId, id: &PublicationId) {
    let (wanted, max_height) = client.wants(owner, id);
    if world.topology == Topology::Sfu {
        let forwards = sfu_client(world, client);
        let wish = forwards.wish(owner, id).map(|wish| (wish.wanted, wish.max_height));
        let known = wish.unwrap_or((forwards.wants_others, None));
        assert_eq!(known, (wanted, max_height), "{id} of {owner} for {}", client.first_name());
        return;
    }
    let own_id = client.own_id.as_ref().unwrap();
    let sender = &world.clients[world.client_of(owner).unwrap()].peers[&own_id.clone().into()];
    assert_eq!(sender.limit_of(id), Some(Limit { wanted, max_height }), "{id} of {owner} for {own_id}");
}

fn sfu_client<'a>(world: &'a World, client: &Client) -> &'a SfuClient {
    let own_id = client.own_id.as_ref().unwrap();
    world.sfu.clients.values().find(|known| known.participant == *own_id).expect("a client of the SFU")
}

/// The mixer's picture and this listener's own audio, unless it wants less.
fn check_listener(client: &Client) {
    let own_sound = sound_for(client.own_id.as_ref().unwrap());
    let mut tracks: BTreeSet<_> = client.session.live_tracks().map(|(_, id, _)| id.clone()).collect();
    for (_, id) in client.wishes.iter().filter(|(_, (wanted, _))| !wanted).map(|(key, _)| key) {
        tracks.insert(id.clone());
    }
    assert!(tracks.contains(&own_sound) && tracks.contains(&PublicationId::from(PICTURE)), "{tracks:?}");
}

/// What is received as a publication is what its owner sends as that publication.
fn check_direct(world: &World, client: &Client, owner: &ParticipantId, id: &PublicationId, mid: &str) {
    let own_id = client.own_id.as_ref().unwrap();
    let far = &world.clients[world.client_of(owner).unwrap()];
    let sender = &far.peers[&own_id.clone().into()];
    assert_eq!(sender.sends(id), Some(mid), "{id} of {owner}");
    assert_eq!(client.peers[&owner.clone().into()].receives(mid), Some(publication(far, id).kind));
}

fn check_forwarded(world: &World, client: &Client, owner: &ParticipantId, id: &PublicationId, mid: &str) {
    let sfu = LinkId::Server(Lane::Both);
    let slot = &sfu_client(world, client).slots[mid];
    assert_eq!((&slot.participant_id, &slot.publication_id), (owner, id));
    let far = &world.clients[world.client_of(owner).unwrap()];
    assert!(far.peers[&sfu].sends(id).is_some(), "{id} of {owner}");
    assert_eq!(client.peers[&sfu].receives(mid), Some(publication(far, id).kind));
}

fn publication<'a>(owner: &'a Client, id: &PublicationId) -> &'a Publication {
    owner.session.publications().iter().find(|known| known.id == *id).unwrap()
}
