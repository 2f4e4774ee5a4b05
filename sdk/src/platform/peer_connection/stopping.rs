//! Stops transceivers that have no media section yet.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;
use web_sys::{RtcPeerConnection, RtcRtpSender, RtcRtpTransceiver, RtcSignalingState};

use crate::platform::bindings::peer_connection as bindings;

/// Transceivers that are stopped after their first negotiation, and are inactive until then.
///
/// A description omits what was stopped before it had a media section, so that Chromium and Firefox need
/// negotiation again after each one, endlessly: "check if negotiation is needed" requires one as
/// long as a transceiver is stopping and not stopped (<https://www.w3.org/TR/webrtc/#dfn-check-if-negotiation-is-needed>).
#[derive(Clone, Debug, Default)]
pub(crate) struct Stopping(Rc<RefCell<Vec<RtcRtpTransceiver>>>);

impl Stopping {
    pub(super) fn stop(&self, transceiver: &RtcRtpTransceiver) -> Result<(), JsValue> {
        if self.contains(transceiver) {
            return Ok(());
        }
        if is_negotiated(transceiver) {
            return bindings::stop(transceiver);
        }
        bindings::set_direction(transceiver, "inactive")?;
        self.0.borrow_mut().push(transceiver.clone());
        Ok(())
    }

    pub(super) fn contains(&self, transceiver: &RtcRtpTransceiver) -> bool {
        self.0.borrow().contains(transceiver)
    }

    pub(super) fn contains_sender(&self, sender: &RtcRtpSender) -> bool {
        self.0.borrow().iter().any(|transceiver| transceiver.sender() == *sender)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// Must be called after each description. Until the negotiation is complete, a rollback could remove the media
    /// section.
    pub(super) fn settle(&self, connection: &RtcPeerConnection) {
        if connection.signaling_state() != RtcSignalingState::Stable {
            return;
        }
        self.0.borrow_mut().retain(|transceiver| {
            // Throws only if the connection is closed, and then there is nothing to stop.
            let is_over = is_negotiated(transceiver) && bindings::stop(transceiver).is_ok();
            !is_over
        });
    }
}

/// Includes those stopped by the browser itself: they have lost their media section again.
fn is_negotiated(transceiver: &RtcRtpTransceiver) -> bool {
    let is_stopped = || transceiver.direction() == web_sys::RtcRtpTransceiverDirection::Stopped;
    transceiver.current_direction().is_some() || is_stopped()
}
