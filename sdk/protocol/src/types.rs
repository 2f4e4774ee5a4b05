//! The data types of messages.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::json::{Fault, Read, Source, Write};
use crate::{RoomPermissions, record, words};

macro_rules! string_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
        pub struct $name(pub String);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Read for $name {
            fn blank() -> Self {
                Self(String::new())
            }

            fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
                self.0 = from.id(stringify!($name))?;
                Ok(())
            }
        }

        impl Write for $name {
            fn write(&self, out: &mut String) {
                self.0.write(out);
            }
        }

        impl From<&str> for $name {
            fn from(value: &str) -> Self {
                Self(value.to_owned())
            }
        }

        impl $name {
            /// The id as a string.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

string_id! {
    /// Identifies a participant while it is in the room. Assigned by the server.
    ParticipantId
}
string_id! {
    /// Identifies a publication. Assigned by the publisher; unique within that participant.
    PublicationId
}

/// How media flows between participants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Topology {
    /// Every participant is connected to every other.
    #[default]
    Mesh,
    /// Every participant is connected only to the server's SFU, which forwards publications to the others.
    Sfu,
    /// Every participant is connected only to a mixer, which sends each of them one picture of everyone, and the audio
    /// of the others.
    Mcu,
    /// A topology of a later version.
    #[serde(other, skip_serializing)]
    Unknown,
}

impl Topology {
    /// The topology as in the JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mesh => "mesh",
            Self::Sfu => "sfu",
            Self::Mcu => "mcu",
            Self::Unknown => "unknown",
        }
    }
}

/// The role of a participant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Role {
    /// Takes part in the call.
    #[default]
    Participant,
    /// Takes part and has host rights: a host locks the room, admits, removes and mutes participants. Only the first
    /// participant of a room can join as its host; when the host leaves, the participant who joined first becomes the
    /// host.
    Host,
    /// Mixes the media of the participants; only with the topology `mcu`.
    Mixer,
    /// A role of a later version.
    #[serde(other, skip_serializing)]
    Unknown,
}

impl Role {
    /// Whether it is the default, which is omitted.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A participant's profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// The display name.
    pub name: String,
    /// Application data.
    pub metadata: String,
    /// Application attributes by name.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
}

/// The lobby: who waits to be admitted, and whether newcomers have to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Lobby {
    /// Whether newcomers wait until a host admits them.
    pub locked: bool,
    /// The waiting participants, in the order in which they joined the lobby.
    #[serde(default)]
    pub waiting: Vec<WaitingParticipant>,
}

impl Lobby {
    /// Whether the room is unlocked and nobody waits.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A participant who waits to be admitted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct WaitingParticipant {
    /// Its future id in the room.
    pub id: ParticipantId,
    /// The display name.
    pub name: String,
    /// Application data.
    #[serde(default)]
    pub metadata: String,
}

/// `"audio"` or `"video"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// Audio.
    Audio,
    /// Video.
    Video,
}

impl MediaKind {
    /// The kind as in the JSON, and as in `MediaStreamTrack.kind`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
        }
    }
}

/// The source of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum TrackSource {
    /// A camera.
    Camera,
    /// A microphone.
    Microphone,
    /// A shared screen, window or tab.
    Screen,
    /// The audio of a shared screen, window or tab.
    ScreenAudio,
    /// Any other source, including those of later versions.
    #[serde(other)]
    Custom,
}

impl TrackSource {
    /// The source as in the JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Camera => "camera",
            Self::Microphone => "microphone",
            Self::Screen => "screen",
            Self::ScreenAudio => "screenAudio",
            Self::Custom => "custom",
        }
    }
}

/// A track that a participant publishes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Publication {
    /// Unique within the participant.
    pub id: PublicationId,
    /// Audio or video.
    pub kind: MediaKind,
    /// The source of the track.
    pub source: TrackSource,
    /// Whether the publisher muted it, and sends silence or black.
    pub muted: bool,
    /// The only receiver. Absent: everyone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<ParticipantId>,
}

