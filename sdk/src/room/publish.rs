//! Publishing, muting, replacing and unpublishing tracks.

use std::future::Future;

use web_sys::{MediaStream, MediaStreamTrack};

use super::Room;
use crate::error::{Error, Result};
use crate::model::{Feature, Publication, PublicationId, TrackSource};
use crate::options::PublishOptions;
use crate::platform::send_settings::SendSettings;
use crate::platform::{CameraOptions, LocalTrack, random_id};

/// Identifies a publication of this participant: by its id, or by the published track. A track that is published
/// several times, such as once for each of some participants, stands for all its publications in the room.
#[derive(Clone, Debug, PartialEq)]
pub enum PublicationRef {
    /// The publication with this id.
    Id(PublicationId),
    /// All publications of this track.
    Track(LocalTrack),
}

impl From<&PublicationId> for PublicationRef {
    fn from(id: &PublicationId) -> Self {
        Self::Id(id.clone())
    }
}

impl From<&LocalTrack> for PublicationRef {
    fn from(track: &LocalTrack) -> Self {
        Self::Track(track.clone())
    }
}

impl From<&MediaStreamTrack> for PublicationRef {
    fn from(track: &MediaStreamTrack) -> Self {
        Self::Track(track.into())
    }
}

impl Room {
    /// Publishes a track to everyone; it may be called before [`join`](Self::join), so that the track is published from
    /// the start. It is a [`LocalTrack`] or a [`MediaStreamTrack`]. Each call creates a publication with its own id. If
    /// the track is already published to the same participants, that publication ends, and the new one replaces it. A
    /// publication ends when its track does; while the track is disabled, the publication is muted.
    ///
    /// # Errors
    /// `InvalidState` if the room was left or the track has ended; `NotPermitted` if this participant's token does not
    /// permit the track's source. One that was published before the room was joined is unpublished then, with a
    /// [`RoomEvent::Warning`](crate::RoomEvent::Warning).
    pub async fn publish(&self, track: impl Into<LocalTrack>) -> Result<PublicationId> {
        self.publish_with(track, &PublishOptions::default()).await
    }

    /// [`publish`](Self::publish) with options, such as a single receiver.
    ///
    /// # Errors
    /// The errors of [`publish`](Self::publish); `InvalidOptions` for a codec of another kind of media or that the SFU
    /// does not forward, and a bit rate of 0; `Unsupported` for a codec that the browser cannot send.
    pub async fn publish_with(
        &self,
        track: impl Into<LocalTrack>,
        options: &PublishOptions,
    ) -> Result<PublicationId> {
        self.start_publishing(&track.into(), options)
    }

    /// Publishes each track of a stream, and returns the ids in the order of [`MediaStream::get_tracks`]. Tracks that
    /// are added to the stream later are not published. If one fails, none is published.
    ///
    /// # Errors
    /// The errors of [`publish_with`](Self::publish_with).
    pub async fn publish_stream(
        &self,
        stream: &MediaStream,
        options: &PublishOptions,
    ) -> Result<Vec<PublicationId>> {
        self.start_publishing_all(&LocalTrack::of_stream(stream), options)
    }

    /// Publishes all tracks, or none.
    pub(super) fn start_publishing_all(
        &self,
        tracks: &[LocalTrack],
        options: &PublishOptions,
    ) -> Result<Vec<PublicationId>> {
        let sending: Result<Vec<_>> = tracks.iter().map(|track| self.check(track, options)).collect();
        let checked = tracks.iter().zip(sending?);
        Ok(checked.map(|(track, sending)| self.publish_checked(track, options, sending)).collect())
    }

    pub(super) fn start_publishing(
        &self,
        track: &LocalTrack,
        options: &PublishOptions,
    ) -> Result<PublicationId> {
        let sending = self.check(track, options)?;
        Ok(self.publish_checked(track, options, sending))
    }

    /// Whether a track can be published, and how it is sent.
    fn check(&self, track: &LocalTrack, options: &PublishOptions) -> Result<SendSettings> {
        self.expect_not_left("publish")?;
        self.expect_supported(Feature::Publish)?;
        options.to.iter().try_for_each(|_| self.expect_supported(Feature::AddressedTracks))?;
        self.expect_permitted("publish", track.source())?;
        if track.is_ended() {
            return Err(Error::InvalidState { action: "publish", state: "the track has ended" });
        }
        options.check(track.kind(), &self.0.codecs)?;
        SendSettings::new(options, track.kind())
    }

    fn publish_checked(
        &self,
        track: &LocalTrack,
        options: &PublishOptions,
        sending: SendSettings,
    ) -> PublicationId {
        let id = self.next_id(track.source());
        let publication = Publication {
            id: id.clone(),
            kind: track.kind(),
            source: track.source(),
            muted: false,
            to: options.to.clone(),
        };
        self.driver().publish_track(publication, track, sending);
        id
    }

