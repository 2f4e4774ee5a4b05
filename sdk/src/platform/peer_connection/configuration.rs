//! `RTCConfiguration`: <https://www.w3.org/TR/webrtc/#rtcconfiguration-dictionary>.

use js_sys::{Array, Reflect};
use moim_protocol::{options, words};
use serde::Deserialize;
use wasm_bindgen::JsValue;
use web_sys::{RtcBundlePolicy, RtcConfiguration, RtcIceServer, RtcIceTransportPolicy};

use super::certificate::Certificate;
use crate::engine::ice_server;
use crate::error::{Error, Result};
use crate::model::{IceServer, IceTransportPolicy};

/// Configuration of a connection. The defaults connect two peers in the same network.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct PeerConnectionOptions {
    /// STUN and TURN servers, for peers in different networks. Default: none.
    pub ice_servers: Vec<IceServer>,
    /// Which candidates may be used. Default: all.
    pub ice_transport_policy: IceTransportPolicy,
    /// How media shares transports if the remote peer does not support bundling. Default: balanced.
    pub bundle_policy: BundlePolicy,
    /// The number of ICE transports for which candidates are gathered in advance. Default: 0.
    pub ice_candidate_pool_size: u8,
    /// The local certificates, such as those of an earlier visit. Default: a new one.
    pub certificates: Vec<Certificate>,
    /// Whether this peer gives way when both offer at once; exactly one peer must be polite. Default: the peers decide
    /// it themselves.
    pub polite: Option<bool>,
    /// Whether to restart ICE when the connection fails, or is interrupted for more than some seconds: up to ten times,
    /// with growing delays. Default: `true`.
    pub restart_ice_on_failure: bool,
}

options! { PeerConnectionOptions {
    ice_servers: "iceServers",
    ice_transport_policy: "iceTransportPolicy",
    bundle_policy: "bundlePolicy",
    ice_candidate_pool_size: "iceCandidatePoolSize",
    certificates: "certificates",
    polite: "polite",
    restart_ice_on_failure: "restartIceOnFailure",
} }

impl Default for PeerConnectionOptions {
    fn default() -> Self {
        Self {
            ice_servers: Vec::new(),
            ice_transport_policy: IceTransportPolicy::All,
            bundle_policy: BundlePolicy::Balanced,
            ice_candidate_pool_size: 0,
            certificates: Vec::new(),
            polite: None,
            restart_ice_on_failure: true,
        }
    }
}

/// `RTCBundlePolicy`: <https://www.w3.org/TR/webrtc/#rtcbundlepolicy-enum>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum BundlePolicy {
    /// One transport per kind of media.
    Balanced,
    /// One transport per media section.
    MaxCompat,
    /// A single transport.
    MaxBundle,
}

words! { BundlePolicy { "balanced" Balanced, "max-compat" MaxCompat, "max-bundle" MaxBundle, } }

impl PeerConnectionOptions {
    /// Validates the configuration. `PeerConnection::new` does so too.
    ///
    /// # Errors
    /// `InvalidOptions`, with the member and what is expected.
    pub fn check(&self) -> Result<()> {
        self.ice_servers.iter().try_for_each(ice_server::check)
    }

    pub(crate) fn to_raw(&self) -> Result<RtcConfiguration> {
        self.check()?;
        let raw = RtcConfiguration::new();
        raw.set_ice_servers(&raw_ice_servers(&self.ice_servers));
        raw.set_ice_transport_policy(match self.ice_transport_policy {
            IceTransportPolicy::All => RtcIceTransportPolicy::All,
            IceTransportPolicy::Relay => RtcIceTransportPolicy::Relay,
        });
        raw.set_bundle_policy(match self.bundle_policy {
            BundlePolicy::Balanced => RtcBundlePolicy::Balanced,
            BundlePolicy::MaxCompat => RtcBundlePolicy::MaxCompat,
            BundlePolicy::MaxBundle => RtcBundlePolicy::MaxBundle,
        });
        // Setting a property of a new object cannot fail.
        let _ = Reflect::set(&raw, &"iceCandidatePoolSize".into(), &self.ice_candidate_pool_size.into());
        if self.certificates.iter().any(|certificate| certificate.expires_ms() <= js_sys::Date::now()) {
            return Err(Error::InvalidOptions { detail: "certificates: one of them has expired".to_owned() });
        }
        if !self.certificates.is_empty() {
            raw.set_certificates(&self.certificates.iter().map(Certificate::as_raw).collect::<Array>());
        }
        Ok(raw)
    }
}

pub(super) fn raw_ice_servers(servers: &[IceServer]) -> Array {
    servers.iter().map(raw_ice_server).collect()
}

fn raw_ice_server(server: &IceServer) -> RtcIceServer {
    let raw = RtcIceServer::new();
    raw.set_urls(&server.urls.iter().map(JsValue::from).collect::<Array>());
    if let Some(username) = &server.username {
        raw.set_username(username);
    }
    if let Some(credential) = &server.credential {
        raw.set_credential(credential);
    }
    raw
}
