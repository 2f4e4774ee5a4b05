//! STUN and TURN servers.

use std::pin::pin;

use futures::future::{join, select};
use futures::{FutureExt, StreamExt};

use super::reporter::Reporter;
use crate::engine::diagnosis::{self as judge, Check, Finding, Outcome, TurnTrial, Verdict};
use crate::error::{DataChannelError, Result};
use crate::model::{IceServer, IceTransportPolicy};
use crate::options::DataChannelOptions;
use crate::platform::clock::within;
use crate::platform::probe::{Pair, Seen};
use crate::platform::{DataChannel, clock};

/// An answer takes a round trip, and a lost request is repeated a few times.
const STUN_MS: u32 = 5_000;
const TURN_MS: u32 = 10_000;
/// Messages that are sent there and back, one after the other.
const MESSAGES: u32 = 16;
const MESSAGE_SIZE: usize = 1_000;

pub(super) async fn check_stun(servers: &[IceServer], reporter: &Reporter) {
    reporter.check(Check::Stun, stun(servers).boxed_local()).await;
}

/// Returns whether data passes through the servers.
pub(super) async fn check_turn(check: Check, servers: &[IceServer], reporter: &Reporter) -> bool {
    reporter.check(check, turn(servers).boxed_local()).await.verdict() == Verdict::Passed
}

async fn stun(servers: &[IceServer]) -> Outcome {
    if servers.is_empty() {
        return Finding::StunMissing.into();
    }
    let gathered = async {
        let pair = Pair::new(servers, IceTransportPolicy::All)?;
        let _channel = channel(&pair)?;
        let is_decided = |seen: &Seen| {
            seen.gathered.is_some() || seen.candidates.iter().any(|candidate| candidate.kind == "srflx")
        };
        within(STUN_MS, pair.run(pair.until(is_decided))).await;
        let seen = pair.take_seen();
        Ok(judge::stun(&seen.candidates, &seen.failures, seen.gathered))
    };
    gathered.await.unwrap_or_else(failed)
}

async fn turn(servers: &[IceServer]) -> Outcome {
    if servers.is_empty() {
        return Finding::TurnMissing.into();
    }
    let tried = async {
        let pair = Pair::new(servers, IceTransportPolicy::Relay)?;
        let channels = channel(&pair)?;
        let mut trial = TurnTrial::default();
        // Without a relay there is nothing to wait for.
        let hopeless =
            pair.until(|seen| seen.has_failed || seen.gathered.is_some() && seen.candidates.is_empty());
        let work = async {
            select(pin!(exchange(&pair, channels, &mut trial)), pin!(hopeless)).await;
        };
        within(TURN_MS, pair.run(work)).await;
        let seen = pair.take_seen();
        trial.candidates = seen.candidates;
        trial.failures = seen.failures;
        trial.gathering_ms = seen.gathered;
        Ok(judge::turn(&trial))
    };
    tried.await.unwrap_or_else(failed)
}

/// Sends messages there and back.
async fn exchange(
    pair: &Pair,
    (near, mut far): (DataChannel, DataChannel),
    trial: &mut TurnTrial,
) -> Result<()> {
    let mut echo = near.clone();
    let send = async {
        near.opened().await?;
        trial.connected_ms = Some(pair.age());
        let start = clock::now_ms();
        for _ in 0..MESSAGES {
            near.send(vec![0; MESSAGE_SIZE]).await?;
            let back = echo.next().await.ok_or(DataChannelError::Closed)??;
            trial.bytes += back.as_bytes().len() as u32;
        }
        trial.round_trip_ms = Some((clock::now_ms() - start) / f64::from(MESSAGES));
        Ok(())
    };
    let answer = async {
        for _ in 0..MESSAGES {
            let message = far.next().await.ok_or(DataChannelError::Closed)??;
            far.send(message).await?;
        }
        Ok(())
    };
    let (sent, answered) = join(send, answer).await;
    answered.and(sent)
}

/// Both ends of a channel that neither announces.
fn channel(pair: &Pair) -> Result<(DataChannel, DataChannel)> {
    let options = DataChannelOptions { negotiated: true, id: Some(0), ..DataChannelOptions::default() };
    Ok((pair.near.create_data_channel("", &options)?, pair.far.create_data_channel("", &options)?))
}

pub(super) fn failed(error: crate::error::Error) -> Outcome {
    Outcome::from(Finding::CheckFailed).because(&error.to_string())
}
