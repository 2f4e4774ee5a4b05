//! A double of the connections between two ends, for tests: they are replaced, and what was in flight is lost.

use std::collections::VecDeque;

use proptest::prelude::*;

/// How connections are replaced.
#[derive(Clone, Copy, Debug)]
pub(super) enum Replaced {
    /// The one between both ends.
    Both,
    /// That of an end to a server in between. Of what was in flight so much is lost.
    One { end: usize, lost: usize },
}

/// The connections of two ends, 0 and 1.
pub(super) struct Wires {
    /// What is in flight to each end.
    pub(super) to: [VecDeque<Vec<u8>>; 2],
    /// Whether each end has a connection.
    connected: [bool; 2],
    /// Whether each end knows that the other one has another connection.
    informed: [bool; 2],
}

impl Default for Wires {
    fn default() -> Self {
        Self { to: Default::default(), connected: [true; 2], informed: [true; 2] }
    }
}

impl Wires {
    pub(super) fn send(&mut self, from: usize, frame: Vec<u8>) {
        if self.connected[from] {
            self.to[1 - from].push_back(frame);
        }
    }

    /// The next frame that arrives at an end.
    pub(super) fn take(&mut self, end: usize) -> Option<Vec<u8>> {
        if self.connected[end] { self.to[end].pop_front() } else { None }
    }

    /// Returns the ends that have lost their connection.
    pub(super) fn replace(&mut self, replaced: Replaced) -> Vec<usize> {
        match replaced {
            Replaced::Both => {
                self.to = Default::default();
                self.connected = [false; 2];
                vec![0, 1]
            }
            Replaced::One { end, lost } => {
                // The last of what it has sent, and the first of what was sent to it.
                let sent = &mut self.to[1 - end];
                sent.truncate(sent.len().saturating_sub(lost));
                let unread = &mut self.to[end];
                unread.drain(..lost.min(unread.len()));
                self.connected[end] = false;
                self.informed[1 - end] = false;
                vec![end]
            }
        }
    }

    /// The next connection of an end is there. Returns whether it has, or the other end has, another one than before.
    pub(super) fn connect(&mut self, end: usize) -> bool {
        let is_new = !std::mem::replace(&mut self.connected[end], true);
        let is_informed = std::mem::replace(&mut self.informed[end], true);
        is_new || !is_informed
    }
}

pub(super) fn replaced() -> impl Strategy<Value = Replaced> {
    prop_oneof![
        Just(Replaced::Both),
        (0_usize..9).prop_map(|lost| Replaced::One { end: 0, lost }),
        (0_usize..9).prop_map(|lost| Replaced::One { end: 1, lost }),
    ]
}
