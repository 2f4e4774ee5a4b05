//! Works around Firefox losing the media section of data channels.

use std::cell::Cell;

use web_sys::{RtcDataChannelInit, RtcPeerConnection};

use crate::platform::bindings::data_channel::create_data_channel;

/// Ensures that the first data channel gets its media section.
///
/// Firefox sets a description on a copy of its state. If the first data channel of a connection is created meanwhile,
/// it is in the old state: it is never offered and never opens. A second channel is not lost. It is negotiated and
/// closed at once, so that the remote peer never sees it.
#[derive(Debug, Default)]
pub(super) struct DataSection {
    is_describing: Cell<bool>,
    may_be_lost: Cell<bool>,
}

/// An id that the application is unlikely to use; Chromium supports none above 1023.
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

    /// Setting the description has succeeded or failed.
    pub(super) fn end(&self, connection: &RtcPeerConnection) {
        self.is_describing.set(false);
        if self.may_be_lost.take() && !has_section(connection) {
            let init = RtcDataChannelInit::new();
            init.set_negotiated(true);
            init.set_id(SPARE_ID);
            // Fails if the connection is closed or the id is in use.
            if let Ok(spare) = create_data_channel(connection, "", &init) {
                spare.close();
            }
        }
    }
}

fn has_section(connection: &RtcPeerConnection) -> bool {
    connection.local_description().is_some_and(|description| description.sdp().contains("\nm=application"))
}
