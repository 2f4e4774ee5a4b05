//! The network path between a client and the server.

use moim::model::Timestamp;

use super::random::Random;

/// The state of the links at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Weather {
    /// Frames are dropped, delayed and reordered.
    Rough {
        /// The percentage of dropped frames.
        drops: u64,
    },
    /// Frames keep their order, as on an open WebSocket.
    Calm,
}

/// One direction of a link.
#[derive(Clone, Debug, Default)]
pub(crate) struct Link {
    last_arrival: Timestamp,
}

impl Link {
    /// When a frame that is sent now arrives, if it does.
    pub(crate) fn arrival(
        &mut self,
        weather: Weather,
        now: Timestamp,
        random: &mut Random,
    ) -> Option<Timestamp> {
        let arrival = match weather {
            Weather::Rough { drops } if random.happens(drops) => return None,
            Weather::Rough { .. } => {
                let longest = if random.happens(5) { 3_000 } else { 300 };
                now + random.number(1..longest)
            }
            Weather::Calm => self.last_arrival.max(now + random.number(5..40)),
        };
        self.last_arrival = self.last_arrival.max(arrival);
        Some(arrival)
    }

    /// When the close of the socket arrives: after everything that was sent.
    pub(crate) fn end(&self, now: Timestamp) -> Timestamp {
        self.last_arrival.max(now + 1)
    }
}
