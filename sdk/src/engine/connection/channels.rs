//! The data channels of a connection, and messages queued until one opens.

use std::collections::VecDeque;

use crate::collections::{SortedMap, SortedSet};
use crate::engine::data::Frame;
use crate::model::Channel;

/// Maximum messages queued until a channel opens; further ones are rejected.
const MAX_WAITING_FRAMES: usize = 256;

/// The result of sending a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SendOutcome {
    Now(Frame),
    /// It is queued until its channel opens, or dropped if it is unreliable.
    Later,
    Refused,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Channels {
    open: SortedSet<Channel>,
    /// Channels with so much buffered data that nothing more is sent for now.
    full: SortedSet<Channel>,
    waiting: SortedMap<Channel, VecDeque<Frame>>,
}

impl Channels {
    pub(super) fn send(&mut self, channel: Channel, frame: Frame) -> SendOutcome {
        let is_full = self.full.contains(&channel);
        if self.open.contains(&channel) && !is_full {
            return SendOutcome::Now(frame);
        }
        if !channel.is_reliable() {
            return SendOutcome::Later;
        }
        if is_full {
            return SendOutcome::Refused;
        }
        let waiting = self.waiting.get_or_insert_with(channel, Default::default);
        if waiting.len() >= MAX_WAITING_FRAMES {
            return SendOutcome::Refused;
        }
        waiting.push_back(frame);
        SendOutcome::Later
    }

    /// Whether a sender need not wait: it does while the channel is full, or half of what may wait for it to open does.
    pub(super) fn has_capacity(&self, channel: Channel) -> bool {
        let waiting = self.waiting.get(&channel).map_or(0, VecDeque::len);
        !self.full.contains(&channel) && waiting < MAX_WAITING_FRAMES / 2
    }

    /// Returns the messages queued for the channel.
    pub(super) fn opened(&mut self, channel: Channel) -> VecDeque<Frame> {
        self.open.insert(channel);
        self.take_waiting(channel)
    }

    pub(super) fn take_waiting(&mut self, channel: Channel) -> VecDeque<Frame> {
        self.waiting.remove(&channel).unwrap_or_default()
    }

    /// Returns whether it was open.
    pub(super) fn closed(&mut self, channel: Channel) -> bool {
        self.full.remove(&channel);
        self.open.remove(&channel)
    }

    pub(super) fn set_full(&mut self, channel: Channel, is_full: bool) {
        match is_full {
            true => self.full.insert(channel),
            false => self.full.remove(&channel),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(text: &str) -> Frame {
        Frame::Text(text.into())
    }

    #[test]
    fn what_must_arrive_waits_for_its_channel_and_the_rest_is_lost() {
        let mut channels = Channels::default();
        assert_eq!(channels.send(Channel::Reliable, frame("a")), SendOutcome::Later);
        assert_eq!(channels.send(Channel::Lossy, frame("b")), SendOutcome::Later);
        assert_eq!(channels.opened(Channel::Reliable), [frame("a")]);
        assert_eq!(channels.opened(Channel::Lossy), []);
        assert_eq!(channels.send(Channel::Lossy, frame("c")), SendOutcome::Now(frame("c")));
    }

    #[test]
    fn a_full_channel_refuses_what_must_arrive_and_loses_the_rest_until_there_is_capacity() {
        let mut channels = Channels::default();
        for channel in [Channel::Reliable, Channel::Lossy] {
            channels.opened(channel);
            channels.set_full(channel, true);
        }
        assert_eq!(channels.send(Channel::Reliable, frame("a")), SendOutcome::Refused);
        assert_eq!(channels.send(Channel::Lossy, frame("a")), SendOutcome::Later);
        assert!(!channels.has_capacity(Channel::Reliable) && channels.has_capacity(Channel::Files));
        channels.set_full(Channel::Reliable, false);
        assert!(channels.has_capacity(Channel::Reliable));
        assert_eq!(channels.send(Channel::Reliable, frame("b")), SendOutcome::Now(frame("b")));
    }

    #[test]
    fn not_everything_can_wait() {
        let mut channels = Channels::default();
        for count in 0..MAX_WAITING_FRAMES {
            assert_eq!(channels.has_capacity(Channel::Files), count < MAX_WAITING_FRAMES / 2);
            assert_eq!(channels.send(Channel::Files, frame("a")), SendOutcome::Later);
        }
        assert_eq!(channels.send(Channel::Files, frame("a")), SendOutcome::Refused);
        assert_eq!(
            channels.send(Channel::Reliable, frame("a")),
            SendOutcome::Later,
            "each channel has its own queue"
        );
    }
}
