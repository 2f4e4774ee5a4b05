//! Options of the public API: public fields, complete defaults.

mod data_channel;

pub use data_channel::{DataChannelOptions, DataChannelPriority, MessageOptions};

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::engine::ice_server;
use crate::error::{Error, Result};
use crate::model::{IceServer, MediaKind, ParticipantId, Profile, Role, Topology};

/// How a room is reached and run.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct RoomOptions {
    /// The signaling server: `wss://host/path` or `ws://host/path`. Default: `/ws` of the server that the page
    /// came from.
    pub url: String,
    /// How media flows between participants. Default: `"mesh"`.
    pub topology: Topology,
    /// Milliseconds to wait before joining fails. Default: 10000.
    pub join_timeout_ms: u32,
    /// STUN and TURN servers beside those that the signaling server names. Default: none.
    pub ice_servers: Vec<IceServer>,
    /// Whether everything that others publish is wanted until [`subscribe`](crate::Room::subscribe) says otherwise; if
    /// not, nothing is. Default: true.
    pub auto_subscribe: bool,
    /// Whether others' pictures that are [attached](crate::RemoteTrack::attach) to elements come no larger than the largest
    /// of them shows, and pause while none is seen: scrolled away, without a size, or in a page that is hidden, unless in
    /// picture-in-picture. Sound is not affected. Off, an element gets all that there is; leave it off where what arrives is
    /// recorded or mixed. Default: false.
    pub adaptive_stream: bool,
}

impl Default for RoomOptions {
    fn default() -> Self {
        Self {
            url: String::new(),
            topology: Topology::Mesh,
            join_timeout_ms: 10_000,
            ice_servers: Vec::new(),
            auto_subscribe: true,
            adaptive_stream: false,
        }
    }
}

impl RoomOptions {
    /// Finds what is wrong before anything is connected. `Room::new` does so too.
    ///
    /// # Errors
    /// `InvalidOptions`, with the member and what was expected.
    pub fn check(&self) -> Result<()> {
        let scheme = self.url.split("://").next().unwrap_or_default();
        if !self.url.is_empty() && !matches!(scheme, "ws" | "wss") {
            return invalid(format!("url is `{}`: expected ws://host/path or wss://host/path", self.url));
        }
        if self.topology == Topology::Unknown {
            return invalid("topology must be \"mesh\", \"sfu\" or \"mcu\"".to_owned());
        }
        if self.join_timeout_ms == 0 {
            return invalid("joinTimeoutMs is 0: expected at least 1 millisecond".to_owned());
        }
        for server in &self.ice_servers {
            ice_server::check(server)?;
        }
        Ok(())
    }
}

/// Who joins which room.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct JoinOptions {
    /// The room's name. Whoever gives the same name meets.
    pub room: String,
    /// The participant's name, for the others to read.
    pub name: String,
    /// Whatever the application attaches to the participant. Default: empty.
    pub metadata: String,
    /// What the application attaches by name. Default: nothing.
    pub attributes: BTreeMap<String, String>,
    /// What one is in the room for. Default: to take part. Only the first participant of a room can be its host.
    pub role: Role,
    /// A token that the server asks for, such as that of a mixer that it started. Default: none.
    pub token: Option<String>,
}

impl JoinOptions {
    /// Options with a room and a name.
    pub fn new(room: impl Into<String>, name: impl Into<String>) -> Self {
        Self { room: room.into(), name: name.into(), ..Self::default() }
    }

    /// Finds what is wrong before anything is sent.
    ///
    /// # Errors
    /// `InvalidOptions`, with the member and what was expected.
    pub fn check(&self) -> Result<()> {
        for (key, value) in [("room", &self.room), ("name", &self.name)] {
            if value.trim().is_empty() {
                return invalid(format!("{key} is empty: expected some text"));
            }
        }
        if self.role == Role::Unknown {
            return invalid("role must be \"participant\", \"host\" or \"mixer\"".to_owned());
        }
        Ok(())
    }
}

/// How a track is published.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct PublishOptions {
    /// The only one who gets it. Default: everyone.
    pub to: Option<ParticipantId>,
    /// The codec to send with, such as `video/VP9`, where the receiver has it too. Default: the browsers' choice; through
    /// the SFU it is always `video/VP8` and `audio/opus`.
    pub codec: Option<String>,
    /// Most bit/s; of several versions, those of the largest. Default: the browser's choice.
    pub max_bitrate: Option<u32>,
}

impl PublishOptions {
    /// For one participant.
    pub fn to(participant: ParticipantId) -> Self {
        Self { to: Some(participant), ..Self::default() }
    }

    /// Finds what is wrong before anything is sent.
    ///
    /// # Errors
    /// `InvalidOptions`, with the member and what was expected.
    pub fn check(&self, kind: MediaKind, topology: Topology) -> Result<()> {
        if self.max_bitrate == Some(0) {
            return invalid("maxBitrate is 0: expected at least 1 bit/s".to_owned());
        }
        let Some(codec) = &self.codec else { return Ok(()) };
        let (prefix, of_sfu) = match kind {
            MediaKind::Audio => ("audio/", "audio/opus"),
            MediaKind::Video => ("video/", "video/VP8"),
        };
        if !codec.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)) {
            return invalid(format!("codec is `{codec}`: expected one of {prefix}…, as the track is"));
        }
        if topology == Topology::Sfu && !codec.eq_ignore_ascii_case(of_sfu) {
            return invalid(format!("codec is `{codec}`: the SFU forwards {of_sfu} alone"));
        }
        Ok(())
    }
}

