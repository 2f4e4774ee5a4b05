//! Media sections to receive in; and those of a link where each sends or receives, never both.

use web_sys::{MediaStreamTrack, RtcRtpTransceiver, RtcRtpTransceiverDirection as Direction};

use super::peer_connection::{
    Attached, Encoding, Link, LocalStreams, Receiver, TrackOrKind, TransceiverDirection, TransceiverOptions,
    added, reuse, set_codec_preferences,
};
use super::track::kind_of;
use crate::engine::codec::Codec;
use crate::engine::simulcast::versions;
use crate::error::Result;
use crate::model::{LinkProfile, MediaKind, Sections, TrackSource};

/// Sends a track in a section that was used with the same encodings before, or in a new one.
pub(super) fn send(
    link: &Link,
    profile: &LinkProfile,
    streams: &LocalStreams,
    track: &MediaStreamTrack,
    source: TrackSource,
) -> Result<Attached> {
    let encodings = encodings(track, source, &profile.rids);
    let rids = || encodings.iter().filter_map(|encoding| encoding.rid.as_deref());
    let is_free = |transceiver: &RtcRtpTransceiver| {
        transceiver.direction() == Direction::Inactive
            && transceiver.receiver().track().kind() == track.kind()
            && link.senders().of(&transceiver.sender()).rids().eq(rids())
    };
    if let Some(transceiver) = link.transceivers().find(is_free) {
        return Ok(reuse(link, transceiver, track, streams.of(source)));
    }
    let options = TransceiverOptions {
        direction: TransceiverDirection::Sendonly,
        send_encodings: encodings,
        ..TransceiverOptions::default()
    };
    let init = options.to_raw()?;
    init.set_streams(&streams.array_of(source));
    Ok(added(link, link.add_transceiver(track, &init)?))
}

/// Adds sections to receive in, if there are too few.
pub(super) fn receive(link: &Link, profile: &LinkProfile, wanted: Sections) -> Result<()> {
    let options =
        TransceiverOptions { direction: TransceiverDirection::Recvonly, ..TransceiverOptions::default() };
    for (kind, wanted) in [(MediaKind::Audio, wanted.audio), (MediaKind::Video, wanted.video)] {
        let receives = |transceiver: &RtcRtpTransceiver| {
            matches!(transceiver.direction(), Direction::Recvonly | Direction::Sendrecv)
                && kind_of(&transceiver.receiver().track()) == kind
        };
        let present = link.transceivers().filter(receives).count();
        for _ in present..wanted {
            let transceiver = link.add_transceiver(&TrackOrKind::Kind(kind).to_raw(), &options.to_raw()?)?;
            if !profile.codecs.is_empty() {
                let _ = set_codec_preferences(&transceiver, &codecs(profile, kind));
            }
        }
    }
    Ok(())
}

/// The encodings from which the remote end chooses: a camera in several sizes; a screen in one, to stay legible. The
/// browser chooses the bit rate of each size.
fn encodings(track: &MediaStreamTrack, source: TrackSource, rids: &[String]) -> Vec<Encoding> {
    let settings = track.get_settings();
    let (Some(width), Some(height)) = (settings.get_width(), settings.get_height()) else {
        return Vec::new();
    };
    if source == TrackSource::Screen {
        return Vec::new();
    }
    let length = |pixels: i32| u32::try_from(pixels).unwrap_or_default();
    let versions = versions(length(width), length(height), rids);
    versions.into_iter().map(|(rid, scale)| Encoding::simulcast(rid, scale)).collect()
}

/// The browser's codecs without those that the remote end would ignore, to shorten the offer. A browser that does not
/// support codec preferences sends the longer offer.
pub(super) fn codecs(profile: &LinkProfile, kind: MediaKind) -> Vec<Codec> {
    let known = Receiver::capabilities(kind).map(|capabilities| capabilities.codecs).unwrap_or_default();
    let is_kept =
        |codec: &Codec| profile.codecs.is_empty() || profile.codecs.iter().any(|name| codec.is(name));
    known.into_iter().filter(is_kept).collect()
}
