//! The data channel of one client, and what waits to be sent on it.

use std::collections::VecDeque;

use moim_protocol::{Channel as ChannelKind, Routed};
use str0m::{
    Rtc,
    channel::{ChannelConfig, ChannelId},
};
use tracing::warn;

/// A client that falls this far behind loses what is more.
const MAX_WAITING_BYTES: usize = 8 * 1024 * 1024;

#[derive(Debug)]
pub(super) struct Channel {
    id: ChannelId,
    is_open: bool,
    waiting: VecDeque<Vec<u8>>,
    waiting_bytes: usize,
}

impl Channel {
    /// The client creates it with the same id, so neither announces it.
    pub(super) fn new(rtc: &mut Rtc) -> Self {
        let config = ChannelConfig {
            label: "moim".to_owned(),
            negotiated: Some(ChannelKind::Reliable.id()),
            ..ChannelConfig::default()
        };
        let id = rtc.direct_api().create_data_channel(config);
        Self { id, is_open: false, waiting: VecDeque::new(), waiting_bytes: 0 }
    }

    pub(super) fn opened(&mut self, rtc: &mut Rtc) {
        self.is_open = true;
        if let Some(mut channel) = rtc.channel(self.id) {
            channel.set_buffered_amount_low_threshold(64 * 1024);
        }
        self.flush(rtc);
    }

    /// Sends a message of `from`, or keeps it until there is room.
    pub(super) fn send(&mut self, rtc: &mut Rtc, from: &str, is_binary: bool, message: &[u8]) {
        let Some(bytes) = (Routed { peer: from, is_binary, message }).encode() else { return };
        if self.waiting_bytes + bytes.len() > MAX_WAITING_BYTES {
            warn!("lost a message for a client that does not read");
            return;
        }
        self.waiting_bytes += bytes.len();
        self.waiting.push_back(bytes);
        self.flush(rtc);
    }

    /// Sends what waits, as far as there is room.
    pub(super) fn flush(&mut self, rtc: &mut Rtc) {
        if !self.is_open {
            return;
        }
        let Some(mut channel) = rtc.channel(self.id) else { return };
        while let Some(bytes) = self.waiting.front() {
            match channel.write(true, bytes) {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => warn!(%error, "lost a message"),
            }
            self.waiting_bytes -= bytes.len();
            self.waiting.pop_front();
        }
    }
}
