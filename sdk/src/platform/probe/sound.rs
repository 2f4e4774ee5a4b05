//! The loudest level of a microphone.

use crate::engine::diagnosis::is_loud;
use crate::error::Result;
use crate::platform::audio_context::SharedContext;
use crate::platform::clock::sleep;
use crate::platform::{LevelMeter, LocalTrack, clock};

const EVERY_MS: u32 = 50;
/// A context that may run starts within this time.
const START_MS: f64 = 1000.0;

/// Listens until the track is loud, but no longer than `ms`. Returns the loudest level; `None` if the browser keeps audio
/// suspended.
pub(crate) async fn loudest(track: &LocalTrack, ms: f64) -> Result<Option<f64>> {
    let meter = LevelMeter::new(track.as_raw())?;
    let context = SharedContext::get()?;
    if !runs(&context).await {
        return Ok(None);
    }
    let mut loudest = 0.0;
    let end = clock::now_ms() + ms;
    while clock::now_ms() < end && !is_loud(loudest) {
        sleep(EVERY_MS).await;
        loudest = f64::from(meter.level()).max(loudest);
    }
    Ok(Some(loudest))
}

/// Waits until the context runs. Returns false if the browser keeps it suspended.
pub(super) async fn runs(context: &SharedContext) -> bool {
    let end = clock::now_ms() + START_MS;
    while !context.is_running() {
        if clock::now_ms() > end {
            return false;
        }
        sleep(EVERY_MS).await;
    }
    true
}
