//! Mixes like `www/mixer.js`: a picture for everyone, and an audio track for each listener.

use std::collections::BTreeSet;

use moim::model::{
    MediaKind, ParticipantId, Profile, Publication, PublicationId, Role, Timestamp, TrackSource,
};

use super::Client;

pub(crate) const PICTURE: &str = "picture";

/// The publication for one listener.
pub(crate) fn sound_for(listener: &ParticipantId) -> PublicationId {
    PublicationId(format!("sound for {listener}"))
}

impl Client {
    pub(super) fn publish_picture(&mut self, now: Timestamp) {
        let (kind, source) = (MediaKind::Video, TrackSource::Custom);
        self.session.publish(Publication { id: PICTURE.into(), kind, source, muted: false, to: None }, now);
    }

    /// Updates to the current participants and videos.
    pub(super) fn mix(&mut self, now: Timestamp) {
        let people = self.view.participants.values().filter(|other| other.role != Role::Mixer);
        let listeners: Vec<_> = people.map(|listener| listener.id.clone()).collect();
        let wanted: BTreeSet<_> = listeners.iter().map(sound_for).chain([PICTURE.into()]).collect();
        let published: BTreeSet<_> =
            self.session.publications().iter().map(|publication| publication.id.clone()).collect();
        for gone in published.difference(&wanted) {
            self.session.unpublish(gone, now);
        }
        for listener in listeners {
            let (id, kind, source) = (sound_for(&listener), MediaKind::Audio, TrackSource::Custom);
            self.session.publish(Publication { id, kind, source, muted: false, to: Some(listener) }, now);
        }
        let shown: BTreeSet<_> = self.view.tracks.keys().map(|(owner, _)| owner.as_str()).collect();
        let metadata = shown.into_iter().collect::<Vec<_>>().join(" ");
        if self.view.joined && self.session.profile().metadata != metadata {
            self.session.update(Profile { metadata, ..self.session.profile().clone() });
        }
    }
}
