//! A received track that belongs to a single publication.

use std::cell::Cell;

use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Event, MediaStreamTrack, MediaStreamTrackState, RtcRtpReceiver};

use super::stats::StatsSource;

// Firefox delivers an event that a page fires at a track to `onended`, and to no listener, unless that has asked for such
// events: `wantsUntrusted`, an argument of its own <https://developer.mozilla.org/docs/Web/API/EventTarget/addEventListener>.
#[wasm_bindgen(module = "/src/platform/snippets.js")]
extern "C" {
    #[wasm_bindgen(js_name = deliverFiredEvents)]
    fn deliver_fired_events(track: &MediaStreamTrack);
}

/// A track separate from `RTCRtpReceiver.track`, which continues with the section's next publication: a recorder,
/// a mixer or an element that uses this one gets nothing of that. It must be [ended](Self::end) with its publication.
#[derive(Debug)]
pub(crate) struct ReceivedTrack {
    raw: MediaStreamTrack,
    receiver: RtcRtpReceiver,
    is_ended: Cell<bool>,
}

impl ReceivedTrack {
    pub(crate) fn new(receiver: RtcRtpReceiver) -> Self {
        #[allow(clippy::disallowed_methods, reason = "a second track is intended")]
        let raw = receiver.track().clone();
        deliver_fired_events(&raw);
        Self { raw, receiver, is_ended: Cell::default() }
    }

    /// The browser's object.
    pub(crate) fn raw(&self) -> &MediaStreamTrack {
        &self.raw
    }

    /// The receiver, until the track has ended: then the receiver belongs to another publication.
    pub(crate) fn receiver(&self) -> Option<&RtcRtpReceiver> {
        (!self.is_ended.get()).then_some(&self.receiver)
    }

    /// Statistics of the track, until it has ended.
    pub(crate) fn stats(&self) -> StatsSource {
        StatsSource::of_track(&self.receiver, &self.raw)
    }

    /// Ends the track. It becomes black or silent, and its `ended` event is fired, which a browser does
    /// not for `stop()`. Idempotent.
    pub(crate) fn end(&self) {
        if self.is_ended.replace(true) || self.raw.ready_state() == MediaStreamTrackState::Ended {
            return;
        }
        self.raw.stop();
        if let Ok(event) = Event::new("ended") {
            let _ = self.raw.dispatch_event(&event);
        }
    }
}
