//! Which application a shared tab shows: <https://www.w3.org/TR/capture-handle-identity/>.

use wasm_bindgen::JsValue;

use super::LocalTrack;
use crate::error::Result;
use crate::platform::bindings::capture::{call, get};

/// What the page in a shared tab says of itself, by `navigator.mediaDevices.setCaptureHandleConfig`:
/// <https://www.w3.org/TR/capture-handle-identity/#the-capturehandle-dictionary>.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CaptureHandle {
    /// The page's origin, if it is to be known.
    pub origin: Option<String>,
    /// Whatever the page wrote, such as the number of a session.
    pub handle: Option<String>,
}

impl LocalTrack {
    /// What the page in the shared tab says of itself at present; [`TrackEvent::CaptureHandleChange`] tells that it has
    /// changed. `None` if the page says nothing, or not to this origin, and for a track that shows no tab or has ended.
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
