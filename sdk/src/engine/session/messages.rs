//! Data channel messages.

use super::{Connection, Event, Session};
use crate::engine::data::{DataMessage, Frame, MAX_LOSSY_BYTES};
use crate::engine::topology::FarEnd;
use crate::error::DataChannelError;
use crate::model::{Channel, LinkId, ParticipantId, Role, Timestamp};

/// Messages of unknown senders. Those of a participant who has left stay unknown, and are dropped first.
const MAX_EARLY: usize = 256;

/// Messages for participants whom the mixer does not know yet. Those for one who has left are dropped first, too.
const MAX_UNDELIVERED: usize = 64;

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
        let message = DataMessage::Chat { id, text: text.to_owned(), private: to.is_some() };
        self.send(&message, Channel::Reliable, to)?;
        let people = self.others().filter(|other| other.role != Role::Mixer).map(|other| other.id.clone());
        let receivers = people.filter(|id| to.is_none_or(|to| to == id)).collect();
        self.receipts.expect(id, receivers, now);
        self.tell_receipts();
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
            }
        }
    }

    fn send(
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

    /// Sends a frame of the file transfer to one participant; through an SFU or a mixer, at most
    /// [`MAX_ROUTED_BYTES`](crate::engine::data::MAX_ROUTED_BYTES).
    ///
    /// # Errors
    /// `TooLarge`, `UnknownParticipant`, `QueueFull`, and `Closed` while there is no connection to the participant.
    pub fn send_file_frame(&mut self, frame: Vec<u8>, to: &ParticipantId) -> Result<(), DataChannelError> {
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
        let is_between =
            |(link, connection): &(&LinkId, &Connection)| link.sends() && connection.far_end().is_relay();
        let between = || self.connections.iter().find(is_between);
        direct.or_else(between).map(|(link, connection)| (link, connection.far_end()))
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
            let frame = match connection.far_end() {
                _ if is_direct && to.is_some_and(|id| Some(id) != link.participant()) => continue,
                FarEnd::Participant => frame.clone(),
                FarEnd::Server | FarEnd::Mixer => frame.routed(to)?,
                FarEnd::Listener => frame.routed(own_id)?,
            };
            if !connection.send(channel, frame) {
                full = Some(DataChannelError::QueueFull { participant: link.to_string() });
            }
        }
        full.map_or(Ok(()), Err)
    }

    /// Emits a message once its sender is known: the server may announce a new participant later.
    pub(super) fn receive(&mut self, from: ParticipantId, channel: Channel, frame: Frame, now: Timestamp) {
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
                if self.backlog.answered(id, &from, now) {
                    self.capacity_changed();
                }
            }
            Some(DataMessage::Mark { id }) => self.send_receipt(id, &from),
            Some(message) => {
                if let DataMessage::Chat { id: id @ 1.., .. } = &message {
                    self.send_receipt(*id, &from);
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

    pub(super) fn tell_receipts(&mut self) {
        while let Some(receipt) = self.receipts.poll() {
            self.event(Event::Receipt(receipt));
        }
    }

    /// Emits messages whose senders are known by now.
    pub(super) fn receive_early(&mut self, now: Timestamp) {
        for (from, channel, frame) in std::mem::take(&mut self.early) {
            self.receive(from, channel, frame, now);
        }
    }

    /// As the mixer: forwards messages for participants who are known by now.
    pub(super) fn forward_late(&mut self) {
        for (from, to, channel, frame) in std::mem::take(&mut self.undelivered) {
            self.forward(&from, &to, channel, frame);
        }
    }

    /// As the mixer: forwards a message of one participant to another, or to all others. If the buffer is full it is
    /// dropped, as with an SFU.
    pub(super) fn forward(
        &mut self,
        from: &ParticipantId,
        to: &ParticipantId,
        channel: Channel,
        frame: Frame,
    ) {
        let is_for_all = to.as_str().is_empty();
        if !is_for_all && self.roster.get(to).is_none() {
            if self.undelivered.len() == MAX_UNDELIVERED {
                self.undelivered.pop_front();
            }
            return self.undelivered.push_back((from.clone(), to.clone(), channel, frame));
        }
        let is_meant = |peer: &ParticipantId| peer != from && (is_for_all || to == peer);
        for (link, connection) in &mut self.connections {
            if link.participant().is_some_and(is_meant) {
                connection.send(channel, frame.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::connection::{ConnectionCommand, ConnectionInput};
    use crate::engine::session::Output;
    use crate::model::{
        Capabilities, JoinRequest, Lobby, ParticipantInfo, Profile, SignalEvent, Topology, participant,
    };

    /// A session in a mixed room with these people, as the first of them.
    fn joined(people: &[ParticipantInfo]) -> Session {
        let mut session = Session::new(Capabilities::default(), Vec::new(), true);
        let profile = Profile { name: people[0].name.clone(), ..Profile::default() };
        let request = JoinRequest { role: people[0].role, ..JoinRequest::new("tea", profile, Topology::Mcu) };
        session.join(request, 10_000, 0);
        let joined = SignalEvent::Joined {
            participant_id: people[0].id.clone(),
            participants: people.to_vec(),
            lobby: Lobby::default(),
            ice_servers: Vec::new(),
        };
        session.handle_signal(joined, 0);
        session
    }

    fn open(session: &mut Session, peer: &str) {
        session.handle_connection(&peer.into(), ConnectionInput::ChannelOpen(Channel::Files), 0);
    }

    /// The frames sent over the file channel.
    fn sent(session: &mut Session) -> Vec<(LinkId, Frame)> {
        let outputs = std::iter::from_fn(|| session.poll_output());
        let frame = |output| match output {
            Output::Connection { link, command: ConnectionCommand::Send(Channel::Files, frame) } => {
                Some((link, frame))
            }
            _ => None,
        };
        outputs.filter_map(frame).collect()
    }

    #[test]
    fn a_mixer_hands_files_on_and_keeps_them_for_who_is_not_known_yet() {
        let mut mixer = joined(&[participant("m", 1, Role::Mixer), participant("a", 2, Role::Participant)]);
        open(&mut mixer, "a");
        let frame = Frame::Binary(vec![3, 1, 4]);
        let routed = frame.routed(Some(&"b".into())).unwrap();
        let from_a = ConnectionInput::ChannelMessage(Channel::Files, routed);
        mixer.handle_connection(&"a".into(), from_a, 0);
        assert_eq!(sent(&mut mixer), []);

        mixer.handle_signal(SignalEvent::Participant(participant("b", 3, Role::Participant)), 0);
        open(&mut mixer, "b");
        assert_eq!(sent(&mut mixer), [("b".into(), frame.routed(Some(&"a".into())).unwrap())]);
    }

    #[test]
    fn a_mixer_does_not_keep_everything_for_nobody() {
        let mut mixer = joined(&[participant("m", 1, Role::Mixer), participant("a", 2, Role::Participant)]);
        for number in 0..=MAX_UNDELIVERED {
            let routed = Frame::Binary(vec![number as u8]).routed(Some(&"b".into())).unwrap();
            let from_a = ConnectionInput::ChannelMessage(Channel::Files, routed);
            mixer.handle_connection(&"a".into(), from_a, 0);
        }
        assert_eq!(mixer.undelivered.len(), MAX_UNDELIVERED);
        assert!(
            mixer
                .undelivered
                .iter()
                .all(|(.., frame)| frame.clone().unrouted().unwrap().1 != Frame::Binary(vec![0]))
        );
    }

    #[test]
    fn a_session_that_has_ended_holds_nothing_and_waits_for_nothing() {
        let mut mixer = joined(&[participant("m", 1, Role::Mixer), participant("a", 2, Role::Participant)]);
        mixer.send_chat("hello", None, 0).unwrap();
        let routed = Frame::Binary(vec![1]).routed(Some(&"b".into())).unwrap();
        mixer.handle_connection(&"a".into(), ConnectionInput::ChannelMessage(Channel::Files, routed), 0);
        mixer.early.push_back(("c".into(), Channel::Reliable, Frame::Text(String::new())));
        assert!(mixer.poll_timeout().is_some() && !mixer.undelivered.is_empty());
        mixer.leave();
        assert!(mixer.early.is_empty() && mixer.undelivered.is_empty());
        assert_eq!(mixer.poll_timeout(), None);
        while mixer.poll_output().is_some() {}
        mixer.handle_timeout(60_000);
        assert_eq!(mixer.poll_output(), None);
    }

    #[test]
    fn a_file_goes_only_where_a_connection_leads() {
        let people = [participant("a", 2, Role::Participant), participant("b", 3, Role::Participant)];
        let mut alone = joined(&people);
        assert_eq!(alone.send_file_frame(vec![3], &"b".into()), Err(DataChannelError::Closed), "no mixer");
        let unknown = DataChannelError::UnknownParticipant { participant: "x".into() };
        assert_eq!(alone.send_file_frame(vec![3], &"x".into()), Err(unknown));

        let [a, b] = people;
        let mut mixed = joined(&[a, b, participant("m", 1, Role::Mixer)]);
        assert_eq!(mixed.route(&"b".into()), Some((&"m".into(), FarEnd::Mixer)));
        open(&mut mixed, "m");
        assert_eq!(mixed.send_file_frame(vec![3], &"b".into()), Ok(()));
        let routed = Frame::Binary(vec![3]).routed(Some(&"b".into())).unwrap();
        assert_eq!(sent(&mut mixed), [("m".into(), routed)]);
    }

    /// Two sessions in a mixed room, with their connection to the mixer; messages between them are delivered
    /// immediately.
    fn through_a_mixer() -> [Session; 2] {
        let people = |own: &str, other: &str| {
            let mut session = joined(&[
                participant(own, 2, Role::Participant),
                participant(other, 3, Role::Participant),
                participant("m", 1, Role::Mixer),
            ]);
            let open = ConnectionInput::ChannelOpen(Channel::Reliable);
            session.handle_connection(&"m".into(), open, 0);
            session
        };
        [people("a", "b"), people("b", "a")]
    }

    /// Carries what one session has sent to the other one; returns the events of the sender.
    fn carry(from: &mut Session, to: &mut Session) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(output) = from.poll_output() {
            match output {
                Output::Connection { command: ConnectionCommand::Send(channel, frame), .. } => {
                    let (_, frame) = frame.unrouted().unwrap();
                    let routed = frame.routed(from.own_id()).unwrap();
                    to.handle_connection(&"m".into(), ConnectionInput::ChannelMessage(channel, routed), 0);
                }
                Output::Event(event) => events.push(event),
                _ => {}
            }
        }
        events
    }

    #[test]
    fn a_sender_of_data_waits_for_a_slow_receiver_behind_a_mixer() {
        let [mut a, mut b] = through_a_mixer();
        let data = DataMessage::Data { topic: "t".into(), payload: vec![7; 60_000] };
        let send = |a: &mut Session| a.send_data(&data, Channel::Reliable, None, 0);
        let mut sent = 0;
        while a.has_capacity(Channel::Reliable, None) {
            send(&mut a).unwrap();
            sent += 1;
        }
        assert!((5..20).contains(&sent), "{sent}");
        assert!(a.has_capacity(Channel::Lossy, None), "what may be lost waits for nobody");

        // A sender that does not wait is rejected before the mixer drops anything.
        while send(&mut a).is_ok() {
            sent += 1;
        }
        let full = DataChannelError::QueueFull { participant: "b".into() };
        assert_eq!(send(&mut a), Err(full));
        assert!((40..60).contains(&sent), "{sent}");

        carry(&mut a, &mut b);
        let arrived =
            carry(&mut b, &mut a).iter().filter(|event| matches!(event, Event::Message(..))).count();
        assert_eq!(arrived, sent);
        assert!(carry(&mut a, &mut b).contains(&Event::Capacity));
        assert!(a.has_capacity(Channel::Reliable, None));
        send(&mut a).unwrap();
    }

    #[test]
    fn a_mark_that_found_the_queue_full_follows_when_there_is_capacity() {
        let [mut a, mut b] = through_a_mixer();
        let data = DataMessage::Data { topic: "t".into(), payload: vec![7; 60_000] };
        while a.has_capacity(Channel::Reliable, None) {
            a.send_data(&data, Channel::Reliable, None, 0).unwrap();
            a.handle_connection(&"m".into(), ConnectionInput::ChannelFull(Channel::Reliable), 0);
            assert!(a.send_data(&data, Channel::Reliable, None, 0).is_err());
            a.handle_connection(&"m".into(), ConnectionInput::ChannelCapacity(Channel::Reliable), 0);
        }
        carry(&mut a, &mut b);
        carry(&mut b, &mut a);
        assert!(a.has_capacity(Channel::Reliable, None), "the receiver has everything");
    }

    #[test]
    fn nobody_waits_for_who_has_left_or_does_not_answer() {
        let [mut a, _] = through_a_mixer();
        let data = DataMessage::Data { topic: String::new(), payload: vec![7; 60_000] };
        let fill = |a: &mut Session| {
            while a.has_capacity(Channel::Reliable, None) {
                a.send_data(&data, Channel::Reliable, None, 0).unwrap();
            }
            while a.poll_output().is_some() {}
        };
        let capacity = |a: &mut Session| {
            let outputs: Vec<_> = std::iter::from_fn(|| a.poll_output()).collect();
            outputs.contains(&Output::Event(Event::Capacity)) && a.has_capacity(Channel::Reliable, None)
        };
        fill(&mut a);
        assert!(a.poll_timeout().unwrap() <= 30_000);
        a.handle_timeout(30_000);
        assert!(capacity(&mut a), "30 seconds have gone by");

        fill(&mut a);
        let left = SignalEvent::ParticipantLeft {
            participant_id: "b".into(),
            reason: crate::model::LeaveReason::Left,
        };
        a.handle_signal(left, 0);
        assert!(capacity(&mut a), "there is nobody to wait for");
    }
}
