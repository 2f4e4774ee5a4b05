//! Data that may not have arrived, for the connection that replaces this one.
//!
//! A reliable channel delivers the beginning of what was sent over it. So data that is sent over it directly is numbered, and
//! of what is sent again, the receiver drops what is not newer than the last that it has received.

use std::collections::VecDeque;

use crate::engine::data::{Frame, Number};

/// Of more than this, the first is not sent again. Who waits for capacity is never so far ahead.
const MAX_BYTES: usize = 2 << 20;
/// Overhead of a message in a queue, in bytes.
const OVERHEAD: usize = 64;

/// What was sent to a participant and not acknowledged.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Flight {
    /// The number of the last data.
    last: u32,
    /// Numbered.
    data: VecDeque<Frame>,
    bytes: usize,
    /// The marks that were sent, each with the number of the data before it.
    marks: VecDeque<(u32, u32)>,
}

impl Flight {
    /// Numbers and keeps a frame that is being sent, if it is data.
    pub(super) fn keep(&mut self, frame: Frame) -> Frame {
        if !frame.is_data() {
            return frame;
        }
        self.last = self.last.wrapping_add(1);
        let frame = frame.numbered(Number { number: self.last, again: false });
        self.bytes += frame.len() + OVERHEAD;
        self.data.push_back(frame.clone());
        while self.bytes > MAX_BYTES {
            self.forget_first();
        }
        frame
    }

    /// A mark follows what was sent so far.
    pub(super) fn marked(&mut self, mark: u32) {
        self.marks.push_back((mark, self.last));
    }

    /// A mark has arrived, and everything before it.
    pub(super) fn arrived(&mut self, mark: u32) {
        let Some(at) = self.marks.iter().position(|(id, _)| *id == mark) else { return };
        let Some((_, last)) = self.marks.drain(..=at).next_back() else { return };
        while self.data.front().and_then(Frame::number).is_some_and(|first| first.number <= last) {
            self.forget_first();
        }
    }

    /// What the next connection sends again.
    pub(super) fn again(&self) -> impl Iterator<Item = Frame> {
        self.data.iter().filter_map(|frame| {
            let number = Number { again: true, ..frame.number()? };
            Some(frame.clone().unnumbered().numbered(number))
        })
    }

    /// For the connection that replaces this one.
    pub(super) fn take(&mut self) -> Self {
        let flight = std::mem::take(self);
        // They were lost with the connection.
        Self { marks: VecDeque::new(), ..flight }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    fn forget_first(&mut self) {
        if let Some(frame) = self.data.pop_front() {
            self.bytes -= frame.len() + OVERHEAD;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::data::DataMessage;

    fn data(size: usize) -> Frame {
        let data = DataMessage::Data { topic: String::new(), payload: vec![0; size] };
        data.encode().unwrap_or(Frame::Text(String::new()))
    }

    /// The numbers of what is sent again.
    fn again(flight: &Flight) -> Vec<u32> {
        let numbers = flight.again().filter_map(|frame| frame.number());
        numbers.map(|Number { number, again }| if again { number } else { 0 }).collect()
    }

    #[test]
    fn data_is_sent_again_until_a_mark_after_it_has_arrived() {
        let mut flight = Flight::default();
        let text = Frame::Text("{}".into());
        assert_eq!(flight.keep(text.clone()), text);
        for mark in [7, 8] {
            flight.keep(data(1));
            flight.keep(data(1));
            flight.marked(mark);
        }
        flight.keep(data(1));
        assert_eq!(again(&flight), [1, 2, 3, 4, 5]);
        flight.arrived(9);
        flight.arrived(7);
        assert_eq!(again(&flight), [3, 4, 5]);
        let mut next = flight.take();
        assert_eq!((again(&flight), again(&next)), (vec![], vec![3, 4, 5]));
        next.arrived(8);
        assert_eq!(again(&next), [3, 4, 5], "the mark was lost, too");
        next.keep(data(1));
        next.marked(10);
        next.arrived(10);
        assert_eq!((again(&next), next.bytes()), (vec![], 0));
    }

    #[test]
    fn who_does_not_wait_for_capacity_cannot_fill_the_memory() {
        let mut flight = Flight::default();
        for _ in 0..100 {
            flight.keep(data(100_000));
        }
        assert!(flight.bytes() <= MAX_BYTES && flight.bytes() > MAX_BYTES - 200_000);
        assert_eq!(again(&flight).last(), Some(&100));
    }
}
