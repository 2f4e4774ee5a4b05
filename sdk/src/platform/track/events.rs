//! What the browser says of a track, as a stream: <https://www.w3.org/TR/mediacapture-streams/#mediastreamtrack>.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::channel::mpsc::{self, UnboundedReceiver, UnboundedSender};
use futures::stream::{Stream, StreamExt};
use web_sys::{MediaStreamTrack, MediaStreamTrackState};

use crate::engine::capture::TrackEvent;
use crate::platform::listener::ListenerGuard;

const EVENTS: [TrackEvent; 5] = [
    TrackEvent::Mute,
    TrackEvent::Unmute,
    TrackEvent::Ended,
    TrackEvent::ConfigurationChange,
    TrackEvent::CaptureHandleChange,
];

#[derive(Debug)]
pub(super) enum Signal {
    Event(TrackEvent),
    Stopped,
}

/// What [`LocalTrack::events`](super::LocalTrack::events) returns. Dropping it removes the listeners.
#[derive(Debug)]
#[must_use = "a stream does nothing unless it is polled"]
pub struct TrackEvents {
    receiver: UnboundedReceiver<Signal>,
    /// None when the track is over.
    listeners: Vec<ListenerGuard>,
}

impl TrackEvents {
    /// The sender is for the end that the browser does not tell.
    pub(super) fn new(track: &MediaStreamTrack) -> (Self, UnboundedSender<Signal>) {
        let (sender, receiver) = mpsc::unbounded();
        let listen = |event: TrackEvent| {
            let (sender, name) = (sender.clone(), event.as_str().to_owned());
            ListenerGuard::new(track, name, move |_| {
                let _ = sender.unbounded_send(Signal::Event(event.clone()));
            })
        };
        let is_live = track.ready_state() == MediaStreamTrackState::Live;
        let listeners = if is_live { EVENTS.into_iter().map(listen).collect() } else { Vec::new() };
        (Self { receiver, listeners }, sender)
    }
}

impl Stream for TrackEvents {
    type Item = TrackEvent;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<TrackEvent>> {
        if self.listeners.is_empty() {
            return Poll::Ready(None);
        }
        let event = match self.receiver.poll_next_unpin(context) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Some(Signal::Event(event))) => Some(event),
            Poll::Ready(Some(Signal::Stopped) | None) => None,
        };
        if matches!(event, None | Some(TrackEvent::Ended)) {
            self.listeners.clear();
        }
        Poll::Ready(event)
    }
}
