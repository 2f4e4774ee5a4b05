//! Verdicts for what a browser could measure.

use serde_json::{Value, json};

use super::*;
use crate::engine::stats::{StatsDelta, StatsReport};
use crate::error::{Error, MediaError, Refusal};
use crate::model::IceServer;

fn server(urls: &[&str]) -> IceServer {
    let urls = urls.iter().map(|url| (*url).to_owned()).collect();
    IceServer { urls, username: Some("name".into()), credential: Some("word".into()) }
}

fn candidates(attributes: &[&str]) -> Vec<Candidate> {
    attributes.iter().map(|attribute| Candidate::parse(attribute).unwrap()).collect()
}

const HOST: &str = "candidate:1 1 udp 2122260223 192.168.1.5 50000 typ host generation 0 ufrag x";
const MAPPED: &str = "candidate:2 1 udp 1685987071 203.0.113.9 40000 typ srflx raddr 192.168.1.5 rport 50000";
const RELAY: &str = "candidate:3 1 udp 41885439 198.51.100.2 60000 typ relay raddr 203.0.113.9 rport 40000";

fn failure(code: u16, text: &str) -> IceFailure {
    IceFailure { code, text: text.to_owned() }
}

#[test]
fn every_finding_has_a_name_of_its_own_and_advice_if_something_is_wrong() {
    let mut names: Vec<_> = Finding::ALL.iter().map(|finding| finding.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Finding::ALL.len());
    for finding in Finding::ALL {
        assert!(finding.summary().ends_with('.'), "{finding:?}");
        assert!(finding.verdict() < Verdict::Warning || !finding.advice().is_empty(), "{finding:?}");
    }
}

#[test]
fn only_a_picture_without_any_light_is_black() {
    let noise: Vec<u8> = (0..400_u32).map(|i| (i * 7 % 25) as u8).collect();
    assert_eq!(camera(Some(Luma::of(&noise))).finding, Finding::CameraBlack);
    let mut lamp = vec![0; 400];
    lamp[40..43].fill(200);
    let luma = Luma::of(&lamp);
    assert_eq!(camera(Some(luma)).finding, Finding::CameraWorks);
    assert!(luma.mean < 0.01 && luma.max > 0.7, "{luma:?}");
    assert_eq!(camera(None).finding, Finding::CameraFrozen);
    assert_eq!(Luma::of(&[]), Luma::default());
    assert_eq!(Luma::of(&[255; 8]).mean, 1.0);
}

#[test]
fn a_silent_a_quiet_and_a_blocked_microphone_are_told_apart() {
    for (level, finding) in [
        (None, Finding::AudioBlocked),
        (Some(0.0), Finding::MicrophoneSilent),
        (Some(0.000_3), Finding::MicrophoneQuiet),
        (Some(0.05), Finding::MicrophoneWorks),
    ] {
        assert_eq!(microphone(level).finding, finding, "{level:?}");
    }
    assert!(is_loud(0.05) && !is_loud(0.000_3));
    assert_eq!(speaker(Some(20.0)).finding, Finding::SpeakerHeard);
    assert_eq!(speaker(Some(1.0)).finding, Finding::SpeakerNotHeard);
    assert_eq!(speaker(None).finding, Finding::AudioBlocked);
}

#[test]
fn a_device_that_does_not_open_gets_the_advice_of_its_cause() {
    let denied = MediaError::NotAllowed { device: "camera", by: Refusal::User };
    let outcome = capture_failure(&Error::Media(denied));
    assert_eq!(outcome.finding, Finding::DeviceDenied);
    assert!(outcome.detail.unwrap().contains("camera"));
    assert_eq!(capture_failure(&Error::Media(MediaError::InsecureContext)).finding, Finding::Insecure);
    let old = Error::Unsupported { feature: "getUserMedia" };
    assert_eq!(capture_failure(&old).finding, Finding::CheckFailed);
}

