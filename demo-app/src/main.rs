//! The moim demo: a lobby, a call, screen sharing, recording, chat, files and statistics.
//!
//! Code that needs a browser is compiled only for it; texts and layout are plain functions, tested on the host.

#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]

mod errors;
mod format;
mod i18n;
mod layout;
mod measure;
mod query;
mod room_name;

#[cfg(target_arch = "wasm32")]
mod app;
#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(target_arch = "wasm32")]
mod call;
#[cfg(target_arch = "wasm32")]
mod hooks;
#[cfg(target_arch = "wasm32")]
mod inputs;
#[cfg(target_arch = "wasm32")]
mod lobby;
#[cfg(target_arch = "wasm32")]
mod recordings;
#[cfg(target_arch = "wasm32")]
mod ticket;
#[cfg(target_arch = "wasm32")]
mod ui;
#[cfg(target_arch = "wasm32")]
mod uplot;

#[cfg(target_arch = "wasm32")]
fn main() {
    let Some(root) = browser::element("app") else { return };
    root.set_inner_html(""); // the loading state of index.html
    yew::Renderer::<app::App>::with_root(root).render();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("The demo runs in a browser: start it with `npm start`.");
}
