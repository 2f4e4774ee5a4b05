//! Files to and from the participants of a room.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};

use futures::FutureExt;
use futures::future::{LocalBoxFuture, ready};
use moim_protocol::options;
use serde::Deserialize;
use web_sys::Blob;

use super::Room;
use super::driver::Driver;
use super::event::{RoomEvent, RoomState};
use crate::collections::SortedMap;
use crate::engine::data::MAX_ROUTED_BYTES;
use crate::engine::session::PathChange;
use crate::engine::stream::StreamFrame;
use crate::engine::transfer::{ACKNOWLEDGE_BYTES, WINDOW_BYTES};
use crate::error::{DataChannelError, Result};
use crate::model::{Channel, Feature, ParticipantId, Role, RoomPermission};
use crate::platform::{Carrier, FileOptions, FileTransfer, IncomingFile, Limits, NotSent, Transfers};

/// Through an SFU or a mixer, data that a slow receiver has not read is buffered by the server: little of each
/// file, and of few files at a time.
const ROUTED: Limits =
    Limits { frame_bytes: MAX_ROUTED_BYTES, window_bytes: 2 * ACKNOWLEDGE_BYTES, files_at_once: 4 };
/// Directly to a participant, the same frames, and all files at once.
const DIRECT: Limits =
    Limits { frame_bytes: MAX_ROUTED_BYTES, window_bytes: WINDOW_BYTES, files_at_once: usize::MAX };

/// Options for sending a file in a room.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct SendFileOptions {
    /// The receiver. Default: everyone. In JavaScript, `to: undefined` is an error.
    #[cfg_attr(feature = "js", tsify(type = "ParticipantLike | null"))]
    pub to: Option<ParticipantId>,
    /// The name. Default: that of the `File`; `"file"` for a `Blob`.
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub name: Option<String>,
    /// The MIME type. Default: that of the `Blob`.
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub mime_type: Option<String>,
}

options! { SendFileOptions { to: "to", name: "name", mime_type: "mimeType" } }

impl SendFileOptions {
    /// Options for one participant.
    pub fn to(participant: ParticipantId) -> Self {
        Self { to: Some(participant), ..Self::default() }
    }
}

impl Room {
    /// Offers a file to everyone, or to one participant, and sends it to those who accept it. They get
    /// [`RoomEvent::FileOffered`]. Returns a transfer for each of them, so none in an empty room; mixers get no files.
    /// Several files may be transferred at once, along with chat. A transfer is interrupted when either participant
    /// leaves.
    ///
    /// # Errors
    /// `InvalidState` if the room is not joined; `DataChannel` if no participant has this id.
    pub fn send_file(&self, file: &Blob, options: &SendFileOptions) -> Result<Vec<FileTransfer>> {
        self.expect_supported(Feature::ReliableData)?;
        self.expect_supported(Feature::AddressedData)?;
        self.expect_state("send a file", &[RoomState::Joined])?;
        self.expect_permitted("send a file", RoomPermission::Data)?;
        let SendFileOptions { to, name, mime_type } = options.clone();
        let options = FileOptions { name, mime_type };
        let driver = self.driver();
        let receivers: Vec<_> = {
            let session = driver.session.borrow();
            let people = session.others().filter(|other| other.role != Role::Mixer).map(|other| &other.id);
            people.filter(|id| to.as_ref().is_none_or(|to| to == *id)).cloned().collect()
        };
        match to {
            Some(to) if receivers.is_empty() => {
                Err(DataChannelError::UnknownParticipant { participant: to.to_string() }.into())
            }
            _ => {
                let send = |id: &ParticipantId| FileTransfer::send(&driver.carrier(id), file, &options);
                Ok(receivers.iter().map(send).collect())
            }
        }
    }
}

/// The files of a room, by remote participant.
#[derive(Debug, Default)]
pub(super) struct Files(RefCell<SortedMap<ParticipantId, Rc<dyn Carrier>>>);

/// The carrier to one participant, in any topology.
#[derive(Debug)]
struct ParticipantCarrier {
    driver: Weak<Driver>,
    participant_id: ParticipantId,
    transfers: Transfers,
}

impl Driver {
    /// Handles a frame of a file or a stream from a participant.
    pub(super) fn file_frame(&self, from: &ParticipantId, frame: &[u8]) {
        if let Some(frame) = StreamFrame::decode(frame) {
            return self.stream_frame(from, frame);
        }
        let carrier = self.carrier(from);
        // Ignores malformed frames, like other messages.
        carrier.transfers().handle_frame(&*carrier, frame);
        while let Some(file) = IncomingFile::next(&carrier) {
            self.events.send(RoomEvent::FileOffered { participant_id: from.clone(), file });
        }
    }

