//! The classes of the npm package: newtypes without logic over the Rust API.
//!
//! Methods take `&self` and return a `Promise` made from a cloned handle, so that `free()` works at any
//! time. Nothing runs when the module is loaded.

pub(crate) mod convert;
mod data_channel;
mod error;
mod events;
mod file_transfer;
mod level_meter;
mod media;
mod options;
mod peer_connection;
mod promise;
mod recorder;
mod room;
mod streams;

#[cfg(test)]
mod tests;
