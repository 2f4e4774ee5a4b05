//! Corrects the duration of an MP4 recording.

use std::ops::Range;

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use super::finishing::{Outcome, assemble, slice};
use crate::collections::SortedMap;
use crate::engine::mp4::{Header, LastPicture, MAX_HEADER, Movie, Patch};
use crate::engine::webm::Part;

/// Larger boxes are not read: those that matter have a few kilobytes.
const MAX_BOX: u64 = 1 << 24;

pub(super) fn is_mp4(mime_type: &str) -> bool {
    ["video/mp4", "audio/mp4"].iter().any(|container| mime_type.starts_with(container))
}

/// The file with its duration. Fails if it cannot be read.
pub(super) async fn finish(blob: &Blob, elapsed_ms: f64) -> Result<Outcome, JsValue> {
    let (movies, fragments) = outline(blob).await?;
    let Some(movie_at) = movies.into_iter().next() else { return Ok(Outcome::Unknown) };
    let Some(movie) = Movie::read(&read(blob, &movie_at).await?) else { return Ok(Outcome::Unknown) };
    let last = last_picture(blob, &movie, &fragments).await?;
    let duration_ms = last.as_ref().map_or(elapsed_ms, |(_, last)| last.end_ms().max(elapsed_ms));
    let mut patches = SortedMap::new();
    for Patch { at, bytes } in movie.lasting(duration_ms) {
        patches.insert(movie_at.start + at, bytes);
    }
    let last = last.and_then(|(base, last)| Some((base, last.until(duration_ms)?)));
    if let Some((base, Patch { at, bytes })) = last {
        patches.insert(base + at, bytes);
    }

    let mut parts = Vec::new();
    let mut position = 0;
    for (at, bytes) in patches {
        parts.push(Part::Kept(position..at));
        position = at + bytes.len() as u64;
        parts.push(Part::New(bytes));
    }
    parts.push(Part::Kept(position..blob.size() as u64));
    Ok(Outcome::Finished { blob: assemble(blob, &parts)?, duration_ms })
}

/// The positions of the contents of the `moov` and `moof` boxes.
async fn outline(blob: &Blob) -> Result<(Vec<Range<u64>>, Vec<Range<u64>>), JsValue> {
    let (mut movies, mut fragments) = (Vec::new(), Vec::new());
    let size = blob.size() as u64;
    let mut position = 0;
    while let Some(header) =
        Header::read(&read(blob, &(position..position.saturating_add(MAX_HEADER))).await?)
    {
        let Some(end) = header.size.map_or(Some(size), |size| position.checked_add(size)) else { break };
        let content = position + header.length as u64..end;
        match &header.name {
            b"moov" if end <= size => movies.push(content),
            b"moof" if end <= size => fragments.push(content),
            _ => {}
        }
        position = end;
    }
    Ok((movies, fragments))
}

/// The last video sample and the start of its fragment. The last fragments may contain only audio.
async fn last_picture(
    blob: &Blob,
    movie: &Movie,
    fragments: &[Range<u64>],
) -> Result<Option<(u64, LastPicture)>, JsValue> {
    for fragment in fragments.iter().rev() {
        let content = read(blob, fragment).await?;
        if movie.has_pictures(&content) {
            return Ok(movie.last_picture(&content).map(|last| (fragment.start, last)));
        }
    }
    Ok(None)
}

async fn read(blob: &Blob, range: &Range<u64>) -> Result<Vec<u8>, JsValue> {
    let end = range.end.min(range.start.saturating_add(MAX_BOX));
    let bytes = JsFuture::from(slice(blob, &(range.start..end))?.array_buffer()).await?;
    Ok(Uint8Array::new(&bytes).to_vec())
}
