//! `RTCDTMFSender`: <https://www.w3.org/TR/webrtc/#rtcdtmfsender>.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::channel::mpsc::{self, UnboundedReceiver};
use futures::{Stream, StreamExt};
use moim_protocol::options;
use serde::Deserialize;
use wasm_bindgen::JsCast;
use web_sys::{RtcdtmfSender, RtcdtmfToneChangeEvent};

use super::exceptions::refusal;
use crate::engine::codec::check_tones;
use crate::error::{Error, Result};
use crate::platform::ListenerGuard;
use crate::platform::bindings::peer_connection as bindings;

/// Sends DTMF tones (RFC 4733).
#[derive(Clone, Debug)]
pub struct DtmfSender(RtcdtmfSender);

/// Durations of tones: 40 to 6000 ms; gaps: at least 30 ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct DtmfOptions {
    /// Duration of each tone in milliseconds. Default: 100.
    pub duration_ms: u32,
    /// Gap between two tones in milliseconds. Default: 70.
    pub gap_ms: u32,
}

options! { DtmfOptions { duration_ms: "durationMs", gap_ms: "gapMs" } }

impl Default for DtmfOptions {
    fn default() -> Self {
        Self { duration_ms: 100, gap_ms: 70 }
    }
}

impl DtmfOptions {
    /// Browsers clamp silently: <https://www.w3.org/TR/webrtc/#dom-rtcdtmfsender-insertdtmf>.
    fn check(self) -> Result<()> {
        let Self { duration_ms, gap_ms } = self;
        if !(40..=6000).contains(&duration_ms) {
            return Err(Error::InvalidOptions {
                detail: format!("durationMs is {duration_ms}: expected 40 to 6000"),
            });
        }
        if gap_ms < 30 {
            return Err(Error::InvalidOptions { detail: format!("gapMs is {gap_ms}: expected 30 or more") });
        }
        Ok(())
    }
}

/// A stream of the tones as they start, and an empty string after the last one. Ends when the sender is dropped.
#[derive(Debug)]
#[must_use = "a stream does nothing unless it is read"]
pub struct Tones {
    _listener: ListenerGuard,
    tones: UnboundedReceiver<String>,
}

impl DtmfSender {
    pub(super) fn new(raw: RtcdtmfSender) -> Self {
        Self(raw)
    }

    /// Whether the connection is established and the remote peer accepts tones.
    pub fn can_insert(&self) -> bool {
        bindings::can_insert_dtmf(&self.0).unwrap_or(true)
    }

    /// Sends tones, replacing the pending ones: digits, A to D, # and *; a comma is a pause of two seconds. An empty
    /// string stops.
    ///
    /// # Errors
    /// `InvalidOptions` for characters that are not tones, and for a duration or gap out of range; `InvalidState` if
    /// tones cannot be sent.
    pub fn insert(&self, tones: &str, options: &DtmfOptions) -> Result<()> {
        check_tones(tones)?;
        options.check()?;
        bindings::insert_dtmf(&self.0, tones, options.duration_ms, options.gap_ms)
            .map_err(refusal("insert DTMF tones"))
    }

    /// The tones that are still to be sent.
    pub fn tone_buffer(&self) -> String {
        self.0.tone_buffer()
    }

    /// A stream of the tones from now on.
    pub fn tones(&self) -> Tones {
        let (sender, tones) = mpsc::unbounded();
        let listener = ListenerGuard::new(self.0.as_ref(), "tonechange", move |event| {
            let _ = sender.unbounded_send(event.unchecked_into::<RtcdtmfToneChangeEvent>().tone());
        });
        Tones { _listener: listener, tones }
    }

    /// The browser's object.
    pub fn as_raw(&self) -> &RtcdtmfSender {
        &self.0
    }
}

impl Stream for Tones {
    type Item = String;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<String>> {
        self.tones.poll_next_unpin(context)
    }
}
