//! Reassembles fragments in bounded memory.

use std::collections::VecDeque;

use super::{FragmentHeader, MessageKind};
use crate::error::DataChannelError;

/// Assumed overhead of each incomplete message, in bytes.
const OVERHEAD_BYTES: usize = 256;

/// The buffer in which a message is reassembled.
pub trait Assembly: Sized {
    /// The type that holds a fragment's bytes.
    type Chunk: ?Sized;

    /// Allocates a message; `None` if memory is exhausted.
    fn with_length(length: usize) -> Option<Self>;

    /// Copies a fragment to its offset. The caller has checked that it fits.
    fn write(&mut self, offset: usize, chunk: &Self::Chunk);
}

/// The incomplete messages of one channel. When they exceed the memory limit, the oldest is dropped.
#[derive(Debug)]
pub struct Reassembler<A> {
    /// Oldest first.
    partial: VecDeque<Partial<A>>,
    memory: usize,
    max_message: usize,
    max_memory: usize,
    given_up: u32,
    refused: Option<u32>,
}

#[derive(Debug)]
struct Partial<A> {
    header: FragmentHeader,
    assembly: A,
    /// One bit per fragment.
    arrived: Vec<u64>,
    missing: usize,
}

impl<A: Assembly> Reassembler<A> {
    /// Accepts messages of up to `max_message` bytes; all incomplete ones together may use twice that.
    pub fn new(max_message: usize) -> Self {
        let max_memory = max_message.saturating_mul(2).saturating_add(4 * OVERHEAD_BYTES);
        Self { partial: VecDeque::new(), memory: 0, max_message, max_memory, given_up: 0, refused: None }
    }

    /// Takes a fragment of `length` bytes, and returns the message if it is complete.
    ///
    /// # Errors
    /// `TooLarge` for the first fragment of a message that exceeds the limit, `Malformed` for a fragment of the wrong
    /// length.
    pub fn insert(
        &mut self,
        header: FragmentHeader,
        chunk: &A::Chunk,
        length: usize,
    ) -> Result<Option<(MessageKind, A)>, DataChannelError> {
        let range = header.range();
        if length != range.len() || range.is_empty() {
            return Err(DataChannelError::Malformed);
        }
        let Some(at) = self.place(header)? else { return Ok(None) };
        let partial = &mut self.partial[at];
        let (word, bit) = (header.index as usize / 64, 1 << (header.index % 64));
        let Some(word) = partial.arrived.get_mut(word).filter(|word| **word & bit == 0) else {
            return Ok(None);
        };
        *word |= bit;
        partial.missing -= 1;
        partial.assembly.write(range.start, chunk);
        if partial.missing > 0 {
            return Ok(None);
        }
        Ok(self.remove(at).map(|done| (done.header.kind, done.assembly)))
    }

    /// The number of incomplete messages.
    pub fn incomplete(&self) -> usize {
        self.partial.len()
    }

    /// The number of messages dropped since the last call.
    pub fn take_given_up(&mut self) -> u32 {
        std::mem::take(&mut self.given_up)
    }

    /// Memory used by the incomplete messages, in bytes.
    pub fn memory(&self) -> usize {
        self.memory
    }

    /// Drops all incomplete messages.
    pub fn clear(&mut self) {
        self.partial.clear();
        self.memory = 0;
    }

    /// The index of the fragment's message, added if it is new. `None` if the message was dropped before.
    fn place(&mut self, header: FragmentHeader) -> Result<Option<usize>, DataChannelError> {
        // Fragments usually belong to the latest message.
        if let Some(at) = self.partial.iter().rposition(|partial| partial.header.message == header.message) {
            if self.partial[at].header.agrees_with(&header) {
                return Ok(Some(at));
            }
            self.give_up(at);
        }
        if header.total as usize > self.max_message {
            let again = self.refused.replace(header.message) == Some(header.message);
            let too_large =
                DataChannelError::TooLarge { size: header.total as usize, limit: self.max_message };
            return if again { Ok(None) } else { Err(too_large) };
        }
        let cost = cost(&header);
        while self.memory + cost > self.max_memory && !self.partial.is_empty() {
            self.give_up(0);
        }
        let Some(assembly) = A::with_length(header.total as usize) else {
            return Err(DataChannelError::TooLarge { size: header.total as usize, limit: self.max_message });
        };
        let fragments = header.fragments();
        let arrived = vec![0; fragments.div_ceil(64)];
        self.partial.push_back(Partial { header, assembly, arrived, missing: fragments });
        self.memory += cost;
        Ok(Some(self.partial.len() - 1))
    }

    fn give_up(&mut self, at: usize) {
        self.remove(at);
        self.given_up = self.given_up.saturating_add(1);
    }

    fn remove(&mut self, at: usize) -> Option<Partial<A>> {
        let partial = self.partial.remove(at)?;
        self.memory -= cost(&partial.header);
        Some(partial)
    }
}

fn cost(header: &FragmentHeader) -> usize {
    header.total as usize + header.fragments() / 8 + OVERHEAD_BYTES
}
