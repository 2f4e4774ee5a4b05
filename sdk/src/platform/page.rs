//! The page: <https://html.spec.whatwg.org/multipage/interaction.html#page-visibility>.

/// Whether the page is hidden.
pub(crate) fn is_hidden() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_some_and(|document| document.hidden())
}
