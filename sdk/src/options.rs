//! Options of the public API: public fields with complete defaults.

mod data_channel;
pub(crate) mod limits;
mod whole_number;

pub use data_channel::{DataChannelOptions, DataChannelPriority, MessageOptions};

use std::collections::BTreeMap;

use moim_protocol::options;
use serde::Deserialize;
pub(crate) use whole_number::whole_number;

use crate::engine::ice_server;
use crate::engine::session::DEFAULT_RECONNECT_MS;
use crate::error::{Error, Result};
use crate::model::{IceServer, IceTransportPolicy, MediaKind, ParticipantId, Profile, Role, Topology};
use crate::signaling::ServerOptions;

/// A browser's timers cannot be longer.
pub(crate) const MAX_TIMEOUT_MS: u32 = i32::MAX as u32;

/// Options of a room.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct RoomOptions {
    /// The URL of the signaling server: `wss://host/path` or `ws://host/path`, or relative to the page, as for
    /// `WebSocket`: `https:` stands for `wss:`, and `http:` for `ws:`. Default: `/ws` on the server of the page.
    pub url: String,
    /// The server, if it is of another kind than moim's own, or with a token. It excludes `url`, which is the short form for
    /// moim's own. Default: none.
    pub server: Option<ServerOptions>,
    /// How media flows between participants. [`Room::capabilities`](crate::Room::capabilities) lists what the server
    /// supports. Default: `"mesh"`.
    pub topology: Topology,
    /// Milliseconds to wait before joining fails, from 1 to 2147483647. Default: 10000.
    #[serde(deserialize_with = "whole_number::<1, MAX_TIMEOUT_MS, _>")]
    pub join_timeout_ms: u32,
    /// STUN and TURN servers in addition to those of the signaling server. Default: none.
    pub ice_servers: Vec<IceServer>,
    /// Which ICE candidates connections use. With [`Relay`](IceTransportPolicy::Relay), all media and data pass through a TURN
    /// server, and the other participants do not receive this participant's addresses. Default: `"all"`.
    pub ice_transport_policy: IceTransportPolicy,
    /// Whether to subscribe to every publication until [`subscribe`](crate::Room::subscribe) changes it; if
    /// false, to none. Default: true.
    pub auto_subscribe: bool,
    /// Whether to request remote video that is [attached](crate::RemoteTrack::attach) to elements only in the size of
    /// the largest visible one, and to pause it while none is visible: scrolled out of view, without a size, or in a
    /// hidden page, unless it is in picture-in-picture. Audio is not affected. If false, the full resolution is
    /// received; leave it off where remote video is recorded or mixed. Default: false.
    pub adaptive_stream: bool,
    /// Whether to send less video while this device's CPU is too slow to encode it. Every 6 seconds for which that lasts,
    /// one step is taken: at most 20 frames per second; then 15, and 2/3 of the width and height; then half of them; then
    /// VP8 in place of a costlier codec. Screens keep their size. Once the CPU has sufficed for 30 seconds, the last step
    /// is undone; if that was too early, the next attempt is made after twice the time. Default: false.
    pub cpu_relief: bool,
    /// How lost connections are restored.
    pub reconnect: ReconnectOptions,
}

options! { RoomOptions {
    url: "url",
    server: "server",
    topology: "topology",
    join_timeout_ms: "joinTimeoutMs" in (1, MAX_TIMEOUT_MS),
    ice_servers: "iceServers",
    ice_transport_policy: "iceTransportPolicy",
    auto_subscribe: "autoSubscribe",
    adaptive_stream: "adaptiveStream",
    cpu_relief: "cpuRelief",
    reconnect: "reconnect",
} }

/// How a room restores lost connections: to the signaling server, and to participants, an SFU or a mixer.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ReconnectOptions {
    /// Milliseconds after which the room gives up, from 0 to 2147483647: it is left if the connection to the signaling
    /// server is lost; any other connection is `failed`. 0: it is left as soon as the connection to the signaling server is
    /// lost, and ICE is restarted only once. Default: 120000.
    #[serde(deserialize_with = "whole_number::<0, MAX_TIMEOUT_MS, _>")]
    pub max_duration_ms: u32,
}

