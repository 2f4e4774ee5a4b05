//! What a participant may do in a room.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::TrackSource;
use crate::json::{Fault, Read, Source, Write};

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident => $text:literal,)+) => {
        /// One thing that a participant may do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum RoomPermission {
            $($(#[$doc])* $name,)+
        }

        impl RoomPermission {
            /// All permissions.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The permission as in the JSON.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

permissions! {
    /// To publish a camera.
    Camera => "camera",
    /// To publish a microphone.
    Microphone => "microphone",
    /// To publish a shared screen, window or tab.
    Screen => "screen",
    /// To publish the audio of a shared screen, window or tab.
    ScreenAudio => "screenAudio",
    /// To publish any other source.
    Custom => "custom",
    /// To receive the others' publications.
    Subscribe => "subscribe",
    /// To send chat messages, data, files and streams.
    Data => "data",
    /// To change the participant's own name, metadata and attributes.
    Metadata => "metadata",
}

impl RoomPermission {
    /// The permission with this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_str() == name)
    }
}

impl From<TrackSource> for RoomPermission {
    fn from(source: TrackSource) -> Self {
        match source {
            TrackSource::Camera => Self::Camera,
            TrackSource::Microphone => Self::Microphone,
            TrackSource::Screen => Self::Screen,
            TrackSource::ScreenAudio => Self::ScreenAudio,
            TrackSource::Custom => Self::Custom,
        }
    }
}

/// What a participant may do: a set of [`RoomPermission`]s. Default: everything.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RoomPermissions(u8);

impl RoomPermissions {
    /// Nothing.
    pub const NONE: Self = Self(0);

    /// Whether it contains this permission.
    pub fn allows(self, permission: impl Into<RoomPermission>) -> bool {
        self.0 & bit(permission.into()) != 0
    }

    /// Whether it contains all permissions.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// The permissions that it contains.
    pub fn iter(self) -> impl Iterator<Item = RoomPermission> {
        RoomPermission::ALL.iter().copied().filter(move |permission| self.allows(*permission))
    }
}

const fn bit(permission: RoomPermission) -> u8 {
    1 << permission as u8
}

impl Default for RoomPermissions {
    fn default() -> Self {
        Self(u8::MAX)
    }
}

impl FromIterator<RoomPermission> for RoomPermissions {
    fn from_iter<I: IntoIterator<Item = RoomPermission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |set, permission| set | bit(permission)))
    }
}

impl fmt::Debug for RoomPermissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(RoomPermission::as_str)).finish()
    }
}

/// As a list of names.
impl Serialize for RoomPermissions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(RoomPermission::as_str))
    }
}

/// Ignores permissions of later versions.
impl<'de> Deserialize<'de> for RoomPermissions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        Ok(names.iter().filter_map(|name| RoomPermission::of(name)).collect())
    }
}

/// As for serde.
impl Read for RoomPermissions {
    fn blank() -> Self {
        Self::default()
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        let names = Vec::<String>::read_new(from)?;
        *self = names.iter().filter_map(|name| RoomPermission::of(name)).collect();
        Ok(())
    }
}

impl Write for RoomPermissions {
    fn write(&self, out: &mut String) {
        self.iter().map(|permission| permission.as_str().to_owned()).collect::<Vec<_>>().write(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_own_bit_and_together_they_are_everything() {
        assert_eq!(
            RoomPermission::ALL.iter().copied().collect::<RoomPermissions>(),
            RoomPermissions::default()
        );
        for permission in RoomPermission::ALL {
            let only = RoomPermissions::from_iter([*permission]);
            assert_eq!(only.iter().collect::<Vec<_>>(), [*permission]);
            assert!(!only.is_everything() && !RoomPermissions::NONE.allows(*permission));
        }
    }

    #[test]
    fn those_of_later_versions_are_not_granted() {
        let read: RoomPermissions = serde_json::from_str(r#"["subscribe", "hologram"]"#).unwrap();
        assert_eq!(read, RoomPermissions::from_iter([RoomPermission::Subscribe]));
        assert_eq!(serde_json::to_string(&read).unwrap(), r#"["subscribe"]"#);
        assert!(serde_json::from_str::<RoomPermissions>(r#""subscribe""#).is_err());
    }

    #[test]
    fn sources_need_the_permission_of_their_name() {
        use TrackSource::{Camera, Custom, Microphone, Screen, ScreenAudio};
        for source in [Camera, Custom, Microphone, Screen, ScreenAudio] {
            assert_eq!(RoomPermission::from(source).as_str(), source.as_str());
        }
    }
}
