//! Tests of the wrappers in a real browser with fake devices:
//! `wasm-pack test --headless --chrome --firefox sdk --test browser`.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::expect_used, clippy::panic, reason = "tests; clippy does not know `wasm_bindgen_test`")]

mod capture_leaks;
mod connections;
mod constraints;
mod data_channel;
mod devices;
mod display;
mod file_leaks;
mod file_transfer;
mod heap;
#[cfg(feature = "yew")]
mod hooks;
mod leaks;
mod leftovers;
mod level_meter;
mod listener;
mod listeners;
mod mixer;
mod page;
mod peer_connection;
mod permission;
mod recorder;
mod recorder_length;
mod stats;
mod track;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
