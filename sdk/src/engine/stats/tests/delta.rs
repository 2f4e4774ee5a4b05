//! Differences between reports, also after resets.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::*;
use super::golden;
use crate::MediaKind;
use crate::engine::quality::QualityReason;

fn report(entries: &[Value]) -> StatsReport {
    StatsReport::from_entries(entries.to_vec())
}

/// An entry of this type, with further members.
fn stream(type_name: &str, timestamp: f64, more: Value) -> Value {
    let mut entry =
        json!({ "id": "s", "type": type_name, "timestamp": timestamp, "ssrc": 1, "kind": "video" });
    entry.as_object_mut().expect("an object").extend(more.as_object().cloned().expect("an object"));
    entry
}

fn inbound(before: Value, now: Value) -> InboundDelta {
    let before = report(&[stream("inbound-rtp", 1000.0, before)]);
    let now = report(&[stream("inbound-rtp", 3000.0, now)]);
    StatsDelta::between(&before, &now).inbound.remove(0)
}

fn outbound(before: Value, now: Value, more: &[Value]) -> OutboundDelta {
    let before = report(&[stream("outbound-rtp", 1000.0, before)]);
    let now = report(&[&[stream("outbound-rtp", 3000.0, now)], more].concat());
    StatsDelta::between(&before, &now).outbound.remove(0)
}

#[test]
fn rates_are_by_the_time_between_the_entries() {
    let delta = inbound(
        json!({ "bytesReceived": 1000, "packetsReceived": 10, "packetsLost": 1, "framesDecoded": 5,
            "jitterBufferDelay": 1.0, "jitterBufferEmittedCount": 10, "totalFreezesDuration": 0.0 }),
        json!({ "bytesReceived": 51000, "packetsReceived": 100, "packetsLost": 11, "framesDecoded": 65,
            "jitterBufferDelay": 4.0, "jitterBufferEmittedCount": 70, "totalFreezesDuration": 0.5,
            "freezeCount": 1, "jitter": 0.004, "mid": "0", "frameWidth": 640 }),
    );
    assert_eq!((delta.bytes, delta.packets, delta.packets_lost, delta.freezes), (50_000, 90, 10, 1));
    assert_eq!((delta.bitrate, delta.packet_loss), (Some(200_000.0), Some(0.1)));
    assert_eq!((delta.frames_per_second, delta.jitter_buffer_delay), (Some(30.0), Some(0.05)));
    assert_eq!((delta.frozen, delta.jitter, delta.frame_width), (Some(0.25), Some(0.004), Some(640)));
    assert_eq!((delta.mid.as_deref(), delta.kind), (Some("0"), Some(MediaKind::Video)));
    assert_eq!((delta.quality.level, delta.quality.reason), (2, QualityReason::Frozen));
}

#[test]
fn a_counter_that_falls_and_another_source_begin_anew() {
    let delta = inbound(json!({ "bytesReceived": 1000 }), json!({ "bytesReceived": 300 }));
    assert_eq!((delta.bytes, delta.bitrate), (300, Some(1200.0)));
    let delta = inbound(json!({ "bytesReceived": 1000 }), json!({ "bytesReceived": 1300, "ssrc": 2 }));
    assert_eq!(delta.bytes, 1300);
    let delta = inbound(json!({ "packetsLost": 5 }), json!({ "packetsLost": -2, "packetsReceived": 7 }));
    assert_eq!((delta.packets_lost, delta.packet_loss), (0, Some(0.0)), "late packets undo losses");
}

#[test]
fn a_stream_that_is_new_began_since() {
    let before = report(&[json!({ "id": "P", "type": "peer-connection", "timestamp": 1000 })]);
    let now = report(&[stream("inbound-rtp", 2000.0, json!({ "bytesReceived": 500 }))]);
    let delta = StatsDelta::between(&before, &now);
    assert_eq!((delta.seconds, delta.inbound[0].bytes, delta.inbound[0].bitrate), (1.0, 500, Some(4000.0)));
}

#[test]
fn the_same_report_again_has_no_rates() {
    let now = golden("chromium-callee");
    let delta = StatsDelta::between(&now, &now);
    assert_eq!((delta.seconds, delta.connection.sent_bitrate), (0.0, None));
    assert!(delta.inbound.iter().all(|stream| stream.bytes == 0 && stream.bitrate.is_none()));
}