/// How much of a publication is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubscribeOptions {
    /// Whether it is wanted at all. If not, its track is removed. Default: true.
    pub wanted: bool,
    /// The height in pixels at which it is shown, so that no larger one need be sent. With 0 the picture pauses: its track
    /// stays and nothing is sent until the height is larger again. Says nothing of sound. Default: the largest there is.
    pub max_height: Option<u32>,
}

impl Default for SubscribeOptions {
    fn default() -> Self {
        Self { wanted: true, max_height: None }
    }
}

/// What changes of a participant.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct UpdateOptions {
    /// The name for the others to read. Default: as it is.
    pub name: Option<String>,
    /// Whatever the application attaches. Default: as it is.
    pub metadata: Option<String>,
    /// Attributes to set, or with `None` to remove. Those that are not named stay as they are.
    pub attributes: BTreeMap<String, Option<String>>,
}

impl UpdateOptions {
    /// A profile with these changes.
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "used by `Room`"))]
    pub(crate) fn applied_to(self, mut profile: Profile) -> Profile {
        profile.name = self.name.unwrap_or(profile.name);
        profile.metadata = self.metadata.unwrap_or(profile.metadata);
        for (key, value) in self.attributes {
            match value {
                Some(value) => drop(profile.attributes.insert(key, value)),
                None => drop(profile.attributes.remove(&key)),
            }
        }
        profile
    }

    /// Finds what is wrong before anything is sent.
    ///
    /// # Errors
    /// `InvalidOptions`, with the member and what was expected.
    pub fn check(&self) -> Result<()> {
        if self.name.as_ref().is_some_and(|name| name.trim().is_empty()) {
            return invalid("name is empty: expected some text".to_owned());
        }
        Ok(())
    }
}

/// To whom a line of chat goes.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ChatOptions {
    /// The receiver. Default: everyone.
    pub to: Option<ParticipantId>,
}

impl ChatOptions {
    /// For one participant.
    pub fn to(participant: ParticipantId) -> Self {
        Self { to: Some(participant) }
    }
}

/// To whom bytes go, and what they are about.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct DataOptions {
    /// What the bytes are about; at most 255 bytes of UTF-8. Default: empty.
    pub topic: String,
    /// The receiver. Default: everyone.
    pub to: Option<ParticipantId>,
    /// Whether the bytes arrive, and in order. If not, they are sent once: for what is soon out of date, such as positions.
    /// Default: true.
    pub reliable: bool,
}

impl Default for DataOptions {
    fn default() -> Self {
        Self { topic: String::new(), to: None, reliable: true }
    }
}

fn invalid<T>(detail: String) -> Result<T> {
    Err(Error::InvalidOptions { detail })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_no_websocket_is_named() {
        let options = RoomOptions { url: "https://example.org".into(), ..RoomOptions::default() };
        assert!(options.check().unwrap_err().to_string().contains("https://example.org"));
        assert!(RoomOptions::default().check().is_ok());
    }

    #[test]
    fn ice_servers_are_checked_too() {
        let server = IceServer { urls: vec!["turn:host".into()], username: None, credential: None };
        let options = RoomOptions { ice_servers: vec![server], ..RoomOptions::default() };
        assert!(options.check().unwrap_err().to_string().contains("credential"));
    }

    #[test]
    fn an_update_changes_what_it_names() {
        let attributes = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let before = Profile {
            name: "Ana".into(),
            metadata: "m".into(),
            attributes: attributes(&[("hand", "up"), ("seat", "4")]),
        };
        let update = UpdateOptions {
            name: Some("Ana B.".into()),
            attributes: BTreeMap::from([("hand".into(), None), ("mood".into(), Some("fine".into()))]),
            ..UpdateOptions::default()
        };
        let after = Profile {
            name: "Ana B.".into(),
            metadata: "m".into(),
            attributes: attributes(&[("mood", "fine"), ("seat", "4")]),
        };
        assert_eq!(update.applied_to(before), after);
    }

    #[test]
    fn a_codec_must_fit_the_track_and_the_room() {
        let check = |codec: &str, kind, topology| {
            PublishOptions { codec: Some(codec.into()), ..PublishOptions::default() }.check(kind, topology)
        };
        assert!(check("video/VP9", MediaKind::Video, Topology::Mesh).is_ok());
        assert!(check("video/vp8", MediaKind::Video, Topology::Sfu).is_ok());
        for (codec, kind, topology) in [
            ("VP9", MediaKind::Video, Topology::Mesh),
            ("video/VP9", MediaKind::Audio, Topology::Mesh),
            ("video/VP9", MediaKind::Video, Topology::Sfu),
        ] {
            assert!(check(codec, kind, topology).unwrap_err().to_string().contains(codec));
        }
        let nothing = PublishOptions { max_bitrate: Some(0), ..PublishOptions::default() };
        assert!(nothing.check(MediaKind::Video, Topology::Mesh).is_err());
    }

    #[test]
    fn a_room_needs_a_name() {
        assert!(JoinOptions::new(" ", "Ana").check().unwrap_err().to_string().contains("room"));
    }
}
