//! Statistics of all participants of a room, until the component is destroyed.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use moim::yew::Participant;
use moim::{ParticipantId, PublicationId, RemoteTrack, StatsMonitor, StatsMonitorOptions};
use yew::prelude::*;

use super::use_interval;
use crate::measure::{Point, joined_csv};

const PERIOD_MS: u32 = 1_000;
/// The number of seconds kept for export.
const HISTORY: u32 = 120;
/// The monitor of a track that has ended.
const STALE_MS: f64 = 3.0 * PERIOD_MS as f64;

type Row = VecDeque<Point>;
type Monitors = HashMap<(ParticipantId, PublicationId), (RemoteTrack, StatsMonitor)>;

/// The measurements so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RoomStats {
    people: HashMap<ParticipantId, Row>,
    total: Row,
}

impl RoomStats {
    /// The seconds of one participant, or of all together; oldest first.
    pub(crate) fn points(&self, whose: Option<&ParticipantId>) -> Vec<Point> {
        let row = whose.map_or(Some(&self.total), |id| self.people.get(id));
        row.into_iter().flatten().copied().collect()
    }
}

/// The measurements and their export.
#[derive(Clone)]
pub(crate) struct RoomStatsHandle {
    pub(crate) stats: Rc<RoomStats>,
    monitors: Rc<RefCell<Monitors>>,
    participants: Rc<Vec<Participant>>,
}

impl RoomStatsHandle {
    /// The measurements of one participant, or of all, as CSV.
    pub(crate) fn to_csv(&self, whose: Option<&ParticipantId>) -> String {
        let name = |id: &ParticipantId| {
            let known = self.participants.iter().find(|participant| participant.id() == id);
            known.map(|participant| participant.name()).unwrap_or_default()
        };
        let monitors = self.monitors.borrow();
        let wanted = monitors.iter().filter(|((id, _), _)| whose.is_none_or(|whose| whose == id));
        let tables: Vec<(String, String)> =
            wanted.map(|((id, _), (_, monitor))| (name(id), monitor.history().to_csv())).collect();
        joined_csv(&tables)
    }
}

/// Measures every second. `shared`: all tracks use one connection.
#[hook]
pub(crate) fn use_room_stats(participants: &Rc<Vec<Participant>>, shared: bool) -> RoomStatsHandle {
    let stats = use_state(|| Rc::new(RoomStats::default()));
    let monitors = use_mut_ref(Monitors::new);
    {
        let monitors = monitors.clone();
        use_effect_with(participants.clone(), move |participants| {
            let before = monitors.take();
            monitors.replace(watch(before, participants));
        });
    }
    {
        let (stats, monitors) = (stats.clone(), monitors.clone());
        let tick = Callback::from(move |()| {
            let next = measure(&stats, &monitors.borrow(), shared);
            stats.set(Rc::new(next));
        });
        use_interval(Some(PERIOD_MS), tick);
    }
    RoomStatsHandle { stats: (*stats).clone(), monitors, participants: participants.clone() }
}

/// One monitor for each current track.
fn watch(mut before: Monitors, participants: &[Participant]) -> Monitors {
    let options = StatsMonitorOptions { interval_ms: PERIOD_MS, history: HISTORY };
    let tracks = participants.iter().flat_map(|participant| participant.tracks());
    tracks
        .filter_map(|track| {
            let key = (track.participant_id().clone(), track.publication_id().clone());
            let known = before.remove(&key).filter(|(known, _)| *known == track);
            let watched = match known {
                Some(known) => known,
                None => (track.clone(), StatsMonitor::start(&track, &options).ok()?),
            };
            Some((key, watched))
        })
        .collect()
}

fn measure(stats: &RoomStats, monitors: &Monitors, shared: bool) -> RoomStats {
    let now = js_sys::Date::now();
    let mut deltas: HashMap<ParticipantId, Vec<_>> = HashMap::new();
    for ((id, _), (_, monitor)) in monitors {
        let latest = monitor.latest().filter(|sample| now - sample.timestamp < STALE_MS);
        deltas.entry(id.clone()).or_default().extend(latest.map(|sample| sample.delta));
    }
    let now_of: HashMap<ParticipantId, Point> =
        deltas.iter().map(|(id, deltas)| (id.clone(), Point::of_person(now, deltas))).collect();
    let everyone: Vec<Point> = now_of.values().copied().collect();
    let mut next = stats.clone();
    push(&mut next.total, Point::total(now, &everyone, shared));
    next.people.retain(|id, _| now_of.contains_key(id));
    for (id, mut point) in now_of {
        // Over one connection, sent media is for everyone.
        point.sent = point.sent.filter(|_| !shared);
        push(next.people.entry(id).or_default(), point);
    }
    next
}

fn push(row: &mut Row, point: Point) {
    row.push_back(point);
    if row.len() > HISTORY as usize {
        row.pop_front();
    }
}
