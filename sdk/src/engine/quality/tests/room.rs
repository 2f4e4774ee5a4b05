//! The quality of a room: sides, levels that last, and stalls, from reports as browsers make them.

use serde_json::{Value, json};

use super::*;
use crate::engine::quality::side::QualityReport;
use crate::engine::stats::{StatsDelta, StatsReport};
use crate::engine::topology::FarEnd;
use crate::model::{Lane, LinkId, MediaKind, ParticipantId, Timestamp};

const SERVER: LinkId = LinkId::Server(Lane::Both);

/// What one link did in an interval.
#[derive(Clone, Default)]
struct Flow {
    entries: Vec<Value>,
}

impl Flow {
    /// Receives video in this media section, with this fraction of loss, and this number of pictures.
    fn receives(mut self, mid: &str, loss: f64, frames: u32) -> Self {
        self.entries.push(json!({
            "type": "inbound-rtp", "id": format!("I{mid}"), "ssrc": 1, "kind": "video", "mid": mid, "jitter": 0.001,
            "packetsReceived": if frames > 0 { (1000.0 * (1.0 - loss)) as u32 } else { 0 },
            "packetsLost": (1000.0 * loss) as u32, "framesDecoded": frames,
        }));
        self
    }

    /// Sends video, of which this fraction is lost, limited by the CPU for this fraction of the time.
    fn sends(mut self, loss: f64, cpu: f64) -> Self {
        self.entries.push(json!({
            "type": "outbound-rtp", "id": "O", "ssrc": 2, "kind": "video", "packetsSent": 1000, "framesEncoded": 60,
            "qualityLimitationDurations": { "cpu": cpu * 2.0, "bandwidth": 0.0 },
        }));
        self.entries.push(json!({
            "type": "remote-inbound-rtp", "id": "R", "ssrc": 2, "kind": "video", "localId": "O",
            "fractionLost": loss, "roundTripTime": 0.02,
        }));
        self
    }

    fn delta(&self) -> StatsDelta {
        let at = |timestamp: f64| {
            let stamp = |entry: &Value| {
                let mut entry = entry.clone();
                entry["timestamp"] = timestamp.into();
                if timestamp == 0.0 {
                    for (_, value) in entry.as_object_mut().unwrap().iter_mut() {
                        match value {
                            Value::Object(record) => record.values_mut().for_each(|value| *value = 0.into()),
                            Value::Number(_) => *value = 0.into(),
                            _ => {}
                        }
                    }
                    entry["ssrc"] = if entry["type"] == "inbound-rtp" { 1.into() } else { 2.into() };
                }
                entry
            };
            StatsReport::from_entries(self.entries.iter().map(stamp).collect())
        };
        StatsDelta::between(&at(0.0), &at(2000.0))
    }
}

/// A participant's view of its room.
struct Room {
    monitor: QualityMonitor,
    links: Vec<(LinkId, FarEnd)>,
    others: Vec<ParticipantId>,
    /// Publishers with their media sections and links.
    tracks: Vec<WatchedTrack>,
    now: Timestamp,
}

impl Room {
    fn mesh(others: &[&str]) -> Self {
        let links = others.iter().map(|id| (LinkId::from(*id), FarEnd::Participant)).collect();
        let tracks = others.iter().map(|id| Self::track(id, (*id).into(), "0")).collect();
        Self::new(links, others, tracks)
    }

    fn sfu(others: &[&str]) -> Self {
        let tracks =
            others.iter().enumerate().map(|(at, id)| Self::track(id, SERVER, &at.to_string())).collect();
        Self::new(vec![(SERVER, FarEnd::Server)], others, tracks)
    }

    fn new(links: Vec<(LinkId, FarEnd)>, others: &[&str], tracks: Vec<WatchedTrack>) -> Self {
        let others = others.iter().map(|id| (*id).into()).collect();
        Self { monitor: QualityMonitor::new(false), links, others, tracks, now: 100_000 }
    }

