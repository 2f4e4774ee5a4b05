//! Messages for a server that has a format of its own for data.

use super::data::{DataMessage, Frame};
use crate::model::{Channel, DataContent, DataPacket, ParticipantId};

/// The message in a frame for a server, to be encoded by the backend.
pub(crate) fn packet_of(channel: Channel, frame: Frame) -> Option<DataPacket> {
    let (participant, frame) = frame.unrouted()?;
    let internal = match &frame {
        Frame::Text(text) => text.clone().into_bytes(),
        Frame::Binary(bytes) if channel == Channel::Files => bytes.clone(),
        Frame::Binary(_) => Vec::new(),
    };
    let content = match DataMessage::decode(frame) {
        Some(DataMessage::Chat { id, text, private, again }) => {
            DataContent::Chat { id, text, private, again }
        }
        Some(DataMessage::Data { topic, payload }) if channel != Channel::Files => {
            DataContent::Data { topic, payload }
        }
        Some(DataMessage::Call { id, method, payload, timeout_ms }) => {
            DataContent::Call { id, method, payload, timeout_ms }
        }
        Some(DataMessage::Response { id, result }) => DataContent::Response { id, result },
        _ => DataContent::Internal(internal),
    };
    let participant = (!participant.as_str().is_empty()).then_some(participant);
    Some(DataPacket { channel, participant, content })
}

/// The frame of a received message, as a server sends it.
pub(crate) fn frame_of(packet: DataPacket) -> Option<Frame> {
    let from: ParticipantId = packet.participant?;
    let frame = match packet.content {
        DataContent::Chat { id, text, private, again } => {
            DataMessage::Chat { id, text, private, again }.encode().ok()?
        }
        DataContent::Data { topic, payload } => DataMessage::Data { topic, payload }.encode().ok()?,
        DataContent::Call { id, method, payload, timeout_ms } => {
            DataMessage::Call { id, method, payload, timeout_ms }.encode().ok()?
        }
        DataContent::Response { id, result } => DataMessage::Response { id, result }.encode().ok()?,
        DataContent::Internal(bytes) if packet.channel == Channel::Files => Frame::Binary(bytes),
        DataContent::Internal(bytes) => Frame::Text(String::from_utf8(bytes).ok()?),
    };
    frame.routed(Some(&from)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RpcFailure;

    /// What a server passes on: the receiver is replaced by the sender.
    fn passed_on(channel: Channel, frame: &Frame, to: Option<&ParticipantId>) -> (ParticipantId, Frame) {
        let packet = packet_of(channel, frame.routed(to).unwrap()).unwrap();
        assert_eq!(packet.participant.as_ref(), to);
        let frame = frame_of(DataPacket { participant: Some("ana".into()), ..packet }).unwrap();
        frame.unrouted().unwrap()
    }

    #[test]
    fn every_message_arrives_as_it_was_sent() {
        let chat = DataMessage::Chat { id: 3, text: "hello".into(), private: true, again: true };
        let data = DataMessage::Data { topic: "t".into(), payload: vec![0, 255] };
        let (id, method) = ("c".to_owned(), "add".to_owned());
        let call = DataMessage::Call { id: id.clone(), method, payload: "[1]".into(), timeout_ms: 5 };
        let failure = RpcFailure { code: 7, message: "no".into(), data: "{}".into() };
        let refused = DataMessage::Response { id: id.clone(), result: Err(failure) };
        let response = DataMessage::Response { id, result: Ok("3".into()) };
        for message in
            [call, response, refused, chat, data, DataMessage::Receipt { id: 7 }, DataMessage::Mark { id: 8 }]
        {
            let frame = message.encode().unwrap();
            for to in [None, Some("bob".into())] {
                let received = passed_on(Channel::Reliable, &frame, to.as_ref());
                assert_eq!(received, ("ana".into(), frame.clone()));
            }
        }
        // A part of a file may look like data.
        let part = Frame::Binary(vec![1, 1, 65, 2]);
        assert_eq!(passed_on(Channel::Files, &part, Some(&"bob".into())), ("ana".into(), part));
    }

    #[test]
    fn what_is_no_message_is_dropped() {
        assert_eq!(packet_of(Channel::Reliable, Frame::Text("x".into())), None);
        let content = DataContent::Internal(vec![255]);
        let packet = DataPacket { channel: Channel::Lossy, participant: Some("a".into()), content };
        assert_eq!(frame_of(packet.clone()), None, "not UTF-8");
        assert_eq!(frame_of(DataPacket { channel: Channel::Files, participant: None, ..packet }), None);
    }
}
