//! Reference values of ITU-T G.107, and plausible levels.

mod relief;
mod room;

use proptest::prelude::*;

use super::*;

fn conditions(loss: f64, delay: f64) -> SpeechConditions {
    SpeechConditions { loss, delay, codec: SpeechCodec::OPUS }
}

fn close(value: f64, expected: f64, tolerance: f64) {
    assert!((value - expected).abs() <= tolerance, "{value} is not {expected}");
}

#[test]
fn scores_are_those_of_annex_b() {
    for (rating, score) in
        [(93.2, 4.41), (90.0, 4.34), (80.0, 4.02), (70.0, 3.60), (60.0, 3.10), (50.0, 2.58), (0.0, 1.0)]
    {
        close(mean_opinion_score(rating), score, 0.006);
    }
    close(mean_opinion_score(100.0), 4.5, 1e-9);
    close(mean_opinion_score(1000.0), 4.5, 1e-9);
    close(mean_opinion_score(3.0), 1.0, 1e-9);
}

#[test]
fn a_perfect_line_has_the_default_rating() {
    let perfect = conditions(0.0, 0.0);
    close(perfect.rating(), 93.2, 1e-9);
    close(mean_opinion_score(perfect.rating()), 4.41, 0.005);
}

#[test]
fn delay_takes_away_what_clause_7_4_says() {
    // 26.5 ms of the delay are the codec's.
    for (milliseconds, impairment) in [(100.0, 0.0), (150.0, 0.163), (200.0, 3.048), (400.0, 24.07)] {
        let delay = milliseconds / 1000.0 - 0.0265;
        close(conditions(0.0, delay).delay_impairment(), impairment, 0.03);
    }
}

#[test]
fn loss_takes_away_what_clause_7_5_says() {
    close(conditions(0.0, 0.0).equipment_impairment(), 0.0, 1e-9);
    close(conditions(0.05, 0.0).equipment_impairment(), 95.0 * 5.0 / 30.1, 1e-9);
    let ilbc = SpeechConditions { codec: SpeechCodec::from_mime_type("audio/iLBC"), ..conditions(0.02, 0.0) };
    close(ilbc.equipment_impairment(), 11.0 + 84.0 * 2.0 / 34.0, 1e-9);
    assert_eq!(SpeechCodec::from_mime_type("audio/opus"), SpeechCodec::OPUS);
}

#[test]
fn speech_is_judged_as_people_would() {
    for (loss, delay, level, reason) in [
        (0.0, 0.03, 5, QualityReason::None),
        (0.02, 0.03, 4, QualityReason::Loss),
        (0.1, 0.03, 2, QualityReason::Loss),
        (0.4, 0.03, 1, QualityReason::Loss),
        (0.0, 0.25, 4, QualityReason::Delay),
        (0.0, 0.4, 2, QualityReason::Delay),
        (0.01, 0.5, 1, QualityReason::Delay),
    ] {
        let quality = speech(&conditions(loss, delay));
        assert_eq!((quality.level, quality.reason), (level, reason), "{loss} {delay}: {quality:?}");
    }
    let ilbc = SpeechConditions { codec: SpeechCodec::ILBC, ..conditions(0.0, 0.0) };
    assert_eq!(speech(&ilbc).reason, QualityReason::Codec);
}

#[test]
fn pictures_are_judged_by_their_worst_fault() {
    let fine = VideoConditions { loss: 0.005, delay: 0.05, jitter: 0.01, ..VideoConditions::default() };
    let judge = |conditions: VideoConditions| {
        let quality = video(&conditions);
        (quality.level, quality.reason)
    };
    assert_eq!(judge(fine), (5, QualityReason::None));
    assert_eq!(judge(VideoConditions { loss: 0.05, ..fine }), (3, QualityReason::Loss));
    assert_eq!(judge(VideoConditions { delay: 0.5, ..fine }), (2, QualityReason::Delay));
    assert_eq!(judge(VideoConditions { jitter: 0.5, ..fine }), (1, QualityReason::Jitter));
    assert_eq!(judge(VideoConditions { frozen: 1.0, loss: 0.05, ..fine }), (1, QualityReason::Frozen));
    assert_eq!(judge(VideoConditions { cpu: 1.0, ..fine }), (3, QualityReason::Cpu));
    assert_eq!(judge(VideoConditions { bandwidth: 0.3, ..fine }), (4, QualityReason::Bandwidth));
    assert_eq!(judge(VideoConditions { cpu: 1.0, dropped: 0.7, ..fine }), (2, QualityReason::Cpu));
    assert_eq!(judge(VideoConditions { dropped: 0.9, ..fine }), (5, QualityReason::None));
}

#[test]
fn a_paused_stream_does_not_spoil_a_call() {
    let poor = MediaQuality { level: 2, reason: QualityReason::Loss, mos: Some(3.0) };
    let all = [MediaQuality::EXCELLENT, MediaQuality::NO_MEDIA, poor];
    assert_eq!(worst(all.into_iter()), poor);
    assert_eq!(worst(all[1..2].iter().copied()), MediaQuality::NO_MEDIA);
    assert_eq!(worst(std::iter::empty()), MediaQuality::EXCELLENT);
}

proptest! {
    #[test]
    fn more_loss_and_more_delay_are_never_better(
        loss in -1.0..2.0_f64, delay in -1.0..100.0_f64, more in 0.0..1.0_f64
    ) {
        let score = |loss, delay| mean_opinion_score(conditions(loss, delay).rating());
        let here = score(loss, delay);
        prop_assert!((1.0..=4.42).contains(&here));
        prop_assert!(score(loss + more, delay) <= here + 1e-9);
        prop_assert!(score(loss, delay + more) <= here + 1e-9);
    }
}
