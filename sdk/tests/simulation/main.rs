//! Sessions and the signaling server's hub in one simulation: links that delay, drop and reorder, browsers with
//! delays, participants who join and leave, hosts who lock the room, mixers and servers that die, sockets that break,
//! machines that sleep.
//! Everything is derived from one seed, with a simulated clock. Each seed is a room in a mesh, over an SFU and with a
//! mixer; the conditions at its end are in `checks/`.
//!
//! `MOIM_SIM_SEED=7 cargo test -p moim --test simulation in_a_mesh -- --nocapture` replays one run and prints its
//! events; `MOIM_SIM_SEEDS=5000` tries that many, from `MOIM_SIM_FROM`, and for at most `MOIM_SIM_SECONDS`. A long run is worth
//! an optimised build: `CARGO_PROFILE_TEST_OPT_LEVEL=3 CARGO_TARGET_DIR=target/simulation`.

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

use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

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

/// A run with so many failures is ended.
const FAILURES: usize = 10;

fn try_seeds(topology: Topology, test: &str) {
    let number = |name| std::env::var(name).ok().map(|text| text.parse::<u64>().expect(name));
    let replayed = number("MOIM_SIM_SEED");
    let from = number("MOIM_SIM_FROM").unwrap_or_default();
    let seeds = match replayed {
        Some(seed) => seed..seed + 1,
        None => from..from + number("MOIM_SIM_SEEDS").unwrap_or(SEEDS),
    };
    let (began, seconds) = (Instant::now(), number("MOIM_SIM_SECONDS").map(Duration::from_secs));
    let next = AtomicU64::new(seeds.start);
    let failed = Mutex::new(BTreeSet::new());
    let tally = Mutex::new(Tally::default());
    let try_next = || {
        while failed.lock().unwrap().len() < FAILURES && seconds.is_none_or(|limit| began.elapsed() < limit) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                break;
            }
            match catch_unwind(|| run(seed, topology, replayed.is_some())) {
                Ok(run) => tally.lock().unwrap().add(run),
                Err(_) => {
                    println!("{topology:?}: seed {seed} failed");
                    failed.lock().unwrap().insert(seed);
                }
            }
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(try_next))));
    let (failed, tally) = (failed.into_inner().unwrap(), tally.into_inner().unwrap());
    println!("{topology:?}: {tally:?} in {:.1?}, from seed {}", began.elapsed(), seeds.start);
    if let Some(seed) = failed.first() {
        panic!(
            "seeds {failed:?} failed as above; replay with\n  \
             MOIM_SIM_SEED={seed} cargo test -p moim --test simulation {test} -- --nocapture"
        );
    }
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
