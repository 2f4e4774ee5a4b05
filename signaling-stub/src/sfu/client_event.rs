//! Events of one client that concern the others.

use moim_protocol::RelayPayload;
use str0m::{
    media::{MediaData, Rid},
    net::Transmit,
};

use super::{Source, inbox::Message};

/// An event.
#[derive(Debug)]
pub(super) enum ClientEvent {
    Transmit(Transmit),
    Relay(RelayPayload),
    /// A fault in what the client sent.
    Refused(String),
    /// Media sections were added or changed.
    SectionsChanged,
    Media(Box<MediaData>),
    KeyFrameWanted {
        source: Source,
        rid: Option<Rid>,
    },
    Message(Message),
}
