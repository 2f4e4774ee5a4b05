//! The data channels of one client, and their send queues.

use moim_protocol::{Channel as ChannelKind, Routed};
use str0m::{
    Rtc,
    channel::{ChannelConfig, ChannelId, Reliability},
};
use tracing::warn;

use super::{backlog::Backlog, budget::Budget};

/// Bytes passed to SCTP per channel at a time. All channels share one queue there, so this is also how much data a
/// message can be behind.
const CAPACITY_BYTES: usize = 64 * 1024;
/// The threshold below which a channel accepts more. Less than its limit, so that a full channel crosses it.
const LOW_BYTES: usize = CAPACITY_BYTES / 2;
/// Enough for every channel to be full, plus one message of maximum size (256 KiB).
pub(super) const MAX_BUFFERED_BYTES: usize = 1024 * 1024;

/// The channels of one client, one of each kind, and the messages that wait for them.
#[derive(Debug)]
pub(super) struct Channels {
    channels: [Channel; ChannelKind::ALL.len()],
    waiting: Backlog,
    /// Whether the last message was dropped for lack of room.
    loses: bool,
}

/// What was dropped to send a message.
#[derive(Debug, Default)]
pub(super) struct Dropped {
    /// The number of messages.
    pub(super) count: u64,
    /// The senders of reliable ones.
    pub(super) losers: Vec<String>,
}

impl Channels {
    /// The client creates them with the same ids, so they are not announced.
    pub(super) fn new(rtc: &mut Rtc, budget: &Budget) -> Self {
        let channels = ChannelKind::ALL.map(|kind| Channel::new(rtc, kind));
        Self { channels, waiting: Backlog::new(budget), loses: false }
    }

    /// The kind of this channel.
    pub(super) fn kind(&self, id: ChannelId) -> Option<ChannelKind> {
        Some(self.channels.iter().find(|channel| channel.id == id)?.kind)
    }

    pub(super) fn opened(&mut self, rtc: &mut Rtc, id: ChannelId) {
        let Some(channel) = self.channels.iter_mut().find(|channel| channel.id == id) else { return };
        channel.is_open = true;
        if let Some(mut opened) = rtc.channel(id) {
            opened.set_buffered_amount_low_threshold(LOW_BYTES);
        }
        self.flush(rtc, id);
    }

    /// Sends queued messages that fit into this channel.
    pub(super) fn flush(&mut self, rtc: &mut Rtc, id: ChannelId) {
        let Some(channel) = self.channels.iter().find(|channel| channel.id == id) else { return };
        while channel.is_open
            && let Some(bytes) = self.waiting.front(channel.kind)
        {
            if !write(rtc, id, bytes) {
                return;
            }
            self.waiting.pop(channel.kind);
        }
    }

    /// Sends a message of `from`. If there is no room it is queued, or dropped if it is unreliable.
    pub(super) fn send(
        &mut self,
        rtc: &mut Rtc,
        kind: ChannelKind,
        from: &str,
        is_binary: bool,
        message: &[u8],
    ) -> Dropped {
        let channel = self.channels.iter().find(|channel| channel.kind == kind);
        let bytes = (Routed { peer: from, is_binary, message }).encode();
        let (Some(&Channel { id, is_open, .. }), Some(bytes)) = (channel, bytes) else {
            return Dropped::default();
        };
        if !kind.is_reliable() {
            let is_sent = is_open && write(rtc, id, &bytes);
            return Dropped { count: u64::from(!is_sent), losers: Vec::new() };
        }
        let losses = self.waiting.push(kind, from, bytes);
        let loses = !losses.is_empty();
        // Once, rather than for each of a flood.
        if loses && !self.loses {
            warn!(channel = kind.label(), "dropping messages for a client that does not read");
        }
        self.loses = loses;
        self.flush(rtc, id);
        Dropped { count: losses.values().sum(), losers: losses.into_keys().collect() }
    }
}

#[derive(Debug)]
struct Channel {
    kind: ChannelKind,
    id: ChannelId,
    is_open: bool,
}

impl Channel {
    fn new(rtc: &mut Rtc, kind: ChannelKind) -> Self {
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
        Self { kind, id, is_open: false }
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
