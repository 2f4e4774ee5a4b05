//! The data channels of one client, and their send queues.

use std::collections::BTreeSet;

use moim_protocol::{Channel as ChannelKind, Routed};
use str0m::{
    Rtc,
    channel::{ChannelConfig, ChannelId, Reliability},
};
use tracing::{debug, warn};

use super::{backlog::Backlog, budget::Budget};

/// Bytes passed to SCTP per channel at a time. All channels share one queue there, so this is also how much data a
/// message can be behind.
const CAPACITY_BYTES: usize = 64 * 1024;
/// The threshold below which a channel accepts more. Less than its limit, so that a full channel crosses it.
const LOW_BYTES: usize = CAPACITY_BYTES / 2;
/// Enough for every channel to be full, plus one message of maximum size (256 KiB).
pub(super) const MAX_BUFFERED_BYTES: usize = 1024 * 1024;

/// Bytes of one sender that wait for a client on one channel.
const MAX_WAITING_OF_SENDER: usize = 4 * 1024 * 1024;
/// Control messages pass when parts do not: a stream whose opening or credit is dropped would wait forever.
const RESERVE_BYTES: usize = 512 * 1024;

/// The longest control message of files and streams: the one that opens a stream has a header of up to 8 KiB.
const CONTROL_BYTES: usize = 9 * 1024;

/// One channel of each kind.
#[derive(Debug)]
pub(super) struct Channels([Channel; ChannelKind::ALL.len()]);

impl Channels {
    /// The client creates them with the same ids, so they are not announced.
    pub(super) fn new(rtc: &mut Rtc, budget: &Budget) -> Self {
        Self(ChannelKind::ALL.map(|kind| Channel::new(rtc, kind, budget)))
    }

    /// The kind of this channel.
    pub(super) fn kind(&self, id: ChannelId) -> Option<ChannelKind> {
        Some(self.0.iter().find(|channel| channel.id == id)?.kind)
    }

    pub(super) fn opened(&mut self, rtc: &mut Rtc, id: ChannelId) {
        let Some(channel) = self.0.iter_mut().find(|channel| channel.id == id) else { return };
        channel.is_open = true;
        if let Some(mut opened) = rtc.channel(id) {
            opened.set_buffered_amount_low_threshold(LOW_BYTES);
        }
        channel.flush(rtc);
    }

    /// Sends queued messages that fit into this channel.
    pub(super) fn flush(&mut self, rtc: &mut Rtc, id: ChannelId) {
        if let Some(channel) = self.0.iter_mut().find(|channel| channel.id == id) {
            channel.flush(rtc);
        }
    }

    /// Sends a message of `from`. If there is no room it is queued, or dropped if it is unreliable. Returns whose reliable
    /// messages were dropped.
    pub(super) fn send(
        &mut self,
        rtc: &mut Rtc,
        kind: ChannelKind,
        from: &str,
        is_binary: bool,
        message: &[u8],
    ) -> BTreeSet<String> {
        let channel = self.0.iter_mut().find(|channel| channel.kind == kind);
        match channel.zip((Routed { peer: from, is_binary, message }).encode()) {
            Some((channel, bytes)) => channel.send(rtc, from, bytes),
            None => BTreeSet::new(),
        }
    }
}

#[derive(Debug)]
struct Channel {
    kind: ChannelKind,
    id: ChannelId,
    is_open: bool,
    waiting: Backlog,
    /// Whether the last message was dropped for lack of room.
    loses: bool,
}

impl Channel {
    fn new(rtc: &mut Rtc, kind: ChannelKind, budget: &Budget) -> Self {
        let is_reliable = kind.is_reliable();
        let config = ChannelConfig {
            label: kind.label().to_owned(),
            negotiated: Some(kind.id()),
            ordered: is_reliable,
            reliability: if is_reliable {
                Reliability::Reliable
            } else {
                Reliability::MaxRetransmits { retransmits: 0 }
            },
            ..ChannelConfig::default()
        };
        let id = rtc.direct_api().create_data_channel(config);
        Self { kind, id, is_open: false, waiting: Backlog::new(budget), loses: false }
    }

