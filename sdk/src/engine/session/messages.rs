//! Messages of the data channels, and what else the connections put out.

use super::connection;
use super::{Event, Output, Phase, Session};
use crate::engine::data::{DataMessage, Frame};
use crate::engine::topology::FarEnd;
use crate::error::DataChannelError;
use crate::model::{ParticipantId, SignalCommand};

/// Messages of senders who are not known yet. Those of someone who has left are never known, and go first.
const MAX_EARLY: usize = 256;

impl Session {
    /// Sends a message to one participant, or to everyone.
    ///
    /// # Errors
    /// If the message is too large, if there is no such participant, or if too many messages wait already; in
    /// the last case everyone else has it.
    pub fn send(
        &mut self,
        message: &DataMessage,
        to: Option<&ParticipantId>,
    ) -> Result<(), DataChannelError> {
        let frame = message.encode()?;
        if let Some(id) = to.filter(|id| self.others().all(|other| other.id != **id)) {
            return Err(DataChannelError::UnknownParticipant { participant: id.to_string() });
        }
        let own_id = self.own_id().cloned();
        let mut full = None;
        for (peer, connection) in &mut self.connections {
            let is_direct = !connection.far_end().is_between();
            let frame = match connection.far_end() {
                _ if is_direct && to.is_some_and(|id| id != peer) => continue,
                FarEnd::Participant => frame.clone(),
                FarEnd::Sfu | FarEnd::Mixer => frame.routed(to)?,
                FarEnd::Listener => frame.routed(own_id.as_ref())?,
            };
            if !connection.send(frame) {
                full = Some(DataChannelError::QueueFull { participant: peer.to_string() });
            }
        }
        self.collect();
        full.map_or(Ok(()), Err)
    }

    /// Moves the connections' outputs into the session's own.
    pub(super) fn collect(&mut self) {
        let mut messages = Vec::new();
        let mut forwards = Vec::new();
        for (peer, connection) in &mut self.connections {
            while let Some(output) = connection.poll_output() {
                let peer = peer.clone();
                self.outputs.push_back(match output {
                    connection::Output::Command(command) => Output::Connection { peer, command },
                    connection::Output::Relay(payload) => match &mut self.phase {
                        Phase::Joining { request, is_held, .. } if *is_held => {
                            *is_held = false;
                            request.relay = Some(payload);
                            Output::Signal(SignalCommand::Join(request.clone()))
                        }
                        _ => Output::Signal(SignalCommand::Relay { to: peer, payload }),
                    },
                    connection::Output::Warning(error) => Output::Event(Event::Warning(error)),
                    connection::Output::Message(frame) => {
                        match connection.far_end() {
                            FarEnd::Participant => messages.push((peer, frame)),
                            FarEnd::Sfu | FarEnd::Mixer => messages.extend(frame.unrouted()),
                            FarEnd::Listener => {
                                forwards.extend(frame.unrouted().map(|(to, frame)| (peer, to, frame)));
                            }
                        }
                        continue;
                    }
                });
            }
        }
        let is_forwarding = !forwards.is_empty();
        for (from, to, frame) in forwards {
            self.hand_on(&from, &to, &frame);
            if to.as_str().is_empty() || Some(&to) == self.own_id() {
                messages.push((from, frame));
            }
        }
        for (peer, frame) in messages {
            self.receive(peer, frame);
        }
        if is_forwarding {
            self.collect();
        }
    }

    /// Tells of a message, once it is known who sent it: the server's word of a new participant may come after.
    fn receive(&mut self, from: ParticipantId, frame: Frame) {
        if self.roster.get(&from).is_none() {
            if self.early.len() == MAX_EARLY {
                self.early.pop_front();
            }
            self.early.push_back((from, frame));
        } else if let Some(message) = DataMessage::decode(frame) {
            self.event(Event::Message(from, message));
        }
    }

    /// Tells of messages whose senders are known by now.
    pub(super) fn receive_early(&mut self) {
        for (from, frame) in std::mem::take(&mut self.early) {
            self.receive(from, frame);
        }
    }

    /// As the mixer: hands a message of one listener to another, or to all others. What does not fit is lost, as it
    /// would be with an SFU.
    pub(super) fn hand_on(&mut self, from: &ParticipantId, to: &ParticipantId, frame: &Frame) {
        let Ok(frame) = frame.routed(Some(from)) else { return };
        let is_meant = |peer: &ParticipantId| peer != from && (to.as_str().is_empty() || to == peer);
        for (_, connection) in self.connections.iter_mut().filter(|(peer, _)| is_meant(peer)) {
            connection.send(frame.clone());
        }
    }
}
