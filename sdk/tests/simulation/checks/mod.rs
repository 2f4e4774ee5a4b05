//! The conditions that must hold when nothing happens any more.

mod files;
mod media;
mod messages;
mod room;
mod streams;

pub(crate) use self::media::check_frames;

use std::collections::BTreeSet;

use moim::model::{RefusalCode, Role};
use moim::{Error, SignalingError};

use super::client::{Client, ROOM};
use super::script::CALM_FROM;
use super::world::World;

/// Statistics of a run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) runs: u64,
    pub(crate) events: u64,
    pub(crate) stays: u64,
    pub(crate) remaining: u64,
    pub(crate) waiting: u64,
    pub(crate) tracks: u64,
    pub(crate) lines: u64,
    pub(crate) receipts: u64,
    pub(crate) waves: u64,
    /// Files that have arrived.
    pub(crate) files: u64,
    /// Streams that have arrived.
    pub(crate) streams: u64,
    pub(crate) mixers: u64,
    /// Paths that were cut, ends that no restart restores, and ICE restarts.
    pub(crate) cuts: u64,
    pub(crate) breaks: u64,
    pub(crate) restarts: u64,
    /// Sessions that could not join.
    pub(crate) lost: u64,
    /// Sessions that a host ended.
    pub(crate) removed: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.runs += other.runs;
        self.events += other.events;
        self.stays += other.stays;
        self.remaining += other.remaining;
        self.waiting += other.waiting;
        self.tracks += other.tracks;
        self.lines += other.lines;
        self.receipts += other.receipts;
        self.waves += other.waves;
        self.files += other.files;
        self.streams += other.streams;
        self.mixers += other.mixers;
        self.cuts += other.cuts;
        self.breaks += other.breaks;
        self.restarts += other.restarts;
        self.lost += other.lost;
        self.removed += other.removed;
    }
}

pub(crate) fn check(world: &World) -> Tally {
    // The server misses a frozen page after 15 seconds, and keeps its seat for 30 more.
    let quiet_from = CALM_FROM.max(world.wakes_at) + 50_000;
    assert!(world.last_news < quiet_from, "someone still talks at {}", world.last_news);
    check_server(world);
    let mut tally =
        Tally { runs: 1, events: world.events, cuts: world.cuts, breaks: world.breaks, ..Tally::default() };
    for client in &world.clients {
        tally.stays += 1;
        tally.restarts += client.peers.values().map(|peer| peer.ice.restarts).sum::<u64>();
        tally.mixers += u64::from(client.character.is_mixer);
        if client.stays() {
            tally.remaining += 1;
            room::check(world, client);
            tally.tracks += media::check(world, client);
        } else if client.waits() {
            tally.waiting += 1;
        } else {
            count_end(world, client, &mut tally);
        }
        tally.lines += messages::check_lines(world, client);
        tally.receipts += messages::check_receipts(world, client);
        tally.files += files::check(world, client);
        tally.streams += streams::check(world, client);
        tally.waves += messages::check_waves(world, client);
    }
    tally
}

/// A participant is in the room or its lobby if its session says so; and a room has the roles it needs.
fn check_server(world: &World) {
    let participants = world.hub.participants(ROOM);
    let remaining: BTreeSet<_> = world
        .clients
        .iter()
        .filter(|client| client.stays())
        .map(|client| client.own_id.as_ref().unwrap())
        .collect();
    assert_eq!(participants.iter().map(|known| &known.id).collect::<BTreeSet<_>>(), remaining);
    let lobby = world.hub.lobby(ROOM);
    let waiting: BTreeSet<_> =
        world.clients.iter().filter(|client| client.waits()).map(Client::first_name).collect();
    let first_name = |name: &str| name.split(',').next().unwrap().to_owned();
    let named: BTreeSet<_> = lobby.waiting.iter().map(|waits| first_name(&waits.name)).collect();
    assert_eq!(named, waiting);
    assert!(lobby.locked || waiting.is_empty(), "someone waits for a room that is open");

    let count = |role| participants.iter().filter(|known| known.role == role).count();
    let has_people = count(Role::Mixer) < participants.len();
    assert!(count(Role::Host) <= 1, "a room has one host");
    assert!(!lobby.locked || count(Role::Host) == 1, "a room is locked, and nobody has the key");
    if world.topology == moim::Topology::Mcu {
        assert!(!has_people || count(Role::Mixer) > 0, "nobody mixes");
        assert!(has_people || world.running_mixer().is_none(), "a mixer runs for nobody");
    }
}

/// Counts a session that has ended. One that ended without its script was ended by a host, or could not join because of
/// many dropped frames or a dead server.
fn count_end(world: &World, client: &Client, tally: &mut Tally) {
    use RefusalCode::{HostRefused, NotAdmitted, Removed};
    if client.departs {
        return;
    }
    let by_host = |reason: &str| [Removed, NotAdmitted].iter().any(|code| code.as_str() == reason);
    match client.view.ended.as_ref().and_then(Option::as_ref) {
        Some(Error::Signaling(SignalingError::Refused { code: HostRefused, .. })) => {
            assert!(client.asked_to_be_host);
        }
        Some(Error::Signaling(SignalingError::Refused { code: Removed | NotAdmitted, .. })) => {
            assert!(world.has_removed_anyone());
            tally.removed += 1;
        }
        Some(Error::Signaling(SignalingError::Lost { detail })) if by_host(detail) => {
            assert!(world.has_removed_anyone());
            tally.removed += 1;
        }
        Some(error) if is_loss(error) => {
            assert!(!client.view.joined, "whoever is in tries again: {error:?}");
            tally.lost += 1;
        }
        unexpected => panic!("{} ended with {unexpected:?}", client.first_name()),
    }
}

fn is_loss(error: &Error) -> bool {
    match error {
        Error::Signaling(SignalingError::Refused { code, .. }) => code.as_str() == "idleTimeout",
        Error::Signaling(SignalingError::Lost { .. } | SignalingError::Unreachable { .. }) => true,
        error => matches!(error, Error::Timeout { .. }),
    }
}
