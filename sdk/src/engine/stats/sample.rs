//! A report with what happened since the one before, and a row of them.

use std::collections::VecDeque;
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::delta::{ConnectionDelta, StatsDelta};
use super::inbound::InboundDelta;
use super::outbound::OutboundDelta;
use super::report::StatsReport;
use crate::engine::quality::MediaQuality;
use crate::{Error, Result};

/// How a monitor measures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(default, rename_all = "camelCase")]
pub struct StatsMonitorOptions {
    /// Milliseconds between samples, at least 100. Default: 1000.
    pub interval_ms: u32,
    /// How many samples are kept, from 1 to 3600. Default: 60.
    pub history: u32,
}

impl Default for StatsMonitorOptions {
    fn default() -> Self {
        Self { interval_ms: 1000, history: 60 }
    }
}

impl StatsMonitorOptions {
    /// Fails with [`Error::InvalidOptions`] if a number is out of its range.
    pub fn check(&self) -> Result<()> {
        let detail = match (self.interval_ms, self.history) {
            (100.., 1..=3600) => return Ok(()),
            (100.., history) => format!("`history` must be from 1 to 3600, and is {history}"),
            (interval, _) => format!("`intervalMs` must be at least 100, and is {interval}"),
        };
        Err(Error::InvalidOptions { detail })
    }
}

/// A report, and what happened since the one before.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatsSample {
    /// When the report was made, in milliseconds since 1970.
    pub timestamp: f64,
    /// What happened since the report before.
    pub delta: StatsDelta,
    /// Everything that the browser gave.
    pub report: StatsReport,
}

impl StatsSample {
    /// The sample that `now` makes after `before`.
    pub fn new(before: &StatsReport, now: StatsReport) -> Self {
        Self { timestamp: now.timestamp(), delta: StatsDelta::between(before, &now), report: now }
    }

    /// The sample as JSON text: `timestamp`, `delta` and `report`, which is the list of entries as the browser gave
    /// them.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The sample as CSV text by RFC 4180, with a header: a row for the connection and one for each stream.
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
    /// Keeps at most `capacity` samples.
    pub fn new(capacity: usize) -> Self {
        Self { samples: VecDeque::new(), capacity: capacity.max(1) }
    }

    /// Adds a sample; the oldest goes if there are too many.
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

    /// How many there are.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// The samples as JSON text: an array of what [`StatsSample::to_json`] gives.
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.samples).unwrap_or_default()
    }

    /// The samples as CSV text by RFC 4180, with a header: for each a row for the connection and one for each stream.
    pub fn to_csv(&self) -> String {
        csv(self.samples.iter())
    }
}

const COLUMNS: &str = "timestamp,direction,id,kind,mid,rid,sentBitrate,receivedBitrate,packetLoss,jitter,roundTripTime,\
    framesPerSecond,frameWidth,frameHeight,frozen,limitedByCpu,limitedByBandwidth,mos,level,reason\r\n";

fn csv<'a>(samples: impl Iterator<Item = &'a StatsSample>) -> String {
    let mut text = COLUMNS.to_owned();
    for StatsSample { timestamp, delta, .. } in samples {
        text.push_str(&connection(*timestamp, &delta.connection, delta.quality));
        delta.inbound.iter().for_each(|stream| text.push_str(&inbound(*timestamp, stream)));
        delta.outbound.iter().for_each(|stream| text.push_str(&outbound(*timestamp, stream)));
    }
    text
}

/// One line, cell by cell.
struct Row(String);

impl Row {
    fn new(timestamp: f64, direction: &str) -> Self {
        Self(format!("{timestamp},{direction}"))
    }

    fn text(mut self, text: Option<&str>) -> Self {
        let text = text.unwrap_or_default();
        // Spreadsheets take such text for a formula, and it may come from the far end.
        let guard = if text.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
        if text.contains([',', '"', '\r', '\n']) {
            let _ = write!(self.0, ",\"{guard}{}\"", text.replace('"', "\"\""));
        } else {
            let _ = write!(self.0, ",{guard}{text}");
        }
        self
    }

    fn number(mut self, number: Option<f64>) -> Self {
        self.0.push(',');
        if let Some(number) = number {
            let _ = write!(self.0, "{number}");
        }
        self
    }

    fn numbers<const N: usize>(self, numbers: [Option<f64>; N]) -> Self {
        numbers.into_iter().fold(self, Self::number)
    }

    fn end(self, quality: MediaQuality) -> String {
        let row =
            self.number(quality.mos).number(Some(quality.level.into())).text(Some(quality.reason.as_str()));
        row.0 + "\r\n"
    }
}

fn connection(timestamp: f64, delta: &ConnectionDelta, quality: MediaQuality) -> String {
    let row = Row::new(timestamp, "both").text(None).text(Some("connection")).text(None).text(None);
    let row = row.numbers([delta.sent_bitrate, delta.received_bitrate, None, None, delta.round_trip_time]);
    row.numbers([None; 6]).end(quality)
}

fn inbound(timestamp: f64, delta: &InboundDelta) -> String {
    let InboundDelta { id, kind, mid, bitrate, packet_loss, jitter, round_trip_time, .. } = delta;
    let row = Row::new(timestamp, "inbound").text(Some(id)).text(kind.map(kind_name));
    let row = row.text(mid.as_deref()).text(None);
    let row = row.numbers([None, *bitrate, *packet_loss, *jitter, *round_trip_time, delta.frames_per_second]);
    let size = [delta.frame_width.map(f64::from), delta.frame_height.map(f64::from)];
    row.numbers(size).numbers([delta.frozen, None, None]).end(delta.quality)
}

fn outbound(timestamp: f64, delta: &OutboundDelta) -> String {
    let OutboundDelta { id, kind, mid, rid, bitrate, packet_loss, jitter, round_trip_time, .. } = delta;
    let row = Row::new(timestamp, "outbound").text(Some(id)).text(kind.map(kind_name));
    let row = row.text(mid.as_deref()).text(rid.as_deref());
    let row = row.numbers([*bitrate, None, *packet_loss, *jitter, *round_trip_time, delta.frames_per_second]);
    let size = [delta.frame_width.map(f64::from), delta.frame_height.map(f64::from)];
    row.numbers(size).numbers([None, delta.limited_by_cpu, delta.limited_by_bandwidth]).end(delta.quality)
}

fn kind_name(kind: moim_protocol::MediaKind) -> &'static str {
    match kind {
        moim_protocol::MediaKind::Audio => "audio",
        moim_protocol::MediaKind::Video => "video",
    }
}
