//! The only loop that passes the state machines' outputs to the browser, and the browser's events back.
//!
//! No borrow is held across a call into JavaScript or an await: take the next output, release, then act.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::{Rc, Weak};

use futures::channel::oneshot;
use gloo_timers::callback::Timeout;

use super::arrivals::Arrivals;
use super::attachments::Attachments;
use super::event::{RoomEvent, RoomState};
use super::files::Files;
use super::late::Late;
use super::local_media::LocalMedia;
use super::local_tracks::Published;
use super::messages::{ChatReceipt, WaitingSender};
use super::people::People;
use super::quality::Quality;
use super::remote_track::RemoteTrack;
use super::rpc::Rpc;
use super::speakers::Speakers;
use super::streams::Streams;
use crate::collections::SortedMap;
use crate::engine::connection::{ConnectionCommand, ConnectionInput};
use crate::engine::data::{DataMessage, Frame};
use crate::engine::session::{Event, Output, Session};
use crate::engine::trace;
use crate::error::{Error, Result};
use crate::event_stream::Broadcaster;
use crate::model::{Channel, IceTransportPolicy, LinkId, Lobby, ParticipantId, PublicationId, Timestamp};
use crate::platform::Spare;
use crate::platform::page::{Page, PageEvent};
use crate::platform::room_connection::RoomConnection;
use crate::platform::socket::{Socket, SocketFrame};
use crate::platform::task::spawn_local;
use crate::platform::{clock, http};
use crate::signaling::{self, SignalingBackend, SocketEvent, Wake};

/// The parts of a room.
#[derive(Debug)]
pub(super) struct Driver {
    pub(super) this: Weak<Driver>,
    pub(super) state: Cell<RoomState>,
    pub(super) session: RefCell<Session>,
    pub(super) events: Broadcaster<RoomEvent>,
    pub(super) joining: RefCell<Option<oneshot::Sender<Result<()>>>>,
    pub(super) backend: RefCell<Box<dyn SignalingBackend>>,
    socket: RefCell<Option<Socket>>,
    pub(super) connections: RefCell<SortedMap<LinkId, Rc<RoomConnection>>>,
    pub(super) local_media: LocalMedia,
    pub(super) local_tracks: RefCell<SortedMap<PublicationId, Published>>,
    pub(super) remote_tracks: RefCell<SortedMap<(ParticipantId, PublicationId), RemoteTrack>>,
    pub(super) people: People,
    pub(super) ice_transport_policy: IceTransportPolicy,
    pub(super) attachments: Attachments,
    pub(super) speakers: Speakers,
    pub(super) arrivals: Arrivals,
    pub(super) quality: Quality,
    /// Waiters for the receipts of chat messages.
    pub(super) receipts: RefCell<SortedMap<u32, oneshot::Sender<ChatReceipt>>>,
    /// Who waits to send more data.
    pub(super) senders: RefCell<Vec<WaitingSender>>,
    pub(super) files: Files,
    pub(super) late: Late,
    pub(super) streams: Streams,
    pub(super) rpc: Rpc,
    /// It fires at this time: when there is something to do, or earlier.
    timer: RefCell<Option<(Timestamp, Timeout)>>,
    page: RefCell<Option<Page>>,
    pub(super) spare: Spare,
    is_preparing: Cell<bool>,
    running: Cell<bool>,
}

