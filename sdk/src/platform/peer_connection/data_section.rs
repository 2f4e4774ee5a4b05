//! The media section of data channels, which Firefox loses.

use std::cell::Cell;

use web_sys::{RtcDataChannelInit, RtcPeerConnection};

use crate::platform::bindings::data_channel::create_data_channel;

/// Sees to it that the first data channel gets its media section.
///
/// Firefox sets a description in a copy of its state. A data channel that is created meanwhile, and the first of its
/// connection, is in the old one: it is never offered and never opens. Another channel is not lost. It is negotiated and
/// closed at once, so that the far end never hears of it.
#[derive(Debug, Default)]
pub(super) struct DataSection {
    is_describing: Cell<bool>,
    may_be_lost: Cell<bool>,
}

/// An id that no application has likely taken; Chromium has none above 1023.
const SPARE_ID: u16 = 1021;

impl DataSection {
    /// A data channel was created.
    pub(super) fn channel_created(&self) {
        self.may_be_lost.set(self.may_be_lost.get() || self.is_describing.get());
    }

    /// A description is about to be set.
    pub(super) fn begin(&self) {
        self.is_describing.set(true);
    }

    /// The description is set, or was refused.
    pub(super) fn end(&self, connection: &RtcPeerConnection) {
        self.is_describing.set(false);
        if self.may_be_lost.take() && !has_section(connection) {
            let init = RtcDataChannelInit::new();
            init.set_negotiated(true);
            init.set_id(SPARE_ID);
            // It is refused if the connection is closed or the id in use.
            if let Ok(spare) = create_data_channel(connection, "", &init) {
                spare.close();
            }
        }
    }
}

fn has_section(connection: &RtcPeerConnection) -> bool {
    connection.local_description().is_some_and(|description| description.sdp().contains("\nm=application"))
}
