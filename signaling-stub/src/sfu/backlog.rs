//! Messages that wait for a receiver, on all channels. If there are too many, the sender with the most of them loses its newest,
//! so that nobody loses a message because of the messages of another sender. Parts of files and streams go first, also for a
//! message of somebody else: their sender sends them again. Senders take turns, so nobody waits for what others have waiting.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, VecDeque},
};

use moim_protocol::Channel;

use super::budget::{Budget, Share};

/// The bytes that may wait for one receiver. With the reserve, and up to 1 MiB in SCTP, less than 4 MB.
pub(super) const MAX_BYTES: usize = 2560 * 1024;
/// Control messages of files and streams may exceed it: not every one that is dropped is sent again.
pub(super) const RESERVE_BYTES: usize = 256 * 1024;
/// The longest control message of files and streams: the one that opens a stream has a header of up to 8 KiB.
const CONTROL_BYTES: usize = 9 * 1024;
/// For this much of one sender that is not sent again, the parts of others give way.
const MESSAGES_FIRST_BYTES: usize = 1024 * 1024;
/// The memory that a waiting message uses in addition to its content.
const OVERHEAD_BYTES: usize = 64;

/// What a message is for, in the order in which a sender loses its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lane {
    Part,
    Message,
    Control,
}

impl Lane {
    const ALL: [Self; 3] = [Self::Part, Self::Message, Self::Control];

    fn of(channel: Channel, bytes: &[u8]) -> Self {
        match channel {
            // A chunk of a file and of a stream, as in the README of the protocol.
            Channel::Files if bytes.len() > CONTROL_BYTES || matches!(bytes, [3, 3, ..] | [5, 1, ..]) => {
                Self::Part
            }
            Channel::Files => Self::Control,
            Channel::Reliable | Channel::Lossy => Self::Message,
        }
    }

    fn is_on(self, channel: Channel) -> bool {
        (self == Self::Message) != (channel == Channel::Files)
    }
}

#[derive(Debug)]
struct Waiting {
    /// Increases with each message.
    number: u64,
    bytes: Vec<u8>,
}

fn cost(bytes: &[u8]) -> usize {
    bytes.len() + OVERHEAD_BYTES
}

/// The messages of one sender.
#[derive(Debug, Default)]
struct Sent {
    bytes: usize,
    /// Of these, in parts.
    part_bytes: usize,
    /// The turn in which one of them was last taken, or the first of them came.
    turn: u64,
    /// By lane.
    queues: [VecDeque<Waiting>; Lane::ALL.len()],
}

impl Sent {
    fn front(&self, lane: Lane) -> Option<&Waiting> {
        self.queues[lane as usize].front()
    }
}

/// How many messages of which sender were dropped.
pub(super) type Losses = BTreeMap<String, u64>;

/// The queues of one client.
#[derive(Debug)]
pub(super) struct Backlog {
    by_sender: BTreeMap<String, Sent>,
    count: u64,
    /// Increases with each message that is taken.
    turn: u64,
    share: Share,
}

impl Backlog {
    pub(super) fn new(budget: &Budget) -> Self {
        Self { by_sender: BTreeMap::new(), count: 0, turn: 0, share: budget.share() }
    }

    /// Appends a message. If it and all others do not fit, one or several are dropped.
    pub(super) fn push(&mut self, channel: Channel, from: &str, bytes: Vec<u8>) -> Losses {
        let lane = Lane::of(channel, &bytes);
        let reserve = if lane == Lane::Control { RESERVE_BYTES } else { 0 };
        let max = self.share.limit(MAX_BYTES) + reserve;
        let mut losses = Losses::new();
        while self.share.bytes() + cost(&bytes) > max {
            let loser = self.loser(from, lane, cost(&bytes));
            if loser.as_ref().is_none_or(|loser| !self.drop_newest(loser)) {
                *losses.entry(from.to_owned()).or_default() += 1;
                return losses;
            }
            *losses.entry(loser.unwrap_or_default()).or_default() += 1;
        }
        self.count += 1;
        self.share.add(cost(&bytes));
        let turn = self.turn;
        let sent = self.by_sender.entry(from.to_owned()).or_insert_with(|| Sent { turn, ..Sent::default() });
        sent.bytes += cost(&bytes);
        if lane == Lane::Part {
            sent.part_bytes += cost(&bytes);
        }
        sent.queues[lane as usize].push_back(Waiting { number: self.count, bytes });
        losses
    }

