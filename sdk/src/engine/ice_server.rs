//! Validates ICE servers before they reach the browser, which would accept most mistakes silently and never use the
//! server.

use crate::error::{Error, Result};
use crate::model::IceServer;

const SCHEMES: &str = "expected stun:, stuns:, turn: or turns:";

/// Checks one server: <https://www.w3.org/TR/webrtc/#rtciceserver-dictionary>, RFC 7064, RFC 7065.
///
/// # Errors
/// `InvalidOptions`, with what is expected.
pub fn check(server: &IceServer) -> Result<()> {
    if server.urls.is_empty() {
        return invalid(
            "an ICE server has no urls: expected a string or an array of strings, such as stun:host:3478"
                .to_owned(),
        );
    }
    server.urls.iter().try_for_each(|url| check_url(url, server))
}

/// How to treat a member that services return in addition to those of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FurtherMember {
    /// Ignore it.
    Ignored,
    /// Ignore it and log this warning for the developer.
    Deprecated(&'static str),
}

/// Whether services return this member in addition to those of the specification. None of them has an effect.
pub fn further_member(key: &str) -> Option<FurtherMember> {
    Some(match key {
        "ttl" => FurtherMember::Ignored,
        "url" => FurtherMember::Deprecated(
            "moim: `url` of an ICE server is deprecated and ignored: use `urls` alone",
        ),
        "credentialType" => FurtherMember::Deprecated(
            "moim: `credentialType` of an ICE server is deprecated and ignored: credentials are passwords",
        ),
        _ => return None,
    })
}

/// A hint for a misplaced or misspelt key, if it is a common mistake.
pub fn misplaced(key: &str) -> Option<&'static str> {
    Some(match key {
        "iceTransportPolicy"
        | "bundlePolicy"
        | "rtcpMuxPolicy"
        | "iceCandidatePoolSize"
        | "certificates"
        | "iceServers" => "it belongs next to `iceServers`, not inside a server",
        "url" | "uri" | "uris" => "it is called `urls`, and is a string or an array of strings",
        "user" => "it is called `username`",
        "password" | "secret" => "it is called `credential`",
        _ => return None,
    })
}

fn check_url(url: &str, server: &IceServer) -> Result<()> {
    let Some((scheme, rest)) = url.split_once(':') else {
        return invalid(format!("the ICE server {url} has no scheme: {SCHEMES}"));
    };
    let is_turn = match scheme {
        "stun" | "stuns" => false,
        "turn" | "turns" => true,
        _ => return invalid(format!("the ICE server {url} has the scheme {scheme}: {SCHEMES}")),
    };
    if rest.starts_with("//") {
        return invalid(format!(
            "the ICE server {url} contains slashes: expected {scheme}:{}",
            rest.trim_matches('/')
        ));
    }
    let (authority, query) = rest.split_once('?').map_or((rest, None), |(host, query)| (host, Some(query)));
    match query {
        None => {}
        Some(_) if !is_turn => {
            return invalid(format!("the ICE server {url} has a query: only turn: and turns: may have one"));
        }
        Some("transport=udp" | "transport=tcp") => {}
        Some(_) => {
            return invalid(format!(
                "the ICE server {url} has an invalid query: expected ?transport=udp or ?transport=tcp"
            ));
        }
    }
    check_authority(url, authority)?;
    let given = |value: &Option<String>| value.as_ref().is_some_and(|value| !value.is_empty());
    if is_turn && !(given(&server.username) && given(&server.credential)) {
        return invalid(format!("the ICE server {url} needs a username and a credential"));
    }
    Ok(())
}

fn check_authority(url: &str, authority: &str) -> Result<()> {
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, port)) => (host, port.strip_prefix(':').or(Some(port))),
        None => authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))),
    };
    if host.is_empty() || host.contains(|c: char| c.is_whitespace() || "@/[]".contains(c)) {
        return invalid(format!("the ICE server {url} has an invalid host: expected e.g. stun:host:3478"));
    }
    if port.is_some_and(|port| !port.parse().is_ok_and(|port: u16| port > 0)) {
        return invalid(format!("the ICE server {url} has an invalid port: expected 1 to 65535"));
    }
    Ok(())
}

fn invalid(detail: String) -> Result<()> {
    Err(Error::InvalidOptions { detail })
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    fn server(url: &str, credentials: Option<(&str, &str)>) -> IceServer {
        let (username, credential) = credentials.unzip();
        let text = |value: Option<&str>| value.map(str::to_owned);
        IceServer { urls: vec![url.to_owned()], username: text(username), credential: text(credential) }
    }

    #[test]
    fn servers_of_every_kind_pass() {
        for url in [
            "stun:host",
            "stun:host:3478",
            "stuns:host:5349",
            "stun:[::1]:3478",
            "stun:[::1]",
            "stun:10.0.0.1",
        ] {
            assert_eq!(check(&server(url, None)), Ok(()), "{url}");
        }
        for url in ["turn:host", "turn:host?transport=tcp", "turns:host:443?transport=udp", "turn:[::1]:1"] {
            assert_eq!(check(&server(url, Some(("name", "word")))), Ok(()), "{url}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (url, words) in [
            ("host:3478", "the scheme host"),
            ("host", "no scheme"),
            ("https://host", "the scheme https"),
            ("stun://host", "expected stun:host"),
            ("stun:", "an invalid host"),
            ("stun::3478", "an invalid host"),
            ("stun:a b", "an invalid host"),
            ("stun:user@host", "an invalid host"),
            ("stun:host:0", "port"),
            ("stun:host:70000", "port"),
            ("stun:host:", "port"),
            ("stun:[::1]3478x", "port"),
            ("stun:host?transport=udp", "query"),
            ("turn:host?transport=sctp", "query"),
            ("turn:host", "a username and a credential"),
        ] {
            let error = check(&server(url, None)).unwrap_err().to_string();
            assert!(error.contains(words) && error.contains(url), "{url}: {error}");
        }
        assert!(check(&server("turn:host", Some(("name", "")))).is_err(), "an empty credential");
        assert!(check(&IceServer { urls: vec![], username: None, credential: None }).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_judged(url in ".*", prefix in "(stun:|turns:|turn:\\[)?") {
            let _ = check(&server(&format!("{prefix}{url}"), Some(("name", "word"))));
        }
    }

    #[test]
    fn keys_that_stand_in_the_wrong_place_are_known() {
        assert!(misplaced("iceTransportPolicy").unwrap().contains("next to"));
        assert!(misplaced("uris").unwrap().contains("a string or an array"));
        assert_eq!(misplaced("colour"), None);
        assert_eq!(further_member("ttl"), Some(FurtherMember::Ignored));
        assert!(matches!(further_member("url"), Some(FurtherMember::Deprecated(_))));
        assert_eq!(further_member("colour"), None);
    }
}
