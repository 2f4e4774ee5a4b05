//! Changes of the device list: <https://www.w3.org/TR/mediacapture-streams/#event-mediadevices-devicechange>.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::channel::mpsc;
use futures::future::LocalBoxFuture;
use futures::stream::{LocalBoxStream, Stream, StreamExt, unfold};

use super::Devices;
use crate::engine::capture::{DeviceChange, DeviceInfo};
use crate::error::Result;
use crate::platform::listener::ListenerGuard;

/// Returned by [`Devices::changes`]. Dropping it removes the listener.
#[must_use = "a stream does nothing unless it is polled"]
pub struct DeviceChanges(LocalBoxStream<'static, DeviceChange>);

impl DeviceChanges {
    pub(super) fn new(devices: &Devices) -> Self {
        let watch = Watch {
            signals: signals(devices),
            devices: devices.clone(),
            // Requested immediately rather than when the stream is polled, as the baseline for changes.
            before: Before::Asked(Box::pin(devices.enumerate())),
        };
        Self(unfold(watch, Watch::next).boxed_local())
    }
}

impl Stream for DeviceChanges {
    type Item = DeviceChange;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<DeviceChange>> {
        self.0.poll_next_unpin(context)
    }
}

impl fmt::Debug for DeviceChanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceChanges")
    }
}

enum Before {
    Asked(LocalBoxFuture<'static, Result<Vec<DeviceInfo>>>),
    Known(Vec<DeviceInfo>),
}

struct Watch {
    signals: Signals,
    devices: Devices,
    before: Before,
}

impl Watch {
    async fn next(mut self) -> Option<(DeviceChange, Self)> {
        let mut before = match self.before {
            Before::Asked(list) => list.await.unwrap_or_default(),
            Before::Known(list) => list,
        };
        loop {
            self.signals.next().await?;
            // A browser that cannot list its devices now may be able to after the next change.
            let Ok(after) = self.devices.enumerate().await else { continue };
            if let Some(change) = DeviceChange::between(&before, after) {
                before = change.devices.clone();
                return Some((change, Self { before: Before::Known(before), ..self }));
            }
        }
    }
}

/// The plain `devicechange` events. Pending events are merged into one.
pub(super) struct Signals {
    receiver: mpsc::Receiver<()>,
    _listener: ListenerGuard,
}

pub(super) fn signals(devices: &Devices) -> Signals {
    let (mut sender, receiver) = mpsc::channel(0);
    let listener = ListenerGuard::new(devices.as_raw(), "devicechange", move |_| {
        let _ = sender.try_send(());
    });
    Signals { receiver, _listener: listener }
}

impl Signals {
    pub(super) async fn next(&mut self) -> Option<()> {
        self.receiver.next().await
    }
}
