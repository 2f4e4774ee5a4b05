//! How streams have ended, for a remote end that misses it with a lost connection.

use super::{StreamId, StreamMessage};
use crate::engine::last_messages::LastMessages;

/// The streams of a remote end that have ended here.
#[derive(Clone, Debug, Default)]
pub struct EndedStreams(LastMessages<StreamId, StreamMessage>);

impl EndedStreams {
    /// A message was sent. It is remembered if it ends its stream.
    pub fn sent(&mut self, id: StreamId, message: &StreamMessage) {
        if let StreamMessage::Abort { .. } | StreamMessage::Received | StreamMessage::Cancel { .. } = message
        {
            self.0.remember(id, message.clone());
        }
    }

    /// The reply to a message about a stream that does not exist here, or has ended.
    pub fn reply(&self, id: StreamId, message: &StreamMessage) -> Option<StreamMessage> {
        let unknown = match message {
            StreamMessage::Open(_) => None,
            StreamMessage::Resume { .. } | StreamMessage::Accept { .. } => Some(StreamMessage::Lost),
            // A message that was in flight when the stream ended here.
            _ => return None,
        };
        self.0.get(&id).or(unknown)
    }
}
