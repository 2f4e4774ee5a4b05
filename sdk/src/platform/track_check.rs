//! Checks whether tracks can be mixed or recorded together.

use web_sys::{MediaStreamTrack, MediaStreamTrackState};

use super::track::kind_of;
use crate::error::{Error, Result};
use crate::model::MediaKind;

/// `owner` names the consumer, such as "a recording".
pub(super) fn check_tracks(tracks: &[MediaStreamTrack], owner: &str) -> Result<()> {
    let invalid = |detail| Err(Error::InvalidOptions { detail });
    if tracks.is_empty() {
        return invalid(format!("{owner} needs at least one track"));
    }
    if let Some(ended) = tracks.iter().find(|track| track.ready_state() == MediaStreamTrackState::Ended) {
        return invalid(format!(
            "{owner} cannot use the {} track `{}`: it has ended",
            ended.kind(),
            ended.label()
        ));
    }
    let pictures = tracks.iter().filter(|track| kind_of(track) == MediaKind::Video).count();
    if pictures > 1 {
        return invalid(format!(
            "{owner} takes one video track, and there are {pictures}: mix them with a Mixer"
        ));
    }
    Ok(())
}
