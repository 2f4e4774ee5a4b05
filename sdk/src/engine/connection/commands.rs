//! What a connection is told, and what it asks for.

use std::collections::BTreeMap;

use crate::engine::data::Frame;
use crate::engine::exchange::{self, Command};
use crate::engine::negotiation::SignalingState;
use crate::engine::topology::{FarEnd, Sections};
use crate::error::Error;
use crate::model::{
    Channel, ConnectionState, IceCandidate, IceServer, PublicationId, RelayPayload, SessionDescription, Wish,
};

/// Which media section (`mid`) carries which publication.
pub type Mids = BTreeMap<String, PublicationId>;

/// What the platform is to do with one peer connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionCommand {
    /// Create it, with its data channel.
    Open {
        /// What it leads to.
        far_end: FarEnd,
        /// STUN and TURN servers.
        ice_servers: Vec<IceServer>,
    },
    /// Use these STUN and TURN servers from the next gathering on.
    SetIceServers(Vec<IceServer>),
    /// Close it. Nothing more is asked of it.
    Close,
    /// Send this publication over it, no more of it than the far end wants. Nothing is left of what the sender was told for
    /// another publication.
    Attach(PublicationId, Limit),
    /// Stop sending this publication over it.
    Detach(PublicationId),
    /// Have at least this many media sections to receive in.
    Receive(Sections),
    /// Send no more of a publication than the far end wants.
    Limit(PublicationId, Limit),
    /// Go on with the exchange.
    Exchange(Command),
    /// Send over a data channel.
    Send(Channel, Frame),
}

/// How much of a publication is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limit {
    /// Whether it is sent at all.
    pub wanted: bool,
    /// The largest height in pixels, if there is one. With 0 a picture pauses.
    pub max_height: Option<u32>,
}

/// What is wanted of a far end's publications.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What is wanted of some of them.
    pub wishes: Vec<Wish>,
    /// Whether the rest is wanted.
    pub others: bool,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { wishes: Vec::new(), others: true }
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self { wanted: true, max_height: None }
    }
}

/// What happened at one peer connection.
#[derive(Clone, Debug, PartialEq)]
pub enum ConnectionInput {
    /// `negotiationneeded` fired.
    NegotiationNeeded,
    /// `setLocalDescription` succeeded.
    LocalDescriptionSet {
        /// The description that the browser made.
        description: SessionDescription,
        /// What it carries.
        mids: Mids,
    },
    /// `setRemoteDescription` succeeded.
    RemoteDescriptionSet,
    /// Setting a description failed.
    OperationFailed {
        /// The state that the browser is in now.
        state: SignalingState,
        /// The error, for the application.
        error: Error,
    },
    /// The browser found a candidate.
    LocalCandidate(IceCandidate),
    /// `connectionstatechange`.
    StateChange(ConnectionState),
    /// A data channel is open.
    ChannelOpen(Channel),
    /// A data channel is closed.
    ChannelClosed(Channel),
    /// So much waits to be sent over a data channel that more is not taken.
    ChannelFull(Channel),
    /// A data channel takes messages again.
    ChannelCapacity(Channel),
    /// A message came over a data channel.
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
        }
    }
}

/// What a connection wants, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Output {
    Command(ConnectionCommand),
    Relay(RelayPayload),
    Message(Channel, Frame),
    Warning(Error),
}