    /// Who loses a message, so that one of `from` fits. `None`: that one is dropped.
    fn loser(&self, from: &str, lane: Lane, cost: usize) -> Option<String> {
        let (own_bytes, own_parts) =
            self.by_sender.get(from).map_or((0, 0), |sent| (sent.bytes, sent.part_bytes));
        if lane != Lane::Part && own_bytes - own_parts + cost <= MESSAGES_FIRST_BYTES {
            let (name, part_bytes) = self.most(|sent| sent.part_bytes)?;
            if part_bytes > 0 {
                return Some(name.to_owned());
            }
        }
        match self.most(|sent| sent.bytes) {
            Some((name, bytes)) if name != from && bytes > own_bytes + cost => Some(name.to_owned()),
            _ => (lane != Lane::Part && own_parts > 0).then(|| from.to_owned()),
        }
    }

    /// The sender with the most of these bytes.
    fn most(&self, bytes: impl Fn(&Sent) -> usize) -> Option<(&str, usize)> {
        let senders = self.by_sender.iter().map(|(name, sent)| (name.as_str(), bytes(sent)));
        senders.max_by_key(|(name, bytes)| (*bytes, Reverse(*name)))
    }

    fn drop_newest(&mut self, sender: &str) -> bool {
        let Some(sent) = self.by_sender.get(sender) else { return false };
        match Lane::ALL.into_iter().find(|lane| sent.front(*lane).is_some()) {
            Some(lane) => self.take(sender.to_owned(), lane, VecDeque::pop_back).is_some(),
            None => false,
        }
    }

