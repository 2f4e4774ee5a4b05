//! The decoder of the signaling messages: what it accepts, it also writes.

use moim_protocol::{ClientMessage, RelayPayload, ServerMessage, json};

pub(crate) fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let _ = ClientMessage::request_of(&text);
    if let Ok(message) = ClientMessage::decode(&text)
        && message != ClientMessage::Unknown
    {
        assert_eq!(ClientMessage::decode(&message.encode()).ok(), Some(message));
    }
    if let Ok(message) = ServerMessage::decode(&text)
        && message != ServerMessage::Unknown
    {
        assert_eq!(ServerMessage::decode(&message.encode()).ok(), Some(message));
    }
    let _ = json::from_text::<RelayPayload>(&text);
}