    fn track(owner: &str, link: LinkId, mid: &str) -> WatchedTrack {
        WatchedTrack {
            key: (owner.into(), "cam".into()),
            kind: MediaKind::Video,
            link,
            mid: mid.into(),
            is_expected: true,
        }
    }

    /// Lets two seconds pass, in which the links did this.
    fn pass(&mut self, flows: &[Flow]) -> Vec<Output> {
        self.now += Timestamp::from(SAMPLE_MS);
        let links = self.links.iter().zip(flows);
        let links = links.map(|((link, far_end), flow)| LinkSample {
            link: link.clone(),
            far_end: *far_end,
            delta: flow.delta(),
        });
        let sample = Sample {
            links: links.collect(),
            tracks: self.tracks.clone(),
            participants: self.others.clone(),
            is_hidden: false,
        };
        self.monitor.handle_sample(&sample, self.now);
        std::iter::from_fn(|| self.monitor.poll_output()).collect()
    }

    /// The last quality of each, with the links doing the same for ten seconds.
    fn settled(&mut self, flows: &[Flow]) -> Vec<(&'static str, u8, QualityReason, QualitySide)> {
        let mut last = std::collections::BTreeMap::new();
        for _ in 0..5 {
            for output in self.pass(flows) {
                if let Output::Quality(id, quality) = output {
                    last.insert(id, quality);
                }
            }
        }
        let name = |id: Option<ParticipantId>| match id.as_ref().map(ParticipantId::as_str) {
            None => "own",
            Some("b") => "b",
            Some("c") => "c",
            _ => "m",
        };
        let row =
            |(id, quality): (_, ParticipantQuality)| (name(id), quality.level, quality.reason, quality.side);
        last.into_iter().map(row).collect()
    }

    /// The others report this about themselves, which lasts for the ten seconds of [`settled`](Self::settled).
    fn hear(&mut self, from: &str, up: ParticipantQuality, down: ParticipantQuality) {
        self.monitor.handle_report(from.into(), QualityReport { up, down }, self.now);
    }
}

const GOOD: ParticipantQuality = ParticipantQuality::EXCELLENT;

fn quality(level: u8, reason: QualityReason, side: QualitySide) -> ParticipantQuality {
    ParticipantQuality { level, reason, side }
}

fn flow() -> Flow {
    Flow::default()
}

const FINE: (u8, QualityReason, QualitySide) = (5, QualityReason::None, QualitySide::None);

fn row(
    name: &'static str,
    of: (u8, QualityReason, QualitySide),
) -> (&'static str, u8, QualityReason, QualitySide) {
    (name, of.0, of.1, of.2)
}

#[test]
fn a_good_call_is_excellent_for_everyone() {
    let fine = flow().receives("0", 0.0, 60).sends(0.0, 0.0);
    let mut room = Room::mesh(&["b", "c"]);
    assert_eq!(room.settled(&[fine.clone(), fine]), [row("own", FINE), row("b", FINE), row("c", FINE)]);
}

#[test]
fn behind_a_relay_loss_is_of_the_link_on_which_it_is_measured() {
    let mut room = Room::sfu(&["b"]);
    let lossy_uplink = flow().receives("0", 0.0, 60).sends(0.1, 0.0);
    let uplink = (2, QualityReason::Loss, QualitySide::Uplink);
    assert_eq!(room.settled(&[lossy_uplink]), [row("own", uplink), row("b", FINE)]);

    let mut room = Room::sfu(&["b"]);
    let lossy_downlink = flow().receives("0", 0.1, 60).sends(0.0, 0.0);
    let downlink = (2, QualityReason::Loss, QualitySide::Downlink);
    assert_eq!(room.settled(&[lossy_downlink]), [row("own", downlink), row("b", downlink)]);
}

