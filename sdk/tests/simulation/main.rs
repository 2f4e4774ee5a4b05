//! Sessions and the signaling server's hub in one simulation: links that delay, drop and reorder, browsers that
//! take their time, people who come and go. Everything follows from one seed, on a clock that is only a number.
//!
//! `MOIM_SIM_SEED=7 cargo test -p moim --test simulation -- --nocapture` replays one run and prints its events;
//! `MOIM_SIM_SEEDS=5000` tries that many.

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
mod sfu;
mod transceiver;
mod view;
mod world;

use std::panic::catch_unwind;

use checks::Tally;
use moim::Topology;
use world::World;

/// For each topology.
const SEEDS: u64 = 500;

#[test]
fn everyone_agrees_once_the_links_are_calm_in_a_mesh() {
    try_seeds(Topology::Mesh);
}

#[test]
fn everyone_agrees_once_the_links_are_calm_over_an_sfu() {
    try_seeds(Topology::Sfu);
}

fn try_seeds(topology: Topology) {
    let number = |name| std::env::var(name).ok().map(|text| text.parse::<u64>().expect(name));
    let replayed = number("MOIM_SIM_SEED");
    let seeds = match replayed {
        Some(seed) => seed..seed + 1,
        None => 0..number("MOIM_SIM_SEEDS").unwrap_or(SEEDS),
    };
    let mut tally = Tally::default();
    for seed in seeds {
        let run = catch_unwind(|| run(seed, topology, replayed.is_some()));
        tally.add(run.unwrap_or_else(|_| {
            panic!(
                "seed {seed} failed as above ({topology:?}); replay it with\n  \
                 MOIM_SIM_SEED={seed} cargo test -p moim --test simulation -- --nocapture"
            )
        }));
    }
    println!("{tally:?}");
    assert!(tally.lost * 50 <= tally.stays, "{} of {} lost the server", tally.lost, tally.stays);
}

fn run(seed: u64, topology: Topology, traced: bool) -> Tally {
    let mut world = World::new(seed, topology, traced);
    world.run();
    checks::check(&world)
}
