//! Options of a diagnosis.

use moim_protocol::options;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::model::IceServer;
use crate::options::RoomOptions;
use crate::platform::{CameraOptions, MicrophoneOptions, url};

/// The limits of `media_duration_ms`.
const MEDIA_DURATION_MS: std::ops::RangeInclusive<u32> = 1_000..=60_000;

/// Options of a pre-call check.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct DiagnoseOptions {
    /// The URL of the signaling server: `wss://host/path` or `ws://host/path`. Default: `/ws` on the server of the
    /// page.
    pub url: String,
    /// Whether to check the signaling server, which also provides STUN and TURN servers. Default: true.
    pub signaling: bool,
    /// STUN and TURN servers to check in addition to those of the signaling server. Default: none.
    pub ice_servers: Vec<IceServer>,
    /// The camera to check; `null` (Rust: `None`) for none. Default: the browser's choice.
    pub camera: Option<CameraOptions>,
    /// The microphone to check; `null` (Rust: `None`) for none. Default: the browser's choice.
    pub microphone: Option<MicrophoneOptions>,
    /// Whether to play a tone that the microphone should hear. Default: true.
    pub speaker: bool,
    /// Milliseconds for which media is measured, from 1000 to 60000. Default: 5000.
    pub media_duration_ms: u32,
}

options! { DiagnoseOptions {
    url: "url",
    signaling: "signaling",
    ice_servers: "iceServers",
    camera: "camera",
    microphone: "microphone",
    speaker: "speaker",
    media_duration_ms: "mediaDurationMs",
} }

impl Default for DiagnoseOptions {
    fn default() -> Self {
        Self {
            url: String::new(),
            signaling: true,
            ice_servers: Vec::new(),
            camera: Some(CameraOptions::default()),
            microphone: Some(MicrophoneOptions::default()),
            speaker: true,
            media_duration_ms: 5_000,
        }
    }
}

impl DiagnoseOptions {
    /// Validates the options. [`diagnose`](crate::diagnose) does so too.
    ///
    /// # Errors
    /// `InvalidOptions`, with the member and what is expected.
    pub fn check(&self) -> Result<()> {
        let of_room = RoomOptions {
            url: self.url.clone(),
            ice_servers: self.ice_servers.clone(),
            ..RoomOptions::default()
        };
        of_room.check()?;
        if !MEDIA_DURATION_MS.contains(&self.media_duration_ms) {
            let detail =
                format!("mediaDurationMs is {}: expected 1000 to 60000 milliseconds", self.media_duration_ms);
            return Err(Error::InvalidOptions { detail });
        }
        Ok(())
    }

    /// Validates the options, and resolves the URL if a server is to be checked.
    pub(crate) fn resolve(mut self) -> Result<Self> {
        self.check()?;
        if self.signaling || !self.url.is_empty() {
            self.url = url::resolve(&self.url)?;
        }
        Ok(self)
    }
}
