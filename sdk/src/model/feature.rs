//! What a room can do depends on its server.

use super::Capabilities;

macro_rules! features {
    ($($(#[$doc:meta])* $variant:ident $word:literal,)+) => {
        /// Something that not every kind of server supports.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Feature { $($(#[$doc])* $variant,)+ }

        impl Feature {
            /// All features.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name, as in `RoomCapabilities` in JavaScript.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }
    };
}

features! {
    /// The topology `mesh`.
    Mesh "mesh",
    /// The topology `sfu`.
    Sfu "sfu",
    /// The topology `mcu`.
    Mcu "mcu",
    /// Publishing tracks.
    Publish "publish",
    /// Receiving the tracks of others.
    Subscribe "subscribe",
    /// Reliable data: messages, chat, files and streams.
    ReliableData "reliableData",
    /// Unreliable data.
    LossyData "lossyData",
    /// Data for one participant, including files and streams.
    AddressedData "addressedData",
    /// Tracks for one participant.
    AddressedTracks "addressedTracks",
    /// The name, when joining and changed later.
    Name "name",
    /// Metadata of participants.
    Metadata "metadata",
    /// Attributes of participants.
    Attributes "attributes",
    /// A room that is locked: hosts admit those who wait in the lobby.
    Lobby "lobby",
    /// Hosts remove participants.
    Remove "remove",
    /// Hosts mute the publications of others.
    Mute "mute",
}

impl Capabilities {
    /// Whether the server supports a feature.
    pub fn has(&self, feature: Feature) -> bool {
        match feature {
            Feature::Sfu => !self.lanes.is_empty(),
            _ => !self.lacks.contains(&feature),
        }
    }
}
