//! Capturing a part of the shared tab: region capture (<https://www.w3.org/TR/mediacapture-region/>) and element capture
//! (<https://screen-share.github.io/element-capture/>).

use wasm_bindgen::JsValue;
use web_sys::Element;

use crate::error::{Error, Result};
use crate::platform::bindings::capture::{call_async, function};
use crate::platform::exception::retold;
use crate::platform::track::LocalTrack;

/// The part of a shared tab to capture.
#[derive(Clone, Copy, Debug)]
pub enum Region<'a> {
    /// The whole tab.
    Whole,
    /// An element of this page, if this page is the shared one.
    Element(&'a Element),
    /// A `CropTarget` or `RestrictionTarget` created by the shared page.
    Target(&'a JsValue),
}

impl LocalTrack {
    /// Crops the video of a shared tab to the rectangle of an element, including everything visible in it.
    ///
    /// # Errors
    /// [`Error::Unsupported`](crate::Error::Unsupported) in browsers other than Chromium;
    /// [`Error::InvalidState`](crate::Error::InvalidState) for tracks that do not show a tab;
    /// [`Error::InvalidOptions`](crate::Error::InvalidOptions) for an invalid target.
    pub async fn crop_to(&self, region: Region<'_>) -> Result<()> {
        self.cut("cropTo", "CropTarget", region).await
    }

    /// Restricts the video of a shared tab to one element, without what covers it. The element must form a stacking
    /// context (`isolation: isolate`).
    ///
    /// # Errors
    /// [`Error::Unsupported`](crate::Error::Unsupported) in browsers other than Chromium;
    /// [`Error::InvalidState`](crate::Error::InvalidState) for tracks that do not show a tab;
    /// [`Error::InvalidOptions`](crate::Error::InvalidOptions) for an invalid target.
    pub async fn restrict_to(&self, region: Region<'_>) -> Result<()> {
        self.cut("restrictTo", "RestrictionTarget", region).await
    }

    async fn cut(&self, feature: &'static str, class: &'static str, region: Region<'_>) -> Result<()> {
        let constructor = function(&js_sys::global(), class).map_err(|_| Error::Unsupported { feature })?;
        if function(self.as_raw(), feature).is_err() {
            return Err(Error::InvalidState {
                action: feature,
                state: "the track is not the capture of a tab",
            });
        }
        let target = match region {
            Region::Whole => JsValue::NULL,
            Region::Target(target) => target.clone(),
            Region::Element(element) => call_async(&constructor, "fromElement", &[element.into()]).await?,
        };
        let cut = call_async(self.as_raw(), feature, &[target]).await;
        cut.map(drop).map_err(|error| match &error {
            Error::Browser { name, detail } if name == "TypeError" => {
                let detail =
                    format!("{feature}: expected an element of this page, a `{class}` or null: {detail}");
                retold(&error, Error::InvalidOptions { detail })
            }
            _ => error,
        })
    }
}
