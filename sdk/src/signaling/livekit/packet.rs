//! `DataPacket`: what is sent over the data channels.

use std::collections::BTreeMap;

use super::wire::{Malformed, Value, Writer, each_field, message};
use crate::model::{RpcFailure, RpcResult};

/// A received packet. The server adds who has sent it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Packet {
    pub(super) identity: String,
    pub(super) sid: String,
    /// Whether it was sent to some participants only.
    pub(super) is_addressed: bool,
    /// The sender's number for a reliable packet, from 1. 0: it has none.
    pub(super) sequence: u32,
    pub(super) body: Body,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Body {
    /// `UserPacket`.
    User {
        topic: String,
        payload: Vec<u8>,
    },
    /// The text of a `ChatMessage`, as older clients send it.
    Chat(String),
    /// The beginning of a stream.
    Header(Header),
    Chunk {
        stream_id: String,
        index: u32,
        content: Vec<u8>,
    },
    /// The end of a stream.
    Trailer {
        stream_id: String,
    },
    /// `RpcRequest`.
    Call {
        id: String,
        method: String,
        payload: String,
        timeout_ms: u32,
    },
    /// `RpcResponse`.
    Response {
        id: String,
        result: RpcResult,
    },
    /// Any other.
    #[default]
    Other,
}

/// `DataStream.Header`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Header {
    pub(super) stream_id: String,
    pub(super) topic: String,
    pub(super) attributes: BTreeMap<String, String>,
    /// The whole content of a short stream, which has neither chunks nor a trailer.
    pub(super) content: Option<Vec<u8>>,
    pub(super) is_compressed: bool,
}

