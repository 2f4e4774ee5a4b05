//! The messages that a TURN server sends (RFC 8489, RFC 8656).

use std::net::SocketAddr;

use turn_types::{
    attribute::{Data, XorPeerAddress},
    channel::ChannelData,
    message::DATA,
    stun::{
        attribute::{AttributeType, ErrorCode, Nonce, Realm, UnknownAttributes},
        message::{
            IntegrityAlgorithm, IntegrityKey, Message, MessageClass, MessageHeader, MessageType,
            MessageWriteVec, StunWriteError, TransactionId,
        },
        prelude::{AttributeWrite, MessageWrite, MessageWriteExt},
    },
};

use super::REALM;

/// Why a request is rejected: an error code of the specification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Only the code.
    Code(u16),
    /// The code, and a nonce for the next request.
    Challenge(u16, String),
    /// The attributes that are not supported (420).
    Unknown(Vec<AttributeType>),
}

/// Whether the bytes are a STUN message, not channel data.
pub(super) fn is_stun(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|byte| byte >> 6 == 0)
}

/// Parses a STUN message. Its length, which the integrity does not cover and the codec does not verify, must match.
pub(super) fn parse(bytes: &[u8]) -> Option<Message<'_>> {
    let length = bytes.get(2..4)?.try_into().map(u16::from_be_bytes).ok()?;
    let message = Message::from_bytes(bytes).ok()?;
    (usize::from(length) + MessageHeader::LENGTH == bytes.len()).then_some(message)
}

/// Writes a success response.
pub(super) fn success(
    request: &Message<'_>,
    attributes: &[&dyn AttributeWrite],
    key: Option<&IntegrityKey>,
) -> Result<Vec<u8>, StunWriteError> {
    let mut reply = Message::builder_success(request, MessageWriteVec::new());
    for attribute in attributes {
        reply.add_attribute(*attribute)?;
    }
    sign(reply, key)
}

/// Writes an error response.
pub(super) fn refusal(
    request: &Message<'_>,
    refusal: &Refusal,
    key: Option<&IntegrityKey>,
) -> Result<Vec<u8>, StunWriteError> {
    let mut reply = Message::builder_error(request, MessageWriteVec::new());
    match refusal {
        Refusal::Code(code) => reply.add_attribute(&ErrorCode::builder(*code).build()?)?,
        Refusal::Challenge(code, nonce) => {
            reply.add_attribute(&ErrorCode::builder(*code).build()?)?;
            reply.add_attribute(&Realm::new(REALM)?)?;
            reply.add_attribute(&Nonce::new(nonce)?)?;
        }
        Refusal::Unknown(attributes) => {
            reply.add_attribute(&ErrorCode::builder(ErrorCode::UNKNOWN_ATTRIBUTE).build()?)?;
            reply.add_attribute(&UnknownAttributes::new(attributes))?;
        }
    }
    sign(reply, key)
}

fn sign(mut reply: MessageWriteVec, key: Option<&IntegrityKey>) -> Result<Vec<u8>, StunWriteError> {
    if let Some(key) = key {
        reply.add_message_integrity_with_key(key, IntegrityAlgorithm::Sha1)?;
    }
    reply.add_fingerprint()?;
    Ok(reply.finish())
}

/// Writes a packet from `peer` for a client without a channel to it.
pub(super) fn data_indication(peer: SocketAddr, packet: &[u8]) -> Result<Vec<u8>, StunWriteError> {
    let transaction = TransactionId::generate();
    let kind = MessageType::from_class_method(MessageClass::Indication, DATA);
    let mut indication =
        Message::builder(kind, transaction, MessageWriteVec::with_capacity(packet.len() + 64));
    indication.add_attribute(&XorPeerAddress::new(peer, transaction))?;
    indication.add_attribute(&Data::new(packet))?;
    Ok(indication.finish())
}

/// Writes a packet for a client with a channel to its sender. It is padded on TCP.
pub(super) fn channel_data(channel: u16, packet: &[u8], is_stream: bool) -> Vec<u8> {
    let mut bytes = vec![0; packet.len() + 4];
    ChannelData::new(channel, packet).write_into_unchecked(&mut bytes);
    if is_stream {
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    }
    bytes
}
