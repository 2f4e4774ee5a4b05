//! Messages over LiveKit's data channels. What moim's clients say to each other, such as receipts, are user packets with topics
//! of moim's own; chat is a stream of text with the topic that LiveKit's components use.
//!
//! Reliable packets are numbered. After the connection was resumed, the server names the last one that it has, and those
//! after it are repeated; receivers drop what they have.

use std::collections::{BTreeMap, VecDeque};

use super::packet::{Body, Envelope, Header, Packet};
use super::texts::Texts;
use super::wire::Malformed;
use crate::collections::SortedMap;
use crate::model::{Channel, DataContent, DataPacket, ParticipantId, Timestamp};
use crate::pace::{MESSAGES, MESSAGES_PER_MS, Pace};

const CHAT_TOPIC: &str = "lk.chat";
/// Messages between two moim clients.
const INTERNAL_TOPIC: &str = "moim/internal";
/// Parts of files and streams between two moim clients.
const FILES_TOPIC: &str = "moim/files";
/// Attributes of a chat message: the sender's number for it, and whether it is a repetition.
const ID: &str = "moim.id";
const AGAIN: &str = "moim.again";
/// The length of a chunk, as in LiveKit's clients.
const CHUNK_BYTES: usize = 15_000;
/// The most bytes kept of sent packets. More than can be on their way.
const MAX_KEPT_BYTES: usize = 4 << 20;
/// The most callers whose calls are counted.
const MAX_CALLERS: usize = 512;
/// The most stays of which the last packet is known.
const MAX_STAYS: usize = 10_000;

#[derive(Default)]
pub(super) struct Data {
    own_sid: String,
    /// When this participant joined, as the server's clock says and as ours.
    joined_at: (u64, Timestamp),
    /// The number of streams so far.
    streams: u64,
    /// The number of the last reliable packet.
    sequence: u32,
    kept: VecDeque<(u32, Vec<u8>)>,
    kept_bytes: usize,
    /// The number of the last reliable packet of each stay.
    received: SortedMap<String, u32>,
    /// The calls that are acknowledged, by caller.
    calls: SortedMap<ParticipantId, Pace>,
    texts: Texts,
}

impl Data {
    /// A stay begins.
    pub(super) fn begin(&mut self, own_sid: &str, joined_at_s: u32, now: Timestamp) {
        *self = Self {
            own_sid: own_sid.to_owned(),
            joined_at: (u64::from(joined_at_s) * 1000, now),
            ..Self::default()
        };
    }

    /// The packets of a message, in order.
    pub(super) fn encode(&mut self, packet: DataPacket, now: Timestamp) -> Vec<Vec<u8>> {
        let DataPacket { channel, participant, content } = packet;
        let to = participant.as_ref().map(|participant| participant.as_str());
        let is_lossy = !channel.is_reliable();
        match content {
            DataContent::Chat { id, text, again, .. } => self.chat(to, id, &text, again, now),
            DataContent::Data { topic, payload } => vec![self.user(to, is_lossy, &topic, &payload)],
            DataContent::Call { id, method, payload, timeout_ms } => {
                vec![self.reliable(to, |it| it.call(&id, &method, &payload, timeout_ms))]
            }
            DataContent::Response { id, result } => vec![self.reliable(to, |it| it.response(&id, &result))],
            DataContent::Internal(payload) => {
                let topic = if channel == Channel::Files { FILES_TOPIC } else { INTERNAL_TOPIC };
                vec![self.user(to, is_lossy, topic, &payload)]
            }
        }
    }

    fn user(&mut self, to: Option<&str>, is_lossy: bool, topic: &str, payload: &[u8]) -> Vec<u8> {
        match is_lossy {
            true => Envelope { to, is_lossy, sequence: 0 }.user(topic, payload),
            false => self.reliable(to, |envelope| envelope.user(topic, payload)),
        }
    }

    /// What LiveKit's clients expect as soon as a call arrives. Calls beyond the rate of messages that a session processes get
    /// none: they wait there, or are dropped.
    pub(super) fn acknowledgement(&mut self, of: &DataPacket, now: Timestamp) -> Option<Vec<u8>> {
        let DataContent::Call { id, .. } = &of.content else { return None };
        let to = of.participant.as_ref()?;
        if self.calls.len() == MAX_CALLERS && !self.calls.contains_key(to) {
            self.calls.pop_first();
        }
        let pace = self.calls.get_or_insert_with(to.clone(), || Pace::new(MESSAGES, 1));
        pace.take(now * MESSAGES_PER_MS).ok()?;
        Some(self.reliable(Some(to.as_str()), |it| it.acknowledgement(id)))
    }

