//! The URL of a signaling server, resolved as for `new WebSocket`: <https://websockets.spec.whatwg.org/#dom-websocket-websocket>.

use web_sys::Url;

use crate::error::{Error, Result};

/// Resolves a URL against the page's. An empty one is that of a server at `/ws` on the server of the page.
///
/// # Errors
/// `InvalidOptions` if the result is not a WebSocket URL, such as for a relative URL on a page without a server.
pub(crate) fn resolve(url: &str) -> Result<String> {
    let page = web_sys::window().and_then(|window| window.location().href().ok());
    let resolved = match url {
        "" => page.as_deref().and_then(|page| Url::new_with_base("/ws", page).ok()),
        // The document's base may differ from the page's URL.
        _ => match base() {
            Some(base) => Url::new_with_base(url, &base).ok(),
            None => Url::new(url).ok(),
        },
    };
    resolved.and_then(websocket).ok_or_else(|| {
        let page = page.as_deref().unwrap_or("about:blank");
        let given = if url.is_empty() { "missing".to_owned() } else { format!("`{url}`") };
        let expected =
            "expected wss://host/path or ws://host/path, or on a page from a server a path such as /ws";
        Error::InvalidOptions { detail: format!("url is {given} on the page {page}: {expected}") }
    })
}

fn base() -> Option<String> {
    web_sys::window()?.document()?.base_uri().ok()?
}

/// The URL with the scheme of a WebSocket, if it has a host.
fn websocket(url: Url) -> Option<String> {
    match url.protocol().as_str() {
        "http:" => url.set_protocol("ws:"),
        "https:" => url.set_protocol("wss:"),
        "ws:" | "wss:" => {}
        _ => return None,
    }
    Some(url.href())
}
