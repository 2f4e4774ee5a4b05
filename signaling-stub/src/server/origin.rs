//! Checks which pages may use this server. A browser lets any page open a WebSocket to any server, and a host name on
//! the internet may resolve to an address of this machine (DNS rebinding): only the headers reveal it.

use std::net::IpAddr;

use axum::http::{
    HeaderMap,
    header::{HOST, HeaderName, ORIGIN},
};

/// The allowed origins and hosts.
#[derive(Clone, Debug, Default)]
pub(super) struct Origins {
    /// As browsers write them, in lower case; `*` for all.
    allowed: Vec<String>,
    /// Host names of this server.
    names: Vec<String>,
}

impl Origins {
    /// Allows pages of this server and of `allowed`.
    pub(super) fn new(allowed: &[String]) -> Self {
        let allowed: Vec<_> =
            allowed.iter().map(|origin| origin.trim_end_matches('/').to_lowercase()).collect();
        let mut names: Vec<_> =
            allowed.iter().filter_map(|origin| host_of(origin)).map(str::to_owned).collect();
        names.extend(own_name().into_iter().flat_map(|name| [format!("{name}.local"), name]));
        Self { allowed, names }
    }

    /// Whether the request is for this server, and not for another host name that resolves to it.
    pub(super) fn check_host(&self, headers: &HeaderMap) -> Result<(), String> {
        let Some(host) = text(headers, HOST) else { return Ok(()) };
        let name = without_port(&host);
        let is_own = is_address(name)
            || is_loopback(name)
            || self.names.iter().any(|own| own == name)
            || self.allows_all();
        if is_own { Ok(()) } else { Err(format!("this server is not `{name}`; see --allowed-origin\n")) }
    }

    /// Whether the page may open a WebSocket. Clients other than browsers send no origin.
    pub(super) fn check_origin(&self, headers: &HeaderMap) -> Result<(), String> {
        let Some(origin) = text(headers, ORIGIN) else { return Ok(()) };
        let host = text(headers, HOST).unwrap_or_default();
        let is_same = |page: &str| {
            let (page, host) = (without_port(page), without_port(&host));
            page == host || (is_loopback(page) && is_loopback(host))
        };
        let is_allowed =
            self.allows_all() || self.allowed.contains(&origin) || host_of(&origin).is_some_and(is_same);
        if is_allowed {
            return Ok(());
        }
        Err(format!("pages of `{origin}` may not connect; see --allowed-origin\n"))
    }

    fn allows_all(&self) -> bool {
        self.allowed.iter().any(|origin| origin == "*")
    }
}

/// The host that a request is for, without its port.
pub(super) fn host_name(headers: &HeaderMap) -> Option<String> {
    text(headers, HOST).map(|host| without_port(&host).to_owned())
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).to_lowercase())
}

/// Host and port of an origin.
fn host_of(origin: &str) -> Option<&str> {
    origin.split_once("://").map(|(_, host)| host)
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

fn is_address(name: &str) -> bool {
    name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().is_ok()
}

fn is_loopback(name: &str) -> bool {
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    name == "localhost" || name.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(unix)]
fn own_name() -> Option<String> {
    let name = rustix::system::uname().nodename().to_string_lossy().to_lowercase();
    (!name.is_empty()).then_some(name)
}

#[cfg(not(unix))]
fn own_name() -> Option<String> {
    std::env::var("COMPUTERNAME").ok().map(|name| name.to_lowercase())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(host: &str, origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_str(host).unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, HeaderValue::from_str(origin).unwrap());
        }
        headers
    }

    #[test]
    fn pages_of_the_same_host_are_welcome_and_others_are_not() {
        let welcome = |host, origin| Origins::default().check_origin(&headers(host, Some(origin))).is_ok();
        assert!(welcome("127.0.0.1:8080", "http://127.0.0.1:8080"));
        assert!(welcome("localhost:8080", "http://localhost:5173"), "a page under development");
        assert!(welcome("127.0.0.1:8080", "http://localhost:5173"));
        assert!(welcome("[::1]:8080", "http://[::1]:8080"));
        assert!(welcome("192.168.1.5:8080", "https://192.168.1.5"));
        assert!(!welcome("127.0.0.1:8080", "https://evil.example"));
        assert!(!welcome("127.0.0.1:8080", "http://localhost.evil.example"));
        assert!(!welcome("127.0.0.1:8080", "null"));
        assert!(!welcome("192.168.1.5:8080", "http://localhost:8080"));
        assert!(Origins::default().check_origin(&headers("127.0.0.1", None)).is_ok());
    }

    #[test]
    fn origins_that_are_named_are_welcome() {
        let origins = Origins::new(&["https://App.example/".to_owned(), "null".to_owned()]);
        let origin = |origin| origins.check_origin(&headers("127.0.0.1:8080", Some(origin))).is_ok();
        assert!(origin("https://app.example") && origin("null"));
        assert!(!origin("http://app.example") && !origin("https://app.example.org"));
        assert!(origins.check_host(&headers("app.example", None)).is_ok());
        let all = Origins::new(&["*".to_owned()]);
        assert!(all.check_origin(&headers("a", Some("https://b"))).is_ok());
    }

    #[test]
    fn names_that_only_lead_here_are_not_this_server() {
        let is_own = |host| Origins::new(&[]).check_host(&headers(host, None)).is_ok();
        assert!(is_own("127.0.0.1:8080") && is_own("[::1]:8080") && is_own("localhost:8080"));
        assert!(is_own("10.0.0.7:8080"));
        assert!(!is_own("rebound.evil.example:8080") && !is_own("localhost.evil.example"));
    }
}