#[test]
fn what_only_the_other_can_know_is_reported_by_it() {
    for (own, remote) in [
        (QualitySide::Uplink, QualitySide::RemoteUplink),
        (QualitySide::Cpu, QualitySide::RemoteCpu),
        (QualitySide::RemoteCpu, QualitySide::Unknown),
    ] {
        let mut room = Room::sfu(&["b", "c"]);
        let fine = flow().receives("0", 0.0, 60).receives("1", 0.0, 60).sends(0.0, 0.0);
        room.hear("b", quality(2, QualityReason::Loss, own), GOOD);
        let expected = (2, QualityReason::Loss, remote);
        assert_eq!(room.settled(&[fine]), [row("own", FINE), row("b", expected), row("c", FINE)]);
    }
    let mut room = Room::mesh(&["b"]);
    room.hear("b", GOOD, quality(3, QualityReason::Jitter, QualitySide::Downlink));
    let expected = (3, QualityReason::Jitter, QualitySide::RemoteDownlink);
    let fine = flow().receives("0", 0.0, 60).sends(0.0, 0.0);
    assert_eq!(room.settled(&[fine]), [row("own", FINE), row("b", expected)]);
}

#[test]
fn a_freeze_behind_a_relay_is_explained_by_a_smaller_trouble_of_the_sender() {
    let mut room = Room::sfu(&["b"]);
    room.hear("b", quality(4, QualityReason::Loss, QualitySide::Uplink), GOOD);
    let mut frozen = flow().receives("0", 0.0, 60);
    frozen.entries[0]["totalFreezesDuration"] = 2.0.into();
    let theirs = (1, QualityReason::Frozen, QualitySide::RemoteUplink);
    assert_eq!(room.settled(&[frozen]), [row("own", FINE), row("b", theirs)]);
}

#[test]
fn what_is_late_behind_a_relay_is_the_senders_unless_packets_are_lost_on_the_own_link() {
    let late = |loss| {
        let mut late = flow().receives("0", loss, 60);
        late.entries[0]["jitter"] = 0.15.into();
        late
    };
    let narrow = quality(3, QualityReason::Bandwidth, QualitySide::Uplink);
    let cases = [
        (narrow, late(0.0), (2, QualityReason::Jitter, QualitySide::RemoteUplink), FINE),
        (
            narrow,
            late(0.1),
            (2, QualityReason::Loss, QualitySide::Downlink),
            (2, QualityReason::Loss, QualitySide::Downlink),
        ),
        (
            GOOD,
            late(0.0),
            (2, QualityReason::Jitter, QualitySide::Downlink),
            (2, QualityReason::Jitter, QualitySide::Downlink),
        ),
    ];
    for (up, flow, theirs, own) in cases {
        let mut room = Room::sfu(&["b"]);
        room.hear("b", up, GOOD);
        assert_eq!(room.settled(&[flow]), [row("own", own), row("b", theirs)]);
    }
}

#[test]
fn in_a_mesh_what_all_links_have_in_common_is_ones_own() {
    let lossy = |sent, received| flow().receives("0", received, 60).sends(sent, 0.0);
    let mut room = Room::mesh(&["b", "c"]);
    let uplink = (2, QualityReason::Loss, QualitySide::Uplink);
    assert_eq!(
        room.settled(&[lossy(0.1, 0.0), lossy(0.1, 0.0)]),
        [row("own", uplink), row("b", FINE), row("c", FINE)]
    );
    let mut room = Room::mesh(&["b", "c"]);
    let downlink = (2, QualityReason::Loss, QualitySide::Downlink);
    assert_eq!(
        room.settled(&[lossy(0.0, 0.1), lossy(0.0, 0.1)]),
        [row("own", downlink), row("b", downlink), row("c", downlink)]
    );
    let mut room = Room::mesh(&["b", "c"]);
    room.hear("b", quality(2, QualityReason::Loss, QualitySide::Uplink), GOOD);
    let theirs = (2, QualityReason::Loss, QualitySide::RemoteUplink);
    assert_eq!(
        room.settled(&[lossy(0.0, 0.1), lossy(0.0, 0.0)]),
        [row("own", FINE), row("b", theirs), row("c", FINE)]
    );
}