    /// The bytes that wait.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.share.bytes()
    }

    /// The next message of a channel.
    pub(super) fn front(&self, channel: Channel) -> Option<&[u8]> {
        let (sender, lane) = self.next(channel)?;
        Some(self.by_sender.get(sender)?.front(lane)?.bytes.as_slice())
    }

    /// Removes the next message of a channel.
    pub(super) fn pop(&mut self, channel: Channel) {
        if let Some((sender, lane)) = self.next(channel) {
            let sender = sender.to_owned();
            self.turn += 1;
            if let Some(sent) = self.by_sender.get_mut(&sender) {
                sent.turn = self.turn;
            }
            self.take(sender, lane, VecDeque::pop_front);
        }
    }

    fn next(&self, channel: Channel) -> Option<(&str, Lane)> {
        let lanes = || Lane::ALL.into_iter().filter(|lane| lane.is_on(channel));
        let fronts = self.by_sender.iter().flat_map(|(name, sent)| {
            lanes().filter_map(move |lane| Some(((sent.turn, sent.front(lane)?.number), name.as_str(), lane)))
        });
        fronts.min_by_key(|(order, ..)| *order).map(|(_, name, lane)| (name, lane))
    }

    fn take(
        &mut self,
        sender: String,
        lane: Lane,
        take: impl FnOnce(&mut VecDeque<Waiting>) -> Option<Waiting>,
    ) -> Option<()> {
        let sent = self.by_sender.get_mut(&sender)?;
        let bytes = cost(&take(&mut sent.queues[lane as usize])?.bytes);
        sent.bytes -= bytes;
        if lane == Lane::Part {
            sent.part_bytes -= bytes;
        }
        if sent.bytes == 0 {
            self.by_sender.remove(&sender);
        }
        self.share.remove(bytes);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use Channel::{Files, Reliable};

    use super::*;

    const PART: usize = 60_000;

    fn backlog() -> Backlog {
        Backlog::new(&Budget::default())
    }

    fn send(backlog: &mut Backlog, channel: Channel, from: &str, length: usize) -> Vec<String> {
        backlog.push(channel, from, vec![from.as_bytes()[0]; length]).into_keys().collect()
    }

    /// The first letters of the senders of all messages.
    fn senders(mut backlog: Backlog, channel: Channel) -> String {
        let mut senders = String::new();
        while let Some([sender, ..]) = backlog.front(channel) {
            senders.push(char::from(*sender));
            backlog.pop(channel);
        }
        senders
    }

    fn count(senders: &str, of: char) -> usize {
        senders.chars().filter(|sender| *sender == of).count()
    }

    #[test]
    fn whoever_has_the_most_waiting_loses() {
        for channel in [Reliable, Files] {
            let mut backlog = backlog();
            while send(&mut backlog, channel, "mallory", PART).is_empty() {}
            let full = backlog.bytes();
            assert_eq!(send(&mut backlog, channel, "alice", PART + 10_000), ["mallory"]);
            assert_eq!(send(&mut backlog, channel, "mallory", PART), ["mallory"]);
            assert!(backlog.bytes() <= MAX_BYTES && backlog.bytes() > full - PART);
            let senders = senders(backlog, channel);
            assert!(senders.starts_with("ma") && count(&senders, 'a') == 1, "in turn: {senders}");
        }
    }

    #[test]
    fn nobody_takes_more_than_the_others() {
        let mut backlog = backlog();
        for _ in 0..1_000 {
            for sender in ["mallory", "oscar", "alice", "bob"] {
                send(&mut backlog, Files, sender, PART);
            }
        }
        assert!(backlog.bytes() <= MAX_BYTES);
        let senders = senders(backlog, Files);
        let fair = senders.len() / 4;
        assert!("moab".chars().all(|of| (fair..=fair + 1).contains(&count(&senders, of))), "{senders}");
    }

    #[test]
    fn a_sender_loses_parts_of_files_before_messages() {
        let mut backlog = backlog();
        while send(&mut backlog, Files, "alice", PART).is_empty() {}
        assert!((0..10).all(|_| send(&mut backlog, Reliable, "alice", PART) == ["alice"]));
        while send(&mut backlog, Reliable, "bob", PART).iter().all(|loser| loser == "alice") {}
        assert_eq!(count(&senders(backlog, Reliable), 'a'), 10, "none of them is dropped");
    }

    #[test]
    fn messages_come_before_the_parts_of_others() {
        let mut backlog = backlog();
        for number in 0..1_000 {
            send(&mut backlog, Files, ["bob", "carol", "dave", "erin", "frank", "grace"][number % 6], PART);
        }
        let messages = MESSAGES_FIRST_BYTES / (PART + OVERHEAD_BYTES);
        for _ in 0..messages {
            assert!(!send(&mut backlog, Reliable, "alice", PART).contains(&"alice".to_owned()));
        }
        assert_eq!(senders(backlog, Reliable).len(), messages);
    }

    #[test]
    fn the_channels_together_have_one_limit_and_each_sender_keeps_its_order() {
        let mut backlog = backlog();
        for round in 0..200_u8 {
            for channel in [Reliable, Files] {
                for from in ["alice", "bob"] {
                    let mut message = vec![round; if round % 2 == 0 { 50 } else { PART }];
                    message[1] = from.as_bytes()[0];
                    backlog.push(channel, from, message);
                }
            }
            assert!(backlog.bytes() <= MAX_BYTES + RESERVE_BYTES);
        }
        for channel in [Reliable, Files] {
            let mut last = BTreeMap::new();
            while let Some([round, from, ..]) = backlog.front(channel) {
                assert!(last.insert(*from, *round).is_none_or(|last| last <= *round));
                backlog.pop(channel);
            }
        }
        assert_eq!((backlog.bytes(), backlog.by_sender.len()), (0, 0));
    }

    #[test]
    fn nobody_waits_for_what_others_have_waiting() {
        let mut backlog = backlog();
        (0..10_000).for_each(|_| drop(send(&mut backlog, Reliable, "mallory", 20)));
        (0..3).for_each(|_| drop(send(&mut backlog, Reliable, "alice", 20)));
        assert_eq!(&senders(backlog, Reliable)[..8], "mamamamm");
    }

    #[test]
    fn control_messages_pass_when_parts_do_not() {
        let mut backlog = backlog();
        while send(&mut backlog, Files, "alice", PART).is_empty() {}
        let mut control = |length| send(&mut backlog, Files, "alice", length).is_empty();
        assert!((0..10).all(|_| control(50) && control(8 * 1024 + 100)), "credits and openings");
        assert!(!control(PART), "a part");
        while control(1024) {}
        assert!(backlog.bytes() <= MAX_BYTES + RESERVE_BYTES, "there is a bound");
    }
}