#[test]
fn packets_without_frames_are_a_frozen_picture_and_none_at_all_is_no_media() {
    let before = json!({ "framesDecoded": 9, "packetsReceived": 10 });
    let delta = inbound(before.clone(), json!({ "framesDecoded": 9, "packetsReceived": 40 }));
    assert_eq!((delta.frozen, delta.quality.level), (Some(1.0), 1));
    let delta = inbound(before.clone(), before);
    assert_eq!((delta.quality.level, delta.quality.reason), (0, QualityReason::NoMedia));
}

#[test]
fn speech_is_judged_by_what_is_heard() {
    let before = json!({ "kind": "audio", "packetsReceived": 0, "totalSamplesReceived": 0 });
    let now = json!({ "kind": "audio", "packetsReceived": 100, "totalSamplesReceived": 96_000,
        "concealedSamples": 20_000, "silentConcealedSamples": 800 });
    let delta = inbound(before, now);
    assert_eq!(delta.concealment, Some(0.2));
    assert_eq!((delta.quality.level, delta.quality.reason), (1, QualityReason::Loss));
    assert!(delta.quality.mos < Some(3.0));
}

#[test]
fn what_limits_the_sender_and_what_the_far_end_says_is_told() {
    let far = json!({ "id": "r", "type": "remote-inbound-rtp", "timestamp": 2500, "ssrc": 1, "kind": "video",
        "localId": "s", "fractionLost": 0.02, "jitter": 0.01, "roundTripTime": 0.08 });
    let source =
        json!({ "id": "v", "type": "media-source", "timestamp": 3000, "kind": "video", "frames": 100 });
    let delta = outbound(
        json!({ "packetsSent": 0, "qualityLimitationDurations": { "cpu": 1.0, "bandwidth": 0, "none": 5 } }),
        json!({ "packetsSent": 9, "qualityLimitationDurations": { "cpu": 2.5, "bandwidth": 0, "none": 5 },
            "qualityLimitationReason": "cpu", "mediaSourceId": "v", "framesEncoded": 30, "totalEncodeTime": 0.6,
            "retransmittedPacketsSent": 2 }),
        &[far, source],
    );
    assert_eq!((delta.limited_by_cpu, delta.limited_by_bandwidth), (Some(0.75), Some(0.0)));
    assert_eq!(delta.quality_limitation_reason, Some(QualityLimitationReason::Cpu));
    assert_eq!((delta.packet_loss, delta.round_trip_time), (Some(0.02), Some(0.08)));
    assert_eq!((delta.encode_time, delta.frames_per_second), (Some(0.02), Some(15.0)));
    assert_eq!(delta.source_frames_per_second, Some(50.0));
    assert_eq!((delta.quality.level, delta.quality.reason), (2, QualityReason::Cpu));
}

#[test]
fn real_calls_have_a_connection_and_good_quality() {
    for browser in ["chromium", "firefox"] {
        let idle = golden(&format!("{browser}-idle"));
        for end in ["caller", "callee"] {
            let delta = StatsDelta::between(&idle, &golden(&format!("{browser}-{end}")));
            let connection = &delta.connection;
            assert!(delta.seconds > 5.0 && connection.bytes_sent > 40_000, "{browser}-{end}: {connection:?}");
            assert!(connection.sent_bitrate > Some(30_000.0), "{browser}-{end}: {connection:?}");
            assert!(connection.local_candidate_type.is_some() && connection.round_trip_time.is_some());
            assert!(delta.quality.level >= 3, "{browser}-{end}: {:?}", delta.quality);
            let moving = |stream: &InboundDelta| {
                stream.kind != Some(MediaKind::Video) || stream.frames_per_second > Some(10.0)
            };
            assert!(delta.inbound.iter().all(moving), "{browser}-{end}");
            assert!(delta.quality.mos > Some(3.5), "{browser}-{end}: {:?}", delta.quality);
        }
    }
}

