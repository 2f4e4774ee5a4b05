//! Identifies the application in a shared tab: <https://www.w3.org/TR/capture-handle-identity/>.

use wasm_bindgen::JsValue;

use super::LocalTrack;
use crate::error::Result;
use crate::platform::bindings::capture::{call, get};

/// What the page in a shared tab exposes with `navigator.mediaDevices.setCaptureHandleConfig`:
/// <https://www.w3.org/TR/capture-handle-identity/#the-capturehandle-dictionary>.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CaptureHandle {
    /// The page's origin, if exposed.
    pub origin: Option<String>,
    /// A string chosen by the page, such as a session number.
    pub handle: Option<String>,
}

impl LocalTrack {
    /// Returns what the page in the shared tab currently exposes; [`TrackEvent::CaptureHandleChange`] reports
    /// changes. `None` if the page exposes nothing, or not to this origin, and for a track that is not a tab or has
    /// ended.
    /// <https://www.w3.org/TR/capture-handle-identity/#dom-mediastreamtrack-getcapturehandle>
    ///
    /// # Errors
    /// [`Error::Unsupported`](crate::Error::Unsupported) in browsers other than Chromium.
    ///
    /// [`TrackEvent::CaptureHandleChange`]: crate::TrackEvent::CaptureHandleChange
    pub fn capture_handle(&self) -> Result<Option<CaptureHandle>> {
        let Some(raw) = self.raw_capture_handle()? else { return Ok(None) };
        let text = |name| get(&raw, name).as_string();
        Ok(Some(CaptureHandle { origin: text("origin"), handle: text("handle") }))
    }

    pub(crate) fn raw_capture_handle(&self) -> Result<Option<JsValue>> {
        let raw = call(self.as_raw(), "getCaptureHandle", &[])?;
        Ok(raw.is_object().then_some(raw))
    }
}