options! { ReconnectOptions { max_duration_ms: "maxDurationMs" in (0, MAX_TIMEOUT_MS) } }

impl Default for ReconnectOptions {
    fn default() -> Self {
        Self { max_duration_ms: DEFAULT_RECONNECT_MS }
    }
}

impl Default for RoomOptions {
    fn default() -> Self {
        Self {
            url: String::new(),
            server: None,
            topology: Topology::Mesh,
            join_timeout_ms: 10_000,
            ice_servers: Vec::new(),
            ice_transport_policy: IceTransportPolicy::All,
            auto_subscribe: true,
            adaptive_stream: false,
            cpu_relief: false,
            reconnect: ReconnectOptions::default(),
        }
    }
}

impl RoomOptions {
    /// Options for a server.
    pub fn server(server: ServerOptions) -> Self {
        Self { server: Some(server), ..Self::default() }
    }

    /// Validates the options. `Room::new` does so too.
    ///
    /// # Errors
    /// `InvalidOptions`, with the member and what is expected.
    pub fn check(&self) -> Result<()> {
        if self.topology == Topology::Unknown {
            return invalid("topology: expected \"mesh\", \"sfu\" or \"mcu\"".to_owned());
        }
        if self.server.is_some() && !self.url.is_empty() {
            return invalid("`url` and `server` in the room options: expected one of them".to_owned());
        }
        if !(1..=MAX_TIMEOUT_MS).contains(&self.join_timeout_ms) {
            let given = self.join_timeout_ms;
            return invalid(format!("joinTimeoutMs is {given}: expected 1 to {MAX_TIMEOUT_MS} milliseconds"));
        }
        for server in &self.ice_servers {
            ice_server::check(server)?;
        }
        Ok(())
    }
}

/// Options for joining a room.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct JoinOptions {
    /// The room's name. Participants who use the same name meet. At most 128 characters.
    pub room: String,
    /// The participant's name, visible to the others. At most 128 characters.
    pub name: String,
    /// Application data about the participant, at most 8192 characters. Default: empty.
    pub metadata: String,
    /// Application attributes by name. Keys and values together have at most 8192 characters. Default: none.
    pub attributes: BTreeMap<String, String>,
    /// The participant's role. Default: `"participant"`. Only the first participant of a room can be its host.
    pub role: Role,
    /// The room token, if the server requires one: it proves who this participant is, and says what it may do
    /// ([`Room::permissions`](crate::Room::permissions)). It must be valid when the room is joined, and when it is joined again
    /// after the server was restarted; a call does not end when it expires. A mixer that the server started has another
    /// token. Default: none.
    pub token: Option<String>,
}

options! { JoinOptions {
    room: "room",
    name: "name",
    metadata: "metadata",
    attributes: "attributes",
    role: "role",
    token: "token",
} }

impl JoinOptions {
    /// Creates options with a room and a name.
    pub fn new(room: impl Into<String>, name: impl Into<String>) -> Self {
        Self { room: room.into(), name: name.into(), ..Self::default() }
    }

    /// Validates the options.
    ///
    /// # Errors
    /// `InvalidOptions`, with the member and what is expected.
    pub fn check(&self) -> Result<()> {
        for (key, value) in [("room", &self.room), ("name", &self.name)] {
            limits::check_name(key, value, "join options")?;
        }
        limits::check_metadata(&self.metadata, "join options")?;
        limits::check_attributes(&self.attributes, "join options")?;
        if self.role == Role::Unknown {
            return invalid("role: expected \"participant\", \"host\" or \"mixer\"".to_owned());
        }
        Ok(())
    }
}

