//! All events of a room, for Rust and for JavaScript.

use serde::Serialize;

use super::participant::RemoteParticipant;
use super::remote_track::RemoteTrack;
use super::streams::IncomingStream;
use crate::engine::mix_layout::MixLayout;
use crate::engine::quality::ParticipantQuality;
use crate::error::Error;
use crate::event_stream::{Event, EventStream};
use crate::model::{
    LeaveReason, ParticipantConnectionState, ParticipantId, PublicationId, Role, RoomPermissions,
    WaitingParticipant,
};
use crate::platform::IncomingFile;

/// The state of a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum RoomState {
    /// Not joined yet.
    #[default]
    New,
    /// Joining.
    Joining,
    /// Waiting in the lobby until a host admits this participant.
    Waiting,
    /// Joined.
    Joined,
    /// Joined, while the connection to the signaling server is lost and being restored. Media and data that do not pass through
    /// the server continue, and the room's methods work as before.
    Reconnecting,
    /// Left, permanently.
    Left,
}

/// An event of a room.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify, strum::VariantNames), strum(serialize_all = "lowercase"))]
#[serde(tag = "type", rename_all = "lowercase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum RoomEvent {
    /// The room's state changed.
    StateChange {
        /// The new state.
        state: RoomState,
    },
    /// The connection to the signaling server is lost. The room restores it.
    Reconnecting,
    /// The connection to the signaling server is restored.
    Reconnected,
    /// A participant lost its connection to the signaling server, and may come back. Its media may continue.
    ParticipantReconnecting {
        /// The participant.
        #[cfg_attr(
            feature = "js",
            serde(serialize_with = "crate::js::convert::participant"),
            tsify(type = "RemoteParticipant")
        )]
        #[cfg_attr(not(feature = "js"), serde(skip))]
        participant: RemoteParticipant,
    },
    /// A participant's connection to the signaling server is restored.
    ParticipantReconnected {
        /// The participant.
        #[cfg_attr(
            feature = "js",
            serde(serialize_with = "crate::js::convert::participant"),
            tsify(type = "RemoteParticipant")
        )]
        #[cfg_attr(not(feature = "js"), serde(skip))]
        participant: RemoteParticipant,
    },
    /// A participant has joined the room, or was already in it when this participant joined.
    ParticipantJoined {
        /// The participant.
        #[cfg_attr(
            feature = "js",
            serde(serialize_with = "crate::js::convert::participant"),
            tsify(type = "RemoteParticipant")
        )]
        #[cfg_attr(not(feature = "js"), serde(skip))]
        participant: RemoteParticipant,
    },
    /// A participant's name, metadata, attributes or publications changed.
    ParticipantUpdated {
        /// The participant.
        #[cfg_attr(
            feature = "js",
            serde(serialize_with = "crate::js::convert::participant"),
            tsify(type = "RemoteParticipant")
        )]
        #[cfg_attr(not(feature = "js"), serde(skip))]
        participant: RemoteParticipant,
    },
    /// A participant left.
    ParticipantLeft {
        /// The participant.
        participant_id: ParticipantId,
        /// The reason.
        reason: LeaveReason,
    },
    /// Media from a remote participant can be played.
    TrackAdded {
        /// The id of the publisher.
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
    /// Media from a remote participant has ended; also emitted for each track when the room is left.
    TrackRemoved {
        /// The id of the publisher.
        participant_id: ParticipantId,
        /// The id of the publication.
        publication_id: PublicationId,
    },
    /// A remote participant muted a track.
    TrackMuted {
        /// The id of the publisher.
        participant_id: ParticipantId,
        /// The id of the publication.
        publication_id: PublicationId,
    },
    /// A remote participant unmuted a track.
    TrackUnmuted {
        /// The id of the publisher.
        participant_id: ParticipantId,
        /// The id of the publication.
        publication_id: PublicationId,
    },
    /// A published track has ended: `stop()` was called, the browser's stop button was used, or a device was unplugged.
    /// It was unpublished already; `replaceTrack` (Rust: `replace_track`) publishes another one under the same id.
    LocalTrackEnded {
        /// The id of the publication.
        publication_id: PublicationId,
    },
    /// The state of the connection to a participant changed: `reconnecting` while a lost one is being restored.
    ConnectionStateChange {
        /// The id of the remote participant.
        participant_id: ParticipantId,
        /// The new state.
        state: ParticipantConnectionState,
    },
    /// The quality of the call with a participant changed, or that of the whole call for this participant. Emitted when it
    /// is first measured, some seconds after media flows, and when a change has lasted: 4 seconds if it became worse, 6
    /// if it became better. Quality is measured every 2 seconds.
    Quality {
        /// The id of the other participant, or of this one.
        participant_id: ParticipantId,
        /// The quality, with what limits it and on which side.
        quality: ParticipantQuality,
    },
    /// No media of a publication arrives although it is neither muted nor paused: no new frame of a video, or no packets of
    /// audio, for at least 4 seconds. The connection is interrupted, or the publisher's device delivers nothing. Browsers
    /// repeat the frame of a still screen, but Chromium does not repeat that of a canvas that is not redrawn.
    MediaStalled {
        /// The id of the publisher.
        participant_id: ParticipantId,
        /// The id of the publication.
        publication_id: PublicationId,
    },
    /// The stalled media of a publication arrives again, or is no longer expected because it was muted or paused. Not
    /// emitted for one that has ended.
    MediaResumed {
        /// The id of the publisher.
        participant_id: ParticipantId,
        /// The id of the publication.
        publication_id: PublicationId,
    },
    /// The server changed this participant's role: it becomes the host when the previous one has left.
    RoleChange {
        /// The new role.
        role: Role,
    },
    /// The server changed what this participant may do. Publications that are not permitted any more have been unpublished.
    PermissionsChange {
        /// What this participant may do.
        #[cfg_attr(feature = "js", tsify(type = "RoomPermission[]"))]
        permissions: RoomPermissions,
    },
    /// The lobby changed: its waiting participants, or whether newcomers have to wait.
    LobbyChange {
        /// Whether newcomers have to wait.
        locked: bool,
        /// The waiting participants, in the order in which they joined the lobby.
        waiting: Vec<WaitingParticipant>,
    },
    /// The layout of the mixer's picture changed.
    LayoutChange {
        /// The layout; none when the mixer has left.
        layout: Option<MixLayout>,
    },
    /// The host muted one of this participant's publications.
    MuteRequested {
        /// The id of the host.
        participant_id: ParticipantId,
        /// The id of the publication.
        publication_id: PublicationId,
    },
    /// The active speakers among the others changed. This participant is not among them.
    ActiveSpeakersChange {
        /// The active speakers.
        participant_ids: Vec<ParticipantId>,
    },
    /// The dominant speaker changed. While everyone is silent, the last one stays.
    DominantSpeakerChange {
        /// The dominant speaker; none after that participant has left.
        participant_id: Option<ParticipantId>,
    },
    /// The browser requires a user gesture to play the audio of an element with an attached track; or no longer.
    AudioPlaybackChange {
        /// Whether `startAudio` (Rust: `start_audio`) must be called from a click handler.
        blocked: bool,
    },
    /// A participant sent a chat message.
    ChatReceived {
        /// The id of the sender.
        participant_id: ParticipantId,
        /// The text.
        text: String,
        /// Whether it was sent to this participant only.
        private: bool,
    },
    /// A participant sent binary data.
    DataReceived {
        /// The id of the sender.
        participant_id: ParticipantId,
        /// The topic.
        topic: String,
        /// The data.
        #[cfg_attr(
            feature = "js",
            serde(serialize_with = "crate::js::convert::bytes"),
            tsify(type = "Uint8Array")
        )]
        payload: Vec<u8>,
    },
    /// A participant offers a file. Accept or decline it: it is declined when the last reader of the event drops it.
    FileOffered {
        /// The id of the sender.
        participant_id: ParticipantId,
        /// The offer, which one reader can answer.
        #[cfg_attr(
            feature = "js",
            serde(serialize_with = "crate::js::convert::incoming_file"),
            tsify(type = "IncomingFile")
        )]
        #[cfg_attr(not(feature = "js"), serde(skip))]
        file: IncomingFile,
    },
    /// A participant opened a stream to this one. Read or cancel it; dropping a stream cancels it.
    StreamOpened {
        /// The id of the writer.
        participant_id: ParticipantId,
        /// The stream. It has one reader: several listeners share its data.
        #[cfg_attr(
            feature = "js",
            serde(serialize_with = "crate::js::room_streams::incoming"),
            tsify(type = "IncomingStream")
        )]
        #[cfg_attr(not(feature = "js"), serde(skip))]
        stream: IncomingStream,
    },
    /// A failure that does not end the call.
    Warning {
        /// The participant at the remote end of the connection that it is about, if any.
        participant_id: Option<ParticipantId>,
        /// The error.
        #[cfg_attr(
            feature = "js",
            serde(serialize_with = "crate::js::convert::error"),
            tsify(type = "MoimError")
        )]
        #[cfg_attr(not(feature = "js"), serde(skip))]
        error: Error,
    },
    /// The room was left. The last event.
    Left {
        /// The reason, unless `leave` was called.
        #[cfg_attr(
            feature = "js",
            serde(serialize_with = "crate::js::convert::optional_error"),
            tsify(type = "MoimError | null")
        )]
        #[cfg_attr(not(feature = "js"), serde(skip))]
        error: Option<Error>,
    },
    /// Events were read too slowly, and some were dropped before this one.
    Lagged {
        /// The number of dropped events.
        missed: u32,
    },
}

impl Event for RoomEvent {
    fn lagged(missed: u32) -> Self {
        Self::Lagged { missed }
    }

    fn payload_bytes(&self) -> usize {
        match self {
            Self::ChatReceived { text, .. } => text.len(),
            Self::DataReceived { topic, payload, .. } => topic.len() + payload.len(),
            _ => 0,
        }
    }
}

/// A stream of the room's events since it was created. Ends after [`RoomEvent::Left`].
pub type RoomEvents = EventStream<RoomEvent>;
