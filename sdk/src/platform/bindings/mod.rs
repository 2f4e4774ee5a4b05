//! What web-sys lacks of the interfaces that are used here, by the interface.

pub(in crate::platform) mod capture;
pub(in crate::platform) mod data_channel;
pub(in crate::platform) mod peer_connection;
