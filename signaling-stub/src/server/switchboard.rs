//! The hub, the clock and the queues to the sockets, behind one lock.

use std::{
    collections::HashMap,
    net::IpAddr,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::extract::ws::Utf8Bytes;
use futures::FutureExt;
use moim_protocol::ServerMessage;
use tokio::{
    sync::{Notify, Semaphore, mpsc, oneshot},
    time::{Instant, sleep, sleep_until},
};
use tracing::{error, info};

use super::{
    ServerConfig,
    faults::{Fault, Faults},
    ice::{Credentials, Found, Ice},
    media_queue::MediaQueue,
    metrics::Metrics,
    mixers::MixerCommand,
    outbox::{Outbox, Verdict},
};
use crate::{ConnectionId, Hub, HubStats, MediaCommand, Output, hub::Audit};

/// A part that fails again and again leaves the rest of the time to the others.
pub(super) const RESTART_DELAY: Duration = Duration::from_millis(100);

/// The socket's side of a connection.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) id: ConnectionId,
    pub(super) outbox: Arc<Outbox>,
    /// Resolves when the connection must be dropped without a close frame.
    pub(super) cut: oneshot::Receiver<()>,
    /// Dropped when the socket is done.
    _open: mpsc::Sender<()>,
}

/// Waits for the end of all sockets.
#[derive(Debug)]
pub(super) struct Sockets(mpsc::Receiver<()>);

impl Sockets {
    pub(super) async fn closed(mut self) {
        // Nothing is ever sent: this returns when the last sender is dropped.
        let _ = self.0.recv().await;
    }
}

/// Where all connections meet.
#[derive(Debug)]
pub(super) struct Switchboard {
    state: Mutex<State>,
    started: Instant,
    max_queued_bytes: usize,
    pub(super) unread_timeout: Duration,
    max_message_bytes: usize,
    refused_pages: Mutex<Audit>,
    /// Long messages are decoded one after the other.
    pub(super) long_messages: Semaphore,
    timeout_changed: Notify,
    pub(super) metrics: Metrics,
    pub(super) faults: Faults,
    backends: Backends,
}

/// The parts around the hub, if they are enabled.
#[derive(Debug, Default)]
pub(super) struct Backends {
    /// To the SFU.
    pub(super) media: Option<MediaQueue>,
    /// To the starter of mixers.
    pub(super) mixers: Option<mpsc::UnboundedSender<MixerCommand>>,
    /// The TURN server that clients are given.
    pub(super) ice: Option<Ice>,
}

#[derive(Debug)]
struct State {
    hub: Hub,
    queues: HashMap<ConnectionId, Queue>,
    next_id: u64,
    /// Each socket holds a clone; gone once the server shuts down.
    open: Option<mpsc::Sender<()>>,
}

#[derive(Debug)]
struct Queue {
    outbox: Arc<Outbox>,
    cut: oneshot::Sender<()>,
    credentials: Option<Credentials>,
}

impl Switchboard {
    pub(super) fn new(config: ServerConfig, backends: Backends) -> (Arc<Self>, Sockets) {
        let (open, sockets) = mpsc::channel(1);
        let max_message_bytes = config.limits.max_message_bytes;
        let mut hub = Hub::new(config.limits).with_random_ids().with_ice_servers(config.ice_servers);
        if backends.media.is_some() {
            hub = hub.with_sfu();
        }
        if backends.mixers.is_some() {
            hub = hub.with_mixers();
        }
        if let Some(token) = config.mixer_token {
            hub = hub.with_mixer_token(token);
        }
        if let Some(keys) = config.token_keys {
            hub = hub.with_token_verifier(keys);
        }
        let switchboard = Self {
            state: Mutex::new(State { hub, queues: HashMap::new(), next_id: 0, open: Some(open) }),
            started: Instant::now(),
            max_queued_bytes: config.max_queued_bytes,
            unread_timeout: config.unread_timeout,
            max_message_bytes,
            refused_pages: Mutex::default(),
            long_messages: Semaphore::new(1),
            timeout_changed: Notify::new(),
            metrics: Metrics::new(),
            faults: Faults::default(),
            backends,
        };
        (Arc::new(switchboard), Sockets(sockets))
    }

    /// Bytes above which a frame is not even read. It exceeds the limit of a message, so that
    /// one which is slightly too long is rejected in the protocol and the connection stays open.
    pub(super) fn max_frame_bytes(&self) -> usize {
        self.max_message_bytes.saturating_mul(4).max(64 * 1024)
    }

    pub(super) fn stats(&self) -> HubStats {
        self.lock().hub.stats()
    }

    /// Counts a task that ended with a panic.
    pub(super) fn panicked(&self) {
        self.metrics.panicked();
    }

    /// The number of tasks that ended with a panic.
    pub(super) fn panics(&self) -> u64 {
        self.metrics.panics()
    }

    /// Runs a part of the server. Returns whether it ended with a panic, and has to be restarted.
    pub(super) async fn supervise(&self, part: &str, running: impl Future<Output = ()>) -> bool {
        let has_failed = AssertUnwindSafe(running).catch_unwind().await.is_err();
        if has_failed {
            error!(part, "failed and is restarted");
            self.panicked();
            sleep(RESTART_DELAY).await;
        }
        has_failed
    }