    fn chat(&mut self, to: Option<&str>, id: u32, text: &str, again: bool, now: Timestamp) -> Vec<Vec<u8>> {
        self.streams += 1;
        let stream_id = format!("{}/{}", self.own_sid, self.streams);
        let mut attributes = BTreeMap::from([(ID.to_owned(), id.to_string())]);
        if again {
            attributes.insert(AGAIN.to_owned(), "true".to_owned());
        }
        let header = Header {
            stream_id: stream_id.clone(),
            topic: CHAT_TOPIC.to_owned(),
            attributes,
            ..Header::default()
        };
        let (unix_ms, joined_at) = self.joined_at;
        let unix_ms = unix_ms + now.saturating_sub(joined_at);
        let mut packets = vec![self.reliable(to, |it| it.header(&header, unix_ms, text.len()))];
        for (index, chunk) in (0..).zip(chunks(text)) {
            packets.push(self.reliable(to, |it| it.chunk(&stream_id, index, chunk.as_bytes())));
        }
        packets.push(self.reliable(to, |it| it.trailer(&stream_id)));
        packets
    }

    fn reliable(&mut self, to: Option<&str>, seal: impl FnOnce(Envelope<'_>) -> Vec<u8>) -> Vec<u8> {
        self.sequence = self.sequence.wrapping_add(1);
        let packet = seal(Envelope { to, is_lossy: false, sequence: self.sequence });
        self.kept_bytes += packet.len();
        self.kept.push_back((self.sequence, packet.clone()));
        while self.kept_bytes > MAX_KEPT_BYTES {
            let Some((_, oldest)) = self.kept.pop_front() else { break };
            self.kept_bytes -= oldest.len();
        }
        packet
    }

    /// The reliable packets that the server does not have.
    pub(super) fn after(&mut self, sequence: u32) -> Vec<Vec<u8>> {
        self.kept.retain(|(number, _)| *number > sequence);
        self.kept_bytes = self.kept.iter().map(|(_, packet)| packet.len()).sum();
        self.kept.iter().map(|(_, packet)| packet.clone()).collect()
    }

    /// The message that a packet completes.
    pub(super) fn decode(&mut self, channel: Channel, bytes: &[u8]) -> Result<Option<DataPacket>, Malformed> {
        let Packet { identity, sid, is_addressed, sequence, body } = Packet::decode(bytes)?;
        // The server's own packets, which its API sends, are of nobody.
        if identity.is_empty() || !self.is_new(&sid, sequence) {
            return Ok(None);
        }
        let is_file = matches!(&body, Body::User { topic, .. } if topic == FILES_TOPIC);
        let channel = if is_file { Channel::Files } else { channel };
        let chat = |(header, text): (Header, String)| {
            let id = header.attributes.get(ID).and_then(|id| id.parse().ok()).unwrap_or_default();
            let again = header.attributes.contains_key(AGAIN);
            DataContent::Chat { id, text, private: is_addressed, again }
        };
        let content = match body {
            Body::User { payload, .. } if is_file => Some(DataContent::Internal(payload)),
            Body::User { topic, payload } if topic == INTERNAL_TOPIC => Some(DataContent::Internal(payload)),
            Body::User { topic, payload } => Some(DataContent::Data { topic, payload }),
            Body::Chat(text) => Some(chat((Header::default(), text))),
            Body::Header(header) if header.topic == CHAT_TOPIC => {
                self.texts.begin(&identity, header).map(chat)
            }
            Body::Chunk { stream_id, index, content } => {
                self.texts.continued(&identity, &stream_id, index, &content);
                None
            }
            Body::Trailer { stream_id } => self.texts.end(&identity, &stream_id).map(chat),
            Body::Call { id, method, payload, timeout_ms } => {
                Some(DataContent::Call { id, method, payload, timeout_ms })
            }
            Body::Response { id, result } => Some(DataContent::Response { id, result }),
            Body::Header(_) | Body::Other => None,
        };
        let participant = Some(identity.as_str().into());
        Ok(content.map(|content| DataPacket { channel, participant, content }))
    }

    fn is_new(&mut self, sid: &str, sequence: u32) -> bool {
        if sequence == 0 {
            return true;
        }
        if self.received.len() == MAX_STAYS && !self.received.contains_key(sid) {
            self.received.pop_first();
        }
        let last = self.received.get_or_insert_with(sid.to_owned(), || 0);
        let is_new = sequence > *last;
        *last = sequence.max(*last);
        is_new
    }

    /// Forgets the stays that are over.
    pub(super) fn retain(&mut self, is_present: impl Fn(&str) -> bool) {
        self.received.retain(|sid, _| is_present(sid));
    }

    /// The stays of which reliable packets were received, and the number of the last one.
    pub(super) fn received(&self) -> Vec<(&str, u32)> {
        self.received.iter().map(|(sid, last)| (sid.as_str(), *last)).collect()
    }
}

/// The parts of a text, none of which splits a character.
fn chunks(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = (0..=rest.len().min(CHUNK_BYTES)).rev().find(|end| rest.is_char_boundary(*end))?;
        let (chunk, after) = rest.split_at_checked(end)?;
        rest = after;
        (!chunk.is_empty()).then_some(chunk)
    })
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