/// Options for publishing a track.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct PublishOptions {
    /// The only participant who receives it. Default: everyone.
    pub to: Option<ParticipantId>,
    /// The codec to send, such as `video/VP9`, where the receiver supports it too. Default: the browsers' choice;
    /// through the SFU it is always `video/VP8` and `audio/opus`.
    pub codec: Option<String>,
    /// Maximum bit rate in bit/s; with simulcast, that of the largest layer. Default: the browser's choice.
    pub max_bitrate: Option<u32>,
}

options! { PublishOptions { to: "to", codec: "codec", max_bitrate: "maxBitrate" } }

impl PublishOptions {
    /// Options for one participant.
    pub fn to(participant: ParticipantId) -> Self {
        Self { to: Some(participant), ..Self::default() }
    }

    /// Validates the options.
    ///
    /// # Errors
    /// `InvalidOptions`, with the member and what is expected.
    pub fn check(&self, kind: MediaKind, forwarded: &[String]) -> Result<()> {
        if let Some(to) = &self.to {
            limits::check_id(to.as_str(), "`to` in the publish options")?;
        }
        if self.max_bitrate == Some(0) {
            return invalid("maxBitrate is 0: expected at least 1 bit/s".to_owned());
        }
        let Some(codec) = &self.codec else { return Ok(()) };
        let kind = kind.as_str();
        if !codec.split_once('/').is_some_and(|(start, _)| start.eq_ignore_ascii_case(kind)) {
            return invalid(format!("codec is `{codec}`: expected {kind}/…, to match the track"));
        }
        if !forwarded.is_empty() && !forwarded.iter().any(|known| known.eq_ignore_ascii_case(codec)) {
            let known = forwarded.join(", ");
            return invalid(format!("codec is `{codec}`: the server forwards only {known}"));
        }
        Ok(())
    }
}

/// Options for subscribing to a publication.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubscribeOptions {
    /// Whether to subscribe at all. If false, its track is removed. Default: true.
    pub wanted: bool,
    /// The height in pixels at which it is shown, so that no larger video need be sent. With 0 the video pauses: its
    /// track stays and nothing is sent until the height is larger again. Has no effect on audio. Default: the largest
    /// available.
    pub max_height: Option<u32>,
}

options! { SubscribeOptions { wanted: "wanted", max_height: "maxHeight" } }

impl Default for SubscribeOptions {
    fn default() -> Self {
        Self { wanted: true, max_height: None }
    }
}

/// Changes to the local participant's profile.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct UpdateOptions {
    /// The name, visible to the others. At most 128 characters. Default: unchanged.
    pub name: Option<String>,
    /// Application data. Default: unchanged.
    pub metadata: Option<String>,
    /// Attributes to set, or with `None` to remove. Others are unchanged.
    pub attributes: BTreeMap<String, Option<String>>,
}

options! { UpdateOptions { name: "name", metadata: "metadata", attributes: "attributes" } }

impl UpdateOptions {
    /// Returns a profile with these changes.
    ///
    /// # Errors
    /// `InvalidOptions` if its metadata or its attributes are too long.
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "used by `Room`"))]
    pub(crate) fn applied_to(self, mut profile: Profile) -> Result<Profile> {
        profile.name = self.name.unwrap_or(profile.name);
        profile.metadata = self.metadata.unwrap_or(profile.metadata);
        for (key, value) in self.attributes {
            match value {
                Some(value) => drop(profile.attributes.insert(key, value)),
                None => drop(profile.attributes.remove(&key)),
            }
        }
        limits::check_metadata(&profile.metadata, "update options")?;
        limits::check_attributes(&profile.attributes, "update options")?;
        Ok(profile)
    }

    /// Validates the options.
    ///
    /// # Errors
    /// `InvalidOptions`, with the member and what is expected.
    pub fn check(&self) -> Result<()> {
        self.name.as_ref().map_or(Ok(()), |name| limits::check_name("name", name, "update options"))
    }
}

/// Options for sending a chat message.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ChatOptions {
    /// The receiver. Default: everyone.
    pub to: Option<ParticipantId>,
}

options! { ChatOptions { to: "to" } }

impl ChatOptions {
    /// Options for one participant.
    pub fn to(participant: ParticipantId) -> Self {
        Self { to: Some(participant) }
    }
}

