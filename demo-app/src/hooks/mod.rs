//! Hooks around the SDK. They know nothing of this demo's words and looks.

mod capture;
mod devices;
mod interval;
mod level;
mod local_media;
mod media;
mod presence;
mod publisher;
mod quality;
mod raw_track;
mod recordings;
mod resolution;
mod room;
mod room_mix;
mod room_stats;
mod screen_share;
mod shown_height;

pub(crate) use capture::{Capture, CaptureHandle, CaptureKind, use_capture};
pub(crate) use devices::use_devices;
pub(crate) use interval::use_interval;
pub(crate) use level::use_level;
pub(crate) use local_media::{Input, LocalMedia, use_local_media};
pub(crate) use media::use_media;
pub(crate) use presence::{Presence, use_presence};
pub(crate) use publisher::use_publication;
pub(crate) use quality::use_quality;
pub(crate) use raw_track::RawTrack;
pub(crate) use recordings::{Entry, Recordings, Status, use_recordings};
pub(crate) use resolution::use_resolution;
pub(crate) use room::{Happening, JoinedRoom, use_room};
pub(crate) use room_mix::{MixPart, use_room_mix};
pub(crate) use room_stats::{HISTORY, use_room_stats};
pub(crate) use screen_share::use_screen_share;
pub(crate) use shown_height::use_shown_height;
