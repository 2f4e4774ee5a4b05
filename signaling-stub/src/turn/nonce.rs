//! Stateless nonces: each contains its expiry, and is signed for one client.

use std::{fmt::Write, net::SocketAddr};

use super::TurnSecret;

/// Seconds for which a nonce is valid. A request with an older one is answered with a new one (438).
const LIFETIME: u64 = 600;
/// Length of the signature in bytes.
const SIGNATURE: usize = 12;

/// Issues and verifies nonces.
#[derive(Debug)]
pub(super) struct Nonces(TurnSecret);

impl Nonces {
    pub(super) fn new(secret: TurnSecret) -> Self {
        Self(secret)
    }

    /// Returns a nonce for a client. `now` is in seconds since 1970.
    pub(super) fn issue(&self, client: SocketAddr, now: u64) -> String {
        self.write(client, now.saturating_add(LIFETIME))
    }

    pub(super) fn is_valid(&self, nonce: &str, client: SocketAddr, now: u64) -> bool {
        let expiry = nonce.get(..16).and_then(|text| u64::from_str_radix(text, 16).ok());
        expiry.is_some_and(|expiry| expiry >= now && nonce == self.write(client, expiry))
    }

    fn write(&self, client: SocketAddr, expiry: u64) -> String {
        let mut nonce = format!("{expiry:016x}");
        let signature = self.0.digest(&[nonce.as_bytes(), client.to_string().as_bytes()]);
        for byte in signature.iter().take(SIGNATURE) {
            // Writing to a string does not fail.
            let _ = write!(nonce, "{byte:02x}");
        }
        nonce
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_for_one_client_and_some_time() {
        let nonces = Nonces::new(TurnSecret::random().unwrap());
        let (ana, ben) = ("192.0.2.1:1".parse().unwrap(), "192.0.2.1:2".parse().unwrap());
        let nonce = nonces.issue(ana, 1_000);
        assert!(nonces.is_valid(&nonce, ana, 1_000) && nonces.is_valid(&nonce, ana, 1_600));
        assert!(!nonces.is_valid(&nonce, ana, 1_601), "too old");
        assert!(!nonces.is_valid(&nonce, ben, 1_000), "somebody else's");
        for forged in ["", "é", "00000000000000ff", &nonce[..20], &nonce.replace('0', "1")] {
            assert!(!nonces.is_valid(forged, ana, 1_000), "{forged}");
        }
    }
}
