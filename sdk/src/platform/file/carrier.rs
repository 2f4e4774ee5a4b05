//! What files travel over.

use std::fmt::Debug;

use futures::future::LocalBoxFuture;

use super::Transfers;
use crate::model::ParticipantId;

/// What the files between two ends travel over: reliable, in order, until it is over.
pub(crate) trait Carrier: Debug {
    /// The files that it carries.
    fn transfers(&self) -> &Transfers;

    /// Sends a frame without waiting for room: for what is short and seldom. `false` if the carrier is over.
    fn send(&self, frame: Vec<u8>) -> bool;

    /// Sends a frame as soon as there is room. `false` if the carrier is over.
    fn send_in_turn(&self, frame: Vec<u8>) -> LocalBoxFuture<'_, bool>;

    /// How much may be under way.
    fn limits(&self) -> Limits;

    /// Who is at the far end, if it is a participant of a room.
    fn participant_id(&self) -> Option<&ParticipantId> {
        None
    }
}

/// How much may be under way over a carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// The longest frame in bytes.
    pub(crate) frame_bytes: usize,
    /// How far each sender may be ahead of its receiver, in bytes.
    pub(crate) window_bytes: u64,
    /// How many files are sent at the same time. The others wait for their permit.
    pub(crate) files_at_once: usize,
}
