//! Limits the rate of the data channel messages of one client.
//!
//! SCTP cannot be told to read one channel more slowly, so reliable messages beyond the rate wait here. Their sender waits
//! for the acknowledgements of its receivers, and so slows down.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use moim_protocol::Channel;

use super::budget::{Budget, Share};

/// Messages per second on average, and in a burst.
const PER_SECOND: f64 = 2_000.0;
const BURST: f64 = 8_000.0;
/// So many bytes of a message count as one more.
const BYTES_PER_MESSAGE: f64 = 16.0 * 1024.0;
/// Chunks of files are longer and are limited by their receivers; shorter data counts as a message.
const FILE_PART_BYTES: usize = 1024;
/// Maximum bytes that wait on one channel: what a client sends ahead of 32 receivers.
const MAX_WAITING_BYTES: usize = 16 * 1024 * 1024;
/// The memory that a waiting message uses in addition to its content.
const OVERHEAD_BYTES: usize = 64;
/// The minimum interval of errors about too many messages.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// Several messages that wait pass at once.
const PASS_EVERY: Duration = Duration::from_millis(10);

/// A message to one participant, or to all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) channel: Channel,
    pub(super) to: String,
    pub(super) is_binary: bool,
    pub(super) content: Vec<u8>,
}

impl Message {
    /// How much of the rate it uses.
    fn count(&self) -> f64 {
        if self.channel == Channel::Files && self.content.len() >= FILE_PART_BYTES {
            return 0.0;
        }
        1.0 + (self.content.len() as f64 / BYTES_PER_MESSAGE).floor()
    }

    fn cost(&self) -> usize {
        self.to.len() + self.content.len() + OVERHEAD_BYTES
    }
}

/// The messages of one client that are to be forwarded, and its remaining budget.
#[derive(Debug)]
pub(super) struct Inbox {
    left: f64,
    filled_at: Instant,
    told_at: Option<Instant>,
    queues: [Queue; Channel::ALL.len()],
    /// The queue from which the next message is taken, if it has one: the channels take turns.
    next: usize,
}

/// Each channel keeps its own order.
#[derive(Debug)]
struct Queue {
    messages: VecDeque<Message>,
    share: Share,
}

/// A message was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dropped {
    /// Whether to send an error to its sender.
    pub(super) aloud: bool,
}

impl Inbox {
    pub(super) fn new(budget: &Budget, now: Instant) -> Self {
        let queues = Channel::ALL.map(|_| Queue { messages: VecDeque::new(), share: budget.share() });
        Self { left: BURST, filled_at: now, told_at: None, queues, next: 0 }
    }

    /// Takes a message. One that may be lost does not wait.
    pub(super) fn push(&mut self, message: Message, now: Instant) -> Result<(), Dropped> {
        self.fill(now);
        let queue = &mut self.queues[place(message.channel)];
        let has_room = match message.channel.is_reliable() {
            true => queue.share.bytes() + message.cost() <= queue.share.limit(MAX_WAITING_BYTES),
            false => self.left >= 1.0,
        };
        if !has_room {
            return Err(Dropped { aloud: self.is_told(now) });
        }
        queue.share.add(message.cost());
        queue.messages.push_back(message);
        Ok(())
    }

    /// Whether the client gets an error for a dropped message: at most one a second.
    pub(super) fn is_told(&mut self, now: Instant) -> bool {
        let is_told = self.told_at.is_none_or(|at| now.saturating_duration_since(at) >= TELL_EVERY);
        if is_told {
            self.told_at = Some(now);
        }
        is_told
    }

    /// The next message that may be forwarded.
    pub(super) fn poll(&mut self, now: Instant) -> Option<Message> {
        self.fill(now);
        let may_pass = |message: &Message| self.left >= 1.0 || message.count() == 0.0;
        let count = self.queues.len();
        let mut places = (self.next..self.next + count).map(|place| place % count);
        let place = places.find(|place| self.queues[*place].messages.front().is_some_and(may_pass))?;
        self.next = (place + 1) % count;
        let queue = &mut self.queues[place];
        let message = queue.messages.pop_front()?;
        queue.share.remove(message.cost());
        // A long message is paid for afterwards.
        self.left -= message.count();
        Some(message)
    }

