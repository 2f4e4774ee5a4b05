//! What a client's token permits it to do with the SFU. The hub removes publications that it does not permit.

use std::time::{Duration, Instant};

use moim_protocol::{Channel, RoomPermission};
use serde::{Deserialize, de::IgnoredAny};

use super::{client::Client, client_event::ClientEvent};

/// The interval of errors about missing permissions.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// No message of the SDK itself is longer.
const MAX_CONTROL_BYTES: usize = 512;

/// A message that the SDK sends by itself.
#[derive(Deserialize)]
struct Control {
    #[serde(rename = "type")]
    _type: ControlType,
    text: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum ControlType {
    Receipt,
    Quality,
    Resend,
}

impl Client {
    /// Whether the client may send a message. What the SDK sends by itself is permitted to everyone: receipts, for which the
    /// sender of a message waits, quality reports, the request to send again, and replies to an offered file or an open
    /// stream.
    pub(super) fn may_send(&mut self, channel: Channel, content: &[u8], now: Instant) -> bool {
        let may = self.permissions.allows(RoomPermission::Data) || is_control(channel, content);
        if !may {
            self.refuse(RoomPermission::Data, now);
        }
        may
    }

    /// Tells the client that it may not do something.
    pub(super) fn refuse(&mut self, permission: RoomPermission, now: Instant) {
        if self.told_at.is_none_or(|at| now.saturating_duration_since(at) >= TELL_EVERY) {
            self.told_at = Some(now);
            self.events.push_back(ClientEvent::NotPermitted(permission));
        }
    }
}

fn is_control(channel: Channel, content: &[u8]) -> bool {
    if content.len() > MAX_CONTROL_BYTES {
        return false;
    }
    match (channel, content) {
        // accept, reject, acknowledge, verified, cancel and resume, as in the README of the protocol
        (Channel::Files, [3, kind, ..]) => matches!(kind, 1 | 2 | 4 | 6 | 8..=12),
        // credit, received, cancel, lost, resume and accept of a stream
        (Channel::Files, [5, kind, ..]) => matches!(kind, 4..=9),
        (Channel::Files, _) => false,
        _ => serde_json::from_slice::<Control>(content).is_ok_and(|control| control.text.is_none()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_reports_and_replies_to_files_are_control_messages() {
        let is_text = |text: &str| is_control(Channel::Reliable, text.as_bytes());
        assert!(is_text(r#"{"type":"receipt","id":7}"#));
        assert!(is_text(r#"{"type":"quality","up":{},"down":{}}"#));
        assert!(is_text(r#"{"type":"resend"}"#));
        let long = format!(r#"{{"type":"quality","up":"{}"}}"#, "x".repeat(600));
        for other in [
            r#"{"type":"chat","id":7,"text":"hello"}"#,
            r#"{"type":"receipt","id":7,"text":"hello"}"#,
            r#"{"type":"mark","id":7}"#,
            r#"{"id":7}"#,
            "receipt",
            "",
            &long,
        ] {
            assert!(!is_text(other), "{other}");
        }
        let is_file = |kind: u8| is_control(Channel::Files, &[3, kind, 0, 0]);
        let replies: Vec<_> = (0..=255).filter(|kind| is_file(*kind)).collect();
        assert_eq!(replies, [1, 2, 4, 6, 8, 9, 10, 11, 12]);
        let is_stream = |kind: u8| is_control(Channel::Files, &[5, kind, 0, 0]);
        let replies: Vec<_> = (0..=255).filter(|kind| is_stream(*kind)).collect();
        assert_eq!(replies, [4, 5, 6, 7, 8, 9]);
        assert!(!is_control(Channel::Files, br#"{"type":"receipt","id":7}"#));
        assert!(!is_control(Channel::Reliable, &[3, 1, 0, 0]));
    }
}
