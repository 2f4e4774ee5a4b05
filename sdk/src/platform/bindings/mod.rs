//! Browser APIs that web-sys lacks, by interface.

pub(in crate::platform) mod capture;
pub(in crate::platform) mod data_channel;
pub(in crate::platform) mod peer_connection;
