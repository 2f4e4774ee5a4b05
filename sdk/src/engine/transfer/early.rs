//! Limits the messages that are kept for a transfer until it can handle them: its code may still have to be loaded.

use super::TransferMessage;

/// The most messages. Before this end has accepted or offered, there are hardly any.
const MAX_MESSAGES: usize = 16;

/// Whether a transfer handles messages already, or how many it was sent before.
#[derive(Clone, Copy, Debug, Default)]
pub struct EarlyMessages {
    count: usize,
    is_over: bool,
}

impl EarlyMessages {
    /// The transfer handles messages from now on.
    pub fn end(&mut self) {
        self.is_over = true;
    }

    /// Whether to keep a message. Nobody has asked for a part of the file before the transfer handles messages.
    pub fn admits(&mut self, message: &TransferMessage) -> bool {
        if self.is_over {
            return true;
        }
        self.count += 1;
        self.count <= MAX_MESSAGES && !matches!(message, TransferMessage::Chunk { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_a_transfer_handles_messages_few_are_kept_and_no_parts() {
        let mut early = EarlyMessages::default();
        let part = TransferMessage::Chunk { offset: 0, bytes: vec![0; 60_000] };
        assert!(!early.admits(&part));
        let kept = (0..1_000).filter(|_| early.admits(&TransferMessage::Verified)).count();
        assert_eq!(kept, MAX_MESSAGES - 1);
        early.end();
        assert!(early.admits(&part));
    }
}
