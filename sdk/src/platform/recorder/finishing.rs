//! Gives a recording in WebM the duration and the cues that the browser left out.

use std::cell::RefCell;

use futures::StreamExt;
use futures::channel::{mpsc, oneshot};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, BlobPropertyBag};

use crate::engine::webm::Scanner;

/// Bytes that are read at once, however large a piece is.
const READ_SIZE: f64 = 1_048_576.0;

/// Reads the pieces of a file as they come.
#[derive(Debug)]
pub(super) struct Finisher {
    pieces: RefCell<Option<mpsc::UnboundedSender<Blob>>>,
    scanner: RefCell<Option<oneshot::Receiver<Option<Scanner>>>>,
}

impl Finisher {
    pub(super) fn start() -> Self {
        let (pieces, mut waiting) = mpsc::unbounded();
        let (done, scanner) = oneshot::channel();
        spawn_local(async move {
            let mut scanner = Some(Scanner::default());
            while let Some(piece) = waiting.next().await {
                if let Some(known) = &mut scanner {
                    // What cannot be read now is in the file all the same: it stays as the browser wrote it.
                    if scan(&piece, known).await.is_err() {
                        scanner = None;
                    }
                }
            }
            let _ = done.send(scanner);
        });
        Self { pieces: RefCell::new(Some(pieces)), scanner: RefCell::new(Some(scanner)) }
    }

    pub(super) fn push(&self, piece: Blob) {
        if let Some(pieces) = &*self.pieces.borrow() {
            let _ = pieces.unbounded_send(piece);
        }
    }

    /// The whole file. `None` if it is not understood, and best left as it is.
    pub(super) async fn finish(&self, blob: &Blob, elapsed_ms: f64) -> Option<Blob> {
        self.pieces.take();
        let scanner = self.scanner.take()?;
        let finished = scanner.await.ok()??.finish(blob.size() as u64, elapsed_ms)?;
        let media = blob.slice_with_f64(finished.media_from as f64).ok()?;
        let parts = Array::of3(
            &Uint8Array::from(finished.head.as_slice()),
            &media,
            &Uint8Array::from(finished.tail.as_slice()),
        );
        new_blob(&parts, &blob.type_()).ok()
    }
}

async fn scan(piece: &Blob, scanner: &mut Scanner) -> Result<(), JsValue> {
    let mut from = 0.0;
    while from < piece.size() {
        let part = piece.slice_with_f64_and_f64(from, from + READ_SIZE)?;
        let bytes = JsFuture::from(part.array_buffer()).await?;
        scanner.push(&Uint8Array::new(&bytes).to_vec());
        from += READ_SIZE;
    }
    Ok(())
}

pub(super) fn is_webm(mime_type: &str) -> bool {
    ["video/webm", "audio/webm", "video/x-matroska"].iter().any(|container| mime_type.starts_with(container))
}

/// One file of all pieces. No bytes are copied.
pub(super) fn join(pieces: &[Blob], mime_type: &str) -> Result<Blob, JsValue> {
    new_blob(&pieces.iter().collect::<Array>(), mime_type)
}

fn new_blob(parts: &Array, mime_type: &str) -> Result<Blob, JsValue> {
    let properties = BlobPropertyBag::new();
    properties.set_type(mime_type);
    Blob::new_with_buffer_source_sequence_and_options(parts, &properties)
}
