//! How well a track of another arrives.

use futures::StreamExt;
use futures::future::{AbortHandle, Abortable};
use moim::{MediaQuality, RemoteTrack, StatsMonitor, StatsMonitorOptions};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Often enough for a sign that is looked at in passing.
const PERIOD_MS: u32 = 2_000;

/// The quality of `track`, measured every two seconds. `None` before the first measurement, and without a track.
#[hook]
pub(crate) fn use_quality(track: Option<RemoteTrack>) -> Option<MediaQuality> {
    let quality = use_state_eq(|| None::<MediaQuality>);
    let setter = quality.setter();
    use_effect_with(track, move |track| {
        setter.set(None);
        let (abort, registration) = AbortHandle::new_pair();
        let options = StatsMonitorOptions { interval_ms: PERIOD_MS, history: 1 };
        if let Some(mut monitor) = track.as_ref().and_then(|track| StatsMonitor::start(track, &options).ok())
        {
            let measure = async move {
                while let Some(sample) = monitor.next().await {
                    setter.set(Some(sample.delta.quality));
                }
            };
            spawn_local(async move {
                let _ = Abortable::new(measure, registration).await;
            });
        }
        move || abort.abort()
    });
    *quality
}
