//! How a publication is sent over a connection of a room: its codec and its bit rate.

use std::cell::Cell;

use js_sys::Reflect;
use web_sys::{RtcRtpSender, RtcRtpTransceiver};

use super::peer_connection::{Receiver, SendParameters, Sender, change_parameters, set_codec_preferences};
use crate::engine::codec::{Codec, preferred};
use crate::error::{Error, Result};
use crate::model::MediaKind;
use crate::options::PublishOptions;

/// How the application wants a publication to be sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct SendSettings {
    codec: Option<String>,
    max_bitrate: Option<u32>,
}

impl SendSettings {
    /// Reads the options.
    ///
    /// # Errors
    /// `Unsupported` for a codec that the browser cannot send.
    pub(crate) fn new(options: &PublishOptions, kind: MediaKind) -> Result<Self> {
        if let Some(codec) = &options.codec
            && !Sender::capabilities(kind)?.codecs.iter().any(|known| known.is(codec))
        {
            return Err(Error::Unsupported { feature: "the codec that was asked for" });
        }
        Ok(Self { codec: options.codec.clone(), max_bitrate: options.max_bitrate })
    }

    /// Asks for the codec to be the first that both ends agree on. What a browser cannot say here, it may be told later.
    fn prefer(&self, transceiver: &RtcRtpTransceiver, kind: MediaKind) {
        let Some(codec) = &self.codec else { return };
        let available = Receiver::capabilities(kind).map(|capabilities| capabilities.codecs);
        let order = available.and_then(|available| preferred(available, &[codec]));
        let _ = order.and_then(|order| set_codec_preferences(transceiver, &order));
    }

    fn apply(&self, parameters: &mut SendParameters, agreed: &[Codec]) {
        let codec = self.codec.as_ref().and_then(|wanted| agreed.iter().find(|codec| codec.is(wanted)));
        if let Some(codec) = codec {
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
}

/// A publication that is being sent.
#[derive(Debug)]
pub(super) struct SentTrack {
    pub(super) transceiver: RtcRtpTransceiver,
    sending: SendSettings,
    is_settled: Cell<bool>,
}

impl SentTrack {
    pub(super) fn new(transceiver: RtcRtpTransceiver, sending: SendSettings) -> Self {
        let is_plain = sending.codec.is_none() && sending.max_bitrate.is_none();
        let kind = if transceiver.receiver().track().kind() == "audio" {
            MediaKind::Audio
        } else {
            MediaKind::Video
        };
        sending.prefer(&transceiver, kind);
        Self { transceiver, sending, is_settled: Cell::new(is_plain) }
    }

    /// Whether it is sent as the application wants it.
    pub(super) fn is_settled(&self) -> bool {
        self.is_settled.get()
    }

    /// Once the ends have agreed on codecs: sends as the application wants it.
    pub(super) async fn settle(&self) -> Result<()> {
        let sender = self.transceiver.sender();
        let agreed = agreed_codecs(&sender);
        if agreed.is_empty() {
            return Ok(());
        }
        self.is_settled.set(true);
        change_parameters(&sender, |parameters| self.sending.apply(parameters, &agreed)).await
    }
}

/// What may be sent with, as far as the ends have agreed.
fn agreed_codecs(sender: &RtcRtpSender) -> Vec<Codec> {
    let parameters = super::bindings::peer_connection::parameters(sender);
    let codecs = Reflect::get(&parameters, &"codecs".into()).ok();
    codecs.and_then(|codecs| serde_wasm_bindgen::from_value(codecs).ok()).unwrap_or_default()
}
