//! Two honest participants.

use std::net::SocketAddr;

use moim_protocol::ServerMessage;
use serde_json::json;

use crate::support::Client;

/// Alice and Bob, in their own room.
pub(crate) struct Pair {
    pub(crate) alice: Client,
    pub(crate) bob: Client,
    said: u32,
}

impl Pair {
    pub(crate) async fn join(server: SocketAddr) -> Self {
        Self::join_room(server, "parlour").await
    }

    pub(crate) async fn join_room(server: SocketAddr, room: &str) -> Self {
        let mut alice = Client::join(server, room, "Alice").await;
        let bob = Client::join(server, room, "Bob").await;
        assert!(matches!(alice.message().await, ServerMessage::Participant { .. }));
        Self { alice, bob, said: 0 }
    }

    /// Both receive this next: whether a participant is reconnecting, or `None` if it left.
    pub(crate) async fn hear(&mut self, id: &str, reconnecting: Option<bool>) {
        for end in [&mut self.alice, &mut self.bob] {
            let heard = match end.message().await {
                ServerMessage::Participant { participant, .. } => {
                    (participant.id.0, Some(participant.reconnecting))
                }
                ServerMessage::ParticipantLeft { participant_id, .. } => (participant_id.0, None),
                other => panic!("not of a participant: {other:?}"),
            };
            assert_eq!(heard, (id.to_owned(), reconnecting));
        }
    }

    /// Each sends this many messages to the other, and all of them arrive in order, and nothing else does.
    pub(crate) async fn talks(&mut self, times: u32) {
        for _ in 0..times {
            self.said += 1;
            tell(&mut self.alice, &mut self.bob, self.said).await;
            tell(&mut self.bob, &mut self.alice, self.said).await;
        }
    }
}

async fn tell(from: &mut Client, to: &mut Client, seq: u32) {
    from.send(&json!({ "type": "relay", "to": to.id, "payload": { "seq": seq } })).await;
    match to.message().await {
        ServerMessage::Relay { from: sender, payload } => {
            assert_eq!((sender.as_str(), payload.seq), (from.id.as_str(), seq));
        }
        other => panic!("not what the other one said: {other:?}"),
    }
}
