//! MIME types of recordings: <https://www.w3.org/TR/mediastream-recording/#dom-mediarecorder-istypesupported>.

use web_sys::{MediaRecorder, MediaStreamTrack};

use crate::error::{Error, Result};

/// VP8 comes first because it leaves the most CPU time for the call itself.
const VIDEO_TYPES: [&str; 5] = [
    "video/webm;codecs=vp8,opus",
    "video/webm;codecs=vp9,opus",
    "video/webm",
    "video/mp4;codecs=avc1.42E01E,mp4a.40.2",
    "video/mp4",
];
const SILENT_VIDEO_TYPES: [&str; 5] = [
    "video/webm;codecs=vp8",
    "video/webm;codecs=vp9",
    "video/webm",
    "video/mp4;codecs=avc1.42E01E",
    "video/mp4",
];
const AUDIO_TYPES: [&str; 4] = ["audio/webm;codecs=opus", "audio/webm", "audio/ogg;codecs=opus", "audio/mp4"];

/// The first of the requested types that the browser can record; without any, the best one for these tracks.
pub(super) fn choose_type(tracks: &[MediaStreamTrack], asked: &[String]) -> Result<String> {
    let has = |kind: &str| tracks.iter().any(|track| track.kind() == kind);
    if !asked.is_empty() {
        let is_sound = |candidate: &str| candidate.trim_start().to_ascii_lowercase().starts_with("audio/");
        let supported = || asked.iter().filter(|candidate| MediaRecorder::is_type_supported(candidate));
        let found = supported().find(|candidate| !(has("video") && is_sound(candidate)));
        return found.cloned().ok_or_else(|| Error::InvalidOptions {
            detail: match supported().next() {
                Some(sound) => {
                    format!("`mimeTypes`: `{sound}` is audio only, but there is a video track")
                }
                None => format!("`mimeTypes`: this browser cannot record `{}`", asked.join("` or `")),
            },
        });
    }
    let preferred: &[&str] = match (has("video"), has("audio")) {
        (true, true) => &VIDEO_TYPES,
        (true, false) => &SILENT_VIDEO_TYPES,
        (false, _) => &AUDIO_TYPES,
    };
    let found = preferred.iter().find(|candidate| MediaRecorder::is_type_supported(candidate));
    found.map(|found| (*found).to_owned()).ok_or(Error::Unsupported { feature: "MediaRecorder" })
}

/// The usual file extension.
pub(super) fn extension(mime_type: &str) -> &'static str {
    let container = mime_type.split(';').next().unwrap_or_default().trim();
    match container {
        "video/webm" | "audio/webm" => "webm",
        "video/mp4" => "mp4",
        "audio/mp4" => "m4a",
        "audio/ogg" | "video/ogg" => "ogg",
        "video/x-matroska" => "mkv",
        _ => "bin",
    }
}
