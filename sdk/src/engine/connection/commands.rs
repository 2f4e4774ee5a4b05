//! The inputs and outputs of a connection.

use crate::engine::data::Frame;
use crate::engine::exchange::{self, Command};
use crate::engine::negotiation::SignalingState;
use crate::engine::topology::FarEnd;
use crate::error::Error;
use crate::model::{
    Channel, ConnectionState, IceCandidate, IceServer, LinkProfile, LinkSignal, Mids, PublicationId,
    Sections, SessionDescription,
};

/// A command to the platform about one peer connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionCommand {
    /// Create it, with its data channels.
    Open {
        /// The purpose of the connection.
        far_end: FarEnd,
        /// How media and data travel.
        profile: LinkProfile,
        /// STUN and TURN servers.
        ice_servers: Vec<IceServer>,
    },
    /// Use these STUN and TURN servers from the next gathering on.
    SetIceServers(Vec<IceServer>),
    /// Close it. No more commands follow.
    Close,
    /// Send this publication over it, limited to what the remote end wants. Nothing remains of the parameters of
    /// another publication.
    Attach(PublicationId, Limit),
    /// Stop sending this publication over it.
    Detach(PublicationId),
    /// Ensure at least this many media sections to receive in.
    Receive(Sections),
    /// Limit a publication to what the remote end wants.
    Limit(PublicationId, Limit),
    /// The connection is restored: send a key frame of each video. A decoder that missed frames asks for one only after
    /// seconds.
    SendKeyFrames,
    /// Perform a command of the exchange.
    Exchange(Command),
    /// Send over a data channel.
    Send(Channel, Frame),
}

/// The limits of a sent publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limit {
    /// Whether it is sent at all.
    pub wanted: bool,
    /// The maximum height in pixels, if there is one. With 0 video pauses.
    pub max_height: Option<u32>,
}

impl Default for Limit {
    fn default() -> Self {
        Self { wanted: true, max_height: None }
    }
}

/// An event of one peer connection.
#[derive(Clone, Debug, PartialEq)]
pub enum ConnectionInput {
    /// `negotiationneeded` fired.
    NegotiationNeeded,
    /// `setLocalDescription` succeeded.
    LocalDescriptionSet {
        /// The description that the browser created.
        description: SessionDescription,
        /// Its publications.
        mids: Mids,
    },
    /// `setRemoteDescription` succeeded.
    RemoteDescriptionSet,
    /// Setting a description failed.
    OperationFailed {
        /// The browser's signaling state after the failure.
        state: SignalingState,
        /// The error to report to the application.
        error: Error,
    },
    /// The browser gathered a candidate.
    LocalCandidate(IceCandidate),
    /// `connectionstatechange`.
    StateChange(ConnectionState),
    /// `iceconnectionstatechange`: whether ICE is connected.
    IceConnected(bool),
    /// A data channel is open.
    ChannelOpen(Channel),
    /// A data channel is closed.
    ChannelClosed(Channel),
    /// The buffer of a data channel is full.
    ChannelFull(Channel),
    /// A data channel accepts messages again.
    ChannelCapacity(Channel),
    /// The remote end opened a data channel of its own, which was closed: a room has none but its own.
    ForeignChannel,
    /// A data channel received a message.
    ChannelMessage(Channel, Frame),
}

impl From<exchange::Input> for ConnectionInput {
    fn from(input: exchange::Input) -> Self {
        match input {
            exchange::Input::NegotiationNeeded => Self::NegotiationNeeded,
            exchange::Input::LocalDescriptionSet(description) => {
                Self::LocalDescriptionSet { description, mids: Mids::new() }
            }
            exchange::Input::RemoteDescriptionSet => Self::RemoteDescriptionSet,
            exchange::Input::OperationFailed { state, error } => Self::OperationFailed { state, error },
            exchange::Input::LocalCandidate(candidate) => Self::LocalCandidate(candidate),
            exchange::Input::StateChange(state) => Self::StateChange(state),
            exchange::Input::IceConnected(is_connected) => Self::IceConnected(is_connected),
        }
    }
}

/// The next outputs, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Output {
    Command(ConnectionCommand),
    Signal(LinkSignal<PublicationId>),
    Warning(Error),
}
