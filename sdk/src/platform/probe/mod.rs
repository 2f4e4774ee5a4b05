//! What a pre-call check measures in a browser. What it means is determined by `engine/diagnosis`.

mod noise;
mod pair;
mod picture;
mod sound;
mod tone;

pub(crate) use noise::Noise;
pub(crate) use pair::{Pair, Seen};
pub(crate) use picture::brightest;
pub(crate) use sound::loudest;
pub(crate) use tone::tone_rise;

/// Whether the page is in a secure context: <https://www.w3.org/TR/secure-contexts/>.
pub(crate) fn is_secure_context() -> bool {
    super::bindings::capture::get(&js_sys::global(), "isSecureContext").is_truthy()
}

/// `navigator.userAgent`.
pub(crate) fn user_agent() -> String {
    web_sys::window().and_then(|window| window.navigator().user_agent().ok()).unwrap_or_default()
}
