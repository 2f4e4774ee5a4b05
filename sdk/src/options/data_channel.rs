//! Options of data channels: <https://www.w3.org/TR/webrtc/#dom-rtcdatachannelinit>.

use moim_protocol::{options, words};
use serde::{Deserialize, Serialize};

use super::{invalid, whole_number};
use crate::engine::framing::marked;
use crate::error::Result;

/// Options for creating a data channel. The defaults create a reliable, ordered channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(default, rename_all = "camelCase")]
pub struct DataChannelOptions {
    /// Whether messages arrive in the order in which they were sent. Default: true.
    pub ordered: bool,
    /// Milliseconds after which a lost message is no longer retransmitted. Cannot be combined with `maxRetransmits`.
    /// Default: none, the channel is reliable.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub max_packet_life_time: Option<u16>,
    /// How often a lost message is retransmitted. Cannot be combined with `maxPacketLifeTime`. Default: none, the
    /// channel is reliable.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub max_retransmits: Option<u16>,
    /// The subprotocol of the application. Default: empty.
    pub protocol: String,
    /// Whether both peers create the channel, with the same `id`, instead of announcing it in-band. Default: false.
    pub negotiated: bool,
    /// The channel's id, from 0 to 65534. Required for a negotiated channel, and invalid for others.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub id: Option<u16>,
    /// The channel's priority, where the browser supports it. Default: the browser's.
    pub priority: Option<DataChannelPriority>,
    /// Options for sending and receiving.
    pub messages: MessageOptions,
}

options! { DataChannelOptions {
    ordered: "ordered",
    max_packet_life_time: "maxPacketLifeTime",
    max_retransmits: "maxRetransmits",
    protocol: "protocol",
    negotiated: "negotiated",
    id: "id",
    priority: "priority",
    messages: "messages",
} }

impl Default for DataChannelOptions {
    fn default() -> Self {
        Self {
            ordered: true,
            max_packet_life_time: None,
            max_retransmits: None,
            protocol: String::new(),
            negotiated: false,
            id: None,
            priority: None,
            messages: MessageOptions::default(),
        }
    }
}

/// The priority of a channel: <https://www.w3.org/TR/webrtc-priority/>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum DataChannelPriority {
    /// Half the weight of `low`.
    VeryLow,
    /// The browsers' default.
    Low,
    /// Twice the weight of `low`.
    Medium,
    /// Four times the weight of `low`.
    High,
}

words! { DataChannelPriority { "very-low" VeryLow, "low" Low, "medium" Medium, "high" High, } }

/// Options for sending and receiving over a channel. Each peer has its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(default, rename_all = "camelCase")]
pub struct MessageOptions {
    /// Whether messages that exceed the connection's limit are fragmented. Both peers must agree: set it to false if
    /// the remote peer does not use moim. Default: true for a channel that is created locally; for a remote channel,
    /// according to its protocol.
    #[cfg_attr(feature = "js", tsify(type = "boolean | null"))]
    pub framing: Option<bool>,
    /// The longest message in bytes, sent or received, up to 1 GiB. Incomplete messages use at most twice
    /// this much memory. Default: 64 MiB.
    #[serde(deserialize_with = "whole_number::<1, LONGEST_MESSAGE, _>")]
    pub max_message_size: u32,
    /// Bytes in the browser's buffer above which `send` waits; at most 8 MiB. Default: 1 MiB.
    #[serde(deserialize_with = "whole_number::<1, HIGHEST_MARK, _>")]
    pub high_water_mark: u32,
    /// Bytes in the browser's buffer below which `send` continues. Default: 256 KiB.
    pub low_water_mark: u32,
    /// Bytes of received messages that are kept for reading before the oldest are dropped. At least one message is
    /// kept. Default: 64 MiB.
    pub max_unread: u32,
}

options! { MessageOptions {
    framing: "framing",
    max_message_size: "maxMessageSize" in (1, LONGEST_MESSAGE),
    high_water_mark: "highWaterMark" in (1, HIGHEST_MARK),
    low_water_mark: "lowWaterMark",
    max_unread: "maxUnread",
} }

