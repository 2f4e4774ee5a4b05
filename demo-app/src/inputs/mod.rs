//! Controls of camera and microphone, the same in the lobby and in the call.

mod codec;
mod notices;
mod pickers;
mod resolution;
mod toggles;

pub(crate) use codec::CodecPicker;
pub(crate) use notices::InputNotices;
pub(crate) use pickers::Pickers;
pub(crate) use resolution::{ResolutionPicker, STANDARD, height_of};
pub(crate) use toggles::{CameraToggle, MicrophoneToggle};
