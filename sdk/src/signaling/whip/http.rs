//! What WHIP and WHEP take from HTTP: authorization, the URL of the session, and links to ICE servers.

use crate::model::IceServer;
use crate::signaling::HttpResponse;

/// A server names a few ICE servers. More are ignored.
const MAX_ICE_SERVERS: usize = 16;

/// A URL without the user, and the value of the header `Authorization`: Bearer for a token, otherwise Basic for the user.
pub(super) fn authorize(url: &str, token: Option<&str>) -> (String, Option<String>) {
    let (bare, user) = match url.split_once("://") {
        Some((scheme, rest)) => {
            let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
            match rest[..end].rsplit_once('@') {
                Some((user, _)) => (format!("{scheme}://{}", &rest[user.len() + 1..]), Some(user)),
                None => (url.to_owned(), None),
            }
        }
        None => (url.to_owned(), None),
    };
    let authorization = match (token, user) {
        (Some(token), _) => Some(format!("Bearer {token}")),
        (None, Some(user)) => Some(format!("Basic {}", base64(&decoded(user)))),
        (None, None) => None,
    };
    (bare, authorization)
}

/// Percent-encoded bytes, as the user and the password in a URL are.
fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = bytes.get(at + 1..at + 3).filter(|_| *byte == b'%');
        let value = hex.and_then(|hex| std::str::from_utf8(hex).ok());
        match value.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(value) => {
                decoded.push(value);
                at += 3;
            }
            None => {
                decoded.push(*byte);
                at += 1;
            }
        }
    }
    decoded
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits =
            (0..3).fold(0, |bits, place| bits << 8 | u32::from(group.get(place).copied().unwrap_or(0)));
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= group.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

/// The scheme and the host of a URL, with the port.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find(['/', '?', '#']).map_or(url.len(), |at| host + at);
    &url[..end]
}

/// Whether both URLs are of one server, so that both may get its credentials.
pub(super) fn is_same_origin(one: &str, other: &str) -> bool {
    origin(one).eq_ignore_ascii_case(origin(other))
}

/// Resolves a `Location`, which is relative or absolute (RFC 3986, section 5.2, without dot segments, which browsers remove).
/// `None` if it does not lead to an HTTP server.
pub(super) fn resolve(base: &str, location: &str) -> Option<String> {
    let location = location.trim();
    if location.is_empty() {
        return None;
    }
    let colon = location.find(':').filter(|at| !location[..*at].contains(['/', '?', '#']));
    if colon.is_some() {
        let is_http =
            |scheme: &str| location.get(..scheme.len()).is_some_and(|it| it.eq_ignore_ascii_case(scheme));
        return ["https://", "http://"].into_iter().any(is_http).then(|| location.to_owned());
    }
    let scheme = base.find("://").map_or("", |at| &base[..=at]);
    let path_end = base.find(['?', '#']).unwrap_or(base.len());
    let folder = base[..path_end].rfind('/').map_or(path_end, |at| (at + 1).max(origin(base).len()));
    Some(match location {
        _ if location.starts_with("//") => format!("{scheme}{location}"),
        _ if location.starts_with('/') => format!("{}{location}", origin(base)),
        _ if location.starts_with(['?', '#']) => format!("{}{location}", &base[..path_end]),
        _ if folder == origin(base).len() => format!("{}/{location}", origin(base)),
        _ => format!("{}{location}", &base[..folder]),
    })
}

pub(super) fn header<'a>(response: &'a HttpResponse, name: &str) -> Option<&'a str> {
    response.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// The ICE servers in the `Link` headers (RFC 9725, section 4.6; RFC 8288).
pub(super) fn ice_servers(response: &HttpResponse) -> Vec<IceServer> {
    let links = response.headers.iter().filter(|(name, _)| name == "link");
    let links = links.flat_map(|(_, value)| split(value, ','));
    links.filter_map(ice_server).take(MAX_ICE_SERVERS).collect()
}

