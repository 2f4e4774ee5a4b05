//! The list of media devices, and the difference between two lists.

use serde::{Deserialize, Serialize};

/// The kind of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum DeviceKind {
    /// A microphone.
    AudioInput,
    /// A camera.
    VideoInput,
    /// A speaker or headset.
    AudioOutput,
    /// A kind from a later version of the specification.
    Unknown,
}

/// `MediaDeviceInfo`. Until the page is allowed to capture, browsers leave ids and labels empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct DeviceInfo {
    /// The device's id, unique within the site.
    pub device_id: String,
    /// The kind of device.
    pub kind: DeviceKind,
    /// A label to show to the user.
    pub label: String,
    /// Equal for a microphone, camera or speaker that belong to the same physical device.
    pub group_id: String,
}

impl DeviceInfo {
    /// Chromium lists the system's default device a second time under this id.
    fn is_alias(&self) -> bool {
        matches!(self.device_id.as_str(), "default" | "communications")
    }
}

/// The list of devices has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct DeviceChange {
    /// All devices.
    pub devices: Vec<DeviceInfo>,
    /// Devices that were connected.
    pub added: Vec<DeviceInfo>,
    /// Devices that were disconnected.
    pub removed: Vec<DeviceInfo>,
    /// Those that have become the default of their kind.
    pub defaults: Vec<DeviceInfo>,
}

impl DeviceChange {
    /// The difference between two lists; `None` if they are the same.
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "the lists come from the browser"))]
    pub(crate) fn between(before: &[DeviceInfo], after: Vec<DeviceInfo>) -> Option<Self> {
        if before == after {
            return None;
        }
        let added = missing(&after, before);
        let removed = missing(before, &after);
        let is_new = |device: &&DeviceInfo| {
            default_of(before, device.kind).is_none_or(|old| !old.device_id.is_empty() && !same(old, device))
        };
        let kinds = [DeviceKind::AudioInput, DeviceKind::VideoInput, DeviceKind::AudioOutput];
        let defaults = kinds.into_iter().filter_map(|kind| default_of(&after, kind));
        let defaults = defaults.filter(is_new).cloned().collect();
        Some(Self { devices: after, added, removed, defaults })
    }
}

/// The default of its kind, which the specification puts first. Chromium uses an alias for it.
fn default_of(list: &[DeviceInfo], kind: DeviceKind) -> Option<&DeviceInfo> {
    let of_kind = || list.iter().filter(|device| device.kind == kind);
    let first = of_kind().next()?;
    if first.device_id != "default" {
        return Some(first);
    }
    // Fake and virtual devices have no other entry with that group.
    of_kind().find(|device| !device.is_alias() && device.group_id == first.group_id).or(Some(first))
}

fn same(a: &DeviceInfo, b: &DeviceInfo) -> bool {
    // Compare the group too, because the alias `default` keeps its id when it stands for another device.
    a.kind == b.kind && a.device_id == b.device_id && a.group_id == b.group_id
}

/// The devices of `list` that `other` lacks. Kinds whose devices have no ids yet cannot be compared.
fn missing(list: &[DeviceInfo], other: &[DeviceInfo]) -> Vec<DeviceInfo> {
    let hidden =
        |kind| list.iter().chain(other).any(|device| device.kind == kind && device.device_id.is_empty());
    let is_missing = |device: &&DeviceInfo| {
        !device.is_alias()
            && !hidden(device.kind)
            && !other.iter().any(|known| known.kind == device.kind && known.device_id == device.device_id)
    };
    list.iter().filter(is_missing).cloned().collect()
}
