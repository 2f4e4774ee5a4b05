//! Real reports of both browsers, checked against the specification.

use serde_json::{Value, json};

use super::*;
use crate::MediaKind;

mod delta;
mod export;

macro_rules! golden {
    ($($name:literal,)+) => {
        /// Reports of real calls, made by `sdk/tests/stats/capture.mjs`.
        pub(super) const GOLDEN: &[(&str, &str)] = &[
            $(($name, include_str!(concat!("../../../../tests/stats/golden/", $name, ".json"))),)+
        ];
    };
}

golden! {
    "chromium-idle", "chromium-caller", "chromium-callee", "chromium-sender", "chromium-receiver",
    "firefox-idle", "firefox-caller", "firefox-callee", "firefox-sender", "firefox-receiver",
}

/// The specification's own definitions: <https://www.w3.org/TR/webrtc-stats/#idl>.
const IDL: &str = include_str!("../../../../tests/stats/webrtc-stats.idl");

fn golden(name: &str) -> StatsReport {
    let (_, json) = GOLDEN.iter().find(|(golden, _)| *golden == name).expect("a golden report");
    StatsReport::from_json(json).expect("a report")
}

fn entry(value: Value) -> Stats {
    Stats::new(value).expect("an object")
}

/// The members of a dictionary in the IDL, including inherited ones, with their types.
fn specified(dictionary: &str) -> Vec<(String, String)> {
    let Some((_, rest)) = IDL.split_once(&format!("dictionary {dictionary} : ")) else { return Vec::new() };
    let (base, rest) = rest.split_once('{').expect("a body");
    let (body, _) = rest.split_once('}').expect("an end");
    let members = body.split(';').map(str::trim).filter(|member| !member.is_empty());
    let split = |member: &str| {
        let (kind, name) = member.rsplit_once(char::is_whitespace).expect("a type and a name");
        (name.to_owned(), kind.trim_start_matches("required").trim().to_owned())
    };
    members.map(split).chain(specified(base.trim())).collect()
}

const DICTIONARIES: &[(&str, &str, &str)] = &[
    ("codec", "", "RTCCodecStats"),
    ("inbound-rtp", "video", "RTCInboundRtpStreamStats"),
    ("outbound-rtp", "video", "RTCOutboundRtpStreamStats"),
    ("remote-inbound-rtp", "video", "RTCRemoteInboundRtpStreamStats"),
    ("remote-outbound-rtp", "video", "RTCRemoteOutboundRtpStreamStats"),
    ("media-source", "audio", "RTCAudioSourceStats"),
    ("media-source", "video", "RTCVideoSourceStats"),
    ("media-playout", "audio", "RTCAudioPlayoutStats"),
    ("peer-connection", "", "RTCPeerConnectionStats"),
    ("data-channel", "", "RTCDataChannelStats"),
    ("transport", "", "RTCTransportStats"),
    ("candidate-pair", "", "RTCIceCandidatePairStats"),
    ("local-candidate", "", "RTCIceCandidateStats"),
    ("remote-candidate", "", "RTCIceCandidateStats"),
    ("certificate", "", "RTCCertificateStats"),
];

#[test]
fn every_member_of_the_specification_is_known_and_of_its_type() {
    let (_, types) = IDL.split_once("enum RTCStatsType {").expect("the types");
    let (types, _) = types.split_once('}').expect("an end");
    for name in types.split(',').map(|name| name.trim().trim_matches('"')) {
        assert!(DICTIONARIES.iter().any(|(known, ..)| *known == name), "no dictionary for {name}");
    }
    for (type_name, kind, dictionary) in DICTIONARIES {
        let known = views::dictionary(type_name, kind).expect("a dictionary");
        let members = specified(dictionary);
        assert!(members.len() > 1, "{dictionary}");
        for (name, idl) in members {
            let (right, wrong) = match idl.as_str() {
                "DOMString" => (json!("x"), json!(null)),
                "DOMString?" => (json!(null), json!(1)),
                "boolean" => (json!(true), json!("true")),
                "double" | "DOMHighResTimeStamp" => (json!(0.5), json!("0.5")),
                "unsigned long" | "unsigned short" => (json!(7), json!(1_u64 << 32)),
                "unsigned long long" => (json!(1_u64 << 53), json!(-1)),
                "long" | "long long" => (json!(-1), json!(0.5)),
                "record<DOMString, double>" => (json!({ "cpu": 0.5 }), json!({ "cpu": "0.5" })),
                "RTCIceCandidateType" => (json!("host"), json!("hostess")),
                "RTCQualityLimitationReason" => (json!("cpu"), json!("none of these")),
                "RTCDataChannelState" => (json!("open"), json!("ajar")),
                "RTCIceRole" => (json!("controlled"), json!("")),
                "RTCDtlsTransportState" | "RTCIceTransportState" => (json!("connected"), json!("CONNECTED")),
                "RTCDtlsRole" => (json!("client"), json!("clients")),
                "RTCIceServerTransportProtocol" => (json!("tls"), json!("dtls")),
                "RTCIceTcpCandidateType" => (json!("so"), json!("s-o")),
                "RTCStatsIceCandidatePairState" => (json!("in-progress"), json!(null)),
                other => panic!("a new IDL type: {other}"),
            };
            let right = if name == "kind" { json!("audio") } else { right };
            assert_eq!(known.known(&name, &right), Some(name.as_str()), "{dictionary}.{name}: {idl}");
            assert_eq!(known.known(&name, &wrong), None, "{dictionary}.{name}: {idl}");
        }
    }
}

