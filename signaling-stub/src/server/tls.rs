//! TLS for pages, WebSockets and TURN.

use std::{io, path::Path, sync::Arc, time::Duration};

use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
    server::TlsStream,
};

/// The time limit for a handshake.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// A certificate and its key.
#[derive(Clone)]
pub struct Acceptor(TlsAcceptor);

impl std::fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Acceptor(..)")
    }
}

impl Acceptor {
    /// Reads a chain of certificates, the server's own first, and its private key: files in the PEM format.
    ///
    /// # Errors
    /// Fails if a file cannot be read or parsed, or if the key does not match the certificate. The error names the file.
    pub fn from_pem_files(certificates: &Path, key: &Path) -> io::Result<Self> {
        let wrong = |path: &Path, what: &str, error: &dyn std::fmt::Display| {
            io::Error::new(io::ErrorKind::InvalidData, format!("`{}` is not {what}: {error}", path.display()))
        };
        let is_certificate = "a file of certificates (PEM)";
        let chain: Vec<_> = CertificateDer::pem_file_iter(certificates)
            .and_then(Iterator::collect)
            .map_err(|error| wrong(certificates, is_certificate, &error))?;
        if chain.is_empty() {
            return Err(wrong(certificates, is_certificate, &"there is none in it"));
        }
        let private = PrivateKeyDer::from_pem_file(key)
            .map_err(|error| wrong(key, "a file of a private key (PEM)", &error))?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(chain, private))
            .map_err(|error| wrong(key, &format!("the key of `{}`", certificates.display()), &error))?;
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    /// Performs the handshake with a client.
    pub(super) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        timeout(HANDSHAKE, self.0.accept(stream)).await?
    }
}