impl Driver {
    pub(super) fn new(
        session: Session,
        backend: Box<dyn SignalingBackend>,
        ice_transport_policy: IceTransportPolicy,
        adaptive_stream: bool,
        cpu_relief: bool,
    ) -> Rc<Self> {
        let driver = Rc::new_cyclic(|this| Self {
            this: this.clone(),
            state: Cell::default(),
            session: RefCell::new(session),
            events: Broadcaster::default(),
            joining: RefCell::default(),
            backend: RefCell::new(backend),
            socket: RefCell::default(),
            connections: RefCell::default(),
            local_media: LocalMedia::default(),
            local_tracks: RefCell::default(),
            remote_tracks: RefCell::default(),
            people: People::default(),
            ice_transport_policy,
            attachments: Attachments::new(adaptive_stream),
            speakers: Speakers::default(),
            arrivals: Arrivals::default(),
            quality: Quality::new(cpu_relief),
            receipts: RefCell::default(),
            senders: RefCell::default(),
            files: Files::default(),
            late: Late::default(),
            streams: Streams::default(),
            rpc: Rpc::default(),
            timer: RefCell::default(),
            page: RefCell::default(),
            spare: Spare::default(),
            is_preparing: Cell::default(),
            running: Cell::default(),
        });
        let this = driver.this.clone();
        let wake = Wake::new(move || {
            let this = this.clone();
            // Not at once: the waker may be called by the driver, or by JavaScript.
            spawn_local(async move {
                if let Some(driver) = this.upgrade() {
                    driver.run();
                }
            });
        });
        driver.backend.borrow_mut().handle_start(wake);
        driver
    }

    /// Reacts to what happens to the page, until the room is left.
    pub(super) fn watch_page(&self) {
        let this = self.this.clone();
        let page = Page::watch(move |event| {
            let Some(driver) = this.upgrade() else { return };
            match event {
                PageEvent::Online => {
                    driver.with_session(|session| session.handle_network_change(clock::now()));
                }
                PageEvent::Resumed => {
                    driver.with_session(|session| session.handle_page_resumed(clock::now()));
                }
                // The others need not wait until the server misses this participant.
                PageEvent::Leaving => driver.with_session(Session::leave),
            }
        });
        *self.page.borrow_mut() = Some(page);
    }

    /// Changes the session, then performs its outputs.
    pub(super) fn with_session<T>(&self, change: impl FnOnce(&mut Session) -> T) -> T {
        let result = change(&mut self.session.borrow_mut());
        self.run();
        result
    }

    pub(super) fn set_state(&self, state: RoomState) {
        if self.state.replace(state) != state {
            self.events.send(RoomEvent::StateChange { state });
        }
    }

    /// Performs outputs until there are none. A nested call does nothing: the outer one continues.
    pub(super) fn run(&self) {
        if self.running.replace(true) {
            return;
        }
        loop {
            let output = self.session.borrow_mut().poll_output();
            if let Some(output) = output {
                self.act(output);
                continue;
            }
            let output = self.backend.borrow_mut().poll_output();
            match output {
                Some(output) => self.act_on_signaling(output),
                None => break,
            }
        }
        self.running.set(false);
        if self.is_preparing.take() {
            self.prepare();
        }
        self.follow_own_publications();
        self.arm_timer();
    }

    /// Does in advance what takes time, after the socket was created: the browser connects that one meanwhile.
    fn prepare(&self) {
        let this = self.this.clone();
        spawn_local(async move {
            if let Some(driver) = this.upgrade().filter(|driver| driver.state.get() != RoomState::Left) {
                driver.spare.prepare();
            }
        });
    }

    fn act(&self, output: Output) {
        match output {
            Output::Prepare => self.is_preparing.set(true),
            Output::Signal(command) => {
                trace::signal_command(&command);
                self.backend.borrow_mut().handle_command(command, clock::now());
            }
            Output::Connection { link, command } => self.act_on_connection(link, command),
            Output::Event(event) => self.emit(event),
        }
    }

    fn send_frame(&self, frame: SocketFrame) {
        if let Some(socket) = &*self.socket.borrow() {
            socket.send(frame);
        }
    }

