//! `CaptureController`: what the page that shares may do to what is shared.
//! <https://www.w3.org/TR/screen-capture/#dom-capturecontroller>,
//! <https://screen-share.github.io/captured-surface-control/>

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::channel::mpsc;
use futures::stream::{Stream, StreamExt};
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, EventTarget};

use super::{DisplayCapture, DisplayOptions, open_display};
use crate::engine::capture::FocusBehavior;
use crate::error::{Error, MediaError, Refusal, Result};
use crate::platform::bindings::capture::{call, call_async, construct, get};
use crate::platform::exception::retold;
use crate::platform::listener::ListenerGuard;

/// Controls one capture of a display. Chromium has it; what a version of it lacks is [`Error::Unsupported`].
#[derive(Clone, Debug)]
pub struct CaptureController(EventTarget);

impl CaptureController {
    /// A controller that controls nothing yet.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where there is no `CaptureController`.
    pub fn new() -> Result<Self> {
        Ok(Self(construct("CaptureController")?.unchecked_into()))
    }

    /// The same as [`capture_display`](crate::capture_display), under the control of this object; once.
    ///
    /// # Errors
    /// Those of [`capture_display`](crate::capture_display), and [`Error::InvalidState`] the second time: a controller
    /// controls one capture, even when that has ended.
    pub fn capture_display(
        &self,
        options: &DisplayOptions,
    ) -> impl Future<Output = Result<DisplayCapture>> + use<> {
        let capture = open_display(options, Some(&self.0));
        async move {
            capture.await.map_err(|error| match &error {
                Error::InvalidState { .. } => {
                    let state = "the controller has captured before, or there was no click just now";
                    retold(&error, Error::InvalidState { action: "capture a display", state })
                }
                _ => error,
            })
        }
    }

    /// Which window has the focus when sharing begins. To be called before the capture, or at once after it.
    ///
    /// # Errors
    /// [`Error::InvalidState`] when it is called later, or a screen is shared; [`Error::Unsupported`] where there is no
    /// `setFocusBehavior`.
    pub fn set_focus_behavior(&self, behavior: &FocusBehavior) -> Result<()> {
        let called = call(&self.0, "setFocusBehavior", &[behavior.as_str().into()]);
        called.map(drop).map_err(in_wrong_state("set the focus behavior"))
    }

    /// The zoom levels of a shared tab, in percent, from small to large.
    ///
    /// # Errors
    /// [`Error::InvalidState`] while no tab is shared; [`Error::Unsupported`] where there is no
    /// `getSupportedZoomLevels`.
    pub fn supported_zoom_levels(&self) -> Result<Vec<u32>> {
        let levels = Array::from(
            &call(&self.0, "getSupportedZoomLevels", &[]).map_err(in_wrong_state("list zoom levels"))?,
        );
        Ok(levels.iter().filter_map(|level| level.as_f64()).map(|level| level as u32).collect())
    }

    /// How large the shared tab is shown, in percent. `None` while no tab is shared.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where there is no `zoomLevel`.
    pub fn zoom_level(&self) -> Result<Option<u32>> {
        let level = get(&self.0, "zoomLevel");
        if level.is_undefined() {
            return Err(Error::Unsupported { feature: "zoomLevel" });
        }
        Ok(level.as_f64().map(|level| level as u32))
    }

    /// Shows the shared tab one level larger. Call it from an event handler of a click; the browser may ask the user.
    ///
    /// # Errors
    /// [`Error::InvalidState`] while no tab is shared, or at the last level; [`Error::Unsupported`] where the browser
    /// lacks it; [`MediaError::NotAllowed`](crate::MediaError::NotAllowed) if the user refuses, or without a click.
    pub fn increase_zoom_level(&self) -> impl Future<Output = Result<()>> + use<> {
        self.act("increaseZoomLevel", &[])
    }

    /// Shows the shared tab one level smaller, on the same terms.
    ///
    /// # Errors
    /// Those of [`increase_zoom_level`](Self::increase_zoom_level).
    pub fn decrease_zoom_level(&self) -> impl Future<Output = Result<()>> + use<> {
        self.act("decreaseZoomLevel", &[])
    }

    /// Shows the shared tab in its first size, on the same terms.
    ///
    /// # Errors
    /// Those of [`increase_zoom_level`](Self::increase_zoom_level).
    pub fn reset_zoom_level(&self) -> impl Future<Output = Result<()>> + use<> {
        self.act("resetZoomLevel", &[])
    }

    /// Turns of the wheel over `element` scroll the shared tab; `None` ends it.
    ///
    /// # Errors
    /// [`Error::InvalidState`] while no tab is shared; [`Error::Unsupported`] where there is no `forwardWheel`;
    /// [`MediaError::NotAllowed`](crate::MediaError::NotAllowed) if the user refuses.
    pub fn forward_wheel(&self, element: Option<&Element>) -> impl Future<Output = Result<()>> + use<> {
        self.act("forwardWheel", &[element.map_or(JsValue::NULL, JsValue::from)])
    }

    /// Yields each new zoom level, also those that the user sets in the tab. Levels that nobody has taken yet are passed
    /// over for the newest.
    pub fn zoom_levels(&self) -> ZoomLevels {
        let (mut sender, receiver) = mpsc::channel(0);
        let listener = ListenerGuard::new(&self.0, "zoomlevelchange", move |_| {
            let _ = sender.try_send(());
        });
        ZoomLevels { controller: self.clone(), receiver, _listener: listener }
    }

    fn act(&self, feature: &'static str, arguments: &[JsValue]) -> impl Future<Output = Result<()>> + use<> {
        let done = call_async(&self.0, feature, arguments);
        async move { done.await.map(drop).map_err(in_wrong_state(feature)) }
    }

    /// The browser's object.
    pub fn as_raw(&self) -> &EventTarget {
        &self.0
    }
}

/// Nothing is shared yet, or no tab.
fn in_wrong_state(action: &'static str) -> impl Fn(Error) -> Error {
    move |error| match &error {
        Error::Browser { name, .. } if matches!(name.as_str(), "InvalidStateError" | "NotSupportedError") => {
            let state = "this controller shares no tab, or its capture has begun or ended";
            retold(&error, Error::InvalidState { action, state })
        }
        Error::Browser { name, .. } if name == "NotAllowedError" => {
            retold(&error, MediaError::NotAllowed { device: "screen", by: Refusal::Unknown }.into())
        }
        _ => error,
    }
}

/// What [`CaptureController::zoom_levels`] returns. Dropping it removes the listener.
#[derive(Debug)]
#[must_use = "a stream does nothing unless it is polled"]
pub struct ZoomLevels {
    controller: CaptureController,
    receiver: mpsc::Receiver<()>,
    _listener: ListenerGuard,
}

impl Stream for ZoomLevels {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<u32>> {
        loop {
            match self.receiver.poll_next_unpin(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Ready(Some(())) => {
                    if let Ok(Some(level)) = self.controller.zoom_level() {
                        return Poll::Ready(Some(level));
                    }
                }
            }
        }
    }
}
