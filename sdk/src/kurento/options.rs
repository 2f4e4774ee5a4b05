//! Options of the pipeline API.

use std::rc::Rc;

use moim_protocol::options;
use serde_json::{Map, Value};

use super::transport::KurentoTransport;
use crate::model::{IceServer, IceTransportPolicy, MediaKind};
use crate::platform::LocalTrack;
use crate::signaling::kurento::{KurentoMedia, Params};

/// How to reach a Kurento Media Server.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct KurentoOptions {
    /// A `ws:` or `wss:` URL, such as `wss://host:8433/kurento`, which may be relative to the page.
    pub url: String,
    /// What carries the messages instead of a WebSocket to `url`.
    pub transport: Option<Rc<dyn KurentoTransport>>,
}

impl KurentoOptions {
    /// A WebSocket to this URL.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), transport: None }
    }

    /// A transport of the application.
    pub fn with_transport(transport: Rc<dyn KurentoTransport>) -> Self {
        Self { url: String::new(), transport: Some(transport) }
    }
}

/// Options of a `WebRtcEndpoint`. They apply before its connection is negotiated: the server ignores later changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KurentoWebRtcOptions {
    /// Whether it has a data channel. Default: `false`.
    pub data_channels: bool,
    /// The most that the browser should send, in kbit/s; 0 for no limit. Default: the server's, 0.
    pub max_video_recv_kbps: Option<u32>,
    /// The least that the browser should send, in kbit/s. Default: the server's, 100.
    pub min_video_recv_kbps: Option<u32>,
    /// The most to send to the browser, in kbit/s. Default: the server's, 500.
    pub max_video_send_kbps: Option<u32>,
    /// The least to send to the browser, in kbit/s. Default: the server's, 100.
    pub min_video_send_kbps: Option<u32>,
    /// The most audio that the browser should send, in kbit/s. Default: the server's, no limit.
    pub max_audio_recv_kbps: Option<u32>,
    /// The IP address of the STUN server that the server uses. Default: as the server is configured.
    pub stun_server_address: Option<String>,
    /// Its port.
    pub stun_server_port: Option<u32>,
    /// The TURN server that the server uses: `user:password@address:port?transport=udp`.
    pub turn_url: Option<String>,
}

options! { KurentoWebRtcOptions {
    data_channels: "dataChannels",
    max_video_recv_kbps: "maxVideoRecvKbps",
    min_video_recv_kbps: "minVideoRecvKbps",
    max_video_send_kbps: "maxVideoSendKbps",
    min_video_send_kbps: "minVideoSendKbps",
    max_audio_recv_kbps: "maxAudioRecvKbps",
    stun_server_address: "stunServerAddress",
    stun_server_port: "stunServerPort",
    turn_url: "turnUrl",
} }

impl KurentoWebRtcOptions {
    /// The arguments of the server's constructor.
    pub(super) fn constructor(&self) -> Params {
        let mut options = Map::new();
        if self.data_channels {
            options.insert("useDataChannels".to_owned(), true.into());
        }
        options
    }

    /// The properties to set.
    pub(super) fn properties(&self) -> Vec<(&'static str, Value)> {
        let number = |name, value: Option<u32>| Some((name, Value::from(value?)));
        let text = |name, value: &Option<String>| Some((name, Value::from(value.clone()?)));
        let properties = [
            number("maxVideoRecvBandwidth", self.max_video_recv_kbps),
            number("minVideoRecvBandwidth", self.min_video_recv_kbps),
            number("maxVideoSendBandwidth", self.max_video_send_kbps),
            number("minVideoSendBandwidth", self.min_video_send_kbps),
            number("maxAudioRecvBandwidth", self.max_audio_recv_kbps),
            text("stunServerAddress", &self.stun_server_address),
            number("stunServerPort", self.stun_server_port),
            text("turnUrl", &self.turn_url),
        ];
        properties.into_iter().flatten().collect()
    }
}

/// Which media [`KurentoObject::connect`](super::KurentoObject::connect) means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KurentoConnectOptions {
    /// One kind of media. Default: all.
    pub media: Option<KurentoMedia>,
}

options! { KurentoConnectOptions { media: "media" } }

/// Options of the connection of this page to a `WebRtcEndpoint`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct KurentoLinkOptions {
    /// The tracks to send, at most one audio track and one video track. Default: none.
    pub send: Vec<LocalTrack>,
    /// The kinds of media to receive. Default: audio and video.
    pub receive: Vec<MediaKind>,
    /// STUN and TURN servers that the browser uses. Default: none.
    pub ice_servers: Vec<IceServer>,
    /// Which candidates the browser may use. Default: all.
    pub ice_transport_policy: IceTransportPolicy,
}

impl Default for KurentoLinkOptions {
    fn default() -> Self {
        Self {
            send: Vec::new(),
            receive: vec![MediaKind::Audio, MediaKind::Video],
            ice_servers: Vec::new(),
            ice_transport_policy: IceTransportPolicy::All,
        }
    }
}
