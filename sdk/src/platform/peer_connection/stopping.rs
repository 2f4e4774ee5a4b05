//! Stopping a transceiver that has no media section yet.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;
use web_sys::{RtcPeerConnection, RtcRtpSender, RtcRtpTransceiver, RtcSignalingState};

use crate::platform::bindings::peer_connection as bindings;

/// Transceivers that are stopped once they have taken part in a negotiation, and are inactive until then.
///
/// A description leaves out what was stopped before it had a media section, so that both Chromium and Firefox see something
/// left to negotiate after each negotiation and never come to an end: "check if negotiation is needed" asks for another as
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

    /// To be called after each description. Until both ends have agreed, a rollback could take the media section away.
    pub(super) fn settle(&self, connection: &RtcPeerConnection) {
        if connection.signaling_state() != RtcSignalingState::Stable {
            return;
        }
        self.0.borrow_mut().retain(|transceiver| {
            // It throws only if the connection is closed, and then there is nothing to stop.
            let is_over = is_negotiated(transceiver) && bindings::stop(transceiver).is_ok();
            !is_over
        });
    }
}

/// Also what the browser has stopped itself: it has lost its media section again.
fn is_negotiated(transceiver: &RtcRtpTransceiver) -> bool {
    let is_stopped = || transceiver.direction() == web_sys::RtcRtpTransceiverDirection::Stopped;
    transceiver.current_direction().is_some() || is_stopped()
}
