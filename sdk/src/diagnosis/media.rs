//! Media from one connection of this page to another, through a TURN server if there is one.

use futures::FutureExt;

use super::options::DiagnoseOptions;
use super::relay::failed;
use super::reporter::Reporter;
use crate::engine::diagnosis::{self as judge, Check, LOOP_BITRATE, MediaTrial, Outcome, Recommendation};
use crate::engine::stats::{StatsDelta, StatsReport};
use crate::error::Result;
use crate::model::{IceServer, IceTransportPolicy};
use crate::platform::clock::{sleep, within};
use crate::platform::probe::{Noise, Pair};
use crate::platform::{
    DegradationPreference, Encoding, LocalTrack, SendParameters, TransceiverDirection, TransceiverOptions,
    get_stats,
};

const CONNECT_MS: u32 = 10_000;
/// Bandwidth estimation starts low.
const WARM_UP_MS: u32 = 2_000;
/// Parameters are set, and statistics read, in a moment.
const SETTLE_MS: u32 = 2_000;

/// Sends noise as video, and the microphone as audio.
pub(super) async fn check(
    options: &DiagnoseOptions,
    relay: Vec<IceServer>,
    microphone: Option<&LocalTrack>,
    reporter: &Reporter,
) -> Option<Recommendation> {
    let mut recommendation = None;
    let work = measure(&relay, microphone, options.media_duration_ms, &mut recommendation).boxed_local();
    reporter.check(Check::Media, work).await;
    recommendation
}

async fn measure(
    relay: &[IceServer],
    microphone: Option<&LocalTrack>,
    duration_ms: u32,
    recommendation: &mut Option<Recommendation>,
) -> Outcome {
    match send(relay, microphone, duration_ms).await {
        Ok(trial) => {
            let (outcome, recommended) = judge::media(&trial);
            *recommendation = recommended;
            outcome
        }
        Err(error) => failed(error),
    }
}

async fn send(relay: &[IceServer], microphone: Option<&LocalTrack>, duration_ms: u32) -> Result<MediaTrial> {
    let relayed = !relay.is_empty();
    let policy = if relayed { IceTransportPolicy::Relay } else { IceTransportPolicy::All };
    let pair = Pair::new(relay, policy)?;
    let noise = Noise::new()?;
    let video = Encoding { max_bitrate: Some(LOOP_BITRATE), ..Encoding::default() };
    let options = |send_encodings| TransceiverOptions {
        direction: TransceiverDirection::Sendonly,
        send_encodings,
        ..TransceiverOptions::default()
    };
    let sender = pair.near.add_transceiver(noise.track(), &options(vec![video]))?.sender();
    // Encoders scale noise down, and then need less than the network may carry.
    let full_size = SendParameters {
        degradation_preference: Some(DegradationPreference::MaintainResolution),
        ..SendParameters::default()
    };
    let full_size = sender.set_parameters(&full_size);
    if let Some(track) = microphone {
        pair.near.add_transceiver(track, &options(Vec::new()))?;
    }
    let work = async {
        // Older browsers lack it.
        let _ = within(SETTLE_MS, full_size).await;
        let decided = pair.until(|seen| seen.connected.is_some() || seen.has_failed);
        within(CONNECT_MS, decided).await?;
        sleep(WARM_UP_MS).await;
        let before = reports(&pair).await?;
        sleep(duration_ms).await;
        let now = reports(&pair).await?;
        Some((StatsDelta::between(&before.0, &now.0), StatsDelta::between(&before.1, &now.1)))
    };
    let deltas = pair.run(work).await;
    let seen = pair.take_seen();
    let between = |from: Option<f64>, to: Option<f64>| Some(to? - from?);
    Ok(MediaTrial {
        relayed,
        ice_ms: between(seen.checking, seen.ice_connected),
        dtls_ms: between(seen.ice_connected, seen.connected),
        connected: seen.connected.is_some(),
        deltas,
    })
}

/// The statistics of the sender and of the receiver.
async fn reports(pair: &Pair) -> Option<(StatsReport, StatsReport)> {
    let both = async { Some((get_stats(&pair.near).await.ok()?, get_stats(&pair.far).await.ok()?)) };
    within(SETTLE_MS, both).await.flatten()
}
