//! Data channel messages.

use super::inbox::Arrived;
use super::resend::addressed;
use super::{Connection, Event, Session};
use crate::engine::data::{DataMessage, Frame, MAX_LOSSY_BYTES, Number};
use crate::engine::topology::FarEnd;
use crate::engine::transfer;
use crate::error::DataChannelError;
use crate::model::{Channel, LinkId, ParticipantId, Role, RoomPermission, Timestamp};

impl Session {
    /// Sends a chat message to one participant, or to everyone. Returns its number, used by [`Event::Receipt`].
    ///
    /// # Errors
    /// If the text is too large, if there is no such participant, or if too much data waits already; in the last case the
    /// other participants get it.
    pub fn send_chat(
        &mut self,
        text: &str,
        to: Option<&ParticipantId>,
        now: Timestamp,
    ) -> Result<u32, DataChannelError> {
        let id = self.receipts.next_id();
        let chat = |again| DataMessage::Chat { id, text: text.to_owned(), private: to.is_some(), again };
        self.send(&chat(false), Channel::Reliable, to)?;
        let people = self.others().filter(|other| other.role != Role::Mixer).map(|other| other.id.clone());
        let receivers = people.filter(|id| to.is_none_or(|to| to == id)).collect();
        self.receipts.expect(id, chat(true), receivers, now);
        self.emit_receipts();
        Ok(id)
    }

    /// Sends application data to one participant, or to everyone. The caller should wait for
    /// [`has_capacity`](Self::has_capacity) before it sends more.
    ///
    /// # Errors
    /// `TooLarge`; `UnknownParticipant`; `QueueFull` if too much is queued: in a mesh the others receive it, through an
    /// SFU or a mixer nobody does.
    pub fn send_data(
        &mut self,
        message: &DataMessage,
        channel: Channel,
        to: Option<&ParticipantId>,
        now: Timestamp,
    ) -> Result<(), DataChannelError> {
        if !channel.is_reliable() {
            return self.send(message, channel, to);
        }
        let is_relayed = self.connections.values().any(|connection| connection.far_end().is_relay());
        if let Some(participant) = self.backlog.overrun(to).filter(|_| is_relayed) {
            return Err(DataChannelError::QueueFull { participant: participant.to_string() });
        }
        let sent = self.send(message, channel, to);
        if matches!(sent, Ok(()) | Err(DataChannelError::QueueFull { .. })) {
            self.mark(message.size(), to, now);
        }
        sent
    }

    /// Whether more data can be sent to one participant, or to everyone, without getting far ahead of them.
    pub fn has_capacity(&self, channel: Channel, to: Option<&ParticipantId>) -> bool {
        let is_meant = |link: &LinkId, far_end: FarEnd| {
            link.sends() && (far_end.is_relay() || to.is_none_or(|to| Some(to) == link.participant()))
        };
        let mut connections = self.connections.iter();
        let is_ahead = channel.is_reliable() && self.backlog.is_ahead(to);
        !is_ahead
            && connections.all(|(link, connection)| {
                !is_meant(link, connection.far_end()) || connection.has_capacity(channel)
            })
    }

    /// Emits [`Event::Capacity`]. Nobody waits for it before joining.
    pub(super) fn capacity_changed(&mut self) {
        if self.own_id().is_some() {
            self.event(Event::Capacity);
        }
    }

    /// Notes data that was sent, and has marks follow it.
    fn mark(&mut self, bytes: usize, to: Option<&ParticipantId>, now: Timestamp) {
        let Some(own_id) = self.phase.own_id() else { return };
        for other in self.roster.participants() {
            let is_receiver = match to {
                Some(to) => other.id == *to,
                None => other.id != *own_id && other.role != Role::Mixer,
            };
            if is_receiver {
                self.backlog.sent(&other.id, bytes);
            }
        }
        self.send_marks(now);
    }

    /// Sends the marks that are due. One that finds the queue full is due again when there is capacity.
    pub(super) fn send_marks(&mut self, now: Timestamp) {
        for receiver in self.backlog.due() {
            let id = self.receipts.next_id();
            if self.send(&DataMessage::Mark { id }, Channel::Reliable, Some(&receiver)).is_ok() {
                self.backlog.marked(&receiver, id, now);
                if let Some(connection) = self.connections.get_mut(&LinkId::from(receiver)) {
                    connection.marked(id);
                }
            }
        }
    }

    pub(super) fn send(
        &mut self,
        message: &DataMessage,
        channel: Channel,
        to: Option<&ParticipantId>,
    ) -> Result<(), DataChannelError> {
        let frame = message.encode()?;
        if !channel.is_reliable() {
            frame.check(MAX_LOSSY_BYTES)?;
        }
        let sent = self.send_frame(&frame, channel, to);
        self.collect();
        sent
    }