#[test]
fn servers_are_sorted_by_transport() {
    let servers = [
        server(&["turn:a:1?transport=udp", "turn:a:1?transport=tcp", "turns:a:2?transport=tcp"]),
        server(&["turn:b", "turns:b"]),
    ];
    let urls =
        |servers: Vec<IceServer>| servers.into_iter().flat_map(|server| server.urls).collect::<Vec<_>>();
    assert_eq!(urls(turn_servers(&servers, TurnTransport::Udp)), ["turn:a:1?transport=udp", "turn:b"]);
    assert_eq!(urls(turn_servers(&servers, TurnTransport::Tcp)), ["turn:a:1?transport=tcp"]);
    assert_eq!(urls(turn_servers(&servers, TurnTransport::Tls)), ["turns:a:2?transport=tcp", "turns:b"]);
    assert_eq!(turn_servers(&servers, TurnTransport::Tcp)[0].credential.as_deref(), Some("word"));

    let derived = stun_servers(&servers);
    assert_eq!(derived[0].credential, None);
    assert_eq!(urls(derived), ["stun:a:1", "stun:b"]);
    let with_stun = [server(&["stun:c:3", "turn:c"])];
    assert_eq!(urls(stun_servers(&with_stun)), ["stun:c:3"]);
    assert_eq!(stun_servers(&[]), []);
}