impl Packet {
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut packet = Self::default();
        each_field(bytes, &mut |field, value| {
            match field {
                4 => packet.identity = value.text()?,
                5 => packet.is_addressed = true,
                16 => packet.sequence = value.number(),
                17 => packet.sid = value.text()?,
                2 => packet.body = user(value)?,
                9 => packet.body = chat(value)?,
                10 => packet.body = call(value)?,
                12 => packet.body = response(value)?,
                13 => packet.body = Body::Header(header(value)?),
                14 => packet.body = chunk(value)?,
                15 => packet.body = trailer(value)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(packet)
    }
}

fn user(value: Value<'_>) -> Result<Body, Malformed> {
    let (mut topic, mut payload) = (String::new(), Vec::new());
    each_field(value.bytes(), &mut |field, value| {
        match field {
            2 => payload = value.bytes().to_vec(),
            4 => topic = value.text()?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(Body::User { topic, payload })
}

fn chat(value: Value<'_>) -> Result<Body, Malformed> {
    let (mut text, mut is_change) = (String::new(), false);
    each_field(value.bytes(), &mut |field, value| {
        match field {
            // Edited or deleted: it was shown before.
            3 | 5 => is_change = true,
            4 => text = value.text()?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(if is_change { Body::Other } else { Body::Chat(text) })
}

fn call(value: Value<'_>) -> Result<Body, Malformed> {
    let (mut id, mut method, mut payload, mut timeout_ms) = Default::default();
    each_field(value.bytes(), &mut |field, value| {
        match field {
            1 => id = value.text()?,
            2 => method = value.text()?,
            3 => payload = value.text()?,
            4 => timeout_ms = value.number(),
            _ => {}
        }
        Ok(())
    })?;
    Ok(Body::Call { id, method, payload, timeout_ms })
}

fn response(value: Value<'_>) -> Result<Body, Malformed> {
    let (mut id, mut result) = (String::new(), Ok(String::new()));
    each_field(value.bytes(), &mut |field, value| {
        match field {
            1 => id = value.text()?,
            2 => result = Ok(value.text()?),
            3 => result = Err(failure(value)?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(Body::Response { id, result })
}

fn failure(value: Value<'_>) -> Result<RpcFailure, Malformed> {
    let mut failure = RpcFailure::default();
    each_field(value.bytes(), &mut |field, value| {
        match field {
            1 => failure.code = value.number(),
            2 => failure.message = value.text()?,
            3 => failure.data = value.text()?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(failure)
}

fn header(value: Value<'_>) -> Result<Header, Malformed> {
    let mut header = Header::default();
    each_field(value.bytes(), &mut |field, value| {
        match field {
            1 => header.stream_id = value.text()?,
            3 => header.topic = value.text()?,
            8 => value.entry(&mut header.attributes)?,
            11 => header.content = Some(value.bytes().to_vec()),
            12 => header.is_compressed = value.is_true(),
            _ => {}
        }
        Ok(())
    })?;
    Ok(header)
}

fn chunk(value: Value<'_>) -> Result<Body, Malformed> {
    let (mut stream_id, mut index, mut content) = (String::new(), 0, Vec::new());
    each_field(value.bytes(), &mut |field, value| {
        match field {
            1 => stream_id = value.text()?,
            2 => index = value.number(),
            3 => content = value.bytes().to_vec(),
            _ => {}
        }
        Ok(())
    })?;
    Ok(Body::Chunk { stream_id, index, content })
}

fn trailer(value: Value<'_>) -> Result<Body, Malformed> {
    let mut stream_id = String::new();
    each_field(value.bytes(), &mut |field, value| {
        if field == 1 {
            stream_id = value.text()?;
        }
        Ok(())
    })?;
    Ok(Body::Trailer { stream_id })
}

/// The receiver and the way of a packet to send.
#[derive(Clone, Copy, Debug)]
pub(super) struct Envelope<'a> {
    /// None: everyone.
    pub(super) to: Option<&'a str>,
    pub(super) is_lossy: bool,
    pub(super) sequence: u32,
}

impl Envelope<'_> {
    fn seal(&self, fill: impl FnOnce(&mut Writer)) -> Vec<u8> {
        message(|out| {
            out.number(1, self.is_lossy);
            if let Some(to) = self.to {
                out.text(5, to);
            }
            fill(out);
            out.number(16, self.sequence);
        })
    }

    pub(super) fn user(&self, topic: &str, payload: &[u8]) -> Vec<u8> {
        self.seal(|out| {
            out.message(2, |out| {
                out.bytes(2, payload);
                out.text(4, topic);
            });
        })
    }

    pub(super) fn call(&self, id: &str, method: &str, payload: &str, timeout_ms: u32) -> Vec<u8> {
        self.seal(|out| {
            out.message(10, |out| {
                out.text(1, id);
                out.text(2, method);
                out.text(3, payload);
                out.number(4, timeout_ms);
                // The version of the format.
                out.number(5, 1_u32);
            });
        })
    }

    /// Says that a call has arrived.
    pub(super) fn acknowledgement(&self, id: &str) -> Vec<u8> {
        self.seal(|out| out.message(11, |out| out.text(1, id)))
    }

    pub(super) fn response(&self, id: &str, result: &RpcResult) -> Vec<u8> {
        self.seal(|out| {
            out.message(12, |out| {
                out.text(1, id);
                match result {
                    Ok(payload) => out.bytes(2, payload.as_bytes()),
                    Err(RpcFailure { code, message, data }) => out.message(3, |out| {
                        out.number(1, *code);
                        out.text(2, message);
                        out.text(3, data);
                    }),
                }
            });
        })
    }

    /// The beginning of a stream of text with this length in bytes.
    pub(super) fn header(&self, header: &Header, unix_ms: u64, length: usize) -> Vec<u8> {
        self.seal(|out| {
            out.message(13, |out| {
                out.text(1, &header.stream_id);
                out.number(2, unix_ms);
                out.text(3, &header.topic);
                out.text(4, "text/plain");
                out.number(5, length as u64);
                out.map(8, &header.attributes);
                out.message(9, |_| ());
            });
        })
    }

    pub(super) fn chunk(&self, stream_id: &str, index: u32, content: &[u8]) -> Vec<u8> {
        self.seal(|out| {
            out.message(14, |out| {
                out.text(1, stream_id);
                out.number(2, index);
                out.bytes(3, content);
            });
        })
    }

    pub(super) fn trailer(&self, stream_id: &str) -> Vec<u8> {
        self.seal(|out| out.message(15, |out| out.text(1, stream_id)))
    }
}
