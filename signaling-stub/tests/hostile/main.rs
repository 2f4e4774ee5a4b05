//! The server under attack: the attacker gets errors or is disconnected, and an honest pair is not affected. Attacks
//! are run in small here; those that are `ignored` run in full: `cargo test --test hostile -- --ignored`.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod floods;
#[cfg(feature = "sfu")]
mod media_tcp;
mod messages;
#[cfg(unix)]
mod mixers;
mod pages;
mod pair;
mod receivers;
mod seats;
#[cfg(feature = "sfu")]
mod sfu;
mod sockets;
mod tokens;
mod turn;
