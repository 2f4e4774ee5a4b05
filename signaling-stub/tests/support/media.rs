//! What a client says to the SFU, without a WebRTC stack.
#![allow(dead_code, unreachable_pub)] // each test file uses a part

use std::net::SocketAddr;

use serde_json::{Value, json};
use turn_types::stun::{
    attribute::{AttributeType, RawAttribute, Username},
    message::{
        BINDING, IntegrityAlgorithm, Message, MessageClass, MessageType, MessageWriteVec,
        ShortTermCredentials, TransactionId,
    },
    prelude::{MessageWrite, MessageWriteExt},
};

/// Attributes of checks (RFC 8445, 16.1).
const PRIORITY: u16 = 0x0024;
const ICE_CONTROLLING: u16 = 0x802a;

/// An offer that str0m accepts.
pub fn offer(candidates: usize) -> Value {
    let mut sdp = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\n\
        a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\na=sctp-port:5000\r\n"
        .to_owned();
    sdp.push_str(&format!("a=fingerprint:sha-256 {}\r\n", ["AB"; 32].join(":")));
    for n in 0..candidates {
        sdp.push_str(&format!(
            "a=candidate:{n} 1 udp 2113937151 10.9.{}.{} 5000 typ host\r\n",
            n / 250,
            n % 250
        ));
    }
    json!({ "kind": "description", "description": { "type": "offer", "sdp": sdp }, "mids": {} })
}

/// What the SFU's answer says about ICE over TCP.
pub struct IceTcp {
    pub address: SocketAddr,
    username: String,
    pub password: String,
}

impl IceTcp {
    pub fn of(answer: &str) -> Self {
        let value = |name: &str| answer.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
        let candidate = answer.lines().find(|line| line.contains(" tcp ")).expect("a TCP candidate");
        let mut words = candidate.split(' ').skip(4);
        let address = format!("{}:{}", words.next().unwrap(), words.next().unwrap());
        let username = format!("{}:abcd", value("a=ice-ufrag:"));
        Self { address: address.parse().unwrap(), username, password: value("a=ice-pwd:") }
    }

    /// A check (RFC 8445) in a frame (RFC 4571).
    pub fn check(&self, password: &str) -> Vec<u8> {
        let kind = MessageType::from_class_method(MessageClass::Request, BINDING);
        let mut request = Message::builder(kind, TransactionId::generate(), MessageWriteVec::new());
        request.add_attribute(&Username::new(&self.username).unwrap()).unwrap();
        for (attribute, value) in [(PRIORITY, &[0, 0, 0, 1][..]), (ICE_CONTROLLING, &[1; 8])] {
            request.add_attribute(&RawAttribute::new(AttributeType::new(attribute), value)).unwrap();
        }
        let key = ShortTermCredentials::new(password.to_owned());
        request.add_message_integrity(&key.into(), IntegrityAlgorithm::Sha1).unwrap();
        request.add_fingerprint().unwrap();
        let request = request.finish();
        [&u16::try_from(request.len()).unwrap().to_be_bytes()[..], &request].concat()
    }
}
