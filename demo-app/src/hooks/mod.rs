//! Hooks in addition to those of the SDK, independent of this demo's texts and styles.

mod attached;
mod capture;
mod file_drop;
mod files;
mod interval;
mod level;
mod local_media;
mod named_events;
mod presence;
mod publisher;
mod recordings;
mod resolution;
mod room_mix;
mod room_stats;
mod screen_share;
mod shown_height;

pub(crate) use attached::use_attached;
pub(crate) use capture::{Capture, CaptureHandle, CaptureKind, use_capture};
pub(crate) use file_drop::{list as listed_files, use_file_drop};
pub(crate) use files::{FileEntry, FileStatus, Files, use_files};
pub(crate) use interval::use_interval;
pub(crate) use level::use_level;
pub(crate) use local_media::{Input, LocalMedia, use_local_media};
pub(crate) use named_events::{NamedEvent, use_named_events};
pub(crate) use presence::{Presence, use_presence};
pub(crate) use publisher::use_publication;
pub(crate) use recordings::{Entry, Recordings, Status, use_recordings};
pub(crate) use resolution::use_resolution;
pub(crate) use room_mix::{MixPart, use_room_mix};
pub(crate) use room_stats::use_room_stats;
pub(crate) use screen_share::use_screen_share;
pub(crate) use shown_height::use_shown_height;

/// A joined room.
pub(crate) type JoinedRoom = moim::Room;
