//! Relief of a slow CPU.

use serde_json::json;

use crate::engine::quality::relief::{Relief, ReliefControl};
use crate::engine::stats::{OutboundDelta, StatsDelta, StatsReport};
use crate::model::Timestamp;

/// Video that is limited by the CPU for this fraction of the time, and takes this long to encode a picture.
fn video(cpu: f64, encode_seconds: f64) -> OutboundDelta {
    let at = |factor: f64| {
        let entry = json!({
            "type": "outbound-rtp", "id": "O", "ssrc": 2, "kind": "video", "timestamp": 2_000.0 * factor,
            "packetsSent": 100.0 * factor, "framesEncoded": (60.0 * factor) as u32,
            "totalEncodeTime": 60.0 * factor * encode_seconds,
            "qualityLimitationDurations": { "cpu": 2.0 * cpu * factor },
        });
        StatsReport::from_entries(vec![entry])
    };
    StatsDelta::between(&at(0.0), &at(1.0)).outbound.remove(0)
}

/// The changes while it goes on like this for so many seconds, with their times.
fn pass(
    control: &mut ReliefControl,
    now: &mut Timestamp,
    seconds: u64,
    video: &OutboundDelta,
) -> Vec<Relief> {
    let mut changes = Vec::new();
    for _ in 0..seconds / 2 {
        *now += 2_000;
        changes.extend(control.handle(std::iter::once(video), *now));
    }
    changes
}

#[test]
fn a_slow_cpu_is_relieved_step_by_step_of_rate_then_size_then_codec() {
    let (mut control, mut now) = (ReliefControl::default(), 0);
    let slow = video(1.0, 0.01);
    assert_eq!(pass(&mut control, &mut now, 6, &slow), [], "it may be over soon");
    let steps = pass(&mut control, &mut now, 60, &slow);
    let sizes: Vec<_> =
        steps.iter().map(|step| (step.max_framerate, step.scale_down_by, step.cheap_codec)).collect();
    assert_eq!(
        sizes,
        [
            (Some(20.0), 1.0, false),
            (Some(15.0), 1.5, false),
            (Some(15.0), 2.0, false),
            (Some(15.0), 2.0, true)
        ]
    );
}

#[test]
fn it_comes_back_step_by_step_and_waits_longer_after_each_relapse() {
    let (mut control, mut now) = (ReliefControl::default(), 0);
    let (slow, fast) = (video(1.0, 0.01), video(0.0, 0.01));
    assert_eq!(pass(&mut control, &mut now, 8, &slow).len(), 1);
    assert_eq!(pass(&mut control, &mut now, 30, &fast), []);
    assert_eq!(pass(&mut control, &mut now, 4, &fast), [Relief::NONE]);
    assert_eq!(pass(&mut control, &mut now, 8, &slow).len(), 1, "a relapse");
    assert_eq!(pass(&mut control, &mut now, 60, &fast), [], "twice as long");
    assert_eq!(pass(&mut control, &mut now, 4, &fast), [Relief::NONE]);
    assert_eq!(pass(&mut control, &mut now, 600, &fast), []);
}

#[test]
fn an_encoder_that_takes_all_of_the_time_is_limited_too() {
    let (mut control, mut now) = (ReliefControl::default(), 0);
    assert_eq!(pass(&mut control, &mut now, 20, &video(0.0, 0.02)), [], "60% of the time");
    assert_eq!(pass(&mut control, &mut now, 8, &video(0.0, 0.032)).len(), 1);
}

#[test]
fn short_spikes_change_nothing() {
    let (mut control, mut now) = (ReliefControl::default(), 0);
    for _ in 0..50 {
        assert_eq!(pass(&mut control, &mut now, 4, &video(1.0, 0.01)), []);
        assert_eq!(pass(&mut control, &mut now, 4, &video(0.0, 0.01)), []);
    }
}
