//! Byte and text streams to and from the participants of a room.

mod incoming;
mod outgoing;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use moim_protocol::options;
use serde::Deserialize;

pub use self::incoming::IncomingStream;
pub use self::outgoing::OutgoingStream;

use self::incoming::Incoming;
use self::outgoing::Outgoing;
use super::driver::Driver;
use super::event::{RoomEvent, RoomState};
use super::{Room, StreamHeader, StreamKind};
use crate::collections::SortedMap;
use crate::engine::session::PathChange;
use crate::engine::stream::{EndedStreams, StreamFrame, StreamId, StreamMessage};
use crate::error::{DataChannelError, Result};
use crate::model::{Channel, ParticipantId, RoomPermission};
use crate::platform::random_id;

/// Maximum open streams from one participant; further ones are rejected, as each may buffer a window of bytes.
const MAX_INCOMING: usize = 64;

/// The options of [`Room::open_stream`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct StreamOptions {
    /// Whether the stream carries bytes or text. Default: bytes.
    pub kind: StreamKind,
    /// The topic, chosen by the application. Default: empty.
    pub topic: String,
    /// Further properties, by name. With the topic at most 8 KiB as JSON. Default: none.
    pub attributes: BTreeMap<String, String>,
    /// The size in bytes, if it is known. It is a hint for the receiver, and not checked.
    pub size: Option<u64>,
}

options! { StreamOptions { kind: "kind", topic: "topic", attributes: "attributes", size: "size" } }

impl Room {
    /// Opens a stream to one participant, who gets [`RoomEvent::StreamOpened`]. At most 256 KiB are sent ahead of the
    /// reader: then writes wait until it reads. The stream is interrupted if the participant leaves, or if a lost connection is
    /// not replaced in time.
    ///
    /// # Errors
    /// `InvalidState` if the room is not joined; `DataChannel` if there is no such participant or no connection to
    /// them, or if topic and attributes exceed 8 KiB.
    pub fn open_stream(&self, to: &ParticipantId, options: &StreamOptions) -> Result<OutgoingStream> {
        self.expect_data(Channel::Files, Some(to))?;
        self.expect_state("open a stream", &[RoomState::Joined])?;
        self.expect_permitted("open a stream", RoomPermission::Data)?;
        let StreamOptions { kind, topic, attributes, size } = options.clone();
        let header = StreamHeader { kind, topic, attributes, size, resumes: true };
        header.check()?;
        let driver = self.driver();
        let id = StreamId(random_id());
        let stream = Rc::new(Outgoing::new(driver.this.clone(), to.clone(), id, header));
        driver.streams.outgoing.borrow_mut().insert((to.clone(), id), Rc::downgrade(&stream));
        stream.open()?;
        Ok(OutgoingStream::from(stream))
    }
}

type ByFarEnd<T> = RefCell<SortedMap<(ParticipantId, StreamId), Weak<T>>>;

/// The streams of a room, by remote participant.
#[derive(Debug, Default)]
pub(super) struct Streams {
    outgoing: ByFarEnd<Outgoing>,
    incoming: ByFarEnd<Incoming>,
    ended: RefCell<SortedMap<ParticipantId, EndedStreams>>,
}

impl Streams {
    /// The remote participant of these streams has become unreachable; `None` for all participants.
    pub(super) fn interrupt(&self, participant: Option<&ParticipantId>) {
        taken(&self.outgoing, participant).iter().for_each(|stream| stream.interrupt());
        taken(&self.incoming, participant).iter().for_each(|stream| stream.interrupt());
        match participant {
            Some(participant) => drop(self.ended.borrow_mut().remove(participant)),
            None => self.ended.borrow_mut().clear(),
        }
    }

    /// The connection to a participant was lost, or was replaced by another one.
    pub(super) fn path_changed(&self, participant: &ParticipantId, change: PathChange) {
        of(&self.outgoing, participant).iter().for_each(|stream| stream.path_changed(change));
        of(&self.incoming, participant).iter().for_each(|stream| stream.path_changed(change));
    }

    /// Sends what found the queue full.
    pub(super) fn send_all(&self) {
        let incoming: Vec<_> = self.incoming.borrow().values().filter_map(Weak::upgrade).collect();
        incoming.iter().for_each(|stream| stream.send_all());
    }