#[test]
fn two_in_a_mesh_cannot_know_whose_network_it_is() {
    let mut room = Room::mesh(&["b"]);
    let unknown = (2, QualityReason::Loss, QualitySide::Unknown);
    let lossy = flow().receives("0", 0.1, 60).sends(0.0, 0.0);
    assert_eq!(room.settled(&[lossy]), [row("own", unknown), row("b", unknown)]);
}

#[test]
fn a_slow_cpu_is_ones_own_in_any_topology() {
    let slow = flow().receives("0", 0.0, 60).sends(0.0, 1.0);
    let cpu = (3, QualityReason::Cpu, QualitySide::Cpu);
    for mut room in [Room::mesh(&["b"]), Room::sfu(&["b"])] {
        assert_eq!(room.settled(std::slice::from_ref(&slow)), [row("own", cpu), row("b", FINE)]);
    }
}

#[test]
fn the_mixers_picture_is_of_everyone() {
    let link = LinkId::from("m");
    let tracks = vec![Room::track("m", link.clone(), "0")];
    let mut room = Room::new(vec![(link, FarEnd::Mixer)], &["m", "b"], tracks);
    let lossy = flow().receives("0", 0.1, 60).sends(0.0, 0.0);
    let downlink = (2, QualityReason::Loss, QualitySide::Downlink);
    assert_eq!(room.settled(&[lossy]), [row("own", downlink), row("b", downlink), row("m", downlink)]);
}

#[test]
fn a_video_that_stops_is_stalled_and_a_muted_one_is_not() {
    let mut room = Room::mesh(&["b"]);
    let (fine, still) = (flow().receives("0", 0.0, 60), flow().receives("0", 0.0, 0));
    room.pass(std::slice::from_ref(&fine));
    room.tracks[0].is_expected = false;
    let is_stall = |output: &Output| matches!(output, Output::Stalled(_) | Output::Resumed(_));
    for _ in 0..5 {
        assert!(!room.pass(std::slice::from_ref(&still)).iter().any(is_stall));
    }
    room.tracks[0].is_expected = true;
    let stalls: Vec<_> =
        (0..5).flat_map(|_| room.pass(std::slice::from_ref(&still))).filter(is_stall).collect();
    let key = room.tracks[0].key.clone();
    assert_eq!(stalls, [Output::Stalled(key.clone())], "once");
    let outputs = room.pass(std::slice::from_ref(&fine));
    assert!(outputs.contains(&Output::Resumed(key)), "{outputs:?}");
}

#[test]
fn a_camera_that_stops_is_not_ones_own_network() {
    let mut room = Room::mesh(&["b"]);
    room.tracks
        .push(WatchedTrack { key: ("b".into(), "screen".into()), ..Room::track("b", "b".into(), "1") });
    let stalled = (1, QualityReason::Frozen, QualitySide::Unknown);
    let camera_stops = flow().receives("0", 0.0, 0).receives("1", 0.0, 60);
    assert_eq!(room.settled(&[camera_stops]), [row("own", FINE), row("b", stalled)]);
}

#[test]
fn when_nothing_arrives_that_should_there_is_no_media() {
    let mut room = Room::mesh(&["b"]);
    let nothing = (0, QualityReason::NoMedia, QualitySide::Unknown);
    assert_eq!(room.settled(&[flow()]), [row("own", nothing), row("b", nothing)]);
}

