//! A report with the difference from the previous one, and a history of them.

use std::collections::VecDeque;

use moim_protocol::options;
use serde::{Deserialize, Serialize};

use super::csv::csv;
use super::delta::StatsDelta;
use super::report::StatsReport;
use crate::{Error, Result};

/// Options of a statistics monitor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(default, rename_all = "camelCase")]
pub struct StatsMonitorOptions {
    /// Milliseconds between samples, at least 100. Default: 1000.
    pub interval_ms: u32,
    /// The number of samples to keep, from 1 to 3600. Default: 60.
    pub history: u32,
}

options! { StatsMonitorOptions { interval_ms: "intervalMs", history: "history" } }

impl Default for StatsMonitorOptions {
    fn default() -> Self {
        Self { interval_ms: 1000, history: 60 }
    }
}

impl StatsMonitorOptions {
    /// Validates the options before anything is measured. `StatsMonitor::start` does so too.
    ///
    /// # Errors
    /// [`Error::InvalidOptions`] if a number is out of range.
    pub fn check(&self) -> Result<()> {
        let detail = match (self.interval_ms, self.history) {
            (100.., 1..=3600) => return Ok(()),
            (100.., history) => format!("`history` must be from 1 to 3600, and is {history}"),
            (interval, _) => format!("`intervalMs` must be at least 100, and is {interval}"),
        };
        Err(Error::InvalidOptions { detail })
    }
}

/// A report, and the difference from the previous one.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatsSample {
    /// When the report was created, in milliseconds since 1970.
    pub timestamp: f64,
    /// The difference from the previous report.
    pub delta: StatsDelta,
    /// The browser's full report.
    pub report: StatsReport,
}

impl StatsSample {
    /// Creates a sample from two successive reports.
    pub fn new(before: &StatsReport, now: StatsReport) -> Self {
        Self { timestamp: now.timestamp(), delta: StatsDelta::between(before, &now), report: now }
    }

    /// The sample as JSON text: `timestamp`, `delta` and `report`, which is the list of entries, unchanged from the
    /// browser.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The sample as CSV text (RFC 4180), with a header: one row for the connection and one for each stream. The
    /// columns are the members of the [deltas](StatsDelta), by name.
    pub fn to_csv(&self) -> String {
        csv(std::iter::once(self))
    }
}

/// The newest samples, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StatsHistory {
    samples: VecDeque<StatsSample>,
    capacity: usize,
}

impl StatsHistory {
    /// Creates a history of at most `capacity` samples.
    pub fn new(capacity: usize) -> Self {
        Self { samples: VecDeque::new(), capacity: capacity.max(1) }
    }

    /// Adds a sample; drops the oldest one if there are too many.
    pub fn push(&mut self, sample: StatsSample) {
        self.samples.push_back(sample);
        if self.samples.len() > self.capacity {
            self.samples.pop_front();
        }
    }

    /// The samples, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &StatsSample> + ExactSizeIterator {
        self.samples.iter()
    }

    /// The number of samples.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Whether there are no samples.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// The samples as JSON text: an array of objects as from [`StatsSample::to_json`].
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.samples).unwrap_or_default()
    }

    /// The CSV text of an empty history.
    #[cfg(all(feature = "js", target_arch = "wasm32"))]
    pub(crate) fn csv_header() -> String {
        super::csv::header()
    }

    /// The samples as CSV text (RFC 4180), with a header: for each sample one row for the connection and one for each
    /// stream.
    pub fn to_csv(&self) -> String {
        csv(self.samples.iter())
    }
}
