//! The tracks that are published in a room. The reported state of a publication and what is sent for it are changed
//! here together, whatever the cause.

use super::driver::Driver;
use super::event::RoomEvent;
use crate::model::{Publication, PublicationId, TrackSource};
use crate::platform::send_settings::SendSettings;
use crate::platform::{ListenerGuard, LocalTrack, TrackChange, TrackWatch, clock};

/// A publication. If its track has ended it is unpublished; another track publishes it again.
#[derive(Debug)]
pub(super) struct Published {
    /// `muted` is the publication's own state, independent of the track's `enabled`.
    publication: Publication,
    track: LocalTrack,
    /// Sent in place of the track while the publication is muted. The track itself may be in use elsewhere.
    silence: Option<LocalTrack>,
    sending: SendSettings,
    /// Whether it was announced as muted.
    announced_muted: bool,
    has_ended: bool,
    _watch: TrackWatch,
    _on_ended: ListenerGuard,
}

impl Published {
    fn is_silent(&self) -> bool {
        self.publication.muted || !self.track.is_enabled()
    }

    fn sent(&self) -> LocalTrack {
        self.silence.clone().unwrap_or_else(|| self.track.clone())
    }
}

impl Driver {
    /// Publishes a track. It replaces the same track's publication for the same participants.
    pub(super) fn publish_track(&self, publication: Publication, track: &LocalTrack, sending: SendSettings) {
        let is_same = |known: &Published| known.track == *track && known.publication.to == publication.to;
        let before: Vec<_> = self.publications_where(is_same);
        let id = publication.id.clone();
        self.insert(publication, track, sending);
        for before in before {
            self.forget(&before);
            self.session.borrow_mut().unpublish(&before, clock::now());
        }
        self.announce(&id);
    }

    /// Ends a publication. Has no effect if it does not exist.
    pub(super) fn unpublish_track(&self, id: &PublicationId) {
        self.forget(id);
        self.with_session(|session| session.unpublish(id, clock::now()));
    }

    /// Replaces the track of a publication, which stays muted if it was. An ended one is published again.
    pub(super) fn replace_local_track(&self, id: &PublicationId, track: &LocalTrack) {
        let Some(before) = self.forget(id) else { return };
        let muted = before.is_silent();
        let publication = Publication { muted: false, ..before.publication };
        self.insert(publication, track, before.sending);
        if muted {
            self.set_own_mute(id, true);
        } else {
            self.send(id);
            self.announce(id);
        }
    }

    /// Mutes or unmutes a publication.
    pub(super) fn mute(&self, id: &PublicationId, muted: bool) {
        let Some(track) = self.local_track(id) else { return };
        if !muted && !track.is_enabled() {
            track.enable_for_one();
        }
        self.set_own_mute(id, muted);
    }

    /// Mutes a publication for a host. Returns whether that changes anything.
    pub(super) fn mute_for_host(&self, id: &PublicationId) -> bool {
        let was_turning = self.overrule_switch(id, false);
        let is_muted = self.local_tracks.borrow().get(id).is_none_or(|known| known.publication.muted);
        if !is_muted {
            self.set_own_mute(id, true);
        }
        was_turning || !is_muted
    }

    /// Updates the publications after changes made to the tracks directly.
    pub(super) fn check_local_tracks(&self) {
        let ended = self.publications_where(|known| !known.has_ended && known.track.is_ended());
        ended.iter().for_each(|id| self.local_track_ended(id));
        let differs = |known: &Published| !known.has_ended && known.announced_muted != known.is_silent();
        self.publications_where(differs).iter().for_each(|id| self.announce(id));
        self.check_shared();
    }

    pub(super) fn local_track(&self, id: &PublicationId) -> Option<LocalTrack> {
        self.local_tracks.borrow().get(id).map(|known| known.track.clone())
    }

    /// The publications of a track, including those that ended with it.
    pub(super) fn publications_of(&self, track: &LocalTrack) -> Vec<PublicationId> {
        self.publications_where(|known| known.track == *track)
    }

