//! Reads a file that is sent: <https://www.w3.org/TR/FileAPI/#blob-section>.

use js_sys::Uint8Array;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use super::sink::words;

/// The block size of reads, as each call into the browser has overhead.
const BLOCK_BYTES: f64 = (1 << 20) as f64;

#[derive(Debug)]
pub(super) struct Source {
    blob: Blob,
    /// The offset of the block, and the block.
    block: Option<(f64, Uint8Array)>,
}

impl Source {
    pub(super) fn new(blob: Blob) -> Self {
        Self { blob, block: None }
    }

    /// Reads up to `length` bytes; fewer at the end of a block. The error is the browser's message.
    pub(super) async fn read(&mut self, offset: u64, length: usize) -> Result<Vec<u8>, String> {
        let (start, end) = (offset as f64, offset as f64 + length as f64);
        if let Some((from, block)) = &self.block
            && *from <= start
            && end <= from + f64::from(block.length())
        {
            return Ok(block.subarray((start - from) as u32, (end - from) as u32).to_vec());
        }
        let slice = self.blob.slice_with_f64_and_f64(start, end.max(start + BLOCK_BYTES)).map_err(words)?;
        let buffer = JsFuture::from(slice.array_buffer()).await.map_err(words)?;
        let block = Uint8Array::new(&buffer);
        let bytes = block.subarray(0, length as u32).to_vec();
        self.block = Some((start, block));
        Ok(bytes)
    }
}
