//! Determines the tiles of a call, with their participants and tracks.

use moim::yew::{Participant, Track};
use moim::{
    MediaKind, ParticipantConnectionState, ParticipantId, ParticipantQuality, PublicationId,
    RemoteParticipant, Role, TrackSource,
};

use super::people::has_hand_up;
use crate::hooks::{LocalMedia, MixPart};

/// What a tile shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Camera,
    Screen,
    /// All participants, as shown by a mixer.
    Mix,
    /// A track with a source unknown to this demo.
    Custom,
}

impl Source {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Camera => "camera",
            Self::Screen => "screen",
            Self::Mix => "mix",
            Self::Custom => "custom",
        }
    }
}

/// The data of a tile.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TileModel {
    /// The key, constant for the lifetime of the tile.
    pub(crate) key: String,
    /// The participant.
    pub(crate) name: String,
    pub(crate) own: bool,
    pub(crate) source: Source,
    pub(crate) picture: Option<Track>,
    /// The publication of the video, if it is remote.
    pub(crate) publication: Option<(ParticipantId, PublicationId)>,
    /// Whether the video shows anything.
    pub(crate) visible: bool,
    pub(crate) sound: Vec<Track>,
    /// Whether the microphone is off. Always false for screens.
    pub(crate) muted: bool,
    pub(crate) hand: bool,
    /// `None` for the user.
    pub(crate) connection: Option<ParticipantConnectionState>,
    /// `None` for the user.
    pub(crate) participant: Option<ParticipantId>,
    /// The quality of the call with the participant, on one of its tiles.
    pub(crate) quality: Option<ParticipantQuality>,
}

impl TileModel {
    /// The tracks to record.
    pub(crate) fn tracks(&self) -> Vec<Track> {
        self.picture.iter().chain(&self.sound).cloned().collect()
    }

    /// The receiver of files that are dropped on the tile. `None` for a mixer.
    pub(crate) fn receiver(&self) -> Option<&ParticipantId> {
        self.participant.as_ref().filter(|_| self.source != Source::Mix)
    }

    /// The tile's part in a recording of the room. A video that shows nothing is omitted.
    pub(crate) fn mix_part(&self, label: String) -> MixPart {
        let picture = self.picture.iter().filter(|_| self.visible);
        MixPart { key: self.key.clone(), label, tracks: picture.chain(&self.sound).cloned().collect() }
    }
}

/// The user's tiles, then those of the others in the order of joining.
pub(crate) fn tiles(
    name: &str,
    hand: bool,
    media: &LocalMedia,
    shared: Option<Vec<Track>>,
    participants: &[Participant],
    quality: Option<ParticipantQuality>,
) -> Vec<TileModel> {
    let mut tiles = vec![TileModel {
        key: "self/camera".to_owned(),
        name: name.to_owned(),
        own: true,
        source: Source::Camera,
        picture: media.camera.track(),
        publication: None,
        visible: media.camera.is_on(),
        sound: media.microphone.track().into_iter().collect(),
        muted: !media.microphone.is_on(),
        hand,
        connection: None,
        participant: None,
        quality,
    }];
    if let Some(shared) = shared {
        let (picture, sound): (Vec<_>, Vec<_>) =
            shared.into_iter().partition(|track| track.kind() == MediaKind::Video);
        tiles.push(TileModel {
            key: "self/screen".to_owned(),
            name: name.to_owned(),
            own: true,
            source: Source::Screen,
            picture: picture.into_iter().next(),
            publication: None,
            visible: true,
            sound,
            muted: false,
            hand: false,
            connection: None,
            participant: None,
            quality: None,
        });
    }
    // With a mixer, no other participant is shown.
    let mixers: Vec<_> =
        participants.iter().filter(|participant| participant.role() == Role::Mixer).collect();
    match mixers.as_slice() {
        [] => tiles.extend(participants.iter().flat_map(|participant| tiles_of(participant))),
        mixers => tiles.extend(mixers.iter().map(|mixer| mix_of(mixer))),
    }
    tiles
}

fn mix_of(mixer: &RemoteParticipant) -> TileModel {
    let of = |kind: MediaKind| mixer.tracks().into_iter().filter(move |track| track.kind() == kind);
    let picture: Option<Track> = of(MediaKind::Video).next().map(|track| (&track).into());
    TileModel {
        key: format!("{}/mix", mixer.id()),
        name: mixer.name(),
        own: false,
        source: Source::Mix,
        visible: picture.is_some(),
        picture,
        publication: None,
        sound: of(MediaKind::Audio).map(|track| (&track).into()).collect(),
        muted: false,
        hand: false,
        connection: Some(mixer.connection_state()),
        participant: Some(mixer.id().clone()),
        quality: mixer.quality(),
    }
}

fn tiles_of(participant: &RemoteParticipant) -> Vec<TileModel> {
    // The mute state is that of the publications, which exist before the tracks.
    let heard = |wanted: &[TrackSource]| -> Vec<Track> {
        participant
            .tracks()
            .iter()
            .filter(|track| track.kind() == MediaKind::Audio && wanted.contains(&track.source()))
            .map(|track| track.into())
            .collect()
    };
    let tile = |key: String, source: Source| TileModel {
        key: format!("{}/{key}", participant.id()),
        name: participant.name(),
        own: false,
        source,
        picture: None,
        publication: None,
        visible: false,
        sound: Vec::new(),
        muted: false,
        hand: false,
        connection: Some(participant.connection_state()),
        participant: Some(participant.id().clone()),
        quality: None,
    };
    let speaks = participant
        .publications()
        .iter()
        .any(|publication| publication.source() == TrackSource::Microphone && !publication.is_muted());
    let mut camera = TileModel {
        sound: heard(&[TrackSource::Microphone, TrackSource::Custom]),
        muted: !speaks,
        hand: has_hand_up(participant),
        quality: participant.quality(),
        ..tile("camera".to_owned(), Source::Camera)
    };
    let mut others = Vec::new();
    for track in participant.tracks().iter().filter(|track| track.kind() == MediaKind::Video) {
        let id = track.publication_id();
        let muted = participant
            .publications()
            .iter()
            .any(|publication| publication.id() == id && publication.is_muted());
        let picture = Some(track.into());
        let publication = Some((participant.id().clone(), id.clone()));
        match track.source() {
            TrackSource::Camera => {
                camera = TileModel { picture, publication, visible: !muted, ..camera };
            }
            TrackSource::Screen => others.push(TileModel {
                picture,
                visible: !muted,
                sound: heard(&[TrackSource::ScreenAudio]),
                ..tile(format!("screen/{id}"), Source::Screen)
            }),
            _ => others.push(TileModel {
                picture,
                visible: !muted,
                ..tile(format!("custom/{id}"), Source::Custom)
            }),
        }
    }
    let mut tiles = vec![camera];
    tiles.append(&mut others);
    tiles
}
