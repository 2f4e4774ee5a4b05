//! Passes the outputs of the connections to the server, the platform, the application, or another
//! connection.

use super::inbox::Arrived;
use super::{Event, Output, Session, connection};
use crate::engine::data::Frame;
use crate::engine::topology::FarEnd;
use crate::model::{Channel, LinkId, ParticipantConnectionState, ParticipantId, SignalCommand, Timestamp};

impl Session {
    /// Processes the connections' outputs until there are none.
    pub(super) fn collect(&mut self) {
        while let Some((link, state)) = self.next_state_change() {
            let ids: Vec<_> = match self.is_relay(&link) {
                false => link.participant().cloned().into_iter().collect(),
                true => self.others().map(|other| other.id.clone()).collect(),
            };
            for id in ids {
                self.event(Event::ConnectionStateChange(id, state));
            }
        }
        while let Some((link, output)) = self.next_output() {
            match output {
                connection::Output::Command(command) => {
                    self.outputs.push_back(Output::Connection { link, command });
                }
                connection::Output::Signal(signal) => self.signal(SignalCommand::Signal { link, signal }),
                connection::Output::Warning(error) => self.warn(error, link.participant().cloned()),
            }
        }
    }

    /// With two links to a server, the receiving one counts.
    fn next_state_change(&mut self) -> Option<(LinkId, ParticipantConnectionState)> {
        self.connections.iter_mut().filter(|(link, _)| link.receives()).find_map(|(link, connection)| {
            let state = connection.take_state_change()?;
            Some((link.clone(), state))
        })
    }

    fn next_output(&mut self) -> Option<(LinkId, connection::Output)> {
        self.connections.iter_mut().find_map(|(link, connection)| {
            let output = connection.poll_output()?;
            Some((link.clone(), output))
        })
    }

    /// A message was received. An SFU or mixer adds the sender; a mixer's listener adds the receiver.
    pub(super) fn arrived(
        &mut self,
        link: &LinkId,
        far_end: FarEnd,
        channel: Channel,
        frame: Frame,
        now: Timestamp,
    ) {
        match (far_end, link) {
            (FarEnd::Participant, LinkId::Participant(from)) => {
                self.receive(from.clone(), channel, frame, now);
            }
            (FarEnd::Listener, LinkId::Participant(from)) => {
                self.admit(from.clone(), Arrived { is_addressed: true, channel, frame }, now);
            }
            _ => {
                // Nobody hears their own messages.
                let routed = frame.unrouted().filter(|(from, _)| Some(from) != self.own_id());
                if let Some((from, frame)) = routed {
                    self.receive(from, channel, frame, now);
                }
            }
        }
    }

    /// Processes a message whose sender is known, and as the mixer forwards it.
    pub(super) fn process(&mut self, from: ParticipantId, message: Arrived, now: Timestamp) {
        let Arrived { is_addressed, channel, frame } = message;
        if !is_addressed {
            return self.deliver(from, channel, frame, now);
        }
        let Some((to, frame)) = frame.unrouted() else { return };
        if let Ok(frame) = frame.routed(Some(&from)) {
            self.forward(&from, &to, channel, frame);
        }
        if to.as_str().is_empty() || Some(&to) == self.own_id() {
            self.deliver(from, channel, frame, now);
        }
    }
}
