//! The outputs of a session.

use super::paths::PathChange;
use super::receipts::Receipt;
use crate::engine::connection::ConnectionCommand;
use crate::engine::data::DataMessage;
use crate::engine::mix_layout::MixLayout;
use crate::error::Error;
use crate::model::{
    LeaveReason, LinkId, Lobby, ParticipantConnectionState, ParticipantId, ParticipantInfo, Publication,
    PublicationId, Role, RoomPermissions, SignalCommand,
};

/// An action to perform.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// A connection will be opened as soon as it is known to whom: create one in advance.
    Prepare,
    /// Pass this to the signaling backend.
    Signal(SignalCommand),
    /// Do this with a peer connection.
    Connection {
        /// Which one.
        link: LinkId,
        /// The command.
        command: ConnectionCommand,
    },
    /// Emit an event to the application.
    Event(Event),
}

/// An event for the application.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A host has to admit this participant first.
    Waiting,
    /// The room was joined.
    Joined,
    /// The connection to the server is lost and being restored. Media and data continue.
    Reconnecting,
    /// The connection to the server is restored.
    Reconnected,
    /// A participant's connection to the server was lost or restored: see [`ParticipantInfo::reconnecting`].
    ParticipantReconnecting(ParticipantInfo),
    /// A participant has joined the room, or was already in it when this participant joined.
    ParticipantJoined(ParticipantInfo),
    /// A participant's name, metadata or publications changed.
    ParticipantUpdated(ParticipantInfo),
    /// A participant left.
    ParticipantLeft(ParticipantId, LeaveReason),
    /// A publication can be played.
    TrackAdded {
        /// The publisher.
        participant_id: ParticipantId,
        /// The publication.
        publication: Publication,
        /// The connection over which it is received.
        link: LinkId,
        /// The media section in which it is received.
        mid: String,
    },
    /// The lobby changed: its waiting participants, or whether newcomers have to wait.
    LobbyChange(Lobby),
    /// The server changed this participant's role, for example when a host has left.
    RoleChange(Role),
    /// The server changed what this participant may do.
    PermissionsChange(RoomPermissions),
    /// The layout of the mixer's picture changed; `None` when the mixer has left.
    LayoutChange(Option<MixLayout>),
    /// A host asked to mute a publication, and the roster confirms it.
    MuteRequested(ParticipantId, PublicationId),
    /// The server rejected a publication of this participant: it was unpublished.
    PublicationRefused(PublicationId),
    /// A publication ended.
    TrackRemoved(ParticipantId, PublicationId),
    /// A participant muted or unmuted a publication.
    TrackMuteChanged(ParticipantId, PublicationId, bool),
    /// The state of the connection to a participant changed.
    ConnectionStateChange(ParticipantId, ParticipantConnectionState),
    /// A participant sent a message; never a receipt or a mark, but also a quality report.
    Message(ParticipantId, DataMessage),
    /// A participant sent a frame of the file transfer.
    FileFrame(ParticipantId, Vec<u8>),
    /// The path of files and streams to a participant was interrupted or has returned.
    PathChange(ParticipantId, PathChange),
    /// A participant calls a method: [`answer`](super::Session::answer) it.
    Called {
        /// The caller.
        from: ParticipantId,
        /// The caller's id for the call.
        id: String,
        /// The name of the method.
        method: String,
        /// The application's payload.
        payload: String,
        /// For how many milliseconds the caller waits.
        timeout_ms: u32,
    },
    /// A call to another participant has this result.
    CallEnded(String, Result<String, Error>),
    /// All receivers of a chat message have acknowledged it or become unreachable.
    Receipt(Receipt),
    /// [`has_capacity`](super::Session::has_capacity) may be true for what it was not before.
    Capacity,
    /// A failure that does not end the session.
    Warning {
        /// The participant at the remote end of the connection that it is about.
        participant_id: Option<ParticipantId>,
        /// The error.
        error: Error,
    },
    /// The session has ended; `None` if it was left by the application.
    Ended(Option<Error>),
}