impl Publication {
    /// Whether a participant receives it.
    pub fn is_for(&self, id: &ParticipantId) -> bool {
        self.to.as_ref().is_none_or(|to| to == id)
    }
}

/// A participant in the roster.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ParticipantInfo {
    /// The participant's id.
    pub id: ParticipantId,
    /// Increases with each participant that joins the room: of two, the one with the larger number joined later.
    pub join_order: u32,
    /// The display name.
    pub name: String,
    /// Application data.
    #[serde(default)]
    pub metadata: String,
    /// Application attributes by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// The role.
    #[serde(default, skip_serializing_if = "Role::is_default")]
    pub role: Role,
    /// The identity that its token proves. Several participants may have the same one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// What it may do. Absent: everything.
    #[serde(default, skip_serializing_if = "RoomPermissions::is_everything")]
    pub permissions: RoomPermissions,
    /// The publications.
    #[serde(default)]
    pub publications: Vec<Publication>,
    /// Whether its connection to the server was cut and may be resumed. Its media may continue.
    #[serde(default, skip_serializing_if = "is_false")]
    pub reconnecting: bool,
}

impl ParticipantInfo {
    /// The profile.
    pub fn profile(&self) -> Profile {
        let (name, metadata) = (self.name.clone(), self.metadata.clone());
        Profile { name, metadata, attributes: self.attributes.clone() }
    }

    /// Replaces the profile.
    pub fn set_profile(&mut self, profile: Profile) {
        let Profile { name, metadata, attributes } = profile;
        (self.name, self.metadata, self.attributes) = (name, metadata, attributes);
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

/// A publication that an SFU sends in a media section.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Slot {
    /// The publisher.
    pub participant_id: ParticipantId,
    /// The publication.
    pub publication_id: PublicationId,
}

/// A client's wish about a publication.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wish {
    /// The publisher.
    pub participant_id: ParticipantId,
    /// The publication.
    pub publication_id: PublicationId,
    /// Whether to send it at all.
    pub wanted: bool,
    /// The display height in pixels: a larger layer is not needed. Absent: the largest. 0: it keeps its
    /// section, and nothing is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_height: Option<u32>,
}

/// `RTCSdpType` without `pranswer`, which moim does not use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SdpType {
    /// An offer.
    Offer,
    /// The final answer to an offer.
    Answer,
}

/// `RTCSessionDescription` (RFC 9429).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SessionDescription {
    /// Offer or answer.
    #[serde(rename = "type")]
    pub sdp_type: SdpType,
    /// The SDP (RFC 8866).
    pub sdp: String,
}

/// `RTCIceCandidateInit`. An empty `candidate` means end-of-candidates (RFC 8838).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IceCandidate {
    /// The `candidate` attribute.
    pub candidate: String,
    /// The `mid` of the candidate's media section.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sdp_mid: Option<String>,
    /// The index of the candidate's media section.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sdp_m_line_index: Option<u16>,
    /// The ICE generation of the candidate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username_fragment: Option<String>,
}

/// `RTCIceServer`: a STUN or TURN server.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct IceServer {
    /// `stun:`, `stuns:`, `turn:` or `turns:` URLs (RFC 7064, RFC 7065). In JSON a string or an array of strings.
    #[serde(deserialize_with = "one_or_many")]
    pub urls: Vec<String>,
    /// TURN only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// TURN only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

words! { Topology { "mesh" Mesh, "sfu" Sfu, "mcu" Mcu, } else "unknown" Unknown }
words! { Role { "participant" Participant, "host" Host, "mixer" Mixer, } else "unknown" Unknown }
words! { MediaKind { "audio" Audio, "video" Video, } }
words! { TrackSource {
    "camera" Camera,
    "microphone" Microphone,
    "screen" Screen,
    "screenAudio" ScreenAudio,
} else "custom" Custom }
words! { SdpType { "offer" Offer, "answer" Answer, } }