    fn send(&mut self, rtc: &mut Rtc, from: &str, bytes: Vec<u8>) -> BTreeSet<String> {
        if !self.kind.is_reliable() {
            if !self.is_open || !write(rtc, self.id, &bytes) {
                debug!("no room for an unreliable message");
            }
            return BTreeSet::new();
        }
        let is_control = self.kind == ChannelKind::Files && bytes.len() <= CONTROL_BYTES;
        let reserve = if is_control { RESERVE_BYTES } else { 0 };
        let max = max_waiting_bytes(self.kind) + reserve;
        let losers = self.waiting.push(from, bytes, max, MAX_WAITING_OF_SENDER + reserve);
        let loses = !losers.is_empty();
        // Once, rather than for each of a flood.
        if loses && !self.loses {
            warn!(channel = self.kind.label(), "dropping messages for a client that does not read");
        }
        self.loses = loses;
        self.flush(rtc);
        losers
    }

    fn flush(&mut self, rtc: &mut Rtc) {
        while self.is_open
            && let Some(bytes) = self.waiting.front()
        {
            if !write(rtc, self.id, bytes) {
                return;
            }
            self.waiting.pop();
        }
    }
}

/// Messages beyond this are dropped for a client that falls behind. Of files there may be more: each honest sender is up to
/// 2 MiB ahead of its receiver (four files of half a mebibyte), so that several of them exceed 4 MiB without a fault, and a part
/// that is dropped interrupts its file.
fn max_waiting_bytes(kind: ChannelKind) -> usize {
    match kind {
        ChannelKind::Reliable | ChannelKind::Lossy => MAX_WAITING_OF_SENDER,
        ChannelKind::Files => 8 * MAX_WAITING_OF_SENDER,
    }
}

/// Returns whether there was room.
fn write(rtc: &mut Rtc, id: ChannelId, bytes: &[u8]) -> bool {
    let Some(mut channel) = rtc.channel(id) else { return false };
    if channel.buffered_amount() >= CAPACITY_BYTES {
        return false;
    }
    channel.write(true, bytes).unwrap_or_else(|error| {
        warn!(%error, "could not send a message");
        true
    })
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn control_messages_of_streams_pass_when_parts_do_not() {
        let mut rtc = Rtc::new(Instant::now());
        let mut channel = Channel::new(&mut rtc, ChannelKind::Files, &Budget::default());
        let mut send = |length| {
            channel.send(&mut rtc, "alice", vec![0; length]);
            !channel.loses
        };
        while send(64 * 1024) {}
        assert!((0..10).all(|_| send(50) && send(8 * 1024 + 100)), "credits and openings");
        assert!(!send(64 * 1024), "a part");
        let mut count = 0;
        while send(1024) {
            count += 1;
        }
        assert!(count <= 512, "there is a bound");
        assert!(channel.waiting.bytes() <= 5 * 1024 * 1024, "of one sender: {}", channel.waiting.bytes());
    }

    #[test]
    fn a_flood_for_a_slow_receiver_takes_nothing_from_another_sender() {
        for kind in [ChannelKind::Reliable, ChannelKind::Files] {
            let mut rtc = Rtc::new(Instant::now());
            let mut channel = Channel::new(&mut rtc, kind, &Budget::default());
            for _ in 0..1_000 {
                channel.send(&mut rtc, "mallory", vec![b'm'; 60_000]);
            }
            for _ in 0..10 {
                channel.send(&mut rtc, "alice", vec![b'a'; 60_000]);
                channel.send(&mut rtc, "mallory", vec![b'm'; 60_000]);
            }
            let mut arrived = 0;
            while let Some([sender, ..]) = channel.waiting.front() {
                arrived += usize::from(*sender == b'a');
                channel.waiting.pop();
            }
            assert_eq!(arrived, 10, "{kind:?}");
        }
    }
}