impl Default for MessageOptions {
    fn default() -> Self {
        Self {
            framing: None,
            max_message_size: 64 << 20,
            high_water_mark: 1 << 20,
            low_water_mark: 256 << 10,
            max_unread: 64 << 20,
        }
    }
}

const LONGEST_MESSAGE: u32 = 1 << 30;
/// Chromium rejects a message that would exceed 16 MiB in its buffer.
const HIGHEST_MARK: u32 = 8 << 20;

impl DataChannelOptions {
    /// Validates the options. `DataChannel::create` does so too.
    ///
    /// # Errors
    /// `InvalidOptions`, with the member and what is expected.
    pub fn check(&self) -> Result<()> {
        if self.max_packet_life_time.is_some() && self.max_retransmits.is_some() {
            let detail = "maxPacketLifeTime and maxRetransmits are both given: a channel takes one of them";
            return invalid(detail.to_owned());
        }
        match (self.negotiated, self.id) {
            (true, None) => return invalid("a negotiated channel needs an id from 0 to 65534".to_owned()),
            (false, Some(_)) => {
                let detail = "id is given without negotiated: the browser chooses the id of other channels";
                return invalid(detail.to_owned());
            }
            (true, Some(u16::MAX)) => return invalid("id is 65535: expected 0 to 65534".to_owned()),
            _ => {}
        }
        if marked(&self.protocol).len() > usize::from(u16::MAX) {
            return invalid("protocol is too long: expected less than 64 KiB of UTF-8".to_owned());
        }
        self.messages.check()
    }

    /// Whether the channel is reliable and ordered.
    pub fn is_reliable_and_ordered(&self) -> bool {
        self.ordered && self.max_packet_life_time.is_none() && self.max_retransmits.is_none()
    }
}

impl MessageOptions {
    /// Validates the options. `DataChannel::from_raw` does so too.
    ///
    /// # Errors
    /// `InvalidOptions`, with the member and what is expected.
    pub fn check(&self) -> Result<()> {
        let Self { max_message_size, high_water_mark, low_water_mark, .. } = *self;
        if !(1..=LONGEST_MESSAGE).contains(&max_message_size) {
            return invalid(format!("maxMessageSize is {max_message_size}: expected 1 to {LONGEST_MESSAGE}"));
        }
        if !(1..=HIGHEST_MARK).contains(&high_water_mark) {
            return invalid(format!("highWaterMark is {high_water_mark}: expected 1 to {HIGHEST_MARK}"));
        }
        if low_water_mark >= high_water_mark {
            return invalid(format!(
                "lowWaterMark is {low_water_mark}: expected less than highWaterMark, {high_water_mark}"
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(change: impl FnOnce(&mut DataChannelOptions)) -> String {
        let mut options = DataChannelOptions::default();
        change(&mut options);
        options.check().unwrap_err().to_string()
    }

    #[test]
    fn the_defaults_are_fine() {
        assert_eq!(DataChannelOptions::default().check(), Ok(()));
    }

    #[test]
    fn what_does_not_go_together_is_named() {
        let both = refusal(|options| {
            options.max_retransmits = Some(0);
            options.max_packet_life_time = Some(100);
        });
        assert!(both.contains("maxPacketLifeTime") && both.contains("maxRetransmits"), "{both}");
        assert!(refusal(|options| options.negotiated = true).contains("needs an id"));
        assert!(refusal(|options| options.id = Some(1)).contains("negotiated"));
        let id = refusal(|options| (options.negotiated, options.id) = (true, Some(65535)));
        assert!(id.contains("65534"), "{id}");
        assert!(refusal(|options| options.protocol = "x".repeat(65535)).contains("protocol"));
    }

    #[test]
    fn numbers_out_of_range_are_named() {
        assert!(refusal(|options| options.messages.max_message_size = 0).contains("maxMessageSize"));
        assert!(refusal(|options| options.messages.high_water_mark = 9 << 20).contains("highWaterMark"));
        assert!(refusal(|options| options.messages.low_water_mark = 1 << 20).contains("lowWaterMark"));
    }
}