/// Options for sending application data.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct DataOptions {
    /// The topic; at most 255 bytes of UTF-8. Default: empty.
    pub topic: String,
    /// The receiver. Default: everyone.
    pub to: Option<ParticipantId>,
    /// Whether delivery is reliable and ordered. If false, the data is sent once, for values that are soon outdated,
    /// such as positions. Default: true.
    pub reliable: bool,
}

options! { DataOptions { topic: "topic", to: "to", reliable: "reliable" } }

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
        assert_eq!(update.applied_to(before), Ok(after));
    }

    #[test]
    fn a_text_that_no_server_accepts_is_refused_with_the_limit() {
        let long = "é".repeat(8193);
        let mut join = JoinOptions::new("tea", "Ana");
        join.metadata = "é".repeat(8192);
        assert_eq!(join.check(), Ok(()));
        join.attributes.insert("key".into(), "é".repeat(8190));
        let error = join.check().unwrap_err().to_string();
        assert_eq!(error, "`attributes` in the join options: expected at most 8192 characters, got 8193");
        let changed =
            |options: UpdateOptions| options.applied_to(Profile::default()).unwrap_err().to_string();
        let error = changed(UpdateOptions { metadata: Some(long.clone()), ..UpdateOptions::default() });
        assert_eq!(error, "`metadata` in the update options: expected at most 8192 characters, got 8193");
        let attributes = BTreeMap::from([("a".into(), Some(long.clone()))]);
        let error = changed(UpdateOptions { attributes, ..UpdateOptions::default() });
        assert!(error.starts_with("`attributes` in the update options"), "{error}");
        let error = PublishOptions::to(long.as_str().into()).check(MediaKind::Audio, &[]).unwrap_err();
        assert!(error.to_string().contains("128"), "{error}");
    }

    #[test]
    fn a_codec_must_fit_the_track_and_the_room() {
        let check = |codec: &str, kind, forwarded: &[&str]| {
            let forwarded: Vec<_> = forwarded.iter().map(|codec| (*codec).to_owned()).collect();
            PublishOptions { codec: Some(codec.into()), ..PublishOptions::default() }.check(kind, &forwarded)
        };
        let forwarded = ["audio/opus", "video/VP8"];
        assert!(check("video/VP9", MediaKind::Video, &[]).is_ok());
        assert!(check("video/vp8", MediaKind::Video, &forwarded).is_ok());
        for (codec, kind, forwarded) in [
            ("VP9", MediaKind::Video, &[][..]),
            ("video/VP9", MediaKind::Audio, &[]),
            ("video/VP9", MediaKind::Video, &forwarded),
        ] {
            assert!(check(codec, kind, forwarded).unwrap_err().to_string().contains(codec));
        }
        let nothing = PublishOptions { max_bitrate: Some(0), ..PublishOptions::default() };
        assert!(nothing.check(MediaKind::Video, &[]).is_err());
    }

    #[test]
    fn a_room_needs_a_name() {
        assert!(JoinOptions::new(" ", "Ana").check().unwrap_err().to_string().contains("room"));
        assert_eq!(
            JoinOptions::new("tea", "").check().unwrap_err().to_string(),
            "`name` in the join options: expected text that is not empty, it is missing or empty"
        );
    }

    #[test]
    fn a_name_is_as_long_as_a_server_accepts() {
        let longest = "é".repeat(128);
        assert_eq!(JoinOptions::new(&longest, &longest).check(), Ok(()));
        let longer = format!("{longest}e");
        assert_eq!(
            JoinOptions::new(&longer, "Ana").check().unwrap_err().to_string(),
            "`room` in the join options: expected at most 128 characters, got 129"
        );
        assert!(JoinOptions::new("tea", &longer).check().is_err());
        let update = UpdateOptions { name: Some(longer), ..UpdateOptions::default() };
        assert_eq!(
            update.check().unwrap_err().to_string(),
            "`name` in the update options: expected at most 128 characters, got 129"
        );
    }
}
