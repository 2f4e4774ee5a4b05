//! The server under attack: whoever attacks is told or cut off, and an honest pair beside it loses nothing. Attacks are run
//! in small here; those that are `ignored` run them in full: `cargo test --test hostile -- --ignored`.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod floods;
mod messages;
mod pages;
mod pair;
mod receivers;
mod seats;
mod sockets;