    /// When messages that wait may be forwarded.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let waits = self.queues.iter().any(|queue| !queue.messages.is_empty());
        waits.then(|| self.filled_at + PASS_EVERY)
    }

    fn fill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.filled_at).as_secs_f64();
        self.filled_at = now;
        self.left = (self.left + passed * PER_SECOND).min(BURST);
    }
}

fn place(channel: Channel) -> usize {
    Channel::ALL.iter().position(|known| *known == channel).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(channel: Channel, bytes: usize) -> Message {
        Message { channel, to: String::new(), is_binary: true, content: vec![0; bytes] }
    }

    /// An inbox whose budget is used up, and when.
    fn exhausted() -> (Inbox, Instant) {
        let start = Instant::now();
        let mut inbox = Inbox::new(&Budget::default(), start);
        for _ in 0..8_000 {
            inbox.push(message(Channel::Reliable, 20), start).unwrap();
            assert!(inbox.poll(start).is_some());
        }
        (inbox, start)
    }

    #[test]
    fn reliable_messages_beyond_the_rate_wait_in_their_order() {
        let (mut inbox, start) = exhausted();
        for bytes in 20..120 {
            inbox.push(message(Channel::Reliable, bytes), start).unwrap();
        }
        inbox.push(message(Channel::Files, 20), start).unwrap();
        inbox.push(message(Channel::Files, 16_384), start).unwrap();
        assert_eq!(inbox.poll(start), None, "a part of a file does not overtake either");
        assert_eq!(inbox.poll_timeout(), Some(start + PASS_EVERY));
        let mut passed = Vec::new();
        for ms in (0..1_000).step_by(10) {
            let now = start + Duration::from_millis(ms);
            passed.extend(std::iter::from_fn(|| inbox.poll(now)));
            assert!(passed.len() <= 2 * usize::try_from(ms).unwrap() + 2, "at the rate");
        }
        let of = |channel| passed.iter().filter(move |message| message.channel == channel);
        assert!(of(Channel::Reliable).map(|message| message.content.len()).eq(20..120));
        assert!(of(Channel::Files).map(|message| message.content.len()).eq([20, 16_384]));
        assert_eq!(inbox.poll_timeout(), None);
    }

    #[test]
    fn what_may_be_lost_and_what_does_not_fit_is_dropped_and_told_once_a_second() {
        let (mut inbox, start) = exhausted();
        assert_eq!(inbox.push(message(Channel::Lossy, 20), start), Err(Dropped { aloud: true }));
        assert_eq!(inbox.push(message(Channel::Lossy, 20), start), Err(Dropped { aloud: false }));
        inbox.push(message(Channel::Files, 16_384), start).unwrap();
        assert!(inbox.poll(start).is_some(), "parts of files are not counted");
        let mut count = 0;
        while inbox.push(message(Channel::Reliable, 64 * 1024), start).is_ok() {
            count += 1;
        }
        assert_eq!(count, 255, "there is a bound");
        let later = start + TELL_EVERY;
        assert_eq!(inbox.push(message(Channel::Reliable, 64 * 1024), later), Err(Dropped { aloud: true }));
        assert_eq!(std::iter::from_fn(|| inbox.poll(later)).count(), 255);
        assert_eq!(inbox.push(message(Channel::Reliable, 64 * 1024), later), Ok(()), "there is room again");
    }

    #[test]
    fn bytes_count_too() {
        let (mut inbox, start) = exhausted();
        for _ in 0..200 {
            inbox.push(message(Channel::Reliable, 64 * 1024), start).unwrap();
        }
        let mut passed = 0;
        for ms in 0..=100 {
            passed += std::iter::from_fn(|| inbox.poll(start + Duration::from_millis(ms))).count();
        }
        assert_eq!(passed, 40, "200 messages could pass in this time if they were short");
    }
}
