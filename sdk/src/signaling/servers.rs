//! The table of the kinds of servers.

use std::fmt;

use moim_protocol::{options, words};
use serde::Deserialize;

use super::{Capabilities, LinkProfile, SignalingBackend, janus, livekit, native, whip};

/// What a room needs to know about a kind of server.
#[derive(Debug)]
pub(crate) struct Server {
    /// Which URLs lead to it.
    pub(crate) scheme: Scheme,
    /// The chunk that has its backend (`platform/chunk.rs`). None: the main module.
    pub(crate) chunk: Option<&'static str>,
    /// As [`SignalingBackend::capabilities`], and known without the chunk.
    pub(crate) capabilities: fn() -> Capabilities,
    /// Creates a backend. The chunk must be loaded, and the URL absolute.
    pub(crate) create: fn(ServerOptions) -> Box<dyn SignalingBackend>,
}

/// The scheme of a server's URL. Both may be given as either: `https:` stands for `wss:`, and `http:` for `ws:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// `wss:` or `ws:`.
    WebSocket,
    /// `https:` or `http:`.
    Http,
}

macro_rules! servers {
    ($($(#[$attribute:meta])* $variant:ident $word:literal => $server:expr,)+) => {
        /// A kind of server.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
        #[cfg_attr(feature = "js", derive(tsify::Tsify))]
        #[serde(rename_all = "lowercase")]
        #[non_exhaustive]
        pub enum ServerType { $($(#[$attribute])* $variant,)+ }

        words! { ServerType { $($word $variant,)+ } }

        impl ServerType {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name, as in `ServerOptions.type` in JavaScript.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            pub(crate) fn server(self) -> &'static Server {
                match self { $(Self::$variant => &$server,)+ }
            }
        }
    };
}

servers! {
    /// moim's own.
    #[default]
    Native "native" => native::SERVER,
    /// One to which tracks are published with WHIP (RFC 9725).
    Whip "whip" => whip::WHIP,
    /// One from which a stream is played with WHEP.
    Whep "whep" => whip::WHEP,
    /// [LiveKit](https://docs.livekit.io).
    LiveKit "livekit" => livekit::SERVER,
    /// The VideoRoom plugin of [Janus](https://janus.conf.meetecho.com).
    Janus "janus" => janus::SERVER,
}

/// One codec of each kind lets everyone receive from everyone, and keeps descriptions small.
const CODECS: [&str; 4] = ["audio/opus", "video/VP8", "video/rtx", "audio/telephone-event"];

/// How media is sent to a server that chooses for each receiver one of the layers with these RIDs, the smallest first.
pub(super) fn simulcast(rids: [&str; 3]) -> LinkProfile {
    LinkProfile {
        codecs: CODECS.map(str::to_owned).into(),
        rids: rids.map(str::to_owned).into(),
        ..LinkProfile::server()
    }
}

/// The server of a room.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ServerOptions {
    /// The kind of server. Default: `"native"`.
    #[serde(rename = "type")]
    pub kind: ServerType,
    /// Its URL, which may be relative to the page. Default: `/ws` on the server of the page, and required for other kinds of
    /// servers than moim's own.
    pub url: String,
    /// The token for [joining](crate::JoinOptions::token) without another one. Default: none.
    pub token: Option<String>,
    /// Janus: the API secret that all its clients share. Default: none.
    pub api_secret: Option<String>,
    /// Janus: the room's PIN. Default: none.
    pub pin: Option<String>,
    /// Janus: the room's secret, with which hosts remove and mute participants. Default: none.
    pub room_secret: Option<String>,
    /// Janus: whether to create a room that does not exist. Default: false.
    pub create_room: bool,
}

options! { ServerOptions {
    kind: "type",
    url: "url",
    token: "token",
    api_secret: "apiSecret",
    pin: "pin",
    room_secret: "roomSecret",
    create_room: "createRoom",
} }

impl ServerOptions {
    /// Options with a URL.
    pub fn new(kind: ServerType, url: impl Into<String>) -> Self {
        Self { kind, url: url.into(), ..Self::default() }
    }
}

/// Without what may be secret: the token, the secrets, and the query and the user of the URL.
impl fmt::Debug for ServerOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerOptions").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Creates the backend of a server whose chunk is loaded.
#[doc(hidden)]
pub fn backend_for(options: ServerOptions) -> Box<dyn SignalingBackend> {
    (options.kind.server().create)(options)
}

#[cfg(test)]
mod tests {
    use moim_protocol::json;

    use super::*;

    #[test]
    fn a_misspelt_type_lists_the_known_ones() {
        let fault = json::from_text::<ServerOptions>(r#"{"type":"nativ","url":"ws://host"}"#).unwrap_err();
        assert!(fault.text.contains("native"), "{}", fault.text);
    }

    #[test]
    fn a_token_is_not_printed() {
        let mut options = ServerOptions::new(ServerType::Native, "wss://host/?token=secret");
        options.token = Some("secret".into());
        assert!(!format!("{options:?}").contains("secret"));
    }
}