    fn act_on_signaling(&self, output: signaling::Output) {
        match output {
            signaling::Output::Connect { url, protocols } => {
                trace::socket_opening(&url);
                let this = self.this.clone();
                let socket = Socket::open(url, protocols, move |event| {
                    if let Some(driver) = this.upgrade() {
                        match &event {
                            SocketEvent::Opened => trace::socket(None),
                            SocketEvent::Closed { code, .. } => trace::socket(Some(*code)),
                            SocketEvent::Text(_) | SocketEvent::Binary(_) => {}
                        }
                        driver.backend.borrow_mut().handle_socket(event, clock::now());
                        driver.run();
                        driver.check_local_tracks();
                    }
                });
                drop(self.socket.replace(Some(socket)));
            }
            signaling::Output::Text(text) => self.send_frame(SocketFrame::Text(text)),
            signaling::Output::Binary(bytes) => self.send_frame(SocketFrame::Bytes(bytes)),
            signaling::Output::Http(request) => {
                let this = self.this.clone();
                spawn_local(async move {
                    let id = request.id;
                    let response = http::send(request).await;
                    if let Some(driver) = this.upgrade() {
                        driver.backend.borrow_mut().handle_http(id, response, clock::now());
                        driver.run();
                    }
                });
            }
            signaling::Output::Close => drop(self.socket.take()),
            signaling::Output::Event(event) => {
                trace::signal_event(&event);
                self.session.borrow_mut().handle_signal(event, clock::now());
            }
            signaling::Output::Send(channel, bytes) => self.send_encoded(channel, bytes),
            signaling::Output::Received(packet) => self.decoded(packet),
        }
    }

    pub(super) fn act_on_connection(&self, link: LinkId, command: ConnectionCommand) {
        trace::connection_command(&link, &command);
        if let ConnectionCommand::Open { far_end, profile, ice_servers } = command {
            return self.open(link, far_end, profile, ice_servers);
        }
        let Some(command) = self.hold_back(&link, command) else { return };
        let Some(connection) = self.connections.borrow().get(&link).cloned() else { return };
        match command {
            ConnectionCommand::Open { .. } => {}
            ConnectionCommand::Close => {
                drop(self.connections.borrow_mut().remove(&link));
                connection.close();
            }
            ConnectionCommand::Attach(id, limit) => {
                let Some((track, settings)) = self.sent(&id) else { return };
                match connection.attach(id, track.as_raw(), track.source(), settings, limit) {
                    Ok(()) => {
                        connection.relieve(self.quality.relief());
                        self.settle(connection);
                    }
                    Err(error) => self.warn(error),
                }
            }
            ConnectionCommand::Detach(id) => connection.detach(&id),
            ConnectionCommand::Limit(id, limit) => {
                connection.limit(&id, limit);
                self.settle(connection);
            }
            ConnectionCommand::SendKeyFrames => connection.send_key_frames(),
            ConnectionCommand::SetIceServers(servers) => {
                if let Err(error) = connection.set_ice_servers(&servers) {
                    self.warn(error);
                }
            }
            ConnectionCommand::Receive(sections) => {
                if let Err(error) = connection.receive(sections) {
                    self.warn(error);
                }
            }
            ConnectionCommand::Exchange(command) => {
                let this = self.this.clone();
                spawn_local(async move {
                    let done = connection.perform(command).await;
                    let Some(driver) = this.upgrade() else { return };
                    driver.settle(connection);
                    driver.look_for_receivers(&link);
                    match done {
                        Ok(Some(input)) => driver.connection_input(&link, input),
                        Ok(None) => {}
                        Err(error) => driver.warn_about(link.participant().cloned(), error),
                    }
                });
            }
            ConnectionCommand::Send(channel, frame) => self.send_over(link, connection, channel, frame),
        }
    }

    /// Sends a frame as it is.
    pub(super) fn transmit(
        &self,
        link: LinkId,
        connection: Rc<RoomConnection>,
        channel: Channel,
        frame: Frame,
    ) {
        match connection.send(channel, frame) {
            Ok(false) => {}
            Ok(true) => self.channel_full(link, connection, channel),
            Err(error) => self.warn(error),
        }
    }

    /// Nothing more is sent over a channel until it has capacity again.
    fn channel_full(&self, link: LinkId, connection: Rc<RoomConnection>, channel: Channel) {
        let full = ConnectionInput::ChannelFull(channel);
        self.session.borrow_mut().handle_connection(&link, full, clock::now());
        let this = self.this.clone();
        spawn_local(async move {
            let capacity = poll_fn(|context| connection.poll_capacity(channel, context)).await;
            let Some(driver) = this.upgrade().filter(|_| capacity.is_ok()) else { return };
            let is_current = driver.connection(&link).is_some_and(|known| Rc::ptr_eq(&known, &connection));
            if is_current {
                driver.connection_input(&link, ConnectionInput::ChannelCapacity(channel));
            }
        });
    }

