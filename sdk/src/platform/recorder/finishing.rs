//! Adds the duration and the cues to a WebM recording, which the browser omits.

use std::cell::RefCell;
use std::ops::Range;

use futures::StreamExt;
use futures::channel::{mpsc, oneshot};
use futures::future::LocalBoxFuture;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag};

use super::exceptions::recorder_error;
use crate::engine::webm::{Part, Scanner};
use crate::error::Result;
use crate::platform::chunk;
use crate::platform::task::spawn_local;

/// The number of bytes read at once, independent of the chunk size.
const READ_SIZE: f64 = 1_048_576.0;

/// Parses the chunks of a file as they arrive: all of them, or until media is found.
#[derive(Debug)]
pub(super) struct Finisher {
    extent: Extent,
    pieces: RefCell<Option<mpsc::UnboundedSender<Blob>>>,
    scanner: RefCell<Option<oneshot::Receiver<Result<Scanner>>>>,
}

/// How much of a file is parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of it, to complete it.
    Whole,
    /// Until there is media: the file is not kept.
    FirstMedia,
}

/// The result of parsing.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The file is complete now.
    Finished { blob: Blob, duration_ms: f64 },
    /// It has a header and no media.
    Blank,
    /// It is not understood, and stays unchanged; or it was not kept.
    Unknown,
}

impl Finisher {
    pub(super) fn start(extent: Extent) -> Self {
        let (pieces, waiting) = mpsc::unbounded();
        let (done, scanner) = oneshot::channel();
        spawn_local(async move {
            let scanner = match chunk::load("recorder").await {
                Ok(()) => scan_in_recorder_chunk(extent, waiting).await,
                Err(error) => Err(error),
            };
            let _ = done.send(scanner);
        });
        Self { extent, pieces: RefCell::new(Some(pieces)), scanner: RefCell::new(Some(scanner)) }
    }

    pub(super) fn push(&self, piece: Blob) {
        if let Some(pieces) = &*self.pieces.borrow() {
            let _ = pieces.unbounded_send(piece);
        }
    }

    /// The file with its duration. Fails if a chunk could not be read.
    pub(super) async fn finish(&self, blob: &Blob, elapsed_ms: f64) -> Result<Outcome> {
        self.pieces.take();
        let Some(scanner) = self.scanner.take() else { return Ok(Outcome::Unknown) };
        let Ok(scanner) = scanner.await else { return Ok(Outcome::Unknown) };
        let scanner = scanner?;
        if scanner.is_blank() {
            return Ok(Outcome::Blank);
        }
        if self.extent == Extent::FirstMedia {
            return Ok(Outcome::Unknown);
        }
        let Some(finished) = scanner.finish(blob.size() as u64, elapsed_ms) else {
            return Ok(Outcome::Unknown);
        };
        let blob = assemble(blob, &finished.parts).map_err(recorder_error)?;
        Ok(Outcome::Finished { blob, duration_ms: finished.duration_ms })
    }
}

#[inline(never)]
fn scan_in_recorder_chunk(
    extent: Extent,
    mut pieces: mpsc::UnboundedReceiver<Blob>,
) -> LocalBoxFuture<'static, Result<Scanner>> {
    chunk::boxed(async move {
        let mut scanner = Ok(Scanner::default());
        while let Some(piece) = pieces.next().await {
            if let Ok(known) = &mut scanner
                && (extent == Extent::Whole || known.is_blank())
                && let Err(exception) = scan(&piece, known).await
            {
                scanner = Err(recorder_error(exception));
            }
        }
        scanner
    })
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

/// Joins all chunks into one file. No bytes are copied.
pub(super) fn join(pieces: &[Blob], mime_type: &str) -> Result<Blob, JsValue> {
    new_blob(&pieces.iter().collect::<Array>(), mime_type)
}

/// Creates a file from parts of `blob` and new bytes.
pub(super) fn assemble(blob: &Blob, parts: &[Part]) -> Result<Blob, JsValue> {
    let list = Array::new();
    for part in parts {
        let part: JsValue = match part {
            Part::New(bytes) => Uint8Array::from(bytes.as_slice()).into(),
            Part::Kept(range) => slice(blob, range)?.into(),
        };
        list.push(&part);
    }
    new_blob(&list, &blob.type_())
}

pub(super) fn slice(blob: &Blob, range: &Range<u64>) -> Result<Blob, JsValue> {
    blob.slice_with_f64_and_f64(range.start as f64, range.end as f64)
}

fn new_blob(parts: &Array, mime_type: &str) -> Result<Blob, JsValue> {
    let properties = BlobPropertyBag::new();
    properties.set_type(mime_type);
    Blob::new_with_buffer_source_sequence_and_options(parts, &properties)
}
