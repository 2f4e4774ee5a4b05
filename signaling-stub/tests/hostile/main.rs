//! The server under attack: the attacker gets errors or is disconnected, and an honest pair is not affected. Attacks
//! are run in small here, and in full in `loads/`.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod floods;
#[cfg(feature = "sfu")]
#[path = "../loads/line.rs"]
mod line;
#[cfg(feature = "sfu")]
mod media_tcp;
mod messages;
#[cfg(unix)]
mod mixers;
mod pages;
mod pair;
#[cfg(feature = "sfu")]
#[path = "../sfu/person.rs"]
#[allow(dead_code)] // the simulation uses the rest
mod person;
mod receivers;
mod seats;
#[cfg(feature = "sfu")]
mod sfu;
mod sockets;
mod tokens;
mod turn;