    /// Applies the wanted send parameters to all connections.
    pub(super) fn settle(&self, connection: Rc<RoomConnection>) {
        let this = self.this.clone();
        spawn_local(async move {
            let settled = connection.settle().await;
            if let (Err(error), Some(driver)) = (settled, this.upgrade()) {
                driver.warn(error);
            }
        });
    }

    pub(super) fn connection(&self, link: &LinkId) -> Option<Rc<RoomConnection>> {
        self.connections.borrow().get(link).cloned()
    }

    pub(super) fn connection_input(&self, link: &LinkId, input: ConnectionInput) {
        trace::connection_input(link, &input);
        self.with_session(|session| session.handle_connection(link, input, clock::now()));
    }

    pub(super) fn warn(&self, error: Error) {
        self.warn_about(None, error);
    }

    fn warn_about(&self, participant_id: Option<ParticipantId>, error: Error) {
        trace::warning(&error);
        self.events.send(RoomEvent::Warning { participant_id, error });
    }

    pub(super) fn emit(&self, event: Event) {
        trace::room_event(&event);
        let event = match event {
            Event::Joined => {
                self.set_state(RoomState::Joined);
                self.measure_quality();
                if let Some(joining) = self.joining.take() {
                    let _ = joining.send(Ok(()));
                }
                return;
            }
            Event::Reconnecting => {
                self.set_state(RoomState::Reconnecting);
                RoomEvent::Reconnecting
            }
            Event::Reconnected => {
                self.set_state(RoomState::Joined);
                RoomEvent::Reconnected
            }
            Event::ParticipantReconnecting(info) => {
                let (participant, reconnecting) = (self.participant(&info), info.reconnecting);
                match reconnecting {
                    true => RoomEvent::ParticipantReconnecting { participant },
                    false => RoomEvent::ParticipantReconnected { participant },
                }
            }
            Event::Waiting => return self.set_state(RoomState::Waiting),
            Event::LobbyChange(Lobby { locked, waiting }) => RoomEvent::LobbyChange { locked, waiting },
            Event::RoleChange(role) => RoomEvent::RoleChange { role },
            Event::PermissionsChange(permissions) => RoomEvent::PermissionsChange { permissions },
            Event::LayoutChange(layout) => RoomEvent::LayoutChange { layout },
            Event::MuteRequested(participant_id, publication_id) => {
                if !self.mute_for_host(&publication_id) {
                    return;
                }
                RoomEvent::MuteRequested { participant_id, publication_id }
            }
            Event::ParticipantJoined(info) => {
                RoomEvent::ParticipantJoined { participant: self.participant(&info) }
            }
            Event::ParticipantUpdated(info) => {
                RoomEvent::ParticipantUpdated { participant: self.participant(&info) }
            }
            Event::ParticipantLeft(participant_id, reason) => {
                self.voice_left(&participant_id);
                self.interrupted_with(&participant_id);
                self.participant_left(&participant_id);
                RoomEvent::ParticipantLeft { participant_id, reason }
            }
            Event::TrackAdded { participant_id, publication, link, mid } => {
                let connection = self.connections.borrow().get(&link).cloned();
                let Some(receiver) = connection.and_then(|connection| connection.receiver(&mid)) else {
                    return self.without_receiver(participant_id, publication, link, mid);
                };
                let key = (participant_id.clone(), publication.id.clone());
                let publication = self.publication_of(&participant_id, publication);
                let track =
                    RemoteTrack::new(participant_id.clone(), publication, receiver, self.this.clone());
                self.forget_late_track(&key);
                let before = self.remote_tracks.borrow_mut().insert(key, track.clone());
                before.iter().for_each(|before| self.track_ended(before));
                self.tracks_changed_of(&participant_id);
                RoomEvent::TrackAdded { participant_id, track }
            }
            Event::TrackRemoved(participant_id, publication_id) => {
                let key = (participant_id.clone(), publication_id.clone());
                if self.forget_late_track(&key) {
                    return;
                }
                let gone = self.remote_tracks.borrow_mut().remove(&key);
                gone.iter().for_each(|gone| self.track_ended(gone));
                self.tracks_changed_of(&participant_id);
                RoomEvent::TrackRemoved { participant_id, publication_id }
            }
            Event::TrackMuteChanged(participant_id, publication_id, true) => {
                RoomEvent::TrackMuted { participant_id, publication_id }
            }
            Event::TrackMuteChanged(participant_id, publication_id, false) => {
                RoomEvent::TrackUnmuted { participant_id, publication_id }
            }
            // The preceding warning has the reason.
            Event::PublicationRefused(id) => return self.publication_refused(&id),
            Event::ConnectionStateChange(participant_id, state) => {
                self.connections_changed();
                RoomEvent::ConnectionStateChange { participant_id, state }
            }
            Event::Message(participant_id, DataMessage::Chat { text, private, .. }) => {
                RoomEvent::ChatReceived { participant_id, text, private }
            }
            Event::Message(participant_id, DataMessage::Data { topic, payload }) => {
                RoomEvent::DataReceived { participant_id, topic, payload }
            }
            Event::Message(participant_id, DataMessage::Quality(report)) => {
                return self.quality_reported(participant_id, report);
            }
            Event::Message(..) => return,
            Event::Called { from, id, method, payload, timeout_ms } => {
                return self.called(from, id, &method, payload, timeout_ms);
            }
            Event::CallEnded(id, result) => return self.call_ended(&id, result),
            Event::Capacity => {
                self.streams.send_all();
                return self.wake_senders();
            }
            Event::FileFrame(participant_id, frame) => return self.file_frame(&participant_id, &frame),
            Event::PathChange(participant_id, change) => return self.path_changed(&participant_id, change),
            Event::Receipt(receipt) => {
                let waiting = self.receipts.borrow_mut().remove(&receipt.id);
                if let Some(waiting) = waiting {
                    let _ = waiting.send(receipt.into());
                }
                return;
            }
            Event::Warning { participant_id, error } => return self.warn_about(participant_id, error),
            Event::Ended(error) => return self.ended(error),
        };
        self.events.send(event);
    }

