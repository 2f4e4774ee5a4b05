//! Data channel messages that are routed through the SFU, and their encoding.
//!
//! `[length of the id] [id] [0: text, 1: binary] [message]`, always as a binary message.

/// A message with an address. Towards the SFU, `peer` is the receiver, empty for everyone; from the SFU, it is the
/// sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routed<'a> {
    /// The participant at the other end.
    pub peer: &'a str,
    /// Whether the message is binary; otherwise it is UTF-8 text.
    pub is_binary: bool,
    /// The message.
    pub message: &'a [u8],
}

impl<'a> Routed<'a> {
    /// Encodes it; `None` if the id is longer than 255 bytes.
    pub fn encode(&self) -> Option<Vec<u8>> {
        let length = u8::try_from(self.peer.len()).ok()?;
        let mut bytes = Vec::with_capacity(2 + self.peer.len() + self.message.len());
        bytes.push(length);
        bytes.extend(self.peer.as_bytes());
        bytes.push(u8::from(self.is_binary));
        bytes.extend(self.message);
        Some(bytes)
    }

    /// Decodes it; `None` if it is malformed.
    pub fn decode(bytes: &'a [u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first()?;
        let (peer, rest) = rest.split_at_checked(usize::from(*length))?;
        let (kind, message) = rest.split_first()?;
        let is_binary = match kind {
            0 => false,
            1 => true,
            _ => return None,
        };
        Some(Self { peer: std::str::from_utf8(peer).ok()?, is_binary, message })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(peer in ".{0,60}", is_binary: bool, message: Vec<u8>) {
            let routed = Routed { peer: &peer, is_binary, message: &message };
            let bytes = routed.encode().unwrap();
            prop_assert_eq!(Routed::decode(&bytes), Some(routed));
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = Routed::decode(&bytes);
        }
    }

    #[test]
    fn an_id_that_is_too_long_is_refused() {
        assert_eq!(Routed { peer: &"x".repeat(256), is_binary: true, message: &[] }.encode(), None);
    }
}