    /// Unique in the room, so that an application may use it as a key without the participant's id.
    fn next_id(&self, source: TrackSource) -> PublicationId {
        let random = u64::from_le_bytes(random_id::<8>());
        let id = PublicationId(format!("{}-{random:016x}", source.as_str()));
        self.0.issued.borrow_mut().insert(id.clone());
        id
    }

    /// Unpublishes a track. The track itself continues. Has no effect if the publication has already ended, and for a
    /// track that is not published.
    ///
    /// # Errors
    /// `InvalidState` if the room was left; `InvalidOptions` if there never was a publication with the id.
    pub async fn unpublish(&self, publication: impl Into<PublicationRef>) -> Result<()> {
        self.start_unpublishing(&publication.into())
    }

    pub(crate) fn start_unpublishing(&self, publication: &PublicationRef) -> Result<()> {
        let action = "unpublish";
        self.expect_not_left(action)?;
        if let PublicationRef::Id(id) = publication
            && !self.0.issued.borrow().contains(id)
        {
            return Err(no_publication(action, publication));
        }
        for id in self.named(publication) {
            self.driver().overrule_switch(&id, false);
            self.driver().unpublish_track(&id);
        }
        Ok(())
    }

    /// Sends another track of the same kind under the same publication, such as that of another camera. The publication
    /// stays muted if it was. If it has ended with its track, it is published again under the same id.
    ///
    /// # Errors
    /// `InvalidState` if the room was left or the track has ended; `InvalidOptions` if the publication does not exist
    /// or the kind differs.
    pub async fn replace_track(
        &self,
        publication: impl Into<PublicationRef>,
        track: impl Into<LocalTrack>,
    ) -> Result<()> {
        let track = track.into();
        let published = self.published("replace a track", &publication.into())?;
        if let Some((id, before)) = published.iter().find(|(_, before)| before.kind() != track.kind()) {
            let (before, new) = (before.kind().as_str(), track.kind().as_str());
            let detail =
                format!("cannot replace a track: the publication `{id}` is {before}, the new track {new}");
            return Err(Error::InvalidOptions { detail });
        }
        if track.is_ended() {
            return Err(Error::InvalidState { action: "replace a track", state: "the new track has ended" });
        }
        published.iter().for_each(|(id, _)| self.driver().replace_local_track(id, &track));
        Ok(())
    }

    /// Mutes or unmutes a publication. While it is muted, black or silence is sent, and the others see that it is
    /// muted. The track itself and its other publications are not affected. Unmuting enables a disabled track; its
    /// other publications stay muted. Unmuting a camera that [`set_camera_enabled`](Self::set_camera_enabled) has
    /// switched off switches it on.
    ///
    /// # Errors
    /// `InvalidState` if the room was left; `InvalidOptions` if the publication does not exist.
    pub async fn set_muted(&self, publication: impl Into<PublicationRef>, muted: bool) -> Result<()> {
        self.start_muting(&publication.into(), muted)?.await
    }

    /// Mutes or unmutes immediately. The future waits for a camera that must be opened first.
    pub(crate) fn start_muting(
        &self,
        publication: &PublicationRef,
        muted: bool,
    ) -> Result<impl Future<Output = Result<()>> + use<>> {
        let mut opening = None;
        for (id, track) in self.published("mute", publication)? {
            if !muted && self.driver().local_media.is_black(&track) {
                self.driver().local_media.name_camera(&id);
                opening = Some(self.set_camera_enabled(true, &CameraOptions::default()));
                continue;
            }
            self.driver().overrule_switch(&id, !muted);
            self.driver().mute(&id, muted);
        }
        Ok(async move {
            match opening {
                Some(opening) => opening.await.map(drop),
                None => Ok(()),
            }
        })
    }

    /// The referenced publications, with their tracks: at least one.
    fn published(
        &self,
        action: &'static str,
        publication: &PublicationRef,
    ) -> Result<Vec<(PublicationId, LocalTrack)>> {
        self.expect_not_left(action)?;
        let with_track = |id| self.driver().local_track(&id).map(|track| (id, track));
        let published: Vec<_> = self.named(publication).into_iter().filter_map(with_track).collect();
        if published.is_empty() { Err(no_publication(action, publication)) } else { Ok(published) }
    }

    fn named(&self, publication: &PublicationRef) -> Vec<PublicationId> {
        match publication {
            PublicationRef::Id(id) => vec![id.clone()],
            PublicationRef::Track(track) => self.driver().publications_of(track),
        }
    }
}

fn no_publication(action: &'static str, publication: &PublicationRef) -> Error {
    let detail = match publication {
        PublicationRef::Id(id) => format!("cannot {action}: there is no publication `{id}`"),
        PublicationRef::Track(_) => format!("cannot {action}: the track is not published in this room"),
    };
    Error::InvalidOptions { detail }
}
