//! The targets, one in each file.

pub(crate) mod backend;
pub(crate) mod data;
pub(crate) mod framing;
pub(crate) mod hub;
pub(crate) mod mp4;
pub(crate) mod peer;
pub(crate) mod protocol;
pub(crate) mod reliable;
pub(crate) mod room;
pub(crate) mod sfu;
pub(crate) mod stats;
pub(crate) mod stream;
pub(crate) mod transfer;
pub(crate) mod webm;
