//! One end of a peer connection that stands by itself: the application carries its signals to the other end.
//!
//! The ends settle by themselves who gives way in a glare. Each has a random number, sent with every signal; the one with
//! the smaller number is polite, unless one of them was told which it is.

mod signal;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

use std::collections::VecDeque;

pub use signal::Signal;

use super::exchange::{self, Command, Exchange};
use super::negotiation::Politeness;
use crate::error::{Error, Result};
use crate::model::{ConnectionState, PeerSignal, RelayPayload, Reliable, Timestamp};

/// What an end wants, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// For the browser.
    Command(Command),
    /// For the far end.
    Signal(Signal),
    /// ICE is being restarted because the connection was lost: the number of the attempt.
    Recovering(u32),
    /// Something failed. The connection goes on.
    Warning(Error),
}

/// One end of one peer connection.
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
    /// An end with a random number, which may be told to be polite or not.
    pub fn new(number: u32, polite: Option<bool>, recovers: bool) -> Self {
        let politeness = if polite.unwrap_or(true) { Politeness::Polite } else { Politeness::Impolite };
        let exchange = Exchange::new(politeness, true);
        Self {
            number,
            polite,
            far_number: None,
            reliable: Reliable::default(),
            exchange: if recovers { exchange.recovering() } else { exchange },
            outputs: VecDeque::new(),
        }
    }

    /// The connection's state.
    pub fn state(&self) -> ConnectionState {
        self.exchange.state()
    }

    /// No description is under way and none waits.
    pub fn is_settled(&self) -> bool {
        self.exchange.is_settled()
    }

    /// Takes a signal of the far end. One that came before, or that this end sent itself, does nothing.
    ///
    /// # Errors
    /// `InvalidOptions` if the signal is of another connection than those before, or both ends were told the same role.
    pub fn handle_signal(&mut self, signal: Signal, now: Timestamp) -> Result<()> {
        if signal.from == self.number {
            return Ok(());
        }
        match self.far_number {
            None => self.meet(&signal)?,
            Some(known) if known != signal.from => {
                return invalid(
                    "the signal is of another connection: the far end needs a new one here as well",
                );
            }
            Some(_) => {}
        }
        for signal in self.reliable.handle_payload(signal.payload, now) {
            match signal {
                PeerSignal::Description { description, .. } => self.exchange.handle_description(description),
                PeerSignal::Candidate { candidate } => self.exchange.handle_candidate(candidate),
                _ => {}
            }
            self.proceed(now);
        }
        Ok(())
    }

    /// Takes what happened at the browser.
    pub fn handle_input(&mut self, input: exchange::Input, now: Timestamp) {
        self.exchange.handle_input(input, now);
        self.proceed(now);
    }

    /// Sends again what the far end may not have.
    pub fn resend(&mut self) {
        self.reliable.repeat();
    }

    /// When [`handle_timeout`](Self::handle_timeout) has something to do.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.exchange.poll_timeout()
    }

    /// Lets time pass.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        self.exchange.handle_timeout(now);
        self.proceed(now);
    }

    /// The next thing to do.
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
                exchange::Output::Recovering(attempt) => {
                    // What broke the connection may have broken the way of the signals.
                    self.reliable.repeat();
                    self.outputs.push_back(Output::Recovering(attempt));
                }
                exchange::Output::Warning(error) => self.outputs.push_back(Output::Warning(error)),
            }
        }
    }

    fn signal(&self, payload: RelayPayload) -> Signal {
        Signal { from: self.number, polite: self.polite, payload }
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
