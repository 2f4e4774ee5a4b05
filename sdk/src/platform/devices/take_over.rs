//! Switches to the default device when the current one is unplugged.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::stream::{LocalBoxStream, Stream, StreamExt, unfold};

use super::Devices;
use super::changes::{Signals, signals};
use crate::engine::capture::{Constraint, TrackConstraints};
use crate::error::{Error, MediaError, Result};
use crate::platform::track::LocalTrack;

/// Returned by [`Devices::take_over`]. Dropping it stops watching.
#[must_use = "a stream does nothing unless it is polled"]
pub struct TakeOver(LocalBoxStream<'static, Result<LocalTrack>>);

impl TakeOver {
    pub(super) fn new(devices: &Devices, track: &LocalTrack) -> Result<Self> {
        if track.wanted().is_none() {
            return Err(Error::InvalidState {
                action: "take over from this track",
                state: "it is not from a camera or a microphone that `Devices` opened",
            });
        }
        let watch = Watch { devices: devices.clone(), signals: signals(devices), track: track.clone() };
        Ok(Self(unfold(Some(watch), |watch| async { watch?.next().await }).boxed_local()))
    }
}

impl Stream for TakeOver {
    type Item = Result<LocalTrack>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<LocalTrack>>> {
        self.0.poll_next_unpin(context)
    }
}

impl fmt::Debug for TakeOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TakeOver")
    }
}

struct Watch {
    devices: Devices,
    signals: Signals,
    track: LocalTrack,
}

impl Watch {
    /// Waits for the end of the track, then for a device that can be opened.
    async fn next(mut self) -> Option<(Result<LocalTrack>, Option<Self>)> {
        if !self.track.ended_by_browser().await {
            return None;
        }
        loop {
            match self.open().await {
                Ok(track) => {
                    self.track = track.clone();
                    return Some((Ok(track), Some(self)));
                }
                // There is none, or it is not ready: wait for one that is plugged in later.
                Err(Error::Media(
                    MediaError::NotFound { .. }
                    | MediaError::NotReadable { .. }
                    | MediaError::Overconstrained { .. }
                    | MediaError::Aborted { .. },
                )) => self.signals.next().await?,
                Err(error) => return Some((Err(error), None)),
            }
        }
    }

    async fn open(&self) -> Result<LocalTrack> {
        let mut wanted = self.track.wanted().unwrap_or_default();
        wanted.basic.device_id = Constraint::Any;
        wanted.basic.group_id = Constraint::Any;
        let track = self.reopen(wanted).await?;
        // Keep the muted state.
        track.set_enabled(self.track.is_enabled());
        if let Ok(hint) = self.track.content_hint() {
            let _ = track.set_content_hint(&hint);
        }
        Ok(track)
    }

    async fn reopen(&self, wanted: TrackConstraints) -> Result<LocalTrack> {
        self.devices.open(self.track.kind(), wanted).await
    }
}