    /// Whether to log that a page of another origin was refused, and how many were left out before it.
    pub(super) fn may_report_page(&self) -> Option<u32> {
        let now = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.refused_pages.lock().unwrap_or_else(PoisonError::into_inner).take(now)
    }

    /// Adds a connection; `None` if the server is shutting down.
    pub(super) fn connect(&self, address: IpAddr, found: &Found) -> Option<Line> {
        let (cut, cut_receiver) = oneshot::channel();
        let outbox = Arc::new(Outbox::new(self.max_queued_bytes));
        let mut state = self.lock();
        let open = state.open.clone()?;
        state.next_id += 1;
        let id = ConnectionId(state.next_id);
        let credentials = self.backends.ice.as_ref().map(|ice| Credentials::new(ice, found));
        state.queues.insert(id, Queue { outbox: Arc::clone(&outbox), cut, credentials });
        drop(state);
        self.drive(|hub, now| hub.handle_connected_from(id, address, now));
        Some(Line { id, outbox, cut: cut_receiver, _open: open })
    }

    pub(super) fn disconnect(&self, id: ConnectionId) {
        if let Some(queue) = self.lock().queues.remove(&id) {
            queue.outbox.end();
        }
        self.drive(|hub, now| hub.handle_disconnected(id, now));
    }

    /// Closes all connections and accepts no more.
    pub(super) fn shut_down(&self) {
        self.lock().open = None;
        self.drive(|hub, _| hub.shut_down());
    }

    /// Passes one event to the hub, and performs the outputs.
    pub(super) fn drive<T>(&self, event: impl FnOnce(&mut Hub, u64) -> T) -> T {
        let now = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut state = self.lock();
        let timeout = state.hub.poll_timeout();
        let result = event(&mut state.hub, now);
        let mut last = None;
        while let Some(output) = state.hub.poll_output() {
            self.deliver(&mut state, output, &mut last, now);
        }
        if state.hub.poll_timeout() != timeout {
            self.timeout_changed.notify_one();
        }
        result
    }

    /// Performs an output. `last` is the last message and its text: a change of a room is sent to everyone in it.
    fn deliver(
        &self,
        state: &mut State,
        output: Output,
        last: &mut Option<(ServerMessage, Utf8Bytes)>,
        now: u64,
    ) {
        match output {
            Output::Send { to, mut message } => {
                match &message {
                    ServerMessage::Error(error) => self.metrics.refused(error.code.as_str()),
                    ServerMessage::Relay { .. } => drop(self.metrics.relays.inc()),
                    _ => {}
                }
                let Some(queue) = state.queues.get_mut(&to) else { return };
                let renewal =
                    queue.credentials.as_mut().and_then(|credentials| credentials.add_to(&mut message));
                let text = match last {
                    Some((known, text)) if *known == message => text.clone(),
                    _ => message.encode().into(),
                };
                let verdict = queue.outbox.push_encoded(&message, text.clone());
                *last = Some((message, text));
                if let Some(renewal) = renewal.filter(|_| matches!(verdict, Verdict::Taken)) {
                    queue.outbox.push(&renewal);
                }
                match verdict {
                    Verdict::Taken => {}
                    Verdict::Lost(from) => state.hub.handle_payload_lost(to, &from),
                    Verdict::Full => {
                        info!(connection = to.0, "closed: it does not read the replies to its requests");
                        if let Some(queue) = state.queues.remove(&to) {
                            queue.outbox.end();
                            let _ = queue.cut.send(());
                        }
                        state.hub.handle_disconnected(to, now);
                    }
                }
            }
            Output::Close { id, reason } => {
                if let Some(queue) = state.queues.remove(&id) {
                    queue.outbox.close(reason);
                }
            }
            Output::StartMixer(room) => self.tell_mixers(MixerCommand::Start(room)),
            Output::StopMixer(room) => self.tell_mixers(MixerCommand::Stop(room)),
            Output::Media(command) => {
                let sender = match &command {
                    MediaCommand::Relay { id, .. } => Some(*id),
                    _ => None,
                };
                if let Some(media) = &self.backends.media
                    && !media.push(command)
                    && let Some(sender) = sender
                {
                    state.hub.handle_sfu_overload(sender);
                }
            }
        }
    }

    /// Stops every mixer.
    pub(super) fn end_mixers(&self) {
        self.tell_mixers(MixerCommand::End);
    }

    fn tell_mixers(&self, command: MixerCommand) {
        if let Some(mixers) = &self.backends.mixers {
            // It ends only with the server.
            let _ = mixers.send(command);
        }
    }

    /// Advances the hub's time indefinitely.
    pub(super) async fn keep_time(self: Arc<Self>) {
        while self.supervise("the clock", self.advance()).await {}
    }

    async fn advance(&self) {
        loop {
            let timeout = self.lock().hub.poll_timeout();
            let due = async {
                match timeout.and_then(|at| self.started.checked_add(Duration::from_millis(at))) {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = due => self.drive(|hub, now| {
                    self.faults.reach(Fault::Clock);
                    hub.handle_timeout(now);
                }),
                () = self.timeout_changed.notified() => {}
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is consistent between two statements, so a panic elsewhere does not require stopping.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
