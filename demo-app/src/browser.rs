//! Access to the page. Nothing here fails: a missing or blocked feature counts as empty.

use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Document, Element, HtmlElement, Storage, Window};

use crate::query;
use crate::ticket::Ticket;

pub(crate) fn window() -> Option<Window> {
    web_sys::window()
}

pub(crate) fn document() -> Option<Document> {
    window()?.document()
}

pub(crate) fn element(id: &str) -> Option<Element> {
    document()?.get_element_by_id(id)
}

/// The query string, including the question mark.
pub(crate) fn search() -> String {
    window().and_then(|window| window.location().search().ok()).unwrap_or_default()
}

/// The user's preferred languages, in order.
pub(crate) fn preferred_languages() -> Vec<String> {
    let Some(window) = window() else { return Vec::new() };
    let languages = window.navigator().languages();
    languages.iter().filter_map(|tag| tag.as_string()).collect()
}

/// The URL that invites others to the ticket's room.
pub(crate) fn invitation(ticket: &Ticket) -> String {
    let Some(location) = window().map(|window| window.location()) else { return String::new() };
    let (origin, path) = (location.origin().unwrap_or_default(), location.pathname().unwrap_or_default());
    query::invitation(&origin, &path, &ticket.room, ticket.topology, ticket.server.as_ref())
}

/// Puts the room into the address bar, so that a reload returns to it.
pub(crate) fn show_address(address: &str) {
    if let Some(history) = window().and_then(|window| window.history().ok()) {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(address));
    }
}

/// Sets the page's title and language.
pub(crate) fn describe_page(title: &str, language: &str) {
    let Some(document) = document() else { return };
    document.set_title(title);
    if let Some(root) = document.document_element() {
        let _ = root.set_attribute("lang", language);
    }
}

fn storage() -> Option<Storage> {
    window()?.local_storage().ok().flatten()
}

/// What was stored under `key` on an earlier visit.
pub(crate) fn recall(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Stores `value` for the next visit, if the browser lets it.
pub(crate) fn remember(key: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(key, value);
    }
}

/// Copies `text` to the clipboard; `false` if the browser denies it.
pub(crate) async fn copy(text: &str) -> bool {
    let Some(window) = window().filter(Window::is_secure_context) else { return false };
    JsFuture::from(window.navigator().clipboard().write_text(text)).await.is_ok()
}

/// Moves the keyboard focus to the first element that matches.
pub(crate) fn focus(selector: &str) {
    let found = document().and_then(|document| document.query_selector(selector).ok().flatten());
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Scrolls the page to the top.
pub(crate) fn scroll_to_top() {
    if let Some(window) = window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
}

/// The current date and time, ISO 8601, in the user's time zone.
pub(crate) fn local_stamp() -> String {
    let now = js_sys::Date::new_0();
    let local = now.get_time() - now.get_timezone_offset() * 60_000.0;
    js_sys::Date::new(&JsValue::from_f64(local)).to_iso_string().into()
}

/// The current value of a custom property of tokens.css.
pub(crate) fn custom_property(name: &str) -> String {
    let root = document().and_then(|document| document.document_element());
    let style = window().zip(root).and_then(|(window, root)| window.get_computed_style(&root).ok().flatten());
    style.and_then(|style| style.get_property_value(name).ok()).unwrap_or_default().trim().to_owned()
}

/// Downloads `text` as a file.
pub(crate) fn save_text(name: &str, mime_type: &str, text: &str) {
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(mime_type);
    let parts = js_sys::Array::of1(&text.into());
    let Ok(blob) = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options) else { return };
    let Ok(url) = web_sys::Url::create_object_url_with_blob(&blob) else { return };
    let link = document().and_then(|document| document.create_element("a").ok());
    if let Some(link) = link.and_then(|link| link.dyn_into::<HtmlElement>().ok()) {
        let _ = link.set_attribute("href", &url);
        let _ = link.set_attribute("download", name);
        link.click();
    }
    // The download holds the data itself; browsers need a moment to start it.
    spawn_local(async move {
        TimeoutFuture::new(60_000).await;
        let _ = web_sys::Url::revoke_object_url(&url);
    });
}

/// The object URL of a blob. It is revoked when the value is dropped.
#[derive(Debug)]
pub(crate) struct BlobUrl(String);

impl BlobUrl {
    pub(crate) fn new(blob: &web_sys::Blob) -> Option<Self> {
        web_sys::Url::create_object_url_with_blob(blob).ok().map(Self)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for BlobUrl {
    fn drop(&mut self) {
        let _ = web_sys::Url::revoke_object_url(&self.0);
    }
}
