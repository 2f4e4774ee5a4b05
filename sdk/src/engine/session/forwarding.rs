//! A mixer forwards the messages of each participant to the others.

use super::Session;
use crate::engine::data::Frame;
use crate::model::{Channel, ParticipantId};

impl Session {
    /// As the mixer: forwards messages for participants who are known by now.
    pub(super) fn forward_late(&mut self) {
        for (from, to, channel, frame) in self.undelivered.take() {
            self.forward(&from, &to, channel, frame);
        }
    }

    /// As the mixer: forwards a message of one participant to another, or to all others. If the buffer is full it is
    /// dropped, as with an SFU.
    pub(super) fn forward(
        &mut self,
        from: &ParticipantId,
        to: &ParticipantId,
        channel: Channel,
        frame: Frame,
    ) {
        let is_for_all = to.as_str().is_empty();
        if !is_for_all && self.roster.get(to).is_none() {
            let bytes = frame.len();
            return drop(self.undelivered.push((from.clone(), to.clone(), channel, frame), bytes));
        }
        let is_meant = |peer: &ParticipantId| peer != from && (is_for_all || to == peer);
        for (link, connection) in &mut self.connections {
            if link.participant().is_some_and(is_meant) {
                connection.send(channel, frame.clone());
            }
        }
    }
}
