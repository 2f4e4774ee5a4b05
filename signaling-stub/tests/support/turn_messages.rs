//! What a TURN client says, and what it is answered.
#![allow(dead_code, unreachable_pub)] // each test file uses a part

use std::net::SocketAddr;

use turn_types::{
    attribute::{ChannelNumber, Data, Lifetime, RequestedTransport, XorPeerAddress, XorRelayedAddress},
    message::{ALLOCATE, CHANNEL_BIND, CREATE_PERMISSION, REFRESH, SEND},
    stun::{
        attribute::{ErrorCode, MessageIntegrity, Nonce, Realm, Username, XorMappedAddress},
        message::{
            BINDING, IntegrityAlgorithm, LongTermKeyCredentials, Message, MessageClass, MessageType,
            MessageWriteVec, Method, TransactionId,
        },
        prelude::{AttributeStaticType, AttributeWrite, MessageWrite, MessageWriteExt},
    },
};

/// Signs requests with credentials, once it knows a nonce.
#[derive(Clone, Debug)]
pub struct Signer {
    pub username: String,
    pub credential: String,
    pub nonce: Option<String>,
}

impl Signer {
    pub fn new((username, credential): (String, String)) -> Self {
        Self { username, credential, nonce: None }
    }

    pub fn allocate(&self) -> Vec<u8> {
        self.request(ALLOCATE, |_| vec![Box::new(RequestedTransport::new(RequestedTransport::UDP))])
    }

    pub fn allocate_tcp(&self) -> Vec<u8> {
        self.request(ALLOCATE, |_| vec![Box::new(RequestedTransport::new(RequestedTransport::TCP))])
    }

    pub fn refresh(&self, seconds: u32) -> Vec<u8> {
        self.request(REFRESH, |_| vec![Box::new(Lifetime::new(seconds))])
    }

    pub fn permit(&self, peers: &[SocketAddr]) -> Vec<u8> {
        let peers = peers.to_vec();
        self.request(CREATE_PERMISSION, |transaction| {
            let attribute =
                |peer| Box::new(XorPeerAddress::new(peer, transaction)) as Box<dyn AttributeWrite>;
            peers.into_iter().map(attribute).collect()
        })
    }

    pub fn bind(&self, channel: u16, peer: SocketAddr) -> Vec<u8> {
        self.request(CHANNEL_BIND, |transaction| {
            vec![Box::new(ChannelNumber::new(channel)), Box::new(XorPeerAddress::new(peer, transaction))]
        })
    }

    fn request(
        &self,
        method: Method,
        attributes: impl FnOnce(TransactionId) -> Vec<Box<dyn AttributeWrite>>,
    ) -> Vec<u8> {
        let transaction = TransactionId::generate();
        let kind = MessageType::from_class_method(MessageClass::Request, method);
        let mut request = Message::builder(kind, transaction, MessageWriteVec::new());
        for attribute in attributes(transaction) {
            // Several peers may be named, which the builder takes for a mistake.
            request.push_attribute_unchecked(&*attribute);
        }
        if let Some(nonce) = &self.nonce {
            let key =
                LongTermKeyCredentials::new(self.username.clone(), self.credential.clone(), "moim".into());
            request.add_attribute(&Username::new(&self.username).unwrap()).unwrap();
            request.add_attribute(&Realm::new("moim").unwrap()).unwrap();
            request.add_attribute(&Nonce::new(nonce).unwrap()).unwrap();
            request.add_message_integrity(&key.into(), IntegrityAlgorithm::Sha1).unwrap();
        }
        request.finish()
    }
}

pub fn binding() -> Vec<u8> {
    Message::builder_request(BINDING, MessageWriteVec::new()).finish()
}

/// A packet for a peer, without a channel.
pub fn send_indication(peer: SocketAddr, packet: &[u8]) -> Vec<u8> {
    let transaction = TransactionId::generate();
    let kind = MessageType::from_class_method(MessageClass::Indication, SEND);
    let mut indication = Message::builder(kind, transaction, MessageWriteVec::new());
    indication.add_attribute(&XorPeerAddress::new(peer, transaction)).unwrap();
    indication.add_attribute(&Data::new(packet)).unwrap();
    indication.finish()
}

/// A packet for the peer of a channel, padded.
pub fn channel_data(channel: u16, packet: &[u8]) -> Vec<u8> {
    let mut bytes = channel.to_be_bytes().to_vec();
    bytes.extend(u16::try_from(packet.len()).unwrap().to_be_bytes());
    bytes.extend(packet);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// What the server says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// 0 if it is no error.
    pub code: u16,
    pub nonce: Option<String>,
    pub relayed: Option<SocketAddr>,
    pub mapped: Option<SocketAddr>,
    pub lifetime: Option<u32>,
    pub is_signed: bool,
    /// A peer's packet, and who that is.
    pub data: Option<(SocketAddr, Vec<u8>)>,
    /// A peer's packet, and its channel.
    pub channel: Option<(u16, Vec<u8>)>,
}

pub fn answer(bytes: &[u8]) -> Answer {
    if bytes[0] >> 6 == 1 {
        let length = usize::from(u16::from_be_bytes([bytes[2], bytes[3]]));
        let channel = Some((u16::from_be_bytes([bytes[0], bytes[1]]), bytes[4..4 + length].to_vec()));
        return Answer { channel, ..Answer::default() };
    }
    let message = Message::from_bytes(bytes).unwrap();
    let transaction = message.transaction_id();
    let peer = message.attribute::<XorPeerAddress>().ok().map(|peer| peer.addr(transaction));
    let data = message.attribute::<Data<'_>>().ok().map(|data| data.data().to_vec());
    Answer {
        code: message.attribute::<ErrorCode>().map_or(0, |error| error.code()),
        nonce: message.attribute::<Nonce>().ok().map(|nonce| nonce.nonce().to_owned()),
        relayed: message.attribute::<XorRelayedAddress>().ok().map(|relayed| relayed.addr(transaction)),
        mapped: message.attribute::<XorMappedAddress>().ok().map(|mapped| mapped.addr(transaction)),
        lifetime: message.attribute::<Lifetime>().ok().map(|lifetime| lifetime.seconds()),
        is_signed: message.has_attribute(MessageIntegrity::TYPE),
        data: peer.zip(data),
        channel: None,
    }
}
