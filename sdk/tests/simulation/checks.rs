//! What must hold when everything is quiet.

use std::collections::BTreeSet;

use moim::model::{ConnectionState, ParticipantId, ParticipantInfo, ServerErrorCode};
use moim::{Error, SignalingError};
use moim_protocol::SFU_ID;
use moim_signaling_stub::ConnectionId;

use super::client::{Client, ROOM};
use super::script::CALM_FROM;
use super::world::World;

/// What a run was like.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) events: u64,
    pub(crate) stays: u64,
    pub(crate) remaining: u64,
    pub(crate) tracks: u64,
    pub(crate) lines: u64,
    /// Sessions that the links' drops have ended.
    pub(crate) lost: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.events += other.events;
        self.stays += other.stays;
        self.remaining += other.remaining;
        self.tracks += other.tracks;
        self.lines += other.lines;
        self.lost += other.lost;
    }
}

pub(crate) fn check(world: &World) -> Tally {
    assert!(world.last_news < CALM_FROM + 40_000, "someone still talks at {}", world.last_news);
    let participants = world.hub.participants(ROOM);
    let remaining: BTreeSet<_> = world
        .clients
        .iter()
        .filter(|client| client.stays())
        .map(|client| client.own_id.as_ref().unwrap())
        .collect();
    assert_eq!(participants.iter().map(|known| &known.id).collect::<BTreeSet<_>>(), remaining);
    let mut tally = Tally { events: world.events, ..Tally::default() };
    for client in &world.clients {
        tally.stays += 1;
        match client.stays() {
            true => {
                tally.remaining += 1;
                tally.tracks += check_room(client, &participants);
                check_media(world, client);
            }
            false => tally.lost += u64::from(has_lost_the_server(client)),
        }
        tally.lines += check_lines(world, client);
    }
    tally
}

/// The client knows the room as the server does, by its calls and by its events. The number of tracks.
fn check_room(client: &Client, participants: &[ParticipantInfo]) -> u64 {
    let (session, view) = (&client.session, &client.view);
    let (own, others): (Vec<_>, Vec<_>) =
        participants.iter().partition(|known| Some(&known.id) == client.own_id.as_ref());
    assert_eq!(session.others().collect::<Vec<_>>(), others);
    assert_eq!(own[0].publications, session.publications());
    let tracks: BTreeSet<_> = others
        .iter()
        .flat_map(|other| other.publications.iter().map(|publication| (&other.id, &publication.id)))
        .collect();
    assert_eq!(session.live_tracks().map(|(owner, id, _)| (owner, id)).collect::<BTreeSet<_>>(), tracks);
    for other in &others {
        assert_eq!(session.connection_state(&other.id), ConnectionState::Connected);
        // Who comes when the connection to the SFU stands already is connected from the start.
        let told = view.states.get(&other.id);
        assert!(told == Some(&ConnectionState::Connected) || (told.is_none() && client.has_sfu()));
        assert_eq!(view.participants.get(&other.id), Some(*other));
    }
    assert_eq!(view.participants.len(), others.len());
    let live: Vec<_> = session.live_tracks().collect();
    let seen: Vec<_> = view.tracks.iter().map(|((owner, id), mid)| (owner, id, mid.as_str())).collect();
    assert_eq!(seen, live);
    live.len() as u64
}

/// What arrives as a publication is what its owner sends as that publication.
fn check_media(world: &World, client: &Client) {
    let id = world.clients.iter().position(|other| other.own_id == client.own_id).unwrap();
    let sfu = ParticipantId::from(SFU_ID);
    for (owner, publication, mid) in client.session.live_tracks() {
        if client.has_sfu() {
            let slot = &world.sfu.clients[&ConnectionId(id as u64)].slots[mid];
            assert_eq!((&slot.participant_id, &slot.publication_id), (owner, publication));
            let far = world.clients.iter().find(|other| other.own_id.as_ref() == Some(owner)).unwrap();
            assert!(far.peers[&sfu].sends(publication).is_some(), "{publication} of {owner}");
            let known = far.session.publications().iter().find(|known| known.id == *publication).unwrap();
            assert_eq!(client.peers[&sfu].receives(mid), Some(known.kind));
            continue;
        }
        let (far, own_id) = world.far_end(id, owner).expect("a far end");
        let far = &world.clients[far];
        assert_eq!(far.peers[&own_id].sends(publication), Some(mid), "{publication} of {owner}");
        let known = far.session.publications().iter().find(|known| known.id == *publication).unwrap();
        assert_eq!(client.peers[owner].receives(mid), Some(known.kind));
    }
}

/// Lines come in order and once, and all of them if both stay. How many.
fn check_lines(world: &World, sender: &Client) -> u64 {
    let mut count = 0;
    for receiver in &world.clients {
        let (Some(from), Some(to)) = (&sender.own_id, &receiver.own_id) else { continue };
        let said = sender.said.get(to).map_or(&[][..], Vec::as_slice);
        let heard = receiver.view.lines.get(from).map_or(&[][..], Vec::as_slice);
        match sender.stays() && receiver.stays() {
            // What waited for the sender's channel goes to everyone who has come meanwhile, too.
            _ if sender.has_sfu() => assert!(is_part_of(said, heard) || !receiver.stays() || !sender.stays()),
            true => assert_eq!(heard, said, "from {from} to {to}"),
            false => assert!(said.starts_with(heard), "{heard:?} of {said:?} from {from} to {to}"),
        }
        count += heard.len() as u64;
    }
    count
}

/// Whether all of `some` are in `all`, in their order.
fn is_part_of(some: &[String], all: &[String]) -> bool {
    let mut all = all.iter();
    some.iter().all(|one| all.any(|other| other == one))
}

/// Whether the stay ended without its script. Heavy drops may end it, and nothing else.
fn has_lost_the_server(client: &Client) -> bool {
    if client.departs {
        return false;
    }
    match client.view.ended.as_ref().and_then(Option::as_ref) {
        Some(Error::Signaling(SignalingError::Lost { .. }) | Error::Timeout { .. }) => {}
        Some(Error::Signaling(SignalingError::Refused { code: ServerErrorCode::IdleTimeout, .. })) => {}
        unexpected => panic!("a session ended with {unexpected:?}"),
    }
    true
}
