//! A track's events as a stream: <https://www.w3.org/TR/mediacapture-streams/#mediastreamtrack>.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::channel::mpsc::{self, UnboundedReceiver};
use futures::stream::{Stream, StreamExt};
use web_sys::{MediaStreamTrack, MediaStreamTrackState};

use super::changes::{TrackChange, TrackWatch};
use crate::engine::capture::TrackEvent;
use crate::platform::listener::ListenerGuard;

const EVENTS: [TrackEvent; 5] = [
    TrackEvent::Mute,
    TrackEvent::Unmute,
    TrackEvent::Ended,
    TrackEvent::ConfigurationChange,
    TrackEvent::CaptureHandleChange,
];

/// Returned by [`LocalTrack::events`](super::LocalTrack::events). Dropping it removes the listeners.
#[derive(Debug)]
#[must_use = "a stream does nothing unless it is polled"]
pub struct TrackEvents {
    /// `None` if the page stopped the track.
    receiver: UnboundedReceiver<Option<TrackEvent>>,
    /// `None` when the track has ended.
    listeners: Option<(Vec<ListenerGuard>, TrackWatch)>,
}

impl TrackEvents {
    pub(super) fn new(track: &MediaStreamTrack) -> Self {
        let (sender, receiver) = mpsc::unbounded();
        if track.ready_state() != MediaStreamTrackState::Live {
            return Self { receiver, listeners: None };
        }
        let listen = |event: TrackEvent| {
            let (sender, name) = (sender.clone(), event.as_str().to_owned());
            ListenerGuard::new(track, name, move |_| {
                let _ = sender.unbounded_send(Some(event.clone()));
            })
        };
        let guards = EVENTS.into_iter().map(listen).collect();
        let watch = TrackWatch::new(track, move |change| {
            if change == TrackChange::Stopped {
                let _ = sender.unbounded_send(None);
            }
        });
        Self { receiver, listeners: Some((guards, watch)) }
    }
}

impl Stream for TrackEvents {
    type Item = TrackEvent;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<TrackEvent>> {
        if self.listeners.is_none() {
            return Poll::Ready(None);
        }
        let event = match self.receiver.poll_next_unpin(context) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(event) => event.flatten(),
        };
        if matches!(event, None | Some(TrackEvent::Ended)) {
            self.listeners = None;
        }
        Poll::Ready(event)
    }
}