#[test]
fn a_connection_that_is_replaced_or_counts_from_zero_again_is_not_stalled() {
    let entry = |packets: u32, at: f64| {
        let entry = json!({
            "type": "inbound-rtp", "id": "I", "ssrc": 1, "kind": "video", "mid": "0", "timestamp": at,
            "packetsReceived": packets, "packetsLost": 0, "framesDecoded": packets / 10,
        });
        StatsReport::from_entries(vec![entry])
    };
    let mut room = Room::mesh(&["b"]);
    let counts = [9_000, 9_500, 100, 600, 1_100];
    for (at, pair) in counts.windows(2).enumerate() {
        let at = at as f64 * 2_000.0;
        let delta = StatsDelta::between(&entry(pair[0], at), &entry(pair[1], at + 2_000.0));
        let sample = Sample {
            links: vec![LinkSample { link: "b".into(), far_end: FarEnd::Participant, delta }],
            tracks: room.tracks.clone(),
            participants: room.others.clone(),
            is_hidden: false,
        };
        room.now += 2_000;
        room.monitor.handle_sample(&sample, room.now);
    }
    // While it is replaced there is no sample of it.
    let mut outputs: Vec<_> = std::iter::from_fn(|| room.monitor.poll_output()).collect();
    (0..5).for_each(|_| outputs.extend(room.pass(&[])));
    assert!(!outputs.iter().any(|output| matches!(output, Output::Stalled(_))), "{outputs:?}");
}

#[test]
fn a_hidden_page_may_decode_nothing() {
    let mut room = Room::mesh(&["b"]);
    let undecoded = json!({
        "type": "inbound-rtp", "id": "I0", "ssrc": 1, "kind": "video", "mid": "0",
        "packetsReceived": 500, "framesDecoded": 0,
    });
    for is_hidden in [true, false] {
        let mut is_stalled = false;
        for _ in 0..5 {
            room.now += 2_000;
            let delta = Flow { entries: vec![undecoded.clone()] }.delta();
            let sample = Sample {
                links: vec![LinkSample { link: "b".into(), far_end: FarEnd::Participant, delta }],
                tracks: room.tracks.clone(),
                participants: room.others.clone(),
                is_hidden,
            };
            room.monitor.handle_sample(&sample, room.now);
            let outputs = std::iter::from_fn(|| room.monitor.poll_output());
            is_stalled |= outputs.into_iter().any(|output| matches!(output, Output::Stalled(_)));
        }
        assert_eq!(is_stalled, !is_hidden);
    }
}

#[test]
fn reports_are_sent_when_they_change_and_repeated_and_expire() {
    let mut room = Room::sfu(&["b"]);
    let is_report = |output: &Output| matches!(output, Output::Report(_));
    let fine = flow().receives("0", 0.0, 60).sends(0.0, 0.0);
    let reports = |room: &mut Room, flow: &Flow, samples| {
        (0..samples).flat_map(|_| room.pass(std::slice::from_ref(flow))).filter(is_report).count()
    };
    assert_eq!(reports(&mut room, &fine, 11), 3, "at once, and twice in 20 seconds");
    let lossy = flow().receives("0", 0.0, 60).sends(0.1, 0.0);
    assert_eq!(reports(&mut room, &lossy, 4), 4, "the lossy network may lose any of them");

    room.hear("b", quality(1, QualityReason::Loss, QualitySide::Uplink), GOOD);
    let lost = (1, QualityReason::Loss, QualitySide::RemoteUplink);
    assert!(room.settled(std::slice::from_ref(&fine)).contains(&row("b", lost)));
    room.settled(std::slice::from_ref(&fine));
    let later =
        [room.settled(std::slice::from_ref(&fine)), room.settled(std::slice::from_ref(&fine))].concat();
    assert!(
        later.contains(&row("b", FINE)),
        "a report that is not repeated says nothing any more: {later:?}"
    );
}

#[test]
fn the_ramp_of_a_new_connection_is_no_bad_uplink() {
    let mut room = Room::sfu(&["b"]);
    let mut ramp = flow().receives("0", 0.0, 60).sends(0.0, 0.0);
    ramp.entries[1]["qualityLimitationDurations"]["bandwidth"] = 2.0.into();
    let first: Vec<_> = (0..5).flat_map(|_| room.pass(std::slice::from_ref(&ramp))).collect();
    assert!(
        first.iter().all(|output| !matches!(output, Output::Quality(None, quality) if quality.level < 5))
    );
    assert_eq!(room.settled(&[ramp])[0], row("own", (3, QualityReason::Bandwidth, QualitySide::Uplink)));
}
