//! The queue of commands to the SFU, of which each client can use only a small part.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use crate::{MediaCommand, SeatId};

/// Maximum queued payloads per client. The client retransmits dropped ones.
const MAX_PAYLOADS: usize = 64;

/// Both ends of the queue.
#[derive(Clone, Debug, Default)]
pub(super) struct MediaQueue(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    filled: Notify,
}

#[derive(Debug, Default)]
struct State {
    commands: VecDeque<MediaCommand>,
    payloads: HashMap<SeatId, usize>,
}

impl MediaQueue {
    /// Appends a command. Returns whether there was room, which only payloads can lack.
    pub(super) fn push(&self, command: MediaCommand) -> bool {
        let mut state = self.lock();
        if let MediaCommand::Relay { id, .. } = &command {
            let waiting = state.payloads.entry(*id).or_default();
            if *waiting >= MAX_PAYLOADS {
                return false;
            }
            *waiting += 1;
        }
        if let MediaCommand::Published { id, publications } = &command {
            // It is a complete list: an older one that is still queued is obsolete.
            let last = state.commands.iter_mut().rev().find_map(|waiting| match waiting {
                MediaCommand::Published { id: other, publications } if other == id => Some(publications),
                _ => None,
            });
            if let Some(last) = last {
                last.clone_from(publications);
                return true;
            }
        }
        state.commands.push_back(command);
        drop(state);
        self.0.filled.notify_one();
        true
    }

    /// Waits for the first command and removes it.
    #[cfg(feature = "sfu")]
    pub(super) async fn pop(&self) -> MediaCommand {
        loop {
            if let Some(command) = self.take() {
                return command;
            }
            self.0.filled.notified().await;
        }
    }

    #[cfg(feature = "sfu")]
    fn take(&self) -> Option<MediaCommand> {
        let mut state = self.lock();
        let command = state.commands.pop_front()?;
        if let MediaCommand::Relay { id, .. } = &command
            && let Some(waiting) = state.payloads.get_mut(id)
        {
            *waiting -= 1;
            if *waiting == 0 {
                state.payloads.remove(id);
            }
        }
        Some(command)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is consistent between two statements.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(all(test, feature = "sfu"))]
mod tests {
    use moim_protocol::RelayPayload;

    use super::*;

    fn payload(id: u64, seq: u32) -> MediaCommand {
        MediaCommand::Relay { id: SeatId(id), payload: RelayPayload { epoch: 0, seq, ack: 0, signal: None } }
    }

    #[tokio::test]
    async fn one_client_does_not_fill_the_queue_of_another() {
        let queue = MediaQueue::default();
        let taken = (0..1_000).filter(|seq| queue.push(payload(1, *seq))).count();
        assert_eq!(taken, MAX_PAYLOADS);
        assert!(queue.push(payload(2, 0)));
        assert_eq!(queue.pop().await, payload(1, 0));
        assert!(queue.push(payload(1, 7)), "there is room again");
    }

    #[tokio::test]
    async fn lists_of_publications_replace_each_other() {
        let queue = MediaQueue::default();
        let published = || MediaCommand::Published { id: SeatId(1), publications: Vec::new() };
        assert!(queue.push(published()) && queue.push(published()));
        queue.push(payload(1, 1));
        assert_eq!(queue.pop().await, published());
        assert_eq!(queue.pop().await, payload(1, 1));
    }
}
