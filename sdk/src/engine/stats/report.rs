//! A statistics report.

use std::rc::Rc;

use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::entry::Stats;
use super::names::CandidatePairState;
use super::transport::IceCandidatePairStats;

/// The result of `getStats()`: <https://www.w3.org/TR/webrtc/#rtcstatsreport-object>. Cheap to clone.
///
/// Serializes to the list of its entries, unchanged from the browser.
#[derive(Clone, Debug, PartialEq)]
pub struct StatsReport {
    timestamp: f64,
    entries: Rc<[Stats]>,
}

impl StatsReport {
    /// Parses a JSON array of entries. Elements that are not objects are skipped. Returns `None` if it is not an array.
    pub fn from_json(json: &str) -> Option<Self> {
        match serde_json::from_str(json).ok()? {
            Value::Array(entries) => Some(Self::from_entries(entries)),
            _ => None,
        }
    }

    /// Sorts entries. Elements that are not objects are skipped.
    pub fn from_entries(entries: Vec<Value>) -> Self {
        let entries: Rc<[Stats]> = entries.into_iter().filter_map(Stats::new).collect();
        let timestamps = entries.iter().filter(|entry| !is_remote(entry)).map(Stats::timestamp);
        Self { timestamp: timestamps.fold(0.0, f64::max), entries }
    }

    /// When it was created, in milliseconds since 1970: the newest timestamp of a local entry.
    pub fn timestamp(&self) -> f64 {
        self.timestamp
    }

    /// All entries, in the browser's order.
    pub fn entries(&self) -> &[Stats] {
        &self.entries
    }

    /// Returns the entry with this id.
    pub fn get(&self, id: &str) -> Option<&Stats> {
        self.entries.iter().find(|entry| entry.id() == id)
    }

    /// The candidate pair in use: the one selected by the transport, or, where the browser does not report that,
    /// the nominated one that succeeded.
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

    /// The report as JSON text: the list of its entries, unchanged from the browser.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// In some browsers, entries measured by the remote peer have its timestamps.
fn is_remote(entry: &Stats) -> bool {
    entry.type_name().starts_with("remote-")
}

impl Serialize for StatsReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.entries.iter())
    }
}
