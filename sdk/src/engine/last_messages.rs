//! The last messages about transfers and streams that have ended, for a remote end that misses them with a lost connection.

use std::collections::VecDeque;

/// The maximum number that is remembered.
const MAX_MESSAGES: usize = 64;

/// The last message about each id, the oldest first.
#[derive(Clone, Debug)]
pub(super) struct LastMessages<I, M>(VecDeque<(I, M)>);

impl<I, M> Default for LastMessages<I, M> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<I: PartialEq, M: Clone> LastMessages<I, M> {
    pub(super) fn remember(&mut self, id: I, message: M) {
        self.0.retain(|(other, _)| *other != id);
        if self.0.len() == MAX_MESSAGES {
            self.0.pop_front();
        }
        self.0.push_back((id, message));
    }

    pub(super) fn get(&self, id: &I) -> Option<M> {
        self.0.iter().find(|(other, _)| other == id).map(|(_, message)| message.clone())
    }
}
