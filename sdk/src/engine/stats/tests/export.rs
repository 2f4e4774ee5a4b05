//! CSV and JSON.

use serde_json::{Value, json};

use super::super::*;
use super::golden;

fn sample() -> StatsSample {
    StatsSample::new(&golden("chromium-idle"), golden("chromium-caller"))
}

#[test]
fn csv_has_a_row_for_the_connection_and_for_each_stream() {
    let sample = sample();
    let csv = sample.to_csv();
    let rows: Vec<Vec<&str>> = csv.split("\r\n").map(|row| row.split(',').collect()).collect();
    assert_eq!(rows.len(), 1 + 1 + sample.delta.inbound.len() + sample.delta.outbound.len() + 1);
    assert!(rows[..rows.len() - 1].iter().all(|row| row.len() == rows[0].len()), "{csv}");
    assert_eq!(rows[rows.len() - 1], [""], "the last line ends too");
    let column = |name: &str| rows[0].iter().position(|column| *column == name).expect("a column");
    assert_eq!(rows[1][column("kind")], "connection");
    for stream in &sample.delta.outbound {
        let row = rows.iter().find(|row| row[column("id")] == stream.id).expect("a row");
        assert_eq!(
            (row[column("direction")], row[column("rid")]),
            ("outbound", stream.rid.as_deref().unwrap_or(""))
        );
        let cell = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
        assert_eq!(row[column("bitrate")], cell(stream.bitrate));
        assert_eq!(row[column("framesPerSecond")], cell(stream.frames_per_second));
        assert_eq!(row[column("limitedByBandwidth")], cell(stream.limited_by_bandwidth));
        assert_eq!(row[column("level")], stream.quality.level.to_string());
        assert_eq!(row[column("reason")], stream.quality.reason.as_str());
    }
    // Every member has its column.
    let delta: Value = serde_json::to_value(&sample.delta).expect("JSON");
    for part in [&delta["connection"], &delta["inbound"][0], &delta["outbound"][0]] {
        for name in part.as_object().expect("an object").keys().filter(|name| *name != "quality") {
            assert!(rows[0].contains(&name.as_str()), "no column {name}");
        }
    }
    let stream = &sample.delta.inbound[0];
    assert_ne!((stream.bytes, stream.packets), (0, 0));
    let row = rows.iter().find(|row| row[column("id")] == stream.id).expect("a row");
    assert_eq!(row[column("bytes")], stream.bytes.to_string());
    assert_eq!(row[column("mos")], stream.quality.mos.expect("a score").to_string());
}

#[test]
fn csv_keeps_text_of_the_far_end_in_its_cell() {
    let entry = json!({ "id": "a,\"b\"\r\nc", "type": "inbound-rtp", "timestamp": 1, "mid": "=1+1" });
    let now = StatsReport::from_entries(vec![entry]);
    let csv = StatsSample::new(&now, now.clone()).to_csv();
    assert!(csv.contains("1,inbound,\"a,\"\"b\"\"\r\nc\",,'=1+1,,"), "{csv}");
}

#[test]
fn json_has_what_happened_and_what_the_browser_gave() {
    let sample = sample();
    let json: Value = serde_json::from_str(&sample.to_json()).expect("JSON");
    let report: Value = serde_json::from_str(&sample.report.to_json()).expect("JSON");
    assert_eq!(json["report"], report);
    assert_eq!(json["timestamp"].as_f64(), Some(sample.timestamp));
    assert_eq!(json["delta"]["outbound"][0]["bitrate"].as_f64(), sample.delta.outbound[0].bitrate);
    assert_eq!(json["delta"]["quality"]["reason"], sample.delta.quality.reason.as_str());
}

#[test]
fn a_history_keeps_the_newest() {
    let mut history = StatsHistory::new(2);
    assert!(history.is_empty());
    for timestamp in 1..4 {
        let entry = json!({ "id": "P", "type": "peer-connection", "timestamp": timestamp });
        let report = StatsReport::from_entries(vec![entry]);
        history.push(StatsSample::new(&report, report.clone()));
    }
    assert_eq!(history.iter().map(|sample| sample.timestamp).collect::<Vec<_>>(), [2.0, 3.0]);
    assert_eq!((history.len(), history.to_csv().lines().count()), (2, 3));
    let json: Value = serde_json::from_str(&history.to_json()).expect("JSON");
    assert_eq!(json.as_array().map(Vec::len), Some(2));
}

#[test]
fn numbers_out_of_range_are_refused() {
    let options = |interval_ms, history| StatsMonitorOptions { interval_ms, history };
    assert_eq!(StatsMonitorOptions::default().check(), Ok(()));
    assert_eq!(options(100, 3600).check(), Ok(()));
    for (options, word) in
        [(options(99, 60), "intervalMs"), (options(100, 0), "history"), (options(100, 3601), "history")]
    {
        let error = options.check().expect_err("out of range");
        assert_eq!(error.code(), crate::ErrorCode::InvalidOptions);
        assert!(error.to_string().contains(word), "{error}");
    }
}
