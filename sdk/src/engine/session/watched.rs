//! The tracks whose media should flow, for the quality monitor.

use super::Session;
use crate::engine::quality::WatchedTrack;
use crate::model::{MediaKind, ParticipantConnectionState};

impl Session {
    /// The remote publications that can be played, and whether media should flow.
    pub fn watched_tracks(&self) -> Vec<WatchedTrack> {
        let mut tracks = Vec::new();
        for (link, connection) in &self.connections {
            let was_connected = !matches!(
                connection.state(),
                ParticipantConnectionState::New | ParticipantConnectionState::Connecting
            );
            for (mid, slot) in connection.slots() {
                let (owner, id) = (&slot.participant_id, &slot.publication_id);
                let participant = self.roster.get(owner);
                let published = participant.into_iter().flat_map(|participant| &participant.publications);
                let Some(publication) = published.into_iter().find(|known| known.id == *id) else { continue };
                if !self.live.is_received_in(owner, id, mid) {
                    continue;
                }
                let is_paused =
                    publication.kind == MediaKind::Video && self.wishes.max_height(owner, id) == Some(0);
                tracks.push(WatchedTrack {
                    key: (owner.clone(), id.clone()),
                    kind: publication.kind,
                    link: link.clone(),
                    mid: mid.clone(),
                    is_expected: was_connected && !publication.muted && !is_paused,
                });
            }
        }
        tracks
    }
}
