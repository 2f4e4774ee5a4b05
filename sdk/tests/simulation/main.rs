//! Sessions and the signaling server's hub in one simulation: links that delay, drop and reorder, browsers with
//! delays, participants who join and leave, hosts who lock the room, mixers and servers that die, sockets that break.
//! Everything is derived from one seed, with a simulated clock. Each seed is a room in a mesh, over an SFU and with a
//! mixer; the conditions at its end are in `checks/`.
//!
//! `MOIM_SIM_SEED=7 cargo test -p moim --test simulation in_a_mesh -- --nocapture` replays one run and prints its
//! events; `MOIM_SIM_SEEDS=5000` tries that many.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod checks;
mod client;
mod link;
mod peer_connection;
mod queue;
mod random;
mod script;
mod sdp;
mod servers;
mod sfu;
mod transceiver;
mod view;
mod world;

use std::panic::catch_unwind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use checks::Tally;
use moim::Topology;
use world::World;

/// For each topology.
const SEEDS: u64 = 1_000;

#[test]
fn everyone_agrees_once_the_links_are_calm_in_a_mesh() {
    try_seeds(Topology::Mesh, "in_a_mesh");
}

#[test]
fn everyone_agrees_once_the_links_are_calm_over_an_sfu() {
    try_seeds(Topology::Sfu, "over_an_sfu");
}

#[test]
fn everyone_agrees_once_the_links_are_calm_with_a_mixer() {
    try_seeds(Topology::Mcu, "with_a_mixer");
}

fn try_seeds(topology: Topology, test: &str) {
    let number = |name| std::env::var(name).ok().map(|text| text.parse::<u64>().expect(name));
    let replayed = number("MOIM_SIM_SEED");
    let seeds = match replayed {
        Some(seed) => seed..seed + 1,
        None => 0..number("MOIM_SIM_SEEDS").unwrap_or(SEEDS),
    };
    let next = AtomicU64::new(seeds.start);
    let failed = AtomicU64::new(u64::MAX);
    let tally = Mutex::new(Tally::default());
    let try_next = || {
        while failed.load(Ordering::Relaxed) == u64::MAX {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                break;
            }
            match catch_unwind(|| run(seed, topology, replayed.is_some())) {
                Ok(run) => tally.lock().unwrap().add(run),
                Err(_) => drop(failed.fetch_min(seed, Ordering::Relaxed)),
            }
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(try_next))));
    let failed = failed.into_inner();
    assert!(
        failed == u64::MAX,
        "seed {failed} failed as above; replay it with\n  \
         MOIM_SIM_SEED={failed} cargo test -p moim --test simulation {test} -- --nocapture"
    );
    let tally = tally.into_inner().unwrap();
    println!("{topology:?}: {tally:?}");
    // A single run may be an unlucky one.
    assert!(
        replayed.is_some() || tally.lost * 10 <= tally.stays,
        "{} of {} could not join",
        tally.lost,
        tally.stays
    );
}

fn run(seed: u64, topology: Topology, traced: bool) -> Tally {
    let mut world = World::new(seed, topology, traced);
    world.run();
    checks::check(&world)
}
