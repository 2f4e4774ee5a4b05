//! The transport of files.

use std::fmt::Debug;

use futures::future::LocalBoxFuture;

use super::Transfers;
use crate::model::ParticipantId;

/// A reliable, ordered transport of the files between two peers.
pub(crate) trait Carrier: Debug {
    /// The files on this carrier.
    fn transfers(&self) -> &Transfers;

    /// Sends a short and rare frame without waiting for room. Returns `false` if the carrier has closed.
    fn send(&self, frame: Vec<u8>) -> bool;

    /// Sends a frame as soon as there is room. Returns `false` if the carrier has closed.
    fn send_in_turn(&self, frame: Vec<u8>) -> LocalBoxFuture<'_, bool>;

    /// The limits of the carrier.
    fn limits(&self) -> Limits;

    /// The remote participant, if the carrier is that of a room.
    fn participant_id(&self) -> Option<&ParticipantId> {
        None
    }
}

/// The limits of a carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// The longest frame in bytes.
    pub(crate) frame_bytes: usize,
    /// How far each sender may be ahead of its receiver, in bytes.
    pub(crate) window_bytes: u64,
    /// The number of files that are sent at the same time. Others wait for a permit.
    pub(crate) files_at_once: usize,
}