    /// Sends a frame of a file or a stream to one participant; through an SFU or a mixer, at most
    /// [`MAX_ROUTED_BYTES`](crate::engine::data::MAX_ROUTED_BYTES). While the path to the participant is interrupted, it is
    /// dropped: both ends agree later where to continue.
    ///
    /// # Errors
    /// `TooLarge`, `UnknownParticipant`, `QueueFull`, and `Closed` while there is no connection to the participant.
    pub fn send_file_frame(&mut self, frame: Vec<u8>, to: &ParticipantId) -> Result<(), DataChannelError> {
        if self.paths.is_interrupted(to) {
            return Ok(());
        }
        if self.others().any(|other| other.id == *to) && self.route(to).is_none() {
            return Err(DataChannelError::Closed);
        }
        let sent = self.send_frame(&Frame::Binary(frame), Channel::Files, Some(to));
        self.collect();
        sent
    }

    /// The connection through which a participant is reached, and the type of its remote end.
    pub fn route(&self, to: &ParticipantId) -> Option<(&LinkId, FarEnd)> {
        let direct = self.connections.get_key_value(&LinkId::from(to.clone()));
        let is_relay =
            |(link, connection): &(&LinkId, &Connection)| link.sends() && connection.far_end().is_relay();
        let through_relay = || self.connections.iter().find(is_relay);
        direct.or_else(through_relay).map(|(link, connection)| (link, connection.far_end()))
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
        let own_id = self.phase.own_id();
        let mut full = None;
        for (link, connection) in self.connections.iter_mut().filter(|(link, _)| link.sends()) {
            let is_direct = !connection.far_end().is_relay();
            if is_direct && to.is_some_and(|id| Some(id) != link.participant()) {
                continue;
            }
            let frame = addressed(frame, connection.far_end(), to, own_id)?;
            if !connection.send(channel, frame) {
                full = Some(DataChannelError::QueueFull { participant: link.to_string() });
            }
        }
        full.map_or(Ok(()), Err)
    }

    /// Takes a message once its sender is known: the server may announce a new participant later.
    pub(super) fn receive(&mut self, from: ParticipantId, channel: Channel, frame: Frame, now: Timestamp) {
        if self.roster.get(&from).is_none() {
            let bytes = frame.len();
            return drop(self.early.push((from, channel, frame), bytes));
        }
        self.admit(from, Arrived { is_addressed: false, channel, frame }, now);
    }

    pub(super) fn deliver(&mut self, from: ParticipantId, channel: Channel, frame: Frame, now: Timestamp) {
        let Some(sender) = self.roster.get(&from) else { return };
        // An SFU does not forward what is not permitted; in a mesh, only the receiver can enforce it.
        let may_send = sender.permissions.allows(RoomPermission::Data);
        if channel == Channel::Files {
            if let Frame::Binary(bytes) = frame
                && (may_send || !transfer::is_offer(&bytes))
            {
                self.backlog.recognized(&from);
                self.event(Event::FileFrame(from, bytes));
            }
            return;
        }
        if let Some(Number { number, again }) = frame.number()
            && !self.heard.is_new_data(&from, number, again)
        {
            return;
        }
        let message = DataMessage::decode(frame.unnumbered());
        if let Some(DataMessage::Receipt { .. } | DataMessage::Resend | DataMessage::Mark { .. }) = message {
            self.backlog.recognized(&from);
        }
        match message {
            Some(DataMessage::Receipt { id }) => {
                self.receipts.received(id, &from);
                self.emit_receipts();
                if let Some(connection) = self.connections.get_mut(&LinkId::from(from.clone())) {
                    connection.arrived(id);
                }
                if self.backlog.answered(id, &from, now) {
                    self.capacity_changed();
                }
                // More may have been sent to a participant who was not known to use moim than one mark covers.
                self.send_marks(now);
            }
            Some(DataMessage::Resend) => self.path_of_far_end_renewed(from, now),
            Some(DataMessage::Mark { id }) => self.send_receipt(id, &from),
            Some(
                DataMessage::Chat { .. }
                | DataMessage::Data { .. }
                | DataMessage::Call { .. }
                | DataMessage::Response { .. },
            ) if !may_send => {}
            Some(DataMessage::Call { id, method, payload, timeout_ms }) => {
                self.called(from, id, (method, payload), timeout_ms, now);
            }
            Some(DataMessage::Response { id, result }) => self.answered(&from, &id, result),
            Some(message) => {
                if let DataMessage::Chat { id: id @ 1.., again, .. } = &message {
                    self.send_receipt(*id, &from);
                    if !self.heard.is_new(&from, *id, *again) {
                        return;
                    }
                }
                self.event(Event::Message(from, message));
            }
            None => {}
        }
    }

    /// A sender that left, or reads nothing, needs no receipt.
    fn send_receipt(&mut self, id: u32, to: &ParticipantId) {
        let receipt = DataMessage::Receipt { id }.encode();
        let _ = receipt.map(|frame| self.send_frame(&frame, Channel::Reliable, Some(to)));
    }

    pub(super) fn emit_receipts(&mut self) {
        while let Some(receipt) = self.receipts.poll() {
            self.event(Event::Receipt(receipt));
        }
    }

    /// Emits messages whose senders are known by now.
    pub(super) fn receive_early(&mut self, now: Timestamp) {
        for (from, channel, frame) in self.early.take() {
            // The mixer that has forwarded it may be gone by now.
            if self.roster.get(&from).is_some() && self.route(&from).is_none() {
                self.interrupt_path(from.clone(), now);
            }
            self.receive(from, channel, frame, now);
        }
    }
}

#[cfg(test)]
mod tests;
