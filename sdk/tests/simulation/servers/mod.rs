//! Rooms over servers that do not follow moim's own rules: the client or the server makes the offers, unasked or on
//! request, over one connection or two; publications get other names, and updates arrive late, twice and out of order.
//! Sockets die, paths break and servers restart; whoever comes back finds its place, or joins again.
//!
//! `MOIM_SIM_SEED=7 cargo test -p moim --test simulation servers` replays one run of each kind; `MOIM_SIM_SEEDS=5000` tries
//! that many, from `MOIM_SIM_FROM`.

mod backend;
mod checks;
mod client;
mod paths;
mod seats;
mod server;
mod world;

use moim::signaling::{Lane, Offerer};

use self::world::World;

/// One of a client's sockets, in order.
type SocketId = u64;

/// What kind of server it is.
#[derive(Clone, Copy, Debug)]
struct Rules {
    lanes: &'static [(Lane, Offerer)],
    join_carries_offer: bool,
    /// Answers say what the sections carry.
    answers_carry: bool,
    renames: bool,
    returns: Return,
    /// Whoever joins again has the same id.
    keeps_ids: bool,
}

/// What happens when a socket dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Return {
    /// Nothing dies.
    Never,
    /// The server keeps the place for some time.
    Resumes,
    /// The participant has left, and joins again.
    Rejoins,
}

impl Rules {
    fn receiving_lane(&self) -> Lane {
        self.lanes.iter().map(|(lane, _)| *lane).find(|lane| *lane != Lane::Publish).unwrap()
    }

    /// Who makes the offers on the connection over which the client sends.
    fn sending(&self) -> (Lane, Offerer) {
        self.lanes.iter().copied().find(|(lane, _)| *lane != Lane::Subscribe).unwrap()
    }

    fn server_offers(&self) -> bool {
        let receiving = self.receiving_lane();
        self.lanes.iter().any(|(lane, offerer)| *lane == receiving && *offerer != Offerer::Us)
    }
}

const ONE: &[(Lane, Offerer)] = &[(Lane::Both, Offerer::Us)];
const TWO_OF_OURS: &[(Lane, Offerer)] = &[(Lane::Publish, Offerer::Us), (Lane::Subscribe, Offerer::Us)];
const SERVER_OFFERS: &[(Lane, Offerer)] = &[(Lane::Publish, Offerer::Us), (Lane::Subscribe, Offerer::Server)];
const ON_REQUEST: &[(Lane, Offerer)] =
    &[(Lane::Publish, Offerer::Us), (Lane::Subscribe, Offerer::ThemOnRequest)];
const ALL_OFFERS: &[(Lane, Offerer)] =
    &[(Lane::Publish, Offerer::Server), (Lane::Subscribe, Offerer::Server)];
const ALL_ON_REQUEST: &[(Lane, Offerer)] =
    &[(Lane::Publish, Offerer::ThemOnRequest), (Lane::Subscribe, Offerer::ThemOnRequest)];

const PLAIN: Rules = Rules {
    lanes: ONE,
    join_carries_offer: false,
    answers_carry: false,
    renames: true,
    returns: Return::Never,
    keeps_ids: false,
};

#[test]
fn the_client_makes_every_offer_and_the_first_travels_with_the_request_to_join() {
    try_returns(Rules { join_carries_offer: true, answers_carry: true, ..PLAIN });
    try_returns(Rules { join_carries_offer: true, renames: false, ..PLAIN });
}

#[test]
fn the_client_makes_every_offer_once_the_room_is_joined() {
    try_returns(Rules { answers_carry: true, ..PLAIN });
    try_returns(Rules { lanes: TWO_OF_OURS, answers_carry: true, ..PLAIN });
}

#[test]
fn the_server_offers_what_there_is_to_receive() {
    for renames in [true, false] {
        try_returns(Rules { lanes: SERVER_OFFERS, renames, ..PLAIN });
        try_returns(Rules { lanes: ON_REQUEST, renames, ..PLAIN });
    }
}

#[test]
fn the_server_makes_every_offer() {
    for lanes in [ALL_OFFERS, ALL_ON_REQUEST] {
        try_returns(Rules { lanes, ..PLAIN });
    }
}

const SEEDS: u64 = 20;

/// Without losses, and with the ways to come back.
fn try_returns(rules: Rules) {
    try_seeds(rules);
    for keeps_ids in [true, false] {
        for returns in [Return::Resumes, Return::Rejoins] {
            try_seeds(Rules { returns, keeps_ids, ..rules });
        }
    }
}

fn try_seeds(rules: Rules) {
    let number = |name| std::env::var(name).ok().map(|text| text.parse::<u64>().expect(name));
    let from = number("MOIM_SIM_FROM").unwrap_or_default();
    let seeds = match number("MOIM_SIM_SEED") {
        Some(seed) => seed..seed + 1,
        None => from..from + number("MOIM_SIM_SEEDS").unwrap_or(SEEDS),
    };
    let (mut tracks, mut lines) = (0, 0);
    for seed in seeds.clone() {
        let run = std::panic::catch_unwind(|| {
            let mut world = World::new(seed, rules);
            world.run();
            world.check()
        });
        let run = run.unwrap_or_else(|_| panic!("seed {seed} of {rules:?}"));
        (tracks, lines) = (tracks + run.0, lines + run.1);
    }
    assert!(seeds.count() == 1 || (tracks > 0 && lines > 0), "{rules:?}");
}