fn ice_server(link: &str) -> Option<IceServer> {
    let mut parts = split(link, ';').into_iter();
    let url = parts.next()?.trim().strip_prefix('<')?.strip_suffix('>')?.to_owned();
    let mut parameters = Vec::new();
    for part in parts {
        let Some((name, value)) = part.split_once('=') else { continue };
        parameters.push((name.trim().to_ascii_lowercase(), unquoted(value.trim())));
    }
    let parameter =
        |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let is_server = parameter("rel")?.split_ascii_whitespace().any(|rel| rel == "ice-server");
    let server =
        IceServer { urls: vec![url], username: parameter("username"), credential: parameter("credential") };
    let is_stun = server.urls.iter().any(|url| url.starts_with("stun:") || url.starts_with("stuns:"));
    let is_turn = server.urls.iter().any(|url| url.starts_with("turn:") || url.starts_with("turns:"));
    let has_credential = server.username.is_some() && server.credential.is_some();
    (is_server && (is_stun || is_turn && has_credential)).then_some(server)
}

/// Splits where the separator is neither in quotes nor in angle brackets.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start, mut in_quotes, mut in_url, mut escaped) = (Vec::new(), 0, false, false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if in_quotes => escaped = true,
            '"' if !in_url => in_quotes = !in_quotes,
            '<' if !in_quotes => in_url = true,
            '>' if !in_quotes => in_url = false,
            _ if letter == separator && !in_quotes && !in_url => {
                parts.push(&text[start..at]);
                start = at + letter.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) else {
        return value.to_owned();
    };
    let mut text = String::new();
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        text.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_may_be_relative_or_absolute() {
        let base = "https://host:8889/live/whip?user=a/b";
        for (location, url) in [
            ("/live/whip/1", Some("https://host:8889/live/whip/1")),
            ("session/1", Some("https://host:8889/live/session/1")),
            ("//other/1", Some("https://other/1")),
            ("http://other:1/x?y", Some("http://other:1/x?y")),
            ("?id=1", Some("https://host:8889/live/whip?id=1")),
            ("javascript:alert(1)", None),
            (" ", None),
        ] {
            assert_eq!(resolve(base, location).as_deref(), url, "{location}");
        }
        assert_eq!(resolve("http://host", "a").as_deref(), Some("http://host/a"));
        assert!(is_same_origin("https://host:1/a", "https://HOST:1/b?c"));
        assert!(!is_same_origin("https://host/a", "http://host/a"));
    }

    #[test]
    fn a_token_is_a_bearer_and_a_user_in_the_url_is_basic() {
        let basic = authorize("http://us%20er:p%40ss@host/live/whip?a=@", None);
        assert_eq!(basic, ("http://host/live/whip?a=@".into(), Some("Basic dXMgZXI6cEBzcw==".into())));
        let bearer = authorize("http://user:pass@host/", Some("t"));
        assert_eq!(bearer, ("http://host/".into(), Some("Bearer t".into())));
        assert_eq!(authorize("http://host/a@b", None), ("http://host/a@b".into(), None));
    }

    #[test]
    fn links_name_ice_servers() {
        let value = "<stun:127.0.0.1:3478>; rel=\"ice-server\", <turn:127.0.0.1:3478>; rel=\"ice-server\"; \
             username=\"u,;\\\"\"; credential=\"p\"; credential-type=\"password\", <https://host/>; rel=\"next\", \
             <turn:host>; rel=\"ice-server\"";
        let headers = vec![("link".to_owned(), value.to_owned())];
        let servers = ice_servers(&HttpResponse { headers, ..HttpResponse::default() });
        assert_eq!(servers.len(), 2, "{servers:?}");
        assert_eq!(servers[0].urls, ["stun:127.0.0.1:3478"]);
        assert_eq!(
            (servers[1].username.as_deref(), servers[1].credential.as_deref()),
            (Some("u,;\""), Some("p"))
        );
    }
}
