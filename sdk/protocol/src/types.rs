//! The plain data that messages carry.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

macro_rules! string_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(value: &str) -> Self {
                Self(value.to_owned())
            }
        }

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

string_id! {
    /// Names one participant for as long as it stays in the room. The server chooses it.
    ParticipantId
}
string_id! {
    /// Names one publication of a participant. The publisher chooses it; it is unique within that participant.
    PublicationId
}

/// How media flows between participants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Topology {
    /// Every participant is connected to every other one.
    #[default]
    Mesh,
    /// Every participant is connected to the server's SFU alone, which forwards what each publishes to the others.
    Sfu,
    /// Every participant is connected to a mixer alone, which sends each of them one picture of all, and the sound of
    /// everyone else.
    Mcu,
    /// A topology of a later version.
    #[serde(other, skip_serializing)]
    Unknown,
}

impl Topology {
    /// The topology as it stands in the JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mesh => "mesh",
            Self::Sfu => "sfu",
            Self::Mcu => "mcu",
            Self::Unknown => "unknown",
        }
    }
}

/// What a participant is in the room for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Role {
    /// To take part.
    #[default]
    Participant,
    /// To take part and to decide who else does: the host locks the room, admits, removes and mutes. Only the first
    /// participant of a room can join as its host; when the host leaves, whoever has been there longest is the host.
    Host,
    /// To mix what the participants publish; only with the topology `mcu`.
    Mixer,
    /// A role of a later version.
    #[serde(other, skip_serializing)]
    Unknown,
}

impl Role {
    /// Whether it is the one that need not be said.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Who a participant is, for the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// The name to show.
    pub name: String,
    /// Whatever the application attaches.
    pub metadata: String,
    /// What the application attaches by name.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
}

/// Who waits to be let into a room, and whether newcomers have to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Lobby {
    /// Newcomers wait until a host admits them.
    pub locked: bool,
    /// Those who wait, in the order in which they came.
    #[serde(default)]
    pub waiting: Vec<WaitingParticipant>,
}

impl Lobby {
    /// Whether the room is open and nobody waits.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Someone who waits to be let into a room.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct WaitingParticipant {
    /// The id that it will have in the room.
    pub id: ParticipantId,
    /// The name to show.
    pub name: String,
    /// Whatever the application attached.
    #[serde(default)]
    pub metadata: String,
}

/// `"audio"` or `"video"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// Sound.
    Audio,
    /// Pictures.
    Video,
}

/// What a track shows.
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
    /// The sound of a shared screen, window or tab.
    ScreenAudio,
    /// Anything else, and any source of a later version.
    #[serde(other)]
    Custom,
}

/// A track that a participant offers to the others.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Publication {
    /// Unique within the participant.
    pub id: PublicationId,
    /// Sound or pictures.
    pub kind: MediaKind,
    /// What the track shows.
    pub source: TrackSource,
    /// The publisher sends silence or black.
    pub muted: bool,
    /// The only one who gets it. Absent: everyone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", tsify(optional))]
    pub to: Option<ParticipantId>,
}

impl Publication {
    /// Whether a participant gets it.
    pub fn is_for(&self, id: &ParticipantId) -> bool {
        self.to.as_ref().is_none_or(|to| to == id)
    }
}

/// A participant as the server knows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ParticipantInfo {
    /// Names the participant for as long as it stays.
    pub id: ParticipantId,
    /// Rises with each participant that joins the room: of two, the one with the larger number came later.
    pub join_order: u32,
    /// The name to show.
    pub name: String,
    /// Whatever the application attached.
    #[serde(default)]
    pub metadata: String,
    /// What the application attached by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// What it is in the room for.
    #[serde(default, skip_serializing_if = "Role::is_default")]
    pub role: Role,
    /// What the participant publishes.
    #[serde(default)]
    pub publications: Vec<Publication>,
    /// Its connection to the server is cut, and may come back. Its media may flow all the same.
    #[serde(default, skip_serializing_if = "is_false")]
    pub reconnecting: bool,
}

impl ParticipantInfo {
    /// Who it is, for the others.
    pub fn profile(&self) -> Profile {
        let (name, metadata) = (self.name.clone(), self.metadata.clone());
        Profile { name, metadata, attributes: self.attributes.clone() }
    }

    /// Takes another profile.
    pub fn set_profile(&mut self, profile: Profile) {
        let Profile { name, metadata, attributes } = profile;
        (self.name, self.metadata, self.attributes) = (name, metadata, attributes);
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

/// What an SFU sends in one media section.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Slot {
    /// Who publishes it.
    pub participant_id: ParticipantId,
    /// Which publication of that participant it is.
    pub publication_id: PublicationId,
}

/// What a client wants of one publication.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wish {
    /// Who publishes it.
    pub participant_id: ParticipantId,
    /// Which publication of that participant it is.
    pub publication_id: PublicationId,
    /// Whether to send it at all.
    pub wanted: bool,
    /// The height in pixels at which it is shown: a larger version is not needed. Absent: the largest. 0: it keeps its
    /// place, and nothing is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_height: Option<u32>,
}

/// `RTCSdpType` without `pranswer`, which moim does not send.
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
    /// The media section that the candidate belongs to, by its `mid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sdp_mid: Option<String>,
    /// The media section that the candidate belongs to, by its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sdp_m_line_index: Option<u16>,
    /// The ICE generation that the candidate belongs to.
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

/// Reads one text, or a list of them.
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

/// Leaves the credential out, so that it never reaches a log.
impl fmt::Debug for IceServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IceServer")
            .field("urls", &self.urls)
            .field("username", &self.username)
            .field("credential", &self.credential.as_ref().map(|_| "…"))
            .finish()
    }
}
