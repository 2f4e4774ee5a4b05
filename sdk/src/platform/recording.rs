//! A finished recording.

use web_sys::{Blob, Url};

use super::exception::Exception;
use super::mime::extension;
use crate::engine::file_name::clean_with_extension;
use crate::error::{Error, Result};

/// A recorded file.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The file.
    pub blob: Blob,
    /// Its MIME type with codecs, such as `video/webm;codecs=vp8,opus`.
    pub mime_type: String,
    /// Its duration in milliseconds, excluding pauses.
    pub duration_ms: f64,
    /// Why the recording ended before it was stopped, or is incomplete: its tracks ended, or only its audio or its
    /// video, or the browser failed.
    pub ended_early: Option<Error>,
}

impl Recording {
    /// Returns a file name with the right extension: `"moim-alice"` becomes `"moim-alice.webm"`. Characters that file
    /// systems refuse become `_`, Windows device names are prefixed with one, and names longer than 255 bytes are
    /// shortened. An empty name becomes `"recording"`.
    pub fn file_name(&self, stem: &str) -> String {
        clean_with_extension(stem, extension(&self.mime_type), "recording")
    }

    /// A URL for a media element or a download link, which is valid until the guard is dropped:
    /// <https://www.w3.org/TR/FileAPI/#dfn-createObjectURL>.
    ///
    /// # Errors
    /// [`Error::Browser`] if the browser cannot create one.
    pub fn object_url(&self) -> Result<ObjectUrl> {
        let url = Url::create_object_url_with_blob(&self.blob).map_err(Exception::from)?;
        Ok(ObjectUrl(url))
    }
}

/// A `blob:` URL that is revoked when it is dropped.
#[derive(Debug)]
#[must_use = "the URL is revoked as soon as this guard is dropped"]
pub struct ObjectUrl(String);

impl ObjectUrl {
    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for ObjectUrl {
    fn drop(&mut self) {
        let _ = Url::revoke_object_url(&self.0);
    }
}