    /// The number of streams of a participant that hold data or may receive more. One that has ended and was read may
    /// wait for JavaScript to collect it, and does not count.
    fn count_incoming(&self, from: &ParticipantId) -> usize {
        let mut incoming = self.incoming.borrow_mut();
        incoming.retain(|_, stream| stream.upgrade().is_some_and(|stream| !stream.is_done()));
        incoming.keys().filter(|(far_end, _)| far_end == from).count()
    }
}

fn taken<T>(streams: &ByFarEnd<T>, participant: Option<&ParticipantId>) -> Vec<Rc<T>> {
    let mut taken = Vec::new();
    streams.borrow_mut().retain(|(far_end, _), stream| {
        let is_meant = participant.is_none_or(|participant| participant == far_end);
        if is_meant {
            taken.extend(stream.upgrade());
        }
        !is_meant
    });
    taken
}

/// The application may open another stream while these are notified.
fn of<T>(streams: &ByFarEnd<T>, participant: &ParticipantId) -> Vec<Rc<T>> {
    let streams = streams.borrow();
    let of_participant = streams.iter().filter(|((far_end, _), _)| far_end == participant);
    of_participant.filter_map(|(_, stream)| stream.upgrade()).collect()
}

fn find<T>(streams: &ByFarEnd<T>, key: &(ParticipantId, StreamId)) -> Option<Rc<T>> {
    streams.borrow().get(key).and_then(Weak::upgrade)
}

impl Driver {
    /// Handles a frame of a stream from a participant.
    pub(super) fn stream_frame(&self, from: &ParticipantId, frame: StreamFrame) {
        let StreamFrame { id, message } = frame;
        let key = (from.clone(), id);
        let outgoing = find(&self.streams.outgoing, &key).filter(|stream| !stream.is_over());
        let incoming = find(&self.streams.incoming, &key).filter(|stream| !stream.is_over());
        match (incoming, outgoing) {
            (Some(stream), _) if message.is_for_receiver() => stream.handle_message(message),
            (_, Some(stream)) if message.is_for_sender() => stream.handle_message(message),
            _ => self.stream_message_without_stream(key, message),
        }
    }

    fn stream_message_without_stream(&self, key: (ParticipantId, StreamId), message: StreamMessage) {
        let ended = self.streams.ended.borrow();
        let reply = ended.get(&key.0).map_or_else(
            || EndedStreams::default().reply(key.1, &message),
            |ended| ended.reply(key.1, &message),
        );
        drop(ended);
        match (reply, message) {
            // A participant who left, or reads nothing, gets no reply.
            (Some(reply), _) => drop(self.send_stream_message(&key.0, key.1, reply)),
            (None, StreamMessage::Open(header)) => self.stream_opened(key, header),
            (None, _) => {}
        }
    }

    fn stream_opened(&self, key: (ParticipantId, StreamId), header: StreamHeader) {
        let (from, id) = key.clone();
        if find(&self.streams.incoming, &key).is_some() {
            return;
        }
        let count = self.streams.count_incoming(&from);
        if count >= MAX_INCOMING {
            let reason = "too many streams are open".to_owned();
            // A participant who left is not notified.
            let _ = self.send_stream_message(&from, id, StreamMessage::Cancel { reason });
            return;
        }
        let stream = Rc::new(Incoming::new(self.this.clone(), from.clone(), id, header));
        self.streams.incoming.borrow_mut().insert(key, Rc::downgrade(&stream));
        stream.send_all();
        let stream = IncomingStream::from(stream);
        self.events.send(RoomEvent::StreamOpened { participant_id: from, stream });
    }

    fn send_stream_message(
        &self,
        to: &ParticipantId,
        id: StreamId,
        message: StreamMessage,
    ) -> Result<(), DataChannelError> {
        if self.session.borrow().others().any(|other| other.id == *to) {
            let mut ended = self.streams.ended.borrow_mut();
            ended.get_or_insert_with(to.clone(), EndedStreams::default).sent(id, &message);
        }
        let frame = StreamFrame { id, message }.encode();
        self.with_session(|session| session.send_file_frame(frame, to))
    }
}
