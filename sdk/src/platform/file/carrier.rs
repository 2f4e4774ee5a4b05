//! The transport of files.

use std::fmt;

use futures::FutureExt;
use futures::future::{LocalBoxFuture, ready};

use super::Transfers;
use crate::error::DataChannelError;
use crate::model::ParticipantId;

/// A reliable, ordered transport of the files between two peers.
pub(crate) trait Carrier {
    /// The files on this carrier.
    fn transfers(&self) -> &Transfers;

    /// Sends a short and rare frame without waiting for capacity.
    fn send(&self, frame: Vec<u8>) -> Result<(), NotSent>;

    /// Sends a long frame as soon as there is capacity.
    fn send_in_turn(&self, frame: Vec<u8>) -> LocalBoxFuture<'_, Result<(), NotSent>>;

    /// Resolves when a frame can be sent after [`NotSent::QueueFull`].
    fn capacity(&self) -> LocalBoxFuture<'_, ()> {
        ready(()).boxed_local()
    }

    /// The limits of the carrier.
    fn limits(&self) -> Limits;

    /// The remote participant, if the carrier is that of a room.
    fn participant_id(&self) -> Option<&ParticipantId> {
        None
    }
}

/// Why a frame was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotSent {
    /// Too much is queued.
    QueueFull,
    /// The carrier has closed.
    Closed,
}

impl From<DataChannelError> for NotSent {
    fn from(error: DataChannelError) -> Self {
        match error {
            DataChannelError::QueueFull { .. } => Self::QueueFull,
            _ => Self::Closed,
        }
    }
}

/// Short, because what is in it, a whole room or channel, would be in the module for this alone.
impl fmt::Debug for dyn Carrier + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Carrier").finish_non_exhaustive()
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
