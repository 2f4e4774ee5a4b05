//! The data channels of a connection, and messages queued until one opens.

use std::collections::VecDeque;

use crate::collections::{SortedMap, SortedSet};
use crate::engine::data::Frame;
use crate::model::Channel;

/// Maximum messages queued until a channel opens; further ones are rejected.
const MAX_WAITING_FRAMES: usize = 256;

#[derive(Clone, Debug, Default)]
pub(super) struct Channels {
    open: SortedSet<Channel>,
    /// Channels with so much buffered data that nothing more is sent for now.
    full: SortedSet<Channel>,
    waiting: SortedMap<Channel, VecDeque<Frame>>,
    /// Reliable messages of the connection before, which do not count.
    again: VecDeque<Frame>,
}

impl Channels {
    /// Whether a message can be sent, or be queued until its channel opens. An unreliable one is dropped instead.
    pub(super) fn accepts(&self, channel: Channel) -> bool {
        let waiting = self.waiting.get(&channel).map_or(0, VecDeque::len);
        let is_open = self.open.contains(&channel);
        !channel.is_reliable() || !self.full.contains(&channel) && (is_open || waiting < MAX_WAITING_FRAMES)
    }

    /// Returns a message that is to be sent now. Another one is queued, or dropped if it is unreliable.
    pub(super) fn send(&mut self, channel: Channel, frame: Frame) -> Option<Frame> {
        if self.open.contains(&channel) && !self.full.contains(&channel) {
            return Some(frame);
        }
        if channel.is_reliable() {
            self.waiting.get_or_insert_with(channel, Default::default).push_back(frame);
        }
        None
    }

    /// Whether a sender need not wait: it does while the channel is full, or half of what may wait for it to open does.
    pub(super) fn has_capacity(&self, channel: Channel) -> bool {
        let waiting = self.waiting.get(&channel).map_or(0, VecDeque::len);
        !self.full.contains(&channel) && waiting < MAX_WAITING_FRAMES / 2
    }

    /// Queues a reliable message of the connection before, ahead of all others.
    pub(super) fn send_again(&mut self, frame: Frame) {
        self.again.push_back(frame);
    }

    /// Returns the messages queued for the channel.
    pub(super) fn opened(&mut self, channel: Channel) -> VecDeque<Frame> {
        self.open.insert(channel);
        self.take_waiting(channel)
    }

    pub(super) fn take_waiting(&mut self, channel: Channel) -> VecDeque<Frame> {
        let mut frames = VecDeque::new();
        if channel == Channel::Reliable {
            frames.append(&mut self.again);
        }
        frames.extend(self.waiting.remove(&channel).unwrap_or_default());
        frames
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

    fn send(channels: &mut Channels, channel: Channel, text: &str) -> Result<Option<Frame>, ()> {
        channels.accepts(channel).then(|| channels.send(channel, frame(text))).ok_or(())
    }

    #[test]
    fn what_must_arrive_waits_for_its_channel_and_the_rest_is_lost() {
        let mut channels = Channels::default();
        assert_eq!(send(&mut channels, Channel::Reliable, "a"), Ok(None));
        assert_eq!(send(&mut channels, Channel::Lossy, "b"), Ok(None));
        assert_eq!(channels.opened(Channel::Reliable), [frame("a")]);
        assert_eq!(channels.opened(Channel::Lossy), []);
        assert_eq!(send(&mut channels, Channel::Lossy, "c"), Ok(Some(frame("c"))));
    }

    #[test]
    fn a_full_channel_refuses_what_must_arrive_and_loses_the_rest_until_there_is_capacity() {
        let mut channels = Channels::default();
        for channel in [Channel::Reliable, Channel::Lossy] {
            channels.opened(channel);
            channels.set_full(channel, true);
        }
        assert_eq!(send(&mut channels, Channel::Reliable, "a"), Err(()));
        assert_eq!(send(&mut channels, Channel::Lossy, "a"), Ok(None));
        assert!(!channels.has_capacity(Channel::Reliable) && channels.has_capacity(Channel::Files));
        channels.set_full(Channel::Reliable, false);
        assert!(channels.has_capacity(Channel::Reliable));
        assert_eq!(send(&mut channels, Channel::Reliable, "b"), Ok(Some(frame("b"))));
    }

    #[test]
    fn not_everything_can_wait() {
        let mut channels = Channels::default();
        for count in 0..MAX_WAITING_FRAMES {
            assert_eq!(channels.has_capacity(Channel::Files), count < MAX_WAITING_FRAMES / 2);
            assert_eq!(send(&mut channels, Channel::Files, "a"), Ok(None));
        }
        assert_eq!(send(&mut channels, Channel::Files, "a"), Err(()));
        assert_eq!(send(&mut channels, Channel::Reliable, "a"), Ok(None), "each channel has its own queue");
    }

    #[test]
    fn what_is_sent_again_is_first_and_takes_nobodys_place() {
        let mut channels = Channels::default();
        for _ in 0..2 * MAX_WAITING_FRAMES {
            channels.send_again(frame("a"));
        }
        assert!(channels.has_capacity(Channel::Reliable));
        assert_eq!(send(&mut channels, Channel::Reliable, "b"), Ok(None));
        let frames = channels.opened(Channel::Reliable);
        assert_eq!((frames.len(), frames.back()), (2 * MAX_WAITING_FRAMES + 1, Some(&frame("b"))));
    }
}
