//! What a session asks for, and what it tells.

use super::receipts::Receipt;
use crate::engine::connection::ConnectionCommand;
use crate::engine::data::DataMessage;
use crate::engine::mix_layout::MixLayout;
use crate::error::Error;
use crate::model::{
    ConnectionState, LeaveReason, Lobby, ParticipantId, ParticipantInfo, Publication, PublicationId, Role,
    SignalCommand,
};

/// What is to be done next.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Give this to the signaling backend.
    Signal(SignalCommand),
    /// Do this with the peer connection to `peer`.
    Connection {
        /// The far end.
        peer: ParticipantId,
        /// What to do.
        command: ConnectionCommand,
    },
    /// Tell the application.
    Event(Event),
}

/// What the application is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A host has to let this participant in first.
    Waiting,
    /// The room is entered.
    Joined,
    /// Someone is in the room: was there before, or came.
    ParticipantJoined(ParticipantInfo),
    /// Someone's name, metadata or publications changed.
    ParticipantUpdated(ParticipantInfo),
    /// Someone is gone.
    ParticipantLeft(ParticipantId, LeaveReason),
    /// A publication can be played.
    TrackAdded {
        /// Who sends it.
        participant_id: ParticipantId,
        /// What it is.
        publication: Publication,
        /// Over which connection it arrives.
        peer: ParticipantId,
        /// In which media section of it.
        mid: String,
    },
    /// Who waits to be let in, or whether newcomers have to, changed.
    LobbyChange(Lobby),
    /// The server gave this participant another role, such as that of a host who left.
    RoleChange(Role),
    /// The mixer's picture is laid out in another way; `None` when the mixer is gone.
    LayoutChange(Option<MixLayout>),
    /// A host asked to mute a publication, and the roster says that it is.
    MuteRequested(ParticipantId, PublicationId),
    /// The server refused a publication of this participant: it is not published any more.
    PublicationRefused(PublicationId),
    /// A publication is gone.
    TrackRemoved(ParticipantId, PublicationId),
    /// Someone muted or unmuted a publication.
    TrackMuteChanged(ParticipantId, PublicationId, bool),
    /// The state of the connection to a participant changed.
    ConnectionStateChange(ParticipantId, ConnectionState),
    /// A participant sent a message; never a receipt.
    Message(ParticipantId, DataMessage),
    /// A participant sent a frame of the file transfer.
    FileFrame(ParticipantId, Vec<u8>),
    /// Everyone has a line of chat, or is given up.
    Receipt(Receipt),
    /// Something failed; the session goes on.
    Warning(Error),
    /// The session is over; `None` if that was asked for.
    Ended(Option<Error>),
}
