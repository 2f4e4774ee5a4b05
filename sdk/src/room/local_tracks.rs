//! The tracks that are published in a room.

use super::driver::Driver;
use super::event::RoomEvent;
use crate::model::{ParticipantId, PublicationId};
use crate::platform::send_settings::SendSettings;
use crate::platform::{ListenerGuard, LocalTrack, clock};

/// A published track. It is unpublished when it ends.
#[derive(Debug)]
pub(super) struct Published {
    track: LocalTrack,
    sending: SendSettings,
    _on_ended: ListenerGuard,
}

impl Driver {
    pub(super) fn add_local_track(&self, id: PublicationId, track: &LocalTrack, sending: SendSettings) {
        let (this, ended_id) = (self.this.clone(), id.clone());
        let on_ended = track.on_ended(move || {
            if let Some(driver) = this.upgrade() {
                driver.local_track_ended(&ended_id);
            }
        });
        let published = Published { track: track.clone(), sending, _on_ended: on_ended };
        self.local_tracks.borrow_mut().insert(id, published);
    }

    pub(super) fn replace_local_track(&self, id: &PublicationId, track: &LocalTrack) {
        let Some((_, sending)) = self.published(id) else { return };
        self.add_local_track(id.clone(), track, sending);
        let connections: Vec<_> = self.connections.borrow().values().cloned().collect();
        for connection in connections {
            connection.replace_track(id, track.as_raw());
        }
    }

    pub(super) fn remove_local_track(&self, id: &PublicationId) {
        self.local_tracks.borrow_mut().remove(id);
    }

    pub(super) fn local_track(&self, id: &PublicationId) -> Option<LocalTrack> {
        self.published(id).map(|(track, _)| track)
    }

    pub(super) fn published(&self, id: &PublicationId) -> Option<(LocalTrack, SendSettings)> {
        self.local_tracks.borrow().get(id).map(|known| (known.track.clone(), known.sending.clone()))
    }

    /// The publication of a track for this one, or for everyone.
    pub(super) fn publication_of(
        &self,
        track: &LocalTrack,
        to: Option<&ParticipantId>,
    ) -> Option<PublicationId> {
        let (tracks, session) = (self.local_tracks.borrow(), self.session.borrow());
        let of_track = |id: &PublicationId| tracks.get(id).is_some_and(|known| known.track == *track);
        let publication =
            session.publications().iter().find(|known| known.to.as_ref() == to && of_track(&known.id));
        publication.map(|publication| publication.id.clone())
    }

    fn local_track_ended(&self, id: &PublicationId) {
        self.remove_local_track(id);
        self.with_session(|session| session.unpublish(id, clock::now()));
        self.events.send(RoomEvent::LocalTrackEnded { publication_id: id.clone() });
    }
}