    /// The publications of a source for everyone, those included that have ended.
    pub(super) fn published_to_all(&self, source: TrackSource) -> Vec<PublicationId> {
        self.publications_where(|known| known.publication.source == source && known.publication.to.is_none())
    }

    /// Whether a publication is active, and not muted.
    pub(super) fn is_live(&self, id: &PublicationId) -> bool {
        let tracks = self.local_tracks.borrow();
        tracks.get(id).is_some_and(|known| !known.is_silent() && !known.track.is_ended())
    }

    /// The track that is sent for a publication, and its parameters.
    pub(super) fn sent(&self, id: &PublicationId) -> Option<(LocalTrack, SendSettings)> {
        self.local_tracks.borrow().get(id).map(|known| (known.sent(), known.sending.clone()))
    }

    fn publications_where(&self, holds: impl Fn(&Published) -> bool) -> Vec<PublicationId> {
        let tracks = self.local_tracks.borrow();
        tracks.iter().filter(|(_, known)| holds(known)).map(|(id, _)| id.clone()).collect()
    }

    fn insert(&self, publication: Publication, track: &LocalTrack, sending: SendSettings) {
        let id = publication.id.clone();
        let (this, changed) = (self.this.clone(), id.clone());
        let watch = track.watch(move |change| {
            if let Some(driver) = this.upgrade() {
                driver.local_track_changed(&changed, change);
            }
        });
        let (this, ended) = (self.this.clone(), id.clone());
        let on_ended = track.on_ended(move || {
            if let Some(driver) = this.upgrade() {
                driver.local_track_ended(&ended);
            }
        });
        let published = Published {
            publication,
            track: track.clone(),
            silence: None,
            sending,
            announced_muted: false,
            has_ended: false,
            _watch: watch,
            _on_ended: on_ended,
        };
        self.local_tracks.borrow_mut().insert(id, published);
    }

    pub(super) fn forget(&self, id: &PublicationId) -> Option<Published> {
        self.local_tracks.borrow_mut().remove(id)
    }

    /// The server has refused a publication. Nothing stays open for it that the room itself has opened.
    pub(super) fn publication_refused(&self, id: &PublicationId) {
        if let Some(refused) = self.forget(id) {
            self.local_media.stop_opened(&refused.track);
        }
    }

    fn local_track_changed(&self, id: &PublicationId, change: TrackChange) {
        match change {
            TrackChange::Enabled => self.announce(id),
            TrackChange::Hold => self.set_own_mute(id, true),
            TrackChange::Stopped => self.local_track_ended(id),
        }
    }

    fn local_track_ended(&self, id: &PublicationId) {
        let silence = match self.local_tracks.borrow_mut().get_mut(id) {
            Some(known) if !known.has_ended => {
                known.has_ended = true;
                known.silence.take()
            }
            _ => return,
        };
        drop(silence);
        self.with_session(|session| session.unpublish(id, clock::now()));
        self.events.send(RoomEvent::LocalTrackEnded { publication_id: id.clone() });
        self.check_shared();
    }

    fn set_own_mute(&self, id: &PublicationId, muted: bool) {
        let Some(track) = self.local_track(id) else { return };
        let silence = (muted && !track.is_ended()).then(|| track.silent_copy());
        let before = match self.local_tracks.borrow_mut().get_mut(id) {
            Some(known) => {
                known.publication.muted = muted;
                std::mem::replace(&mut known.silence, silence)
            }
            None => return,
        };
        self.send(id);
        self.announce(id);
        drop(before);
    }

    fn send(&self, id: &PublicationId) {
        let Some((track, _)) = self.sent(id) else { return };
        let connections: Vec<_> = self.connections.borrow().values().cloned().collect();
        for connection in connections {
            connection.replace_track(id, track.as_raw());
            self.settle(connection);
        }
    }

    fn announce(&self, id: &PublicationId) {
        let publication = match self.local_tracks.borrow_mut().get_mut(id) {
            Some(known) if !known.has_ended => {
                known.announced_muted = known.is_silent();
                Publication { muted: known.announced_muted, ..known.publication.clone() }
            }
            _ => return,
        };
        self.with_session(|session| session.publish(publication, clock::now()));
    }
}
