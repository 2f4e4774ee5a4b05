//! Everything that a room tells the application: the one list, for Rust and for JavaScript.

use serde::Serialize;

use super::participant::RemoteParticipant;
use super::remote_track::RemoteTrack;
use super::streams::IncomingStream;
use crate::engine::mix_layout::MixLayout;
use crate::error::Error;
use crate::event_stream::{Event, EventStream};
use crate::model::{ConnectionState, LeaveReason, ParticipantId, PublicationId, Role, WaitingParticipant};
use crate::platform::IncomingFile;

/// Where a room is in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum RoomState {
    /// Not joined yet.
    #[default]
    New,
    /// On the way in.
    Joining,
    /// At the door: a host has to let this participant in.
    Waiting,
    /// In the room.
    Joined,
    /// Out of the room, for good.
    Left,
}

/// Something happened in a room.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify, strum::VariantNames), strum(serialize_all = "lowercase"))]
#[serde(tag = "type", rename_all = "lowercase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum RoomEvent {
    /// The room's own state changed.
    StateChange {
        /// The new state.
        state: RoomState,
    },
    /// Someone is in the room: was there before, or came.
    ParticipantJoined {
        /// Who.
        participant: RemoteParticipant,
    },
    /// Someone's name, metadata, attributes or publications changed.
    ParticipantUpdated {
        /// Who, as they are now.
        participant: RemoteParticipant,
    },
    /// Someone is gone.
    ParticipantLeft {
        /// Who.
        participant_id: ParticipantId,
        /// Why.
        reason: LeaveReason,
    },
    /// Media from a remote participant can be played.
    TrackAdded {
        /// Who publishes it.
        participant_id: ParticipantId,
        /// The track, ready to attach to a media element.
        #[cfg_attr(
            feature = "js",
            serde(serialize_with = "crate::js::convert::track"),
            tsify(type = "RemoteTrack")
        )]
        #[cfg_attr(not(feature = "js"), serde(skip))]
        track: RemoteTrack,
    },
    /// Media from a remote participant is gone.
    TrackRemoved {
        /// Who published it.
        participant_id: ParticipantId,
        /// Which publication.
        publication_id: PublicationId,
    },
    /// A remote participant muted a track.
    TrackMuted {
        /// Who publishes it.
        participant_id: ParticipantId,
        /// Which publication.
        publication_id: PublicationId,
    },
    /// A remote participant unmuted a track.
    TrackUnmuted {
        /// Who publishes it.
        participant_id: ParticipantId,
        /// Which publication.
        publication_id: PublicationId,
    },
    /// A published track has ended: `stop()`, the browser's stop button, or an unplugged device. It is unpublished already;
    /// `replaceTrack` (Rust: `replace_track`) publishes another one under the same id.
    LocalTrackEnded {
        /// Which publication it was.
        publication_id: PublicationId,
    },
    /// The connection to a participant changed its state.
    ConnectionStateChange {
        /// The far end.
        participant_id: ParticipantId,
        /// The new state.
        state: ConnectionState,
    },
    /// The server gave this participant another role: it is the host now, since the one before left.
    RoleChange {
        /// The new role.
        role: Role,
    },
    /// Others wait to be let in than before, or newcomers have to wait from now on, or not any more.
    LobbyChange {
        /// Whether newcomers have to wait.
        locked: bool,
        /// Who waits, in the order in which they came.
        waiting: Vec<WaitingParticipant>,
    },
    /// Others are elsewhere in the mixer's picture than before.
    LayoutChange {
        /// Who is where; nothing when the mixer is gone.
        layout: Option<MixLayout>,
    },
    /// The host muted one of this participant's publications.
    MuteRequested {
        /// The host.
        participant_id: ParticipantId,
        /// Which publication.
        publication_id: PublicationId,
    },
    /// Others speak than before. Oneself is not among them.
    ActiveSpeakersChange {
        /// Who speaks now.
        participant_ids: Vec<ParticipantId>,
    },
    /// Another participant leads the conversation. While all are silent, the last one stays.
    DominantSpeakerChange {
        /// Who; nobody after that one has left.
        participant_id: Option<ParticipantId>,
    },
    /// The browser wants a click before it plays the sound of an element that a track is attached to; or not any more.
    AudioPlaybackChange {
        /// Whether `startAudio` (Rust: `start_audio`) has to be called from a click.
        blocked: bool,
    },
    /// A participant wrote something.
    ChatReceived {
        /// Who.
        participant_id: ParticipantId,
        /// What.
        text: String,
        /// Whether nobody else got it.
        private: bool,
    },
    /// A participant sent bytes.
    DataReceived {
        /// Who.
        participant_id: ParticipantId,
        /// What they are about.
        topic: String,
        /// The bytes.
        #[cfg_attr(
            feature = "js",
            serde(serialize_with = "crate::js::convert::bytes"),
            tsify(type = "Uint8Array")
        )]
        payload: Vec<u8>,
    },
    /// A participant offers a file. Accept or reject it: it is refused when the last reader of the event drops it.
    FileOffered {
        /// Who.
        participant_id: ParticipantId,
        /// The file, ready to be answered by one reader.
        #[cfg_attr(
            feature = "js",
            serde(serialize_with = "crate::js::convert::incoming_file"),
            tsify(type = "IncomingFile")
        )]
        #[cfg_attr(not(feature = "js"), serde(skip))]
        file: IncomingFile,
    },
    /// A participant opened a stream to this one. Read it or cancel it; a stream that is dropped is cancelled.
    StreamOpened {
        /// The participant who writes.
        participant_id: ParticipantId,
        /// The stream. It has one reader: several listeners share its bytes.
        #[cfg_attr(
            feature = "js",
            serde(serialize_with = "crate::js::room_streams::incoming"),
            tsify(type = "IncomingStream")
        )]
        #[cfg_attr(not(feature = "js"), serde(skip))]
        stream: IncomingStream,
    },
    /// Something failed; the call goes on.
    Warning {
        /// What.
        #[cfg_attr(
            feature = "js",
            serde(serialize_with = "crate::js::convert::error"),
            tsify(type = "MoimError")
        )]
        #[cfg_attr(not(feature = "js"), serde(skip))]
        error: Error,
    },
    /// The room is left. The last event.
    Left {
        /// Why, if it was not asked for.
        #[cfg_attr(
            feature = "js",
            serde(serialize_with = "crate::js::convert::optional_error"),
            tsify(type = "MoimError | null")
        )]
        #[cfg_attr(not(feature = "js"), serde(skip))]
        error: Option<Error>,
    },
    /// Events were read too slowly, and some are missing before this place.
    Lagged {
        /// How many.
        missed: u32,
    },
}

impl Event for RoomEvent {
    fn lagged(missed: u32) -> Self {
        Self::Lagged { missed }
    }
}

/// The events of a room, from the moment this was made. Ends after [`RoomEvent::Left`].
pub type RoomEvents = EventStream<RoomEvent>;
