//! The classes of the npm package: newtypes without logic over the Rust API.
//!
//! Methods take `&self` and return a `Promise` created from a cloned handle, so that `free()` works at any
//! time. Loading the module has no effects.

mod abort;
mod attach;
mod backend;
mod bytes;
mod class;
pub(crate) mod convert;
mod data_channel;
mod deprecation;
mod diagnosis;
mod error;
mod event_target;
mod file_transfer;
pub(crate) mod identity;
mod kurento;
mod level_meter;
mod list;
mod live_object;
mod local_media;
mod logger;
mod media;
mod mixer;
mod options;
mod peer_connection;
mod promise;
mod publish;
mod recorder;
mod roles;
mod room;
pub(crate) mod room_streams;
mod rpc;
mod stats;
mod streams;

pub(crate) use live_object::LiveObject;

#[cfg(test)]
mod tests;
