//! A connection that is created before it is known to whom: the first one of a page takes a browser tens of milliseconds.

use std::cell::RefCell;

use web_sys::{RtcConfiguration, RtcPeerConnection};

/// At most one unused connection. Dropping it closes the connection.
#[derive(Debug, Default)]
pub(crate) struct Spare(RefCell<Option<RtcPeerConnection>>);

impl Spare {
    /// Creates it. A failure is reported when the connection is needed.
    pub(crate) fn prepare(&self) {
        self.close();
        self.0.replace(RtcPeerConnection::new().ok());
    }

    /// Returns it, with this configuration.
    pub(super) fn take(&self, configuration: &RtcConfiguration) -> Option<RtcPeerConnection> {
        let raw = self.0.take()?;
        if raw.set_configuration_with_configuration(configuration).is_err() {
            raw.close();
            return None;
        }
        Some(raw)
    }

    /// Closes it.
    pub(crate) fn close(&self) {
        if let Some(raw) = self.0.take() {
            raw.close();
        }
    }
}

impl Drop for Spare {
    fn drop(&mut self) {
        self.close();
    }
}
