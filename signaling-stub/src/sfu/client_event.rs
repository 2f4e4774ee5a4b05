//! What happened at one client, for the others.

use moim_protocol::{Channel as ChannelKind, RelayPayload};
use str0m::{
    media::{MediaData, Rid},
    net::Transmit,
};

use super::Source;

/// One thing that happened.
#[derive(Debug)]
pub(super) enum ClientEvent {
    Transmit(Transmit),
    Relay(RelayPayload),
    /// What was wrong with something that the client sent.
    Refused(String),
    /// Media sections came or changed.
    SectionsChanged,
    Media(Box<MediaData>),
    KeyFrameWanted {
        source: Source,
        rid: Option<Rid>,
    },
    Message {
        channel: ChannelKind,
        to: String,
        is_binary: bool,
        message: Vec<u8>,
    },
}
