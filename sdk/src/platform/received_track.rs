//! What arrives in a media section, as a track that belongs to one publication alone.

use std::cell::Cell;

use web_sys::{Event, MediaStreamTrack, MediaStreamTrackState, RtcRtpReceiver};

use super::stats::StatsSource;

/// A track of its own beside `RTCRtpReceiver.track`, which goes on with whatever the section carries next: a recorder,
/// a mixer or an element that was given this one gets nothing of that. It must be [ended](Self::end) with its publication.
#[derive(Debug)]
pub(crate) struct ReceivedTrack {
    raw: MediaStreamTrack,
    receiver: RtcRtpReceiver,
    is_ended: Cell<bool>,
}

impl ReceivedTrack {
    pub(crate) fn new(receiver: RtcRtpReceiver) -> Self {
        #[allow(clippy::disallowed_methods, reason = "a second track is what is wanted")]
        let raw = receiver.track().clone();
        Self { raw, receiver, is_ended: Cell::default() }
    }

    /// The browser's object.
    pub(crate) fn raw(&self) -> &MediaStreamTrack {
        &self.raw
    }

    /// What receives it, until it ends: then the receiver is that of another publication.
    pub(crate) fn receiver(&self) -> Option<&RtcRtpReceiver> {
        (!self.is_ended.get()).then_some(&self.receiver)
    }

    /// Statistics of what arrives, until the track ends.
    pub(crate) fn stats(&self) -> StatsSource {
        StatsSource::of_track(&self.receiver, &self.raw)
    }

    /// Ends the track. Nothing of it is shown or heard from now on, and its `ended` event is fired, which a browser does
    /// not for `stop()`. Ending again does nothing.
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