/// Any of the members that a delta reads, with values of any type.
fn members() -> impl Strategy<Value = Value> {
    let names = [
        "bytesReceived",
        "packetsReceived",
        "packetsLost",
        "framesDecoded",
        "totalFreezesDuration",
        "jitter",
        "jitterBufferDelay",
        "jitterBufferEmittedCount",
        "concealedSamples",
        "silentConcealedSamples",
        "totalSamplesReceived",
        "packetsDiscarded",
        "bytesSent",
        "packetsSent",
        "framesEncoded",
        "totalEncodeTime",
        "frames",
        "fractionLost",
        "roundTripTime",
        "ssrc",
        "mediaSourceId",
        "localId",
    ];
    let value = prop_oneof![
        any::<u64>().prop_map(Value::from),
        any::<u32>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(Value::from("s")),
        Just(Value::Null),
    ];
    proptest::collection::hash_map(proptest::sample::select(names.to_vec()), value, 0..12)
        .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn any_report() -> impl Strategy<Value = StatsReport> {
    let types = [
        "inbound-rtp",
        "outbound-rtp",
        "remote-inbound-rtp",
        "remote-outbound-rtp",
        "media-source",
        "transport",
        "candidate-pair",
        "quantum",
    ];
    let durations = (any::<f64>(), any::<f64>());
    let entry = (proptest::sample::select(types.to_vec()), any::<f64>(), members(), any::<bool>(), durations);
    let entry = entry.prop_map(|(type_name, timestamp, more, audio, (cpu, bandwidth))| {
        let mut entry = stream(type_name, timestamp, more);
        if audio {
            entry["kind"] = json!("audio");
        }
        entry["qualityLimitationDurations"] = json!({ "cpu": cpu, "bandwidth": bandwidth });
        entry
    });
    proptest::collection::vec(entry, 0..5).prop_map(StatsReport::from_entries)
}

/// Every number of a delta, by its name.
fn numbers(value: &Value, name: &str, visit: &mut dyn FnMut(&str, &Value)) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| numbers(value, name, visit)),
        Value::Array(values) => values.iter().for_each(|value| numbers(value, name, visit)),
        other => visit(name, other),
    }
}

/// Current values are passed on unchanged; the rest is computed.
const AS_GIVEN: &[&str] =
    &["jitter", "roundTripTime", "audioLevel", "targetBitrate", "availableOutgoingBitrate"];

proptest! {
    #[test]
    fn nothing_computed_is_negative_or_infinite(before in any_report(), now in any_report()) {
        let delta = StatsDelta::between(&before, &now);
        let shares = delta.inbound.iter().flat_map(|stream| [stream.packet_loss, stream.concealment, stream.frozen]);
        let limits = delta.outbound.iter().flat_map(|stream| [stream.limited_by_cpu, stream.packet_loss]);
        for share in shares.chain(limits).flatten() {
            prop_assert!((0.0..=1.0).contains(&share), "{share}");
        }
        prop_assert!(delta.quality.level <= 5);
        let text = format!("{delta:?}");
        prop_assert!(!text.contains("inf") && !text.contains("NaN"), "{text}");
        let json = serde_json::to_value(&delta).expect("JSON");
        let mut wrong = None;
        numbers(&json, "", &mut |name, value| {
            if value.as_f64().is_some_and(|number| number < 0.0) && !AS_GIVEN.contains(&name) {
                wrong = Some(format!("{name}: {value}"));
            }
        });
        prop_assert_eq!(wrong, None);
    }

    #[test]
    fn deltas_of_a_growing_counter_add_up_to_it(steps in proptest::collection::vec(0..1_u64 << 48, 1..20)) {
        let (mut total, mut sum, mut lost) = (0, 0, 0);
        let mut before = report(&[]);
        for (index, step) in steps.iter().enumerate() {
            total += step;
            let members = json!({ "bytesReceived": total, "packetsLost": total });
            let now = report(&[stream("inbound-rtp", 1000.0 * index as f64, members)]);
            let delta = StatsDelta::between(&before, &now);
            sum += delta.inbound[0].bytes;
            lost += delta.inbound[0].packets_lost;
            before = now;
        }
        prop_assert_eq!((sum, lost), (total, total));
    }

    #[test]
    fn a_report_of_any_json_is_read(json in ".*") {
        let _ = StatsReport::from_json(&json);
    }
}
