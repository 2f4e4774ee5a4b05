//! Streams of a client, as `sdk/src/room/streams` drives them. The application writes and reads a little now and then.

use std::collections::{BTreeMap, BTreeSet};
use std::task::Poll;

use moim::engine::session::{PathChange, Session};
use moim::engine::stream::{
    EndedStreams, StreamFrame, StreamHeader, StreamId, StreamMessage, StreamReceiver, StreamSender,
};
use moim::model::{ParticipantId, Timestamp};
use moim::{DataChannelError, StreamError};

use super::super::random::Random;
use super::super::script::Action;
use super::{Client, Effect};

type Key = (ParticipantId, StreamId);

/// The streams of a client, also those that have ended.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    pub(crate) streams: BTreeMap<Key, Stream>,
    /// By participant, as long as it is here.
    ended: BTreeMap<ParticipantId, EndedStreams>,
    /// Who has left, or was given up, and may have come back.
    lost: BTreeSet<ParticipantId>,
}

#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) begun_at: Timestamp,
    machine: Machine,
    /// What is written, or has been read.
    pub(crate) bytes: Vec<u8>,
    written: usize,
    pub(crate) outcome: Option<Result<(), StreamError>>,
    /// One of the two persons has ended it.
    pub(crate) is_given_up: bool,
}

#[derive(Debug)]
enum Machine {
    Sending(StreamSender),
    Receiving(StreamReceiver),
}

impl Stream {
    fn new(machine: Machine, bytes: Vec<u8>, begun_at: Timestamp) -> Self {
        Self { begun_at, machine, bytes, written: 0, outcome: None, is_given_up: false }
    }

    pub(crate) fn is_sent(&self) -> bool {
        matches!(self.machine, Machine::Sending(_))
    }

    fn is_over(&self) -> bool {
        match &self.machine {
            Machine::Sending(machine) => machine.result().is_some(),
            Machine::Receiving(machine) => machine.is_over(),
        }
    }

    fn path_changed(&mut self, change: PathChange) {
        match (&mut self.machine, change) {
            (Machine::Sending(machine), PathChange::Interrupted) => machine.handle_suspended(),
            (Machine::Sending(machine), PathChange::Renewed) => machine.handle_renewed(),
            (Machine::Sending(machine), PathChange::Lost) => machine.handle_disconnect(),
            (Machine::Receiving(machine), PathChange::Interrupted) => machine.handle_suspended(),
            (Machine::Receiving(machine), PathChange::Renewed) => machine.handle_renewed(),
            (Machine::Receiving(machine), PathChange::Lost) => machine.handle_disconnect(),
        }
    }

    fn poll_output(&mut self) -> Option<StreamMessage> {
        match &mut self.machine {
            Machine::Sending(machine) => machine.poll_output(),
            Machine::Receiving(machine) => machine.poll_output(),
        }
    }

    /// Writes, sends again or reads a little.
    fn go_on(&mut self, random: &mut Random) {
        match &mut self.machine {
            Machine::Sending(machine) if machine.is_behind() => machine.send_again(),
            Machine::Sending(machine) => {
                let end = self.bytes.len().min(self.written + random.number(1..6_000) as usize);
                self.written += machine.write(&self.bytes[self.written..end]);
                if self.written == self.bytes.len() {
                    machine.close();
                }
                self.outcome = machine.result().cloned();
            }
            Machine::Receiving(machine) => match machine.read() {
                Poll::Ready(Some(Ok(bytes))) => self.bytes.extend(bytes),
                Poll::Ready(Some(Err(error))) => self.outcome = Some(Err(error)),
                Poll::Ready(None) => self.outcome = Some(Ok(())),
                Poll::Pending => {}
            },
        }
    }
}

impl Streams {
    pub(crate) fn path_changed(&mut self, with: &ParticipantId, change: PathChange) {
        let streams = self.streams.iter_mut().filter(|((far_end, _), _)| far_end == with);
        streams.for_each(|(_, stream)| stream.path_changed(change));
        if change == PathChange::Lost {
            self.ended.remove(with);
            self.lost.insert(with.clone());
        }
    }

