//! One end of a standalone peer connection: the application carries its signals to the other end.
//!
//! The ends agree on who is polite. Each has a random number, sent with every signal; the one with
//! the smaller number is polite, unless one of them was configured.

mod signal;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

use std::collections::VecDeque;

use moim_protocol::{PeerSignal, RelayPayload, Reliable};

pub use signal::Signal;

use super::exchange::{self, Command, Exchange};
use super::negotiation::Politeness;
use super::recovery::Recovery;
use super::trace;
use crate::error::{Error, Result};
use crate::model::{ConnectionState, Timestamp};

/// What to do next, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// A call to make on the browser's connection.
    Command(Command),
    /// A signal for the remote end.
    Signal(Signal),
    /// ICE is being restarted because the connection was lost; the number of the attempt.
    Recovering(u32),
    /// Something failed. The connection continues.
    Warning(Error),
}

/// One end of a peer connection.
#[derive(Clone, Debug)]
pub struct Peer {
    number: u32,
    polite: Option<bool>,
    far_number: Option<u32>,
    reliable: Reliable,
    exchange: Exchange,
    outputs: VecDeque<Output>,
}

impl Peer {
    /// Creates an end with a random number, and optionally a fixed politeness.
    pub fn new(number: u32, polite: Option<bool>, recovers: bool) -> Self {
        let politeness = if polite.unwrap_or(true) { Politeness::Polite } else { Politeness::Impolite };
        let exchange = Exchange::new(politeness, true);
        Self {
            number,
            polite,
            far_number: None,
            reliable: Reliable::default(),
            exchange: if recovers { exchange.recovering(Recovery::default()) } else { exchange },
            outputs: VecDeque::new(),
        }
    }

    /// The connection state.
    pub fn state(&self) -> ConnectionState {
        self.exchange.state()
    }

    /// Whether no description is in progress or queued.
    pub fn is_settled(&self) -> bool {
        self.exchange.is_settled()
    }

    /// Handles a signal from the remote end. A duplicate, or a signal of this end itself, is ignored.
    ///
    /// # Errors
    /// `InvalidOptions` if the signal belongs to another connection than the ones before, cannot come from the remote
    /// end, or if both ends were configured with the same politeness. Then the whole signal is ignored.
    pub fn handle_signal(&mut self, signal: Signal, now: Timestamp) -> Result<()> {
        if signal.from == self.number {
            return Ok(());
        }
        if self.far_number.is_some_and(|known| known != signal.from) {
            return invalid(
                "the signal belongs to another connection: create a new connection at this end as well",
            );
        }
        self.check(&signal)?;
        if self.far_number.is_none() {
            self.meet(&signal)?;
        }
        for signal in self.reliable.handle_payload(signal.payload, now) {
            match signal {
                PeerSignal::Description { description, .. } => {
                    self.exchange.handle_description(description, now);
                }
                PeerSignal::Refusal { sdp_type, reason } => {
                    self.exchange.handle_refusal(sdp_type, &reason, now);
                }
                PeerSignal::Candidate { candidate } => self.exchange.handle_candidate(candidate),
                _ => {}
            }
            self.proceed(now);
        }
        Ok(())
    }

    /// Handles an event from the browser.
    pub fn handle_input(&mut self, input: exchange::Input, now: Timestamp) {
        self.exchange.handle_input(input, now);
        self.proceed(now);
    }

    /// Repeats signals that the remote end may not have received.
    pub fn resend(&mut self) {
        self.reliable.repeat();
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.exchange.poll_timeout()
    }

    /// Advances time.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        self.exchange.handle_timeout(now);
        self.proceed(now);
    }

    /// Returns the next output.
    pub fn poll_output(&mut self) -> Option<Output> {
        let output = self.outputs.pop_front();
        output.or_else(|| self.reliable.poll_transmit().map(|payload| Output::Signal(self.signal(payload))))
    }

    fn proceed(&mut self, now: Timestamp) {
        while let Some(output) = self.exchange.poll_output() {
            match output {
                exchange::Output::Command(command) => self.outputs.push_back(Output::Command(command)),
                exchange::Output::SendDescription(description) => {
                    let mids = Default::default();
                    self.reliable.send(PeerSignal::Description { description, mids }, now);
                }
                exchange::Output::SendCandidate(candidate) => {
                    self.reliable.send(PeerSignal::Candidate { candidate }, now);
                }
                exchange::Output::SendRefusal { sdp_type, reason } => {
                    self.reliable.send(PeerSignal::Refusal { sdp_type, reason }, now);
                }
                // Both ends of a standalone connection make offers.
                exchange::Output::SendAsk { .. } => {}
                exchange::Output::Recovering(attempt) => {
                    trace::recovering(attempt);
                    // What broke the connection may also have broken signaling.
                    self.reliable.repeat();
                    self.outputs.push_back(Output::Recovering(attempt));
                }
                exchange::Output::GaveUp(error) | exchange::Output::Warning(error) => {
                    self.outputs.push_back(Output::Warning(error))
                }
            }
        }
    }

    fn signal(&self, payload: RelayPayload) -> Signal {
        Signal { from: self.number, polite: self.polite, payload }
    }

    /// Rejects what cannot be a signal of the remote end, so that it does not bind this end to a stranger.
    fn check(&self, signal: &Signal) -> Result<()> {
        let RelayPayload { seq, ack, signal: content, .. } = &signal.payload;
        let tells = match content {
            // An acknowledgement alone must acknowledge something.
            None => *seq == 0 && *ack > 0,
            Some(PeerSignal::Description { description, .. }) => description.sdp.starts_with("v="),
            Some(_) => true,
        };
        match signal.from > 0 && tells && self.reliable.is_plausible(&signal.payload) {
            true => Ok(()),
            false => invalid("signal: expected one that the remote end emitted, unchanged"),
        }
    }

    fn meet(&mut self, signal: &Signal) -> Result<()> {
        let polite = match (self.polite, signal.polite) {
            (Some(true), Some(true)) => return invalid("both ends are `polite`: exactly one may be"),
            (Some(false), Some(false)) => return invalid("neither end is `polite`: exactly one must be"),
            (Some(own), _) => own,
            (None, Some(far)) => !far,
            (None, None) => self.number < signal.from,
        };
        self.exchange.set_politeness(if polite { Politeness::Polite } else { Politeness::Impolite });
        self.far_number = Some(signal.from);
        Ok(())
    }
}

fn invalid(detail: &str) -> Result<()> {
    Err(Error::InvalidOptions { detail: detail.to_owned() })
}
