//! The actions of all persons, chosen at random before the run.

mod action;

use moim::Topology;
use moim::model::{MediaKind, Publication, Role, Timestamp, TrackSource};

pub(crate) use self::action::{Action, Decision, FileAction};
use super::link::Weather;
use super::queue::ClientId;
use super::random::Random;

/// When the links become reliable, and nobody acts any more.
pub(crate) const CALM_FROM: Timestamp = 25_000;

/// When everyone is awake.
const AWAKE_FROM: Timestamp = CALM_FROM + 40_000;

/// The initial role.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Character {
    pub(crate) is_mixer: bool,
    /// Whether it subscribes to everything by default.
    pub(crate) wants_everything: bool,
}

impl Character {
    pub(crate) const MIXER: Self = Self { is_mixer: true, wants_everything: true };
}

#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) clients: Vec<Character>,
    pub(crate) weather: Weather,
    /// The percentage of operations that fail in browsers and in the SFU.
    pub(crate) faults: u64,
    pub(crate) actions: Vec<(Timestamp, ClientId, Action)>,
    /// What happens to the current mixer.
    pub(crate) mixer_ends: Vec<(Timestamp, Action)>,
    pub(crate) server_dies: Vec<Timestamp>,
}

impl Script {
    pub(crate) fn new(random: &mut Random, topology: Topology) -> Self {
        let people = random.number(2..10);
        let drops = random.number(0..13);
        let mut script = Self {
            clients: Vec::new(),
            weather: Weather::Rough { drops },
            faults: random.pick([0, 0, 3, 20]).unwrap(),
            actions: Vec::new(),
            mixer_ends: Vec::new(),
            server_dies: Vec::new(),
        };
        let is_hosted = random.happens(60);
        for number in 0..people {
            let latest = if random.happens(50) { 1_000 } else { 15_000 };
            // The host creates the room, unless the links let another participant be first.
            let is_host = is_hosted && number == 0;
            let joins_at = if is_host { 1 } else { random.number(1..latest) + u64::from(is_hosted) * 300 };
            let role = if is_host || random.happens(5) { Role::Host } else { Role::Participant };
            if let Some(left_at) = script.add_stay(joins_at, role, random).filter(|_| random.happens(50)) {
                let back_at = left_at + random.number(1..4_000);
                if back_at < CALM_FROM - 1_000 {
                    script.add_stay(back_at, Role::Participant, random);
                }
            }
        }
        if is_hosted {
            script.add_decisions(random);
        }
        if random.happens(25) {
            script.server_dies.push(random.number(2_000..CALM_FROM));
        }
        if topology == Topology::Mcu {
            script.add_mixers(random);
        }
        script
    }

    /// One session of a person, with its end, if it ends.
    fn add_stay(&mut self, from: Timestamp, role: Role, random: &mut Random) -> Option<Timestamp> {
        let client = self.clients.len();
        self.clients.push(Character { is_mixer: false, wants_everything: random.happens(80) });
        let ends_at = random.happens(30).then(|| random.number(from + 50..CALM_FROM));
        let until = ends_at.unwrap_or(CALM_FROM);
        if random.happens(60) {
            self.actions.push((from - 1, client, Action::Publish(publication(random))));
        }
        self.actions.push((from, client, Action::Join(role)));
        for _ in 0..random.number(0..40) {
            // Often several actions at once.
            let at = random.number(from..until + 1) / 500 * 500 + random.number(0..3) * random.number(0..250);
            self.actions.push((at.clamp(from, until), client, Action::any(random)));
        }
        while random.happens(30) {
            self.actions.push((random.number(from..until + 1), client, Action::cut(random)));
        }
        if random.happens(10) {
            let at = random.number(from..until + 1);
            let lasts = random.number(1_000..60_000).min(AWAKE_FROM - at);
            self.actions.push((at, client, Action::Sleep { lasts }));
        }
        self.actions.extend(ends_at.map(|at| (at, client, Action::end(random))));
        ends_at
    }

    /// Everyone tries to act as the host at these times: the current host succeeds.
    fn add_decisions(&mut self, random: &mut Random) {
        for _ in 0..random.number(0..25) {
            let (at, decision) = (random.number(500..CALM_FROM), Decision::any(random));
            let everyone = 0..self.clients.len();
            self.actions.extend(everyone.map(|client| (at, client, Action::Decide(decision))));
        }
    }

    /// The started mixer may die, and another may stand by.
    fn add_mixers(&mut self, random: &mut Random) {
        while random.happens(40) {
            self.mixer_ends.push((random.number(1_000..CALM_FROM), Action::end(random)));
        }
        if random.happens(20) {
            let (client, at) = (self.clients.len(), random.number(1..15_000));
            self.clients.push(Character::MIXER);
            self.actions.push((at, client, Action::Join(Role::Mixer)));
        }
    }
}

/// Few, so that ids and media sections are reused.
fn publication(random: &mut Random) -> Publication {
    let (id, kind, source) = random
        .pick([
            ("camera", MediaKind::Video, TrackSource::Camera),
            ("microphone", MediaKind::Audio, TrackSource::Microphone),
            ("screen", MediaKind::Video, TrackSource::Screen),
            ("slides", MediaKind::Video, TrackSource::Custom),
        ])
        .unwrap();
    Publication { id: id.into(), kind, source, muted: random.happens(20), to: None }
}
