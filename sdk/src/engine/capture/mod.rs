//! Data types for media capture: constraints, settings, capabilities, and the list of devices with its changes.
//!
//! <https://www.w3.org/TR/mediacapture-streams/>, with <https://www.w3.org/TR/image-capture/>,
//! <https://www.w3.org/TR/mediacapture-extensions/> and <https://www.w3.org/TR/screen-capture/>.

mod constraint;
#[cfg(any(target_arch = "wasm32", test))]
mod denied_by;
mod devices;
mod members;
mod raw;
mod values;
mod words;

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

pub use constraint::{Constraint, MoveConstraint, NumberConstraint, OneOf, Range};
#[cfg(target_arch = "wasm32")]
pub(crate) use denied_by::Facts;
pub use devices::{DeviceChange, DeviceInfo, DeviceKind};
pub use members::{ConstraintSet, TrackCapabilities, TrackConstraints, TrackSettings};
#[cfg(all(feature = "js", target_arch = "wasm32"))]
pub(crate) use members::{TYPESCRIPT_CAPABILITIES, TYPESCRIPT_CONSTRAINTS, TYPESCRIPT_SETTINGS};
#[cfg(target_arch = "wasm32")]
pub(crate) use raw::Raw;
pub use values::{EchoCancellation, NumberRange, Point};
#[cfg(all(feature = "js", target_arch = "wasm32"))]
pub(crate) use words::TYPESCRIPT_WORDS;
pub use words::{
    ContentHint, Cursor, DisplaySurface, FacingMode, FocusBehavior, MeteringMode, PermissionName,
    PermissionState, ResizeMode, SurfaceChoice, TrackEvent, WindowAudio,
};
