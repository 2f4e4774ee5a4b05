//! A whole report.

use std::rc::Rc;

use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::entry::Stats;
use super::names::CandidatePairState;
use super::transport::IceCandidatePairStats;

/// What `getStats()` gives: <https://www.w3.org/TR/webrtc/#rtcstatsreport-object>. Cheap to clone.
///
/// Serializes to the list of its entries, as the browser gave them.
#[derive(Clone, Debug, PartialEq)]
pub struct StatsReport {
    timestamp: f64,
    entries: Rc<[Stats]>,
}

impl StatsReport {
    /// Reads a JSON array of entries. What is not an object is left out. None if it is no array.
    pub fn from_json(json: &str) -> Option<Self> {
        match serde_json::from_str(json).ok()? {
            Value::Array(entries) => Some(Self::from_entries(entries)),
            _ => None,
        }
    }

    /// Sorts entries. What is not an object is left out.
    pub fn from_entries(entries: Vec<Value>) -> Self {
        let entries: Rc<[Stats]> = entries.into_iter().filter_map(Stats::new).collect();
        let timestamps = entries.iter().filter(|entry| !is_remote(entry)).map(Stats::timestamp);
        Self { timestamp: timestamps.fold(0.0, f64::max), entries }
    }

    /// When it was made, in milliseconds since 1970: the newest timestamp of an entry of this end.
    pub fn timestamp(&self) -> f64 {
        self.timestamp
    }

    /// Every entry, in the browser's order.
    pub fn entries(&self) -> &[Stats] {
        &self.entries
    }

    /// The entry of this id.
    pub fn get(&self, id: &str) -> Option<&Stats> {
        self.entries.iter().find(|entry| entry.id() == id)
    }

    /// The way that media and data take now: the pair that the transport names, and where the browser names none,
    /// the nominated one that works.
    pub fn selected_candidate_pair(&self) -> Option<IceCandidatePairStats<'_>> {
        let named = self.transports().find_map(|transport| transport.selected_candidate_pair_id());
        let works = |pair: &IceCandidatePairStats<'_>| {
            pair.nominated() == Some(true) && pair.state() == Some(CandidatePairState::Succeeded)
        };
        self.candidate_pairs()
            .find(|pair| Some(pair.id()) == named)
            .or_else(|| self.candidate_pairs().find(|pair| pair.selected() == Some(true)))
            .or_else(|| self.candidate_pairs().find(works))
    }

    /// The report as JSON text: the list of its entries, as the browser gave them.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What the far end measured has the far end's time in some browsers.
fn is_remote(entry: &Stats) -> bool {
    entry.type_name().starts_with("remote-")
}

impl Serialize for StatsReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.entries.iter())
    }
}
