//! How a publication is sent over a connection of a room: its codec, bit rate and resolution.

use std::cell::Cell;
use std::rc::Rc;

use web_sys::{MediaStreamTrack, RtcRtpTransceiver};

use super::peer_connection::{Attached, SendParameters, Sender, SenderState, set_codec_preferences};
use super::room_sections::codecs;
use super::track::kind_of;
use crate::engine::codec::{Codec, preferred};
use crate::engine::connection::Limit;
use crate::engine::quality::Relief;
use crate::error::{Error, Result};
use crate::model::{LinkProfile, MediaKind, TrackSource};
use crate::options::PublishOptions;

/// The codec that is the cheapest to encode, among those of every browser.
const CHEAP_CODEC: &str = "video/VP8";

/// The application's options for sending a publication.
#[derive(Clone, Debug, Default)]
pub(crate) struct SendSettings {
    codec: Option<String>,
    max_bitrate: Option<u32>,
}

impl SendSettings {
    /// Resolves the options.
    ///
    /// # Errors
    /// `Unsupported` for a codec that the browser cannot send.
    pub(crate) fn new(options: &PublishOptions, kind: MediaKind) -> Result<Self> {
        if let Some(codec) = &options.codec
            && !Sender::capabilities(kind)?.codecs.iter().any(|known| known.is(codec))
        {
            return Err(Error::Unsupported { feature: "the requested codec" });
        }
        Ok(Self { codec: options.codec.clone(), max_bitrate: options.max_bitrate })
    }

    fn is_default(&self) -> bool {
        self.codec.is_none() && self.max_bitrate.is_none()
    }

    /// The codecs to offer, the application's first. `None` leaves a new transceiver unchanged.
    fn offered(&self, profile: &LinkProfile, kind: MediaKind, is_used: bool) -> Option<Vec<Codec>> {
        match &self.codec {
            Some(codec) => preferred(codecs(profile, kind), &[codec]).ok(),
            None if !profile.codecs.is_empty() => Some(codecs(profile, kind)),
            None => is_used.then(Vec::new),
        }
    }

    fn apply(&self, parameters: &mut SendParameters, agreed: &[Codec]) {
        if let Some(codec) = self.agreed(agreed) {
            for encoding in &mut parameters.encodings {
                encoding.codec = Some(codec.clone());
            }
        }
        let largest = parameters.encodings.iter_mut().min_by(|one, other| {
            let scale = |divisor: Option<f64>| divisor.unwrap_or(1.0);
            scale(one.scale_resolution_down_by).total_cmp(&scale(other.scale_resolution_down_by))
        });
        if let (Some(encoding), Some(max_bitrate)) = (largest, self.max_bitrate) {
            encoding.max_bitrate = Some(max_bitrate);
        }
    }

    /// The wanted codec, if it was negotiated.
    fn agreed<'a>(&self, agreed: &'a [Codec]) -> Option<&'a Codec> {
        self.codec.as_ref().and_then(|wanted| agreed.iter().find(|codec| codec.is(wanted)))
    }
}

/// A publication that is being sent.
#[derive(Debug)]
pub(super) struct SentTrack {
    pub(super) transceiver: RtcRtpTransceiver,
    sender: Rc<SenderState>,
    settings: SendSettings,
    limit: Cell<Limit>,
    source: TrackSource,
    relief: Cell<Relief>,
    /// The sender has the parameters of this publication, and no others.
    is_applied: Cell<bool>,
    has_codec: Cell<bool>,
}

impl SentTrack {
    pub(super) fn new(
        attached: Attached,
        settings: SendSettings,
        limit: Limit,
        profile: &LinkProfile,
        source: TrackSource,
    ) -> Rc<Self> {
        let Attached { transceiver, sender, is_used } = attached;
        let kind = kind_of(&transceiver.receiver().track());
        if let Some(order) = settings.offered(profile, kind, is_used) {
            // A browser that cannot set codec preferences here may accept the codec later.
            let _ = set_codec_preferences(&transceiver, &order);
        }
        let is_applied = !is_used && settings.is_default() && limit == Limit::default();
        Rc::new(Self {
            transceiver,
            sender,
            has_codec: Cell::new(settings.codec.is_none()),
            settings,
            limit: Cell::new(limit),
            source,
            relief: Cell::default(),
            is_applied: Cell::new(is_applied),
        })
    }

    /// Limits what is sent, from the next [`settle`](Self::settle) on.
    pub(super) fn set_limit(&self, limit: Limit) {
        if self.limit.replace(limit) != limit {
            self.is_applied.set(false);
        }
    }

    /// Limits what is sent because of the CPU, from the next [`settle`](Self::settle) on.
    pub(super) fn relieve(&self, relief: Relief) {
        if self.relief.replace(relief) != relief {
            self.is_applied.set(false);
        }
    }

    /// Replaces the sent track, without renegotiation. The promise fails only if the connection is
    /// closed or the track was not validated; both are reported elsewhere.
    pub(super) fn replace(&self, track: &MediaStreamTrack) {
        drop(self.sender.replace(Some(Clone::clone(track)), None));
        // The scale factor for a height depends on the track.
        self.is_applied.set(self.is_applied.get() && self.limit.get().max_height.is_none());
    }

    /// Sends a key frame if it is video, and if the browser can.
    pub(super) fn send_key_frame(&self) {
        if self.sender.track().is_some_and(|track| kind_of(&track) == MediaKind::Video) {
            self.sender.send_key_frame();
        }
    }

    /// Whether it is sent as wanted, as far as negotiated.
    pub(super) fn is_settled(&self) -> bool {
        let can_have_codec = || self.settings.agreed(&self.sender.agreed_codecs()).is_some();
        self.is_applied.get() && (self.has_codec.get() || !can_have_codec())
    }

    /// Applies the wanted parameters: nothing remains of another publication's.
    pub(super) async fn settle(self: Rc<Self>) -> Result<()> {
        self.is_applied.set(true);
        let change = || {
            let this = self.clone();
            self.sender.change(move |parameters, agreed| this.apply(parameters, agreed))
        };
        // A negotiation may have changed the parameters after they were read.
        let first = change().await;
        let settled = if first.is_err() { change().await } else { first };
        if settled.is_err() {
            self.is_applied.set(false);
        }
        settled
    }

    fn apply(&self, parameters: &mut SendParameters, agreed: &[Codec]) {
        self.sender.restore(parameters);
        self.settings.apply(parameters, agreed);
        self.has_codec.set(self.settings.codec.is_none() || self.settings.agreed(agreed).is_some());
        let Limit { wanted, max_height } = self.limit.get();
        let track = self.sender.track();
        let is_video = track.as_ref().is_none_or(|track| kind_of(track) == MediaKind::Video);
        let height = track.as_ref().and_then(|track| track.get_settings().get_height());
        let scale = match (height, max_height) {
            (Some(height), Some(max)) => (f64::from(height) / f64::from(max.max(1))).max(1.0),
            _ => 1.0,
        };
        let relief = self.relief.get();
        let scale = if self.source == TrackSource::Screen { scale } else { scale * relief.scale_down_by };
        let cheap = agreed.iter().find(|codec| relief.cheap_codec && codec.is(CHEAP_CODEC));
        for encoding in &mut parameters.encodings {
            encoding.active = wanted && !(is_video && max_height == Some(0));
            if is_video {
                encoding.scale_resolution_down_by =
                    Some(encoding.scale_resolution_down_by.unwrap_or(1.0) * scale);
                encoding.max_framerate = relief.max_framerate.or(encoding.max_framerate);
                encoding.codec = cheap.cloned().or(encoding.codec.take());
            }
        }
    }
}
