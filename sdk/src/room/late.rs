//! Retries operations that the browser refused at first: opening a connection, and getting a receiver. They are
//! retried until they succeed, or are no longer needed.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;

use super::driver::Driver;
use crate::collections::SortedMap;
use crate::engine::connection::{ConnectionCommand, ConnectionInput, HeldCommands};
use crate::engine::data::Frame;
use crate::engine::exchange::Command;
use crate::engine::session::Event;
use crate::engine::topology::FarEnd;
use crate::error::Error;
use crate::model::{
    ConnectionState, IceServer, LinkId, LinkProfile, ParticipantId, Publication, PublicationId,
};
use crate::platform::clock;
use crate::platform::room_connection::RoomConnection;

const FIRST_RETRY_MS: u32 = 1_000;
const LAST_RETRY_MS: u32 = 16_000;

/// A remote publication.
type TrackKey = (ParticipantId, PublicationId);

#[derive(Debug, Default)]
pub(super) struct Late {
    connections: RefCell<SortedMap<LinkId, LateConnection>>,
    /// Tracks without a receiver, with the connection and the media section in which they are expected.
    tracks: RefCell<SortedMap<TrackKey, (Publication, LinkId, String)>>,
}

#[derive(Debug)]
struct LateConnection {
    far_end: FarEnd,
    profile: LinkProfile,
    ice_servers: Vec<IceServer>,
    /// Commands to perform once it is open.
    held: HeldCommands,
    retry_ms: u32,
    /// The timer of the next attempt.
    _timer: Option<Timeout>,
}

impl Driver {
    /// Opens a connection. While the browser refuses, its state is `Failed`, and it is retried.
    pub(super) fn open(
        &self,
        link: LinkId,
        far_end: FarEnd,
        profile: LinkProfile,
        ice_servers: Vec<IceServer>,
    ) {
        let held = HeldCommands::default();
        let new =
            LateConnection { far_end, profile, ice_servers, held, retry_ms: FIRST_RETRY_MS, _timer: None };
        if let Err(error) = self.try_to_open(&link, new) {
            self.warn(error);
            let failed = ConnectionInput::StateChange(ConnectionState::Failed);
            self.session.borrow_mut().handle_connection(&link, failed, clock::now());
        }
    }

    fn try_to_open(&self, link: &LinkId, late: LateConnection) -> Result<(), Error> {
        let (this, opened) = (self.this.clone(), link.clone());
        let is_encoded = !late.profile.labels.is_empty();
        let on_input = Rc::new(move |input| {
            let Some(driver) = this.upgrade() else { return };
            match input {
                ConnectionInput::ChannelMessage(channel, frame) if is_encoded => {
                    if let Frame::Binary(bytes) = frame {
                        driver.encoded_received(channel, bytes);
                    }
                }
                input => driver.connection_input(&opened, input),
            }
        });
        let (profile, policy) = (late.profile.clone(), self.ice_transport_policy);
        match RoomConnection::open(late.far_end, profile, &late.ice_servers, policy, &self.spare, on_input) {
            Ok(connection) => {
                let before = self.connections.borrow_mut().insert(link.clone(), Rc::new(connection));
                drop(before);
                for command in late.held {
                    self.act_on_connection(link.clone(), command);
                }
                Ok(())
            }
            Err(error) => {
                let (this, again) = (self.this.clone(), link.clone());
                let timer = Timeout::new(late.retry_ms, move || {
                    if let Some(driver) = this.upgrade() {
                        driver.open_again(&again);
                    }
                });
                let retry_ms = (2 * late.retry_ms).min(LAST_RETRY_MS);
                let late = LateConnection { retry_ms, _timer: Some(timer), ..late };
                self.late.connections.borrow_mut().insert(link.clone(), late);
                Err(error)
            }
        }
    }

    fn open_again(&self, link: &LinkId) {
        let late = self.late.connections.borrow_mut().remove(link);
        if let Some(late) = late {
            // A repeated refusal is not reported again.
            let _ = self.try_to_open(link, late);
            self.run();
        }
    }

    /// Keeps a command for a connection that is not open yet, and returns any other.
    pub(super) fn hold_back(&self, link: &LinkId, command: ConnectionCommand) -> Option<ConnectionCommand> {
        let mut connections = self.late.connections.borrow_mut();
        let Some(late) = connections.get_mut(link) else { return Some(command) };
        match command {
            ConnectionCommand::Close => drop(connections.remove(link)),
            ConnectionCommand::SetIceServers(ice_servers) => late.ice_servers = ice_servers,
            // A new connection gathers anyway.
            ConnectionCommand::Exchange(Command::RestartIce) => {}
            command => late.held.push(command),
        }
        None
    }

    /// A track was announced for which the connection has no receiver. It is searched for again after each description.
    pub(super) fn without_receiver(
        &self,
        participant_id: ParticipantId,
        publication: Publication,
        link: LinkId,
        mid: String,
    ) {
        let detail = format!("there is no media section {mid}");
        let key = (participant_id, publication.id.clone());
        let before = self.late.tracks.borrow_mut().insert(key, (publication, link, mid));
        if before.is_none() {
            self.warn(Error::Negotiation { step: "receiving a track", detail });
        }
    }

    /// A description was applied at the connection to `link`.
    pub(super) fn look_for_receivers(&self, link: &LinkId) {
        let Some(connection) = self.connection(link) else { return };
        let tracks: Vec<_> = self.late.tracks.borrow().clone().into_iter().collect();
        for (key, (publication, at, mid)) in tracks {
            if at == *link && connection.receiver(&mid).is_some() {
                self.forget_late_track(&key);
                let (participant_id, _) = key;
                self.emit(Event::TrackAdded { participant_id, publication, link: at, mid });
            }
        }
    }

    /// Drops a track that never had a receiver. Returns `false` if it had one, or is unknown.
    pub(super) fn forget_late_track(&self, key: &TrackKey) -> bool {
        self.late.tracks.borrow_mut().remove(key).is_some()
    }

    /// The room was left.
    pub(super) fn forget_late(&self) {
        drop(self.late.connections.take());
        drop(self.late.tracks.take());
    }
}
