//! A finished recording.

use web_sys::{Blob, Url};

use super::exception::Exception;
use super::mime::extension;
use crate::engine::file_name::clean_with_extension;
use crate::error::{Error, Result};

/// What a recorder recorded: one file.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The file.
    pub blob: Blob,
    /// Its MIME type with codecs, such as `video/webm;codecs=vp8,opus`.
    pub mime_type: String,
    /// Its length in milliseconds, pauses left out.
    pub duration_ms: f64,
    /// Why the recording ended before it was stopped, or is not whole: its tracks ended, or only its sound or its picture, or
    /// the browser failed.
    pub ended_early: Option<Error>,
}

impl Recording {
    /// A file name with the right extension: `"moim-alice"` gives `"moim-alice.webm"`. Characters that file
    /// systems refuse become `_`, the names of devices of Windows get one in front, and what is too long for a file system
    /// (255 bytes) is shortened. Without any name it is `"recording"`.
    pub fn file_name(&self, stem: &str) -> String {
        clean_with_extension(stem, extension(&self.mime_type), "recording")
    }

    /// A URL for a media element or a download link, which is valid as long as the guard lives:
    /// <https://www.w3.org/TR/FileAPI/#dfn-createObjectURL>.
    ///
    /// # Errors
    /// [`Error::Browser`] if the browser makes none.
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