    fn ended(&self, error: Option<Error>) {
        drop(self.page.take());
        self.spare.close();
        self.local_tracks.take();
        self.local_media.close();
        self.quality.close();
        self.forget_late();
        let gone = self.remote_tracks.take();
        for ((participant_id, publication_id), gone) in gone {
            self.track_ended(&gone);
            self.events.send(RoomEvent::TrackRemoved { participant_id, publication_id });
        }
        self.interrupted();
        self.senders.take();
        self.remove_handlers();
        self.everyone_left();
        self.tracks_changed();
        self.set_state(RoomState::Left);
        if let Some(joining) = self.joining.take() {
            let state = "the room is left: it was left while joining, create a new one";
            let left = Error::InvalidState { action: "join", state };
            let _ = joining.send(Err(error.clone().unwrap_or(left)));
        }
        self.events.send(RoomEvent::Left { error });
        self.events.end();
    }

    fn arm_timer(&self) {
        let session = self.session.borrow().poll_timeout();
        let backend = self.backend.borrow().poll_timeout();
        let next = session.into_iter().chain(backend).min();
        let armed = self.timer.borrow().as_ref().map(|(at, _)| *at);
        // One that fires too early arms another, so that postponing the next action costs nothing.
        if next.zip(armed).is_some_and(|(next, armed)| armed <= next) {
            return;
        }
        let timer = next.map(|at| {
            let this = self.this.clone();
            let timeout = clock::timer_at(at, move || {
                if let Some(driver) = this.upgrade() {
                    drop(driver.timer.take());
                    let now = clock::now();
                    driver.backend.borrow_mut().handle_timeout(now);
                    driver.with_session(|session| session.handle_timeout(now));
                    driver.check_local_tracks();
                }
            });
            (at, timeout)
        });
        drop(self.timer.replace(timer));
    }
}
