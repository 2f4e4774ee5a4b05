//! The destination of a received file: <https://streams.spec.whatwg.org/#ws-class>,
//! <https://www.w3.org/TR/FileAPI/#file-section>.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, FilePropertyBag, WritableStream, WritableStreamDefaultWriter};

use crate::engine::transfer::FileOffer;
use crate::error::{Error, FileTransferError, Result};
use crate::platform::exception::Exception;
use crate::platform::promise::ignore;

/// The number of bytes that are collected into one Blob, which the browser may keep on disk.
const PART_BYTES: u32 = 4 << 20;

#[derive(Debug)]
pub(super) enum Sink {
    /// Blobs, and the bytes after the last one.
    Memory { blobs: Array, loose: Array, loose_bytes: u32 },
    /// A stream of the application, for example of a file on disk.
    Stream(WritableStreamDefaultWriter),
}

impl Sink {
    pub(super) fn memory() -> Self {
        Self::Memory { blobs: Array::new(), loose: Array::new(), loose_bytes: 0 }
    }

    pub(super) fn stream(stream: &WritableStream) -> Result<Self> {
        let in_use = |_| Error::InvalidState { action: "write the file", state: "the stream is locked" };
        Ok(Self::Stream(stream.get_writer().map_err(in_use)?))
    }

    /// Resolves when the data was written, so that a slow disk slows the sender. The error is the browser's message.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        let chunk = Uint8Array::from(bytes);
        match self {
            Self::Memory { blobs, loose, loose_bytes } => {
                loose.push(&chunk);
                *loose_bytes += chunk.length();
                if *loose_bytes >= PART_BYTES {
                    let blob = Blob::new_with_u8_array_sequence(loose).map_err(words)?;
                    blobs.push(&blob);
                    loose.set_length(0);
                    *loose_bytes = 0;
                }
            }
            Self::Stream(writer) => {
                JsFuture::from(writer.write_with_chunk(&chunk)).await.map_err(words)?;
            }
        }
        Ok(())
    }

    /// Resolves when the file is saved.
    pub(super) async fn close(&mut self) -> Result<(), String> {
        if let Self::Stream(writer) = self {
            JsFuture::from(writer.close()).await.map_err(words)?;
        }
        Ok(())
    }

    /// The file, if it was kept in memory.
    pub(super) fn file(&self, offer: &FileOffer) -> Result<Option<File>, String> {
        let Self::Memory { blobs, loose, .. } = self else { return Ok(None) };
        let properties = FilePropertyBag::new();
        properties.set_type(&offer.mime_type);
        properties.set_last_modified(offer.last_modified as f64);
        let parts = blobs.concat(loose);
        File::new_with_blob_sequence_and_options(&parts, &offer.name, &properties).map(Some).map_err(words)
    }

    /// Discards what was written, as far as the stream supports it.
    pub(super) fn abort(&self, reason: &str) {
        let Self::Stream(writer) = self else { return };
        // A stream that is already errored counts as aborted.
        ignore(&writer.abort_with_reason(&js_sys::Error::new(reason)));
    }
}

/// The browser's error message, which also becomes the cause of the resulting error.
pub(super) fn words(thrown: JsValue) -> String {
    let exception = Exception::from(thrown);
    let detail = exception.message.clone();
    exception.as_cause_of(FileTransferError::Storage { detail: detail.clone() }.into());
    detail
}