    pub(crate) fn all_lost(&mut self) {
        self.streams.values_mut().for_each(|stream| stream.path_changed(PathChange::Lost));
    }

    fn send(
        &mut self,
        session: &mut Session,
        key: &Key,
        message: StreamMessage,
    ) -> Result<(), DataChannelError> {
        self.ended.entry(key.0.clone()).or_default().sent(key.1, &message);
        session.send_file_frame(StreamFrame { id: key.1, message }.encode(), &key.0)
    }
}

impl Client {
    pub(super) fn open_stream(&mut self, now: Timestamp, random: &mut Random) {
        let Some(to) = self.pick_other(random) else { return };
        let bytes = (0..random.number(0..40_000)).map(|_| random.number(0..256) as u8).collect();
        let mut id = [0; 16];
        id.fill_with(|| random.number(0..256) as u8);
        let header = StreamHeader { resumes: true, ..StreamHeader::default() };
        let machine = Machine::Sending(StreamSender::new(header));
        self.streams.streams.insert((to.clone(), StreamId(id)), Stream::new(machine, bytes, now));
        self.stream_later(&to, StreamId(id), random);
    }

    pub(super) fn end_stream(&mut self, random: &mut Random) {
        let running = self.streams.streams.values_mut().filter(|stream| !stream.is_over());
        let Some(stream) = random.pick(running) else { return };
        match &mut stream.machine {
            Machine::Sending(machine) => machine.abort("enough"),
            Machine::Receiving(machine) => machine.cancel("enough"),
        }
        stream.is_given_up = true;
    }

    /// The application goes on.
    pub(super) fn stream(&mut self, with: ParticipantId, id: StreamId, random: &mut Random) {
        let stream = self.streams.streams.get_mut(&(with.clone(), id)).unwrap();
        stream.go_on(random);
        if stream.outcome.is_none() {
            self.stream_later(&with, id, random);
        }
    }

    fn stream_later(&mut self, with: &ParticipantId, id: StreamId, random: &mut Random) {
        let action = Action::Stream(with.clone(), id);
        self.effects.push(Effect::Later(random.number(1..900), action));
    }

    pub(super) fn stream_frame(
        &mut self,
        from: ParticipantId,
        frame: StreamFrame,
        now: Timestamp,
        random: &mut Random,
    ) {
        let StreamFrame { id, message } = frame;
        let key = (from, id);
        let stream = self.streams.streams.get_mut(&key).filter(|stream| !stream.is_over());
        match stream.map(|stream| &mut stream.machine) {
            Some(Machine::Sending(machine)) => machine.handle_message(message),
            Some(Machine::Receiving(machine)) => machine.handle_message(message),
            None => {
                let ended = self.streams.ended.entry(key.0.clone()).or_default();
                match (ended.reply(id, &message), message) {
                    (Some(reply), _) => drop(self.streams.send(&mut self.session, &key, reply)),
                    (None, StreamMessage::Open(header)) => {
                        let machine = Machine::Receiving(StreamReceiver::new(header));
                        let opened = Stream::new(machine, Vec::new(), now);
                        let before = self.streams.streams.insert(key.clone(), opened);
                        // To the receiver, the sender had left.
                        let was_lost = self.streams.lost.contains(&key.0);
                        assert!(before.is_none() || was_lost, "a stream was opened again");
                        self.stream_later(&key.0, id, random);
                    }
                    (None, _) => {}
                }
            }
        }
    }

    /// Performs the outputs of all streams. Returns whether there were any.
    pub(super) fn run_streams(&mut self) -> bool {
        let mut any = false;
        for key in self.streams.streams.keys().cloned().collect::<Vec<_>>() {
            while let Some(message) = self.streams.streams.get_mut(&key).and_then(Stream::poll_output) {
                let sent = self.streams.send(&mut self.session, &key, message);
                let machine = self.streams.streams.get_mut(&key).map(|stream| &mut stream.machine);
                if let (Err(_), Some(Machine::Sending(machine))) = (sent, machine) {
                    machine.handle_disconnect();
                }
                any = true;
            }
        }
        any
    }
}
