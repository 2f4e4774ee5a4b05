//! Events of one client that concern the others.

use moim_protocol::{RelayPayload, RoomPermission};
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
    /// A message was dropped; with the fault to report, if any.
    Dropped {
        fault: Option<&'static str>,
    },
    /// It did something that its token does not permit.
    NotPermitted(RoomPermission),
    /// Media sections were added or changed.
    SectionsChanged,
    Media(Box<MediaData>),
    KeyFrameWanted {
        source: Source,
        rid: Option<Rid>,
    },
    Message(Message),
}
