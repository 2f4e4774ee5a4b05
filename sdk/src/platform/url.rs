//! The URL of a server, resolved as for `new WebSocket`: <https://websockets.spec.whatwg.org/#dom-websocket-websocket>.

use web_sys::Url;

use crate::error::{Error, Result};
use crate::signaling::{Scheme, ServerOptions, ServerType};

/// Resolves the URL of moim's own server against the page's.
///
/// # Errors
/// The errors of [`resolve_server`].
pub(crate) fn resolve(url: &str) -> Result<String> {
    resolve_server(&ServerOptions::new(ServerType::Native, url))
}

/// Resolves the URL of a server against the page's. An empty one is that of moim's own server at `/ws` on the server of the
/// page.
///
/// # Errors
/// `InvalidOptions` if the result is not a URL for the server, such as for a relative URL on a page without a server.
pub(crate) fn resolve_server(server: &ServerOptions) -> Result<String> {
    let page = web_sys::window().and_then(|window| window.location().href().ok());
    let url = server.url.as_str();
    let resolved = match url {
        "" if server.kind == ServerType::Native => {
            page.as_deref().and_then(|page| Url::new_with_base("/ws", page).ok())
        }
        "" => None,
        // The document's base may differ from the page's URL.
        _ => match base() {
            Some(base) => Url::new_with_base(url, &base).ok(),
            None => Url::new(url).ok(),
        },
    };
    let scheme = server.kind.server().scheme;
    resolved.and_then(|url| with_scheme(url, scheme)).ok_or_else(|| {
        let page = page.as_deref().unwrap_or("about:blank");
        let given = if url.is_empty() { "missing".to_owned() } else { format!("`{url}`") };
        let Words { secure, plain, path } = scheme.words();
        let expected =
            format!("expected {secure}//host/path or {plain}//host/path, or on a page from a server a path such as {path}");
        Error::InvalidOptions { detail: format!("url is {given} on the page {page}: {expected}") }
    })
}

fn base() -> Option<String> {
    web_sys::window()?.document()?.base_uri().ok()?
}

/// How URLs of a scheme are written.
struct Words {
    secure: &'static str,
    plain: &'static str,
    path: &'static str,
}

impl Scheme {
    fn words(self) -> Words {
        match self {
            Self::WebSocket => Words { secure: "wss:", plain: "ws:", path: "/ws" },
            Self::Http => Words { secure: "https:", plain: "http:", path: "/live/whip" },
        }
    }
}

/// The URL with the scheme, if it has a host.
fn with_scheme(url: Url, scheme: Scheme) -> Option<String> {
    let Words { secure, plain, .. } = scheme.words();
    match url.protocol().as_str() {
        "http:" | "ws:" => url.set_protocol(plain),
        "https:" | "wss:" => url.set_protocol(secure),
        _ => return None,
    }
    Some(url.href())
}
