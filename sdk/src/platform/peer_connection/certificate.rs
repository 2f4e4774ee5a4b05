//! `RTCCertificate`: <https://www.w3.org/TR/webrtc/#rtccertificate-interface>.

use js_sys::Object;
use moim_protocol::json::{Fault, Read, Source};
use moim_protocol::{options, record, words};
use serde::{Deserialize, Deserializer, Serialize, de};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RtcCertificate, RtcPeerConnection};

use crate::error::{Error, Result};
use crate::platform::bindings::capture::require;
use crate::platform::bindings::peer_connection as bindings;
use crate::platform::dictionary;
use crate::platform::exception::Exception;

/// The certificate that identifies a peer. It can outlive the page if it is stored in IndexedDB.
#[derive(Clone, Debug)]
pub struct Certificate(RtcCertificate);

/// Options for generating a certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct CertificateOptions {
    /// Default: `ecdsa`.
    pub algorithm: CertificateAlgorithm,
    /// Lifetime in milliseconds. Default: the browser's choice, about a month.
    pub expires_in_ms: Option<u32>,
}

options! { CertificateOptions { algorithm: "algorithm", expires_in_ms: "expiresInMs" } }

/// The key type of a certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum CertificateAlgorithm {
    /// ECDSA on the curve P-256.
    #[default]
    Ecdsa,
    /// RSA with 2048 bits and SHA-256.
    Rsa,
}

words! { CertificateAlgorithm { "ecdsa" Ecdsa, "rsa" Rsa, } }

/// A hash of a certificate: <https://www.w3.org/TR/webrtc/#dom-rtcdtlsfingerprint>.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct Fingerprint {
    /// The hash algorithm, such as `sha-256`.
    pub algorithm: String,
    /// Hexadecimal bytes separated by colons.
    pub value: String,
}

record! { Fingerprint { algorithm: "algorithm" required, value: "value" required, } }

impl Certificate {
    /// Generates a certificate.
    ///
    /// # Errors
    /// `Browser` if the browser cannot generate one.
    pub async fn generate(options: &CertificateOptions) -> Result<Self> {
        require(&js_sys::global(), "RTCPeerConnection")?;
        let algorithm = match options.algorithm {
            CertificateAlgorithm::Ecdsa => r#"{"name":"ECDSA","namedCurve":"P-256"}"#,
            CertificateAlgorithm::Rsa => {
                r#"{"name":"RSASSA-PKCS1-v1_5","modulusLength":2048,"hash":"SHA-256"}"#
            }
        };
        let raw = js_sys::JSON::parse(algorithm).map_err(Exception::from)?;
        if let Some(expires) = options.expires_in_ms {
            js_sys::Reflect::set(&raw, &"expires".into(), &expires.into()).map_err(Exception::from)?;
        }
        if options.algorithm == CertificateAlgorithm::Rsa {
            let exponent = js_sys::Uint8Array::from([1, 0, 1].as_slice());
            js_sys::Reflect::set(&raw, &"publicExponent".into(), &exponent).map_err(Exception::from)?;
        }
        let made = RtcPeerConnection::generate_certificate_with_object(&Object::from(raw));
        let made = JsFuture::from(made.map_err(Exception::from)?).await.map_err(Exception::from)?;
        Ok(Self(made.into()))
    }

    /// When it expires, in milliseconds since 1970.
    pub fn expires_ms(&self) -> f64 {
        self.0.expires()
    }

    /// The fingerprints that the remote peer sees.
    ///
    /// # Errors
    /// `Unsupported` where the browser does not expose them.
    pub fn fingerprints(&self) -> Result<Vec<Fingerprint>> {
        let unsupported = Error::Unsupported { feature: "RTCCertificate.getFingerprints" };
        let raw = bindings::fingerprints(&self.0).map_err(|_| unsupported.clone())?;
        dictionary::read(&raw).map_err(|_| unsupported)
    }

    /// The browser's object.
    pub fn as_raw(&self) -> &RtcCertificate {
        &self.0
    }

    /// Wraps a browser's certificate, such as one that was stored.
    pub fn from_raw(raw: RtcCertificate) -> Self {
        Self(raw)
    }
}

/// The browser's object.
impl Read for Certificate {
    fn blank() -> Self {
        Self(JsValue::UNDEFINED.unchecked_into())
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        let raw =
            from.raw().and_then(|raw| raw.downcast_ref::<JsValue>()?.dyn_ref::<RtcCertificate>().cloned());
        self.0 = raw.ok_or_else(|| Fault::new("expected an RTCCertificate".to_owned()))?;
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Certificate {
    /// Passes the browser's object through.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = serde_wasm_bindgen::preserve::deserialize(deserializer);
        raw.map(Self).map_err(|_| de::Error::custom("expected an RTCCertificate"))
    }
}