record! { Profile {
    name: "name" required,
    metadata: "metadata" required,
    attributes: "attributes" optional,
} }

record! { Lobby { locked: "locked" required, waiting: "waiting" optional, } }

record! { WaitingParticipant { id: "id" required, name: "name" required, metadata: "metadata" optional, } }

record! { Publication {
    id: "id" required,
    kind: "kind" required,
    source: "source" required,
    muted: "muted" required,
    to: "to" omitted_if "null",
} }

record! { ParticipantInfo {
    id: "id" required,
    join_order: "joinOrder" required,
    name: "name" required,
    metadata: "metadata" optional,
    attributes: "attributes" omitted_if "{}",
    role: "role" omitted_if "\"participant\"",
    identity: "identity" omitted_if "null",
    permissions: "permissions" omitted_if "[\"camera\",\"microphone\",\"screen\",\"screenAudio\",\"custom\",\"subscribe\",\"data\",\"metadata\"]",
    publications: "publications" optional,
    reconnecting: "reconnecting" omitted_if "false",
} }

record! { Slot { participant_id: "participantId" required, publication_id: "publicationId" required, } }

record! { Wish {
    participant_id: "participantId" required,
    publication_id: "publicationId" required,
    wanted: "wanted" required,
    max_height: "maxHeight" omitted_if "null",
} }

record! { SessionDescription { sdp_type: "type" required, sdp: "sdp" required, } }

record! { IceCandidate {
    candidate: "candidate" required,
    sdp_mid: "sdpMid" omitted_if "null",
    sdp_m_line_index: "sdpMLineIndex" omitted_if "null",
    username_fragment: "usernameFragment" omitted_if "null",
} }

/// In JSON the URL of an ICE server may stand without a list.
mod written {
    use crate::json::{Fault, Kind, Read, Source, Write};
    use crate::record;

    pub(super) struct IceServer {
        pub(super) urls: Urls,
        pub(super) username: Option<String>,
        pub(super) credential: Option<String>,
    }

    record! { IceServer {
        urls: "urls" required,
        username: "username" omitted_if "null",
        credential: "credential" omitted_if "null",
    } }

    pub(super) struct Urls(pub(super) Vec<String>);

    impl Read for Urls {
        fn blank() -> Self {
            Self(Vec::new())
        }

        fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
            if from.kind() == Kind::List {
                return self.0.read(from);
            }
            let one = from.text().map_err(|_| from.unexpected("a string or an array of strings"))?;
            self.0 = vec![one];
            Ok(())
        }
    }

    impl Write for Urls {
        fn write(&self, out: &mut String) {
            self.0.write(out);
        }
    }
}

impl Read for IceServer {
    fn blank() -> Self {
        Self { urls: Vec::new(), username: None, credential: None }
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        let written::IceServer { urls, username, credential } = Read::read_new(from)?;
        *self = Self { urls: urls.0, username, credential };
        Ok(())
    }
}

impl Write for IceServer {
    fn write(&self, out: &mut String) {
        let Self { urls, username, credential } = self.clone();
        written::IceServer { urls: written::Urls(urls), username, credential }.write(out);
    }
}

/// Deserializes a string, or a list of strings.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct OneOrMany;

    impl<'de> Visitor<'de> for OneOrMany {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string or an array of strings")
        }

        fn visit_str<E: de::Error>(self, one: &str) -> Result<Self::Value, E> {
            Ok(vec![one.to_owned()])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, many: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(many))
        }
    }

    deserializer.deserialize_any(OneOrMany)
}

/// Omits the credential, so that it never appears in a log.
impl fmt::Debug for IceServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IceServer")
            .field("urls", &self.urls)
            .field("username", &self.username)
            .field("credential", &self.credential.as_ref().map(|_| "…"))
            .finish()
    }
}
