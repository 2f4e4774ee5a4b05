//! Samples as CSV text (RFC 4180).

use serde::Serialize;
use serde_json::{Map, Value};

use super::sample::StatsSample;

/// The columns: timestamp and direction, then the members of the deltas by name. Cells without a value are empty.
const COLUMNS: [&str; 37] = [
    "timestamp",
    "direction",
    "id",
    "kind",
    "mid",
    "rid",
    "trackIdentifier",
    "bytes",
    "bytesSent",
    "bytesReceived",
    "packets",
    "packetsLost",
    "packetsRetransmitted",
    "bitrate",
    "sentBitrate",
    "receivedBitrate",
    "targetBitrate",
    "availableOutgoingBitrate",
    "packetLoss",
    "jitter",
    "roundTripTime",
    "jitterBufferDelay",
    "audioLevel",
    "concealment",
    "framesPerSecond",
    "sourceFramesPerSecond",
    "frameWidth",
    "frameHeight",
    "framesDropped",
    "freezes",
    "frozen",
    "encodeTime",
    "qualityLimitationReason",
    "limitedByCpu",
    "limitedByBandwidth",
    "localCandidateType",
    "remoteCandidateType",
];
/// The members of `quality`.
const QUALITY: [&str; 3] = ["mos", "level", "reason"];

pub(super) fn header() -> String {
    let header: Vec<_> = COLUMNS.into_iter().chain(QUALITY).collect();
    header.join(",") + "\r\n"
}

/// A header, and for each sample one row for the connection and one for each stream.
pub(super) fn csv<'a>(samples: impl Iterator<Item = &'a StatsSample>) -> String {
    let mut text = header();
    for StatsSample { timestamp, delta, .. } in samples {
        let mut add = |direction, mut row: Value| {
            row["timestamp"] = (*timestamp).into();
            row["direction"] = Value::from(direction);
            write_row(&mut text, &row);
        };
        let mut connection = members(&delta.connection);
        connection["kind"] = "connection".into();
        connection["quality"] = members(&delta.quality);
        add("both", connection);
        delta.inbound.iter().for_each(|stream| add("inbound", members(stream)));
        delta.outbound.iter().for_each(|stream| add("outbound", members(stream)));
    }
    text
}

/// All numbers are finite and all keys are strings: it cannot fail.
fn members(delta: &impl Serialize) -> Value {
    serde_json::to_value(delta).unwrap_or_else(|_| Value::Object(Map::new()))
}

fn write_row(text: &mut String, row: &Value) {
    let cells = COLUMNS.iter().map(|name| &row[name]).chain(QUALITY.iter().map(|name| &row["quality"][name]));
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            text.push(',');
        }
        match cell {
            Value::Null => {}
            Value::String(cell) => write_text(text, cell),
            // Without the ".0" of a whole number.
            cell => text.push_str(cell.to_string().trim_end_matches(".0")),
        }
    }
    text.push_str("\r\n");
}

fn write_text(text: &mut String, cell: &str) {
    // Spreadsheets would evaluate this text as a formula, and it may come from the remote peer.
    let guard = if cell.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    if cell.contains([',', '"', '\r', '\n']) {
        text.push_str(&format!("\"{guard}{}\"", cell.replace('"', "\"\"")));
    } else {
        text.push_str(guard);
        text.push_str(cell);
    }
}
