//! What people do, chosen at random before the run.

use moim::model::{MediaKind, Publication, Timestamp, TrackSource};

use super::link::Weather;
use super::queue::ClientId;
use super::random::Random;

/// When the links become calm, and nobody does anything any more.
pub(crate) const CALM_FROM: Timestamp = 25_000;

#[derive(Clone, Debug)]
pub(crate) enum Action {
    Join,
    /// Publishes one of the four, unless it is published.
    Publish(Publication),
    Unpublish(Publication),
    /// Mutes or unmutes something that is published.
    Mute,
    /// Says a line to everyone, or to one participant.
    Say {
        to_one: bool,
    },
    Leave,
    /// The page is gone, and the server sees the socket close.
    Crash,
    /// The page is gone without a sign.
    Freeze,
    /// The socket breaks; the page lives.
    Cut,
}

#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) clients: usize,
    pub(crate) weather: Weather,
    pub(crate) actions: Vec<(Timestamp, ClientId, Action)>,
}

impl Script {
    pub(crate) fn new(random: &mut Random) -> Self {
        let people = random.number(2..10);
        let drops = random.number(0..13);
        let mut script = Self { clients: 0, weather: Weather::Rough { drops }, actions: Vec::new() };
        for _ in 0..people {
            let latest = if random.happens(50) { 1_000 } else { 15_000 };
            let joins_at = random.number(0..latest);
            if let Some(left_at) = script.add_stay(joins_at, random).filter(|_| random.happens(50)) {
                let back_at = left_at + random.number(1..4_000);
                if back_at < CALM_FROM - 1_000 {
                    script.add_stay(back_at, random);
                }
            }
        }
        script
    }

    /// One stay of someone; when it ends, if it does.
    fn add_stay(&mut self, from: Timestamp, random: &mut Random) -> Option<Timestamp> {
        let client = self.clients;
        self.clients += 1;
        let ends_at = random.happens(30).then(|| random.number(from + 50..CALM_FROM));
        let until = ends_at.unwrap_or(CALM_FROM);
        if random.happens(60) {
            self.actions.push((from.saturating_sub(1), client, Action::Publish(publication(random))));
        }
        self.actions.push((from, client, Action::Join));
        for _ in 0..random.number(0..25) {
            // Often several things at once.
            let at = random.number(from..until + 1) / 500 * 500 + random.number(0..3) * random.number(0..250);
            let action = match random.number(0..10) {
                0..3 => Action::Publish(publication(random)),
                3..5 => Action::Unpublish(publication(random)),
                5 => Action::Mute,
                6 => Action::Say { to_one: true },
                _ => Action::Say { to_one: false },
            };
            self.actions.push((at.clamp(from, until), client, action));
        }
        let end = [Action::Leave, Action::Leave, Action::Crash, Action::Freeze, Action::Cut];
        self.actions.extend(ends_at.zip(random.pick(end)).map(|(at, action)| (at, client, action)));
        ends_at
    }
}

/// Few, so that ids and media sections are used again and again.
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