#[test]
fn reports_of_real_calls_survive_reading_and_writing() {
    for (name, json) in GOLDEN {
        let original: Value = serde_json::from_str(json).expect("JSON");
        let report = StatsReport::from_json(json).expect("a report");
        let written: Value = serde_json::from_str(&report.to_json()).expect("JSON");
        assert_eq!(written, original, "{name}");
    }
}

#[test]
fn nothing_in_reports_of_real_calls_is_unknown() {
    for (name, _) in GOLDEN {
        for entry in golden(name).entries() {
            assert!(entry.unknown().is_empty(), "{name}: {} has {:?}", entry.type_name(), entry.unknown());
            assert!(!matches!(entry.view(), StatsView::Unknown(_)), "{name}: {}", entry.type_name());
        }
    }
}

#[test]
fn a_real_call_reads_as_it_was() {
    for browser in ["chromium", "firefox"] {
        let (caller, callee) = (golden(&format!("{browser}-caller")), golden(&format!("{browser}-callee")));
        let pair = caller.selected_candidate_pair().expect("a pair");
        assert_eq!(pair.state(), Some(CandidatePairState::Succeeded));
        assert!(pair.bytes_sent() > Some(100_000) && pair.id() == pair.stats().id());
        let local = caller.get(pair.local_candidate_id().expect("an id")).expect("a candidate");
        let StatsView::Candidate(local) = local.view() else { panic!("{local:?}") };
        assert_eq!((local.type_name(), local.protocol()), ("local-candidate", Some("udp")));

        let video = caller.outbound_rtp().find(|stream| stream.kind() == Some(MediaKind::Video));
        let video = video.expect("a stream");
        assert!(video.frames_encoded() > Some(50) && video.bytes_sent() > Some(50_000));
        let far = caller.remote_inbound_rtp().find(|far| far.local_id() == Some(video.id()));
        assert_eq!(far.expect("a report of the remote end").packets_lost(), Some(0));

        let audio = callee.inbound_rtp().find(|stream| stream.kind() == Some(MediaKind::Audio));
        assert!(audio.expect("a stream").audio_level() > Some(0.01), "{browser}: the fake microphone beeps");
        let codec = video.codec_id().and_then(|id| caller.codecs().find(|codec| codec.id() == id));
        assert_eq!(codec.and_then(|codec| codec.mime_type()), Some("video/VP8"));
        assert!(caller.timestamp() > 1.7e12);
    }
}

#[test]
fn what_is_new_or_wrong_is_kept_apart() {
    let new = entry(json!({ "id": "a", "type": "quantum", "timestamp": 1, "entangled": true }));
    assert!(matches!(new.view(), StatsView::Unknown(stats) if stats.unknown()["entangled"] == json!(true)));

    let odd = json!({ "id": "b", "type": "inbound-rtp", "timestamp": "now", "bytesReceived": "many", "mood": 1,
        "kind": "smell", "packetsLost": -3 });
    let stats = entry(odd.clone());
    let StatsView::InboundRtp(stream) = stats.view() else { panic!("{stats:?}") };
    assert_eq!((stream.bytes_received(), stream.kind(), stream.packets_lost()), (None, None, Some(-3)));
    assert_eq!(stream.unknown().keys().collect::<Vec<_>>(), ["bytesReceived", "kind", "mood", "timestamp"]);
    assert_eq!(serde_json::to_value(&stats).expect("JSON"), odd);

    assert!(matches!(
        entry(json!({ "type": "media-source", "kind": "smell" })).view(),
        StatsView::Unknown(_)
    ));
    assert_eq!(StatsReport::from_json("[1, null, [], \"x\", {}]").expect("a report").entries().len(), 1);
    assert_eq!(StatsReport::from_json("{}"), None);
    assert_eq!(StatsReport::from_json("["), None);
}

#[test]
fn typescript_sees_what_is_unknown_apart() {
    let known =
        entry(json!({ "id": "a", "type": "transport", "timestamp": 5, "dtlsState": "new", "new": 1 }));
    let expected = json!({ "id": "a", "type": "transport", "timestamp": 5, "dtlsState": "new",
        "unknown": { "new": 1 } });
    assert_eq!(serde_json::to_value(Typed(&known)).expect("JSON"), expected);
    let unknown = entry(json!({ "id": "a", "type": "quantum", "timestamp": 5, "type2": 1 }));
    let expected = json!({ "id": "a", "type": "unknown", "unknownType": "quantum", "timestamp": 5,
        "unknown": { "type2": 1 } });
    assert_eq!(serde_json::to_value(Typed(&unknown)).expect("JSON"), expected);
}

#[test]
fn the_pair_in_use_is_found_in_every_way_that_browsers_say_it() {
    let pair = |id: &str, more: Value| {
        let mut pair = json!({ "id": id, "type": "candidate-pair", "state": "succeeded" });
        pair.as_object_mut().expect("an object").extend(more.as_object().cloned().expect("an object"));
        pair
    };
    let selected = |entries: Vec<Value>| {
        StatsReport::from_entries(entries).selected_candidate_pair().map(|pair| pair.id().to_owned())
    };
    let transport = json!({ "id": "t", "type": "transport", "selectedCandidatePairId": "c" });
    let pairs = || {
        vec![
            pair("a", json!({ "nominated": true })),
            pair("b", json!({ "selected": true })),
            pair("c", json!({})),
        ]
    };
    assert_eq!(selected([pairs(), vec![transport]].concat()).as_deref(), Some("c"));
    assert_eq!(selected(pairs()).as_deref(), Some("b"));
    assert_eq!(selected(pairs()[..1].to_vec()).as_deref(), Some("a"));
    assert_eq!(selected(pairs()[2..].to_vec()), None);
}