    /// A participant left: their files and streams are interrupted.
    pub(super) fn interrupted_with(&self, participant: &ParticipantId) {
        // The application may send another file from inside `disconnect`.
        let carrier = self.files.0.borrow_mut().remove(participant);
        if let Some(carrier) = carrier {
            carrier.transfers().disconnect();
        }
        self.streams.interrupt(Some(participant));
    }

    /// The connection to a participant was lost, or was replaced by another one.
    pub(super) fn path_changed(&self, participant: &ParticipantId, change: PathChange) {
        let carrier = self.files.0.borrow().get(participant).cloned();
        match (change, carrier) {
            (PathChange::Lost, _) => return self.interrupted_with(participant),
            (PathChange::Interrupted, Some(carrier)) => carrier.transfers().suspend(),
            (PathChange::Renewed, Some(carrier)) => carrier.transfers().renew(),
            (_, None) => {}
        }
        self.streams.path_changed(participant, change);
    }

    /// All files and streams are interrupted.
    pub(super) fn interrupted(&self) {
        for carrier in self.files.0.take().into_values() {
            carrier.transfers().disconnect();
        }
        self.streams.interrupt(None);
    }

    fn carrier(&self, participant: &ParticipantId) -> Rc<dyn Carrier> {
        let new = || {
            let (driver, participant_id) = (self.this.clone(), participant.clone());
            Rc::new(ParticipantCarrier { driver, participant_id, transfers: Transfers::default() })
                as Rc<dyn Carrier>
        };
        self.files.0.borrow_mut().get_or_insert_with(participant.clone(), new).clone()
    }

    /// Resolves when the connection can take a frame for this participant; with `false` if it is lost, so that frames are
    /// dropped until there is another one.
    pub(super) fn poll_capacity_to(
        &self,
        participant: &ParticipantId,
        context: &Context<'_>,
    ) -> Poll<Result<bool>> {
        let session = self.session.borrow();
        if session.is_interrupted(participant) {
            return Poll::Ready(Ok(false));
        }
        let link = session.route(participant).map(|(link, _)| link.clone());
        drop(session);
        match link.and_then(|link| self.connection(&link)) {
            // A closed channel is reported to the session later.
            Some(connection) => {
                connection.poll_capacity(Channel::Files, context).map(|open| Ok(open.is_ok()))
            }
            None => Poll::Ready(Err(DataChannelError::Closed.into())),
        }
    }
}

impl ParticipantCarrier {
    /// The room, while the participant can be reached.
    fn driver(&self) -> Option<Rc<Driver>> {
        self.driver.upgrade().filter(|_| !self.transfers.is_over())
    }

    fn poll_capacity(&self, context: &Context<'_>) -> Poll<Result<bool, NotSent>> {
        let Some(driver) = self.driver() else { return Poll::Ready(Err(NotSent::Closed)) };
        driver.poll_capacity_to(&self.participant_id, context).map_err(|_| NotSent::Closed)
    }
}

impl Carrier for ParticipantCarrier {
    fn transfers(&self) -> &Transfers {
        &self.transfers
    }

    fn send(&self, frame: Vec<u8>) -> Result<(), NotSent> {
        let driver = self.driver().ok_or(NotSent::Closed)?;
        let sent = driver.with_session(|session| session.send_file_frame(frame, &self.participant_id));
        sent.map_err(NotSent::from)
    }

    fn send_in_turn(&self, frame: Vec<u8>) -> LocalBoxFuture<'_, Result<(), NotSent>> {
        let capacity = poll_fn(|context| self.poll_capacity(context));
        let send = move |is_open| if is_open { self.send(frame) } else { Ok(()) };
        capacity.map(|capacity| capacity.and_then(send)).boxed_local()
    }

    fn capacity(&self) -> LocalBoxFuture<'_, ()> {
        match self.driver() {
            Some(driver) => driver.capacity(Channel::Files, Some(&self.participant_id)).boxed_local(),
            None => ready(()).boxed_local(),
        }
    }

    fn limits(&self) -> Limits {
        let driver = self.driver();
        let far_end = driver.and_then(|driver| Some(driver.session.borrow().route(&self.participant_id)?.1));
        if far_end.is_some_and(|far_end| !far_end.is_relay()) { DIRECT } else { ROUTED }
    }

    fn participant_id(&self) -> Option<&ParticipantId> {
        Some(&self.participant_id)
    }
}
