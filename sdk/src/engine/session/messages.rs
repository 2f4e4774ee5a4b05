//! Messages of the data channels, and what else the connections put out.

use super::connection;
use super::{Event, Output, Phase, Session};
use crate::engine::data::{DataMessage, Frame, MAX_LOSSY_BYTES};
use crate::engine::topology::FarEnd;
use crate::error::DataChannelError;
use crate::model::{Channel, ParticipantId, Role, SignalCommand, Timestamp};

/// Messages of senders who are not known yet. Those of someone who has left are never known, and go first.
const MAX_EARLY: usize = 256;

impl Session {
    /// Writes a line of chat to one participant, or to everyone. Gives its number: an [`Event::Receipt`] says who has it.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn send_chat(
        &mut self,
        text: &str,
        to: Option<&ParticipantId>,
        now: Timestamp,
    ) -> Result<u32, DataChannelError> {
        let id = self.receipts.next_id();
        let message = DataMessage::Chat { id, text: text.to_owned(), private: to.is_some() };
        self.send(&message, Channel::Reliable, to)?;
        let people = self.others().filter(|other| other.role != Role::Mixer).map(|other| other.id.clone());
        let receivers = people.filter(|id| to.is_none_or(|to| to == id)).collect();
        self.receipts.expect(id, receivers, now);
        self.tell_receipts();
        Ok(id)
    }

    /// Sends a message over a channel to one participant, or to everyone.
    ///
    /// # Errors
    /// If the message is too large, if there is no such participant, or if too many messages wait already; in
    /// the last case everyone else has it.
    pub fn send(
        &mut self,
        message: &DataMessage,
        channel: Channel,
        to: Option<&ParticipantId>,
    ) -> Result<(), DataChannelError> {
        let frame = message.encode()?;
        if !channel.is_reliable() && frame.len() > MAX_LOSSY_BYTES {
            return Err(DataChannelError::TooLarge { size: frame.len(), limit: MAX_LOSSY_BYTES });
        }
        self.send_frame(&frame, channel, to)
    }

    /// Sends a frame of the file transfer to one participant; through an SFU or a mixer, one of at most
    /// [`MAX_ROUTED_BYTES`](crate::engine::data::MAX_ROUTED_BYTES).
    ///
    /// # Errors
    /// As [`send`](Self::send), and `Closed` while there is no connection to the participant.
    pub fn send_file_frame(&mut self, frame: Vec<u8>, to: &ParticipantId) -> Result<(), DataChannelError> {
        if self.others().any(|other| other.id == *to) && self.route(to).is_none() {
            return Err(DataChannelError::Closed);
        }
        self.send_frame(&Frame::Binary(frame), Channel::Files, Some(to))
    }

    /// The connection that a participant is reached over, and what is at its far end.
    pub fn route(&self, to: &ParticipantId) -> Option<(&ParticipantId, FarEnd)> {
        let direct = self.connections.get_key_value(to);
        let between = || self.connections.iter().find(|(_, connection)| connection.far_end().is_between());
        direct.or_else(between).map(|(peer, connection)| (peer, connection.far_end()))
    }

    fn send_frame(
        &mut self,
        frame: &Frame,
        channel: Channel,
        to: Option<&ParticipantId>,
    ) -> Result<(), DataChannelError> {
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
            if !connection.send(channel, frame) {
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
                            Output::Signal(SignalCommand::Join((**request).clone()))
                        }
                        _ => Output::Signal(SignalCommand::Relay { to: peer, payload }),
                    },
                    connection::Output::Warning(error) => Output::Event(Event::Warning(error)),
                    connection::Output::Message(channel, frame) => {
                        match connection.far_end() {
                            FarEnd::Participant => messages.push((peer, channel, frame)),
                            FarEnd::Sfu | FarEnd::Mixer => {
                                messages.extend(frame.unrouted().map(|(from, frame)| (from, channel, frame)));
                            }
                            FarEnd::Listener => {
                                forwards
                                    .extend(frame.unrouted().map(|(to, frame)| (peer, to, channel, frame)));
                            }
                        }
                        continue;
                    }
                });
            }
        }
        let is_forwarding = !forwards.is_empty();
        for (from, to, channel, frame) in forwards {
            self.hand_on(&from, &to, channel, &frame);
            if to.as_str().is_empty() || Some(&to) == self.own_id() {
                messages.push((from, channel, frame));
            }
        }
        let has_received = !messages.is_empty();
        for (peer, channel, frame) in messages {
            self.receive(peer, channel, frame);
        }
        if is_forwarding || has_received {
            self.collect();
        }
    }

    /// Tells of a message, once it is known who sent it: the server's word of a new participant may come after.
    fn receive(&mut self, from: ParticipantId, channel: Channel, frame: Frame) {
        if self.roster.get(&from).is_none() {
            if self.early.len() == MAX_EARLY {
                self.early.pop_front();
            }
            return self.early.push_back((from, channel, frame));
        }
        if channel == Channel::Files {
            if let Frame::Binary(bytes) = frame {
                self.event(Event::FileFrame(from, bytes));
            }
            return;
        }
        match DataMessage::decode(frame) {
            Some(DataMessage::Receipt { id }) => {
                self.receipts.received(id, &from);
                self.tell_receipts();
            }
            Some(message) => {
                if let DataMessage::Chat { id: id @ 1.., .. } = &message {
                    // A sender that is gone, or reads nothing, needs no receipt.
                    let _ = self.send(&DataMessage::Receipt { id: *id }, Channel::Reliable, Some(&from));
                }
                self.event(Event::Message(from, message));
            }
            None => {}
        }
    }

    pub(super) fn tell_receipts(&mut self) {
        while let Some(receipt) = self.receipts.poll() {
            self.event(Event::Receipt(receipt));
        }
    }

    /// Tells of messages whose senders are known by now.
    pub(super) fn receive_early(&mut self) {
        for (from, channel, frame) in std::mem::take(&mut self.early) {
            self.receive(from, channel, frame);
        }
    }

    /// As the mixer: hands a message of one listener to another, or to all others. What does not fit is lost, as it
    /// would be with an SFU.
    fn hand_on(&mut self, from: &ParticipantId, to: &ParticipantId, channel: Channel, frame: &Frame) {
        let Ok(frame) = frame.routed(Some(from)) else { return };
        let is_meant = |peer: &ParticipantId| peer != from && (to.as_str().is_empty() || to == peer);
        for (_, connection) in self.connections.iter_mut().filter(|(peer, _)| is_meant(peer)) {
            connection.send(channel, frame.clone());
        }
    }
}
