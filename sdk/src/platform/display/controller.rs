//! `CaptureController`: controls the shared surface from the capturing page.
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

/// Controls one display capture. Available in Chromium; methods that its version lacks return [`Error::Unsupported`].
#[derive(Clone, Debug)]
pub struct CaptureController(EventTarget);

impl CaptureController {
    /// Creates a controller without a capture.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if the browser has no `CaptureController`.
    pub fn new() -> Result<Self> {
        Ok(Self(construct("CaptureController")?.unchecked_into()))
    }

    /// Like [`capture_display`](crate::capture_display), controlled by this object. Can be called once.
    ///
    /// # Errors
    /// The errors of [`capture_display`](crate::capture_display), and [`Error::InvalidState`] the second time: a
    /// controller controls one capture, even after that has ended.
    pub fn capture_display(
        &self,
        options: &DisplayOptions,
    ) -> impl Future<Output = Result<DisplayCapture>> + use<> {
        let capture = open_display(options, Some(&self.0));
        async move {
            capture.await.map_err(|error| match &error {
                Error::InvalidState { .. } => {
                    let state = "the controller was used before, or there is no recent user gesture";
                    retold(&error, Error::InvalidState { action: "capture a display", state })
                }
                _ => error,
            })
        }
    }

    /// Sets which window gets the focus when sharing begins. Call it before the capture or immediately after it.
    ///
    /// # Errors
    /// [`Error::InvalidState`] if it is called later, or a screen is shared; [`Error::Unsupported`] if the browser has
    /// no `setFocusBehavior`.
    pub fn set_focus_behavior(&self, behavior: &FocusBehavior) -> Result<()> {
        let called = call(&self.0, "setFocusBehavior", &[behavior.as_str().into()]);
        called.map(drop).map_err(in_wrong_state("set the focus behavior"))
    }

    /// The supported zoom levels of a shared tab, in percent, in ascending order.
    ///
    /// # Errors
    /// [`Error::InvalidState`] if no tab is shared; [`Error::Unsupported`] if the browser has no
    /// `getSupportedZoomLevels`.
    pub fn supported_zoom_levels(&self) -> Result<Vec<u32>> {
        let levels = Array::from(
            &call(&self.0, "getSupportedZoomLevels", &[]).map_err(in_wrong_state("list zoom levels"))?,
        );
        Ok(levels.iter().filter_map(|level| level.as_f64()).map(|level| level as u32).collect())
    }

    /// The zoom level of the shared tab, in percent. `None` if no tab is shared.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if the browser has no `zoomLevel`.
    pub fn zoom_level(&self) -> Result<Option<u32>> {
        let level = get(&self.0, "zoomLevel");
        if level.is_undefined() {
            return Err(Error::Unsupported { feature: "zoomLevel" });
        }
        Ok(level.as_f64().map(|level| level as u32))
    }

    /// Increases the zoom level of the shared tab by one step. Call it from a click handler; the browser may prompt the
    /// user.
    ///
    /// # Errors
    /// [`Error::InvalidState`] if no tab is shared, or at the last level; [`Error::Unsupported`] if the browser
    /// lacks it; [`MediaError::NotAllowed`](crate::MediaError::NotAllowed) if the user denies it, or without a click.
    pub fn increase_zoom_level(&self) -> impl Future<Output = Result<()>> + use<> {
        self.act("increaseZoomLevel", &[])
    }

    /// Decreases the zoom level of the shared tab by one step, under the same conditions.
    ///
    /// # Errors
    /// The errors of [`increase_zoom_level`](Self::increase_zoom_level).
    pub fn decrease_zoom_level(&self) -> impl Future<Output = Result<()>> + use<> {
        self.act("decreaseZoomLevel", &[])
    }

    /// Resets the zoom level of the shared tab, under the same conditions.
    ///
    /// # Errors
    /// The errors of [`increase_zoom_level`](Self::increase_zoom_level).
    pub fn reset_zoom_level(&self) -> impl Future<Output = Result<()>> + use<> {
        self.act("resetZoomLevel", &[])
    }

    /// Forwards wheel events on `element` to the shared tab, which scrolls; `None` stops it.
    ///
    /// # Errors
    /// [`Error::InvalidState`] if no tab is shared; [`Error::Unsupported`] if the browser has no `forwardWheel`;
    /// [`MediaError::NotAllowed`](crate::MediaError::NotAllowed) if the user denies it.
    pub fn forward_wheel(&self, element: Option<&Element>) -> impl Future<Output = Result<()>> + use<> {
        self.act("forwardWheel", &[element.map_or(JsValue::NULL, JsValue::from)])
    }

    /// Yields each new zoom level, including those set by the user in the tab. Of several pending levels only the
    /// latest is yielded.
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

/// Nothing is shared yet, or not a tab.
fn in_wrong_state(action: &'static str) -> impl Fn(Error) -> Error {
    move |error| match &error {
        Error::Browser { name, .. } if matches!(name.as_str(), "InvalidStateError" | "NotSupportedError") => {
            let state = "no tab is shared, or the capture has already started or ended";
            retold(&error, Error::InvalidState { action, state })
        }
        Error::Browser { name, .. } if name == "NotAllowedError" => {
            retold(&error, MediaError::NotAllowed { device: "screen", by: Refusal::Unknown }.into())
        }
        _ => error,
    }
}

/// Returned by [`CaptureController::zoom_levels`]. Dropping it removes the listener.
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
