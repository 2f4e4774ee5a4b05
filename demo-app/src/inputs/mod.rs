//! Camera and microphone as controls, the same in the lobby and in the call.

mod notices;
mod pickers;
mod toggles;

pub(crate) use notices::InputNotices;
pub(crate) use pickers::Pickers;
pub(crate) use toggles::{CameraToggle, MicrophoneToggle};