#[test]
fn candidates_are_parsed_whatever_they_say() {
    let candidate = Candidate::parse(MAPPED).unwrap();
    assert_eq!(
        (candidate.kind.as_str(), candidate.address.as_str(), candidate.port),
        ("srflx", "203.0.113.9", 40000)
    );
    for wrong in
        ["", "candidate:", "candidate:1 1 udp 1 host port typ host", "candidate:1 1 udp 1 host 5 host"]
    {
        assert_eq!(Candidate::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn a_stun_server_answers_if_nothing_speaks_against_it() {
    let mapped = stun(&candidates(&[HOST, MAPPED]), &[], None);
    assert_eq!(mapped.finding, Finding::StunMapped);
    assert_eq!(mapped.measurements["mappedAddress"], "203.0.113.9");
    assert_eq!(mapped.measurements["mappedPort"], 40000);
    let host = candidates(&[HOST]);
    let lost = failure(701, "STUN binding request timed out.");
    assert_eq!(stun(&host, &[], Some(80.0)).finding, Finding::StunUnmapped, "no NAT");
    assert_eq!(stun(&host, &[], None).finding, Finding::StunUnreachable, "no answer yet");
    let refused = stun(&host, std::slice::from_ref(&lost), Some(80.0));
    assert_eq!(
        (refused.finding, refused.detail.unwrap().starts_with("701 STUN")),
        (Finding::StunUnreachable, true)
    );
    let two = candidates(&[HOST, &HOST.replace("192.168.1.5", "fe80::1")]);
    assert_eq!(
        stun(&two, &[lost], Some(80.0)).finding,
        Finding::StunUnmapped,
        "one of two addresses has a way"
    );
}

#[test]
fn a_turn_server_works_only_if_data_came_back() {
    let relay = candidates(&[RELAY]);
    let trial = |candidates: &[Candidate], failures: &[IceFailure], gathering_ms| TurnTrial {
        candidates: candidates.to_vec(),
        failures: failures.to_vec(),
        gathering_ms,
        ..TurnTrial::default()
    };
    let unauthorized = failure(401, "Unauthorized");
    let timed_out = failure(701, "TURN allocate request timed out.");
    for (trial, finding) in [
        (TurnTrial { round_trip_ms: Some(3.0), ..trial(&relay, &[], None) }, Finding::TurnWorks),
        (trial(&relay, &[], Some(9.0)), Finding::TurnNoData),
        (trial(&[], &[timed_out.clone(), unauthorized], Some(9.0)), Finding::TurnRefused),
        (trial(&[], &[timed_out], Some(9.0)), Finding::TurnUnreachable),
        (trial(&[], &[], Some(9.0)), Finding::TurnNoRelay),
        (trial(&[], &[], None), Finding::TurnUnreachable),
    ] {
        assert_eq!(turn(&trial).finding, finding, "{trial:?}");
    }
    let works = TurnTrial { round_trip_ms: Some(3.25), bytes: 16_000, ..trial(&relay, &[], None) };
    let works = turn(&works).measurements;
    assert_eq!(
        Value::from(works),
        json!({ "relayAddress": "198.51.100.2", "roundTripTimeMs": 3.3, "bytes": 16000 })
    );
}

/// Statistics at the end of a loop: 5 s, during which `received` packets arrived and `lost` ones did not.
fn trial(received: u64, lost: u64, available: Option<f64>, cpu: f64) -> MediaTrial {
    let report = |entries: Value| StatsReport::from_json(&entries.to_string()).unwrap();
    let at = |timestamp: f64, packets: u64, lost: u64, cpu: f64| {
        report(json!([
            { "id": "T", "type": "transport", "timestamp": timestamp, "selectedCandidatePairId": "P", "dtlsState": "connected",
              "bytesSent": packets * 1000, "bytesReceived": packets * 1000 },
            { "id": "P", "type": "candidate-pair", "timestamp": timestamp, "transportId": "T", "localCandidateId": "L",
              "remoteCandidateId": "R", "state": "succeeded", "nominated": true, "currentRoundTripTime": 0.02,
              "availableOutgoingBitrate": available },
            { "id": "I", "type": "inbound-rtp", "kind": "video", "ssrc": 1, "timestamp": timestamp,
              "packetsReceived": packets, "packetsLost": lost, "bytesReceived": packets * 1000, "jitter": 0.005,
              "framesDecoded": packets / 4 },
            { "id": "O", "type": "outbound-rtp", "kind": "video", "ssrc": 1, "timestamp": timestamp,
              "packetsSent": packets, "bytesSent": packets * 1000, "framesEncoded": packets / 4,
              "qualityLimitationReason": "cpu", "qualityLimitationDurations": { "cpu": cpu } },
        ]))
    };
    let delta = StatsDelta::between(&at(1000.0, 0, 0, 0.0), &at(6000.0, received, lost, cpu));
    MediaTrial {
        relayed: true,
        ice_ms: Some(40.0),
        dtls_ms: Some(25.0),
        connected: true,
        deltas: Some((delta.clone(), delta)),
    }
}

#[test]
fn media_is_judged_by_what_arrives() {
    let (outcome, recommendation) = media(&trial(1500, 0, Some(3_200_000.0), 0.0));
    assert_eq!(outcome.finding, Finding::MediaWorks);
    let measured = &outcome.measurements;
    for (name, value) in [
        ("bitrate", json!(2_400_000)),
        ("packetLoss", json!(0)),
        ("roundTripTimeMs", json!(20)),
        ("jitterMs", json!(5)),
    ] {
        assert_eq!(measured[name], value, "{name}");
    }
    assert_eq!((measured["iceMs"].clone(), measured["dtlsMs"].clone()), (json!(40), json!(25)));
    assert!(measured["mos"].as_f64().unwrap() > 4.3);
    assert_eq!(recommendation.map(|size| (size.width, size.height)), Some((1920, 1080)));

    let (lossy, _) = media(&trial(1500, 150, Some(3_200_000.0), 0.0));
    assert_eq!(lossy.finding, Finding::MediaPoor);
    assert!(lossy.measurements["mos"].as_f64().unwrap() < 3.6);
    let (slow, none) = media(&trial(50, 0, Some(90_000.0), 0.0));
    assert_eq!((slow.finding, none), (Finding::MediaSlow, None));
    let (cpu, small) = media(&trial(1500, 0, Some(3_200_000.0), 4.0));
    assert_eq!((cpu.finding, small.map(|size| size.height)), (Finding::MediaCpu, Some(360)));
}

#[test]
fn without_a_relay_the_network_was_not_measured() {
    let local = MediaTrial { relayed: false, ..trial(1500, 0, Some(3_200_000.0), 0.0) };
    let (outcome, recommendation) = media(&local);
    assert_eq!((outcome.finding, recommendation), (Finding::MediaLocal, None));
    let nothing = media(&MediaTrial::default()).0;
    assert_eq!(nothing.finding, Finding::MediaNotConnected);
    assert_eq!(media(&trial(0, 0, None, 0.0)).0.finding, Finding::MediaMissing);
    let silent = MediaTrial { connected: true, ..MediaTrial::default() };
    assert_eq!(media(&silent).0.finding, Finding::MediaMissing);
}

#[test]
fn the_recommended_video_leaves_room() {
    let height = |bandwidth| Recommendation::for_bandwidth(bandwidth, false).map(|size| size.height);
    assert_eq!(height(3_000_000.0), Some(1080));
    assert_eq!(height(2_900_000.0), Some(720));
    assert_eq!(height(600_000.0), Some(360));
    assert_eq!(height(200_000.0), Some(180));
    assert_eq!(height(100_000.0), None);
    assert_eq!(height(f64::NAN), None);
    assert!(f64::from(LOOP_BITRATE) > 3_000_000.0, "the best size can be reached");
}

fn result(check: Check, finding: Finding) -> CheckResult {
    CheckResult::new(check, finding.into(), 12.4)
}

#[test]
fn one_way_to_the_others_is_enough() {
    let of = |checks: &[(Check, Finding)]| {
        let checks = checks.iter().map(|(check, finding)| result(*check, *finding)).collect();
        DiagnosisReport { checks, ..DiagnosisReport::default() }.verdict()
    };
    let udp = (Check::TurnUdp, Finding::TurnUnreachable);
    let tcp = (Check::TurnTcp, Finding::TurnWorks);
    assert_eq!(of(&[udp, tcp, (Check::Media, Finding::MediaWorks)]), Verdict::Warning);
    assert_eq!(of(&[udp, tcp, (Check::Media, Finding::MediaNotConnected)]), Verdict::Failed);
    assert_eq!(
        of(&[(Check::Signaling, Finding::SignalingLost), (Check::Media, Finding::MediaWorks)]),
        Verdict::Failed
    );
    assert_eq!(of(&[tcp, (Check::TurnTls, Finding::TurnMissing)]), Verdict::Passed);
    assert_eq!(of(&[]), Verdict::Skipped);
}

#[test]
fn the_json_is_stable() {
    let outcome = Outcome::from(Finding::TurnRefused).because("401 Unauthorized").with_ms("connectMs", 12.34);
    let report = DiagnosisReport {
        started_at: 1_700_000_000_000.0,
        duration_ms: 5000.4,
        user_agent: "a browser".into(),
        checks: vec![CheckResult::new(Check::TurnUdp, outcome, 12.4)],
        recommendation: Recommendation::for_bandwidth(2_000_000.0, false),
    };
    let json: Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!(
        json,
        json!({
            "version": 1,
            "verdict": "failed",
            "startedAt": 1_700_000_000_000_u64,
            "durationMs": 5000,
            "userAgent": "a browser",
            "checks": [{
                "check": "turnUdp",
                "verdict": "failed",
                "finding": "turnRefused",
                "summary": "The TURN server refused the request.",
                "advice": "Check the username and the credential.",
                "detail": "401 Unauthorized",
                "durationMs": 12,
                "measurements": { "connectMs": 12.3 },
            }],
            "recommendation": { "width": 1280, "height": 720, "frameRate": 30, "maxBitrate": 1_500_000 },
        })
    );
    let none = DiagnosisReport::default().to_json();
    assert!(none.contains("\"recommendation\":null") && none.contains("\"checks\":[]"), "{none}");
}

#[test]
fn what_a_server_says_is_bounded() {
    let outcome = Outcome::from(Finding::SignalingRefused).because(&"é".repeat(100_000));
    assert_eq!(outcome.detail.unwrap().chars().count(), 300);
    let infinite = Outcome::from(Finding::MediaWorks).with("mos", f64::INFINITY).with("level", None);
    assert!(infinite.measurements.is_empty());
}
