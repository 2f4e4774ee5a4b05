//! The hub, the clock and the queues to the sockets, behind one lock.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Notify, mpsc, oneshot},
    time::{Instant, sleep_until},
};
use tracing::info;

use super::{ServerConfig, mixers::MixerCommand};
use crate::{CloseReason, ConnectionId, Hub, HubStats, MediaCommand, Output};

/// What a queued message costs beside its text.
const OVERHEAD: usize = 64;

/// Something for a socket to send.
#[derive(Debug)]
pub(super) enum Frame {
    Text(String),
    Close(CloseReason),
}

/// A socket's end of its connection.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) id: ConnectionId,
    pub(super) frames: Frames,
    /// Is sent a message when the connection is to be dropped without a word.
    pub(super) cut: oneshot::Receiver<()>,
    /// Tells, by being dropped, that the socket is done.
    _open: mpsc::Sender<()>,
}

/// What waits to be sent. It does not grow without bound: a socket that does not keep up is cut.
#[derive(Debug)]
pub(super) struct Frames {
    receiver: mpsc::UnboundedReceiver<Frame>,
    bytes: Arc<AtomicUsize>,
}

impl Frames {
    /// The next frame to send, or `None` if there will be no more.
    pub(super) async fn next(&mut self) -> Option<Frame> {
        let frame = self.receiver.recv().await?;
        if let Frame::Text(text) = &frame {
            self.bytes.fetch_sub(text.len() + OVERHEAD, Ordering::Relaxed);
        }
        Some(frame)
    }
}

/// Waits for the end of all sockets.
#[derive(Debug)]
pub(super) struct Sockets(mpsc::Receiver<()>);

impl Sockets {
    pub(super) async fn closed(mut self) {
        // Nothing is ever sent: this returns when the last sender is gone.
        let _ = self.0.recv().await;
    }
}

/// Where all connections meet.
#[derive(Debug)]
pub(super) struct Switchboard {
    state: Mutex<State>,
    started: Instant,
    max_queued_bytes: usize,
    max_message_bytes: usize,
    timeout_changed: Notify,
    /// To the SFU, if there is one.
    media: Option<mpsc::UnboundedSender<MediaCommand>>,
    /// To the starter of mixers, if there is one.
    mixers: Option<mpsc::UnboundedSender<MixerCommand>>,
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
    frames: mpsc::UnboundedSender<Frame>,
    bytes: Arc<AtomicUsize>,
    cut: oneshot::Sender<()>,
}

impl Switchboard {
    pub(super) fn new(
        config: ServerConfig,
        media: Option<mpsc::UnboundedSender<MediaCommand>>,
        mixers: Option<mpsc::UnboundedSender<MixerCommand>>,
    ) -> (Arc<Self>, Sockets) {
        let (open, sockets) = mpsc::channel(1);
        let max_message_bytes = config.limits.max_message_bytes;
        let mut hub = Hub::new(config.limits).with_random_ids().with_ice_servers(config.ice_servers);
        if media.is_some() {
            hub = hub.with_sfu();
        }
        if mixers.is_some() {
            hub = hub.with_mixers();
        }
        if let Some(token) = config.mixer_token {
            hub = hub.with_mixer_token(token);
        }
        let switchboard = Self {
            state: Mutex::new(State { hub, queues: HashMap::new(), next_id: 0, open: Some(open) }),
            started: Instant::now(),
            max_queued_bytes: config.max_queued_bytes,
            max_message_bytes,
            timeout_changed: Notify::new(),
            media,
            mixers,
        };
        (Arc::new(switchboard), Sockets(sockets))
    }

    /// Bytes after which a frame is not even read. There is room above the limit of a message, so that
    /// one which is a little too long is refused in the protocol and the connection lives on.
    pub(super) fn max_frame_bytes(&self) -> usize {
        self.max_message_bytes.saturating_mul(4).max(64 * 1024)
    }

    pub(super) fn stats(&self) -> HubStats {
        self.lock().hub.stats()
    }

    /// Takes a new connection, or `None` if the server is past taking any.
    pub(super) fn connect(&self, address: IpAddr) -> Option<Line> {
        let (frames, receiver) = mpsc::unbounded_channel();
        let (cut, cut_receiver) = oneshot::channel();
        let bytes = Arc::new(AtomicUsize::new(0));
        let mut state = self.lock();
        let open = state.open.clone()?;
        state.next_id += 1;
        let id = ConnectionId(state.next_id);
        state.queues.insert(id, Queue { frames, bytes: Arc::clone(&bytes), cut });
        drop(state);
        self.drive(|hub, now| hub.handle_connected_from(id, address, now));
        Some(Line { id, frames: Frames { receiver, bytes }, cut: cut_receiver, _open: open })
    }

    pub(super) fn disconnect(&self, id: ConnectionId) {
        self.lock().queues.remove(&id);
        self.drive(|hub, now| hub.handle_disconnected(id, now));
    }

    /// Says farewell to every connection and takes no more.
    pub(super) fn shut_down(&self) {
        self.lock().open = None;
        self.drive(|hub, _| hub.shut_down());
    }

    /// Gives the hub one event, and hands out what follows from it.
    pub(super) fn drive<T>(&self, event: impl FnOnce(&mut Hub, u64) -> T) -> T {
        let now = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut state = self.lock();
        let timeout = state.hub.poll_timeout();
        let result = event(&mut state.hub, now);
        while let Some(output) = state.hub.poll_output() {
            self.deliver(&mut state, output, now);
        }
        if state.hub.poll_timeout() != timeout {
            self.timeout_changed.notify_one();
        }
        result
    }

    fn deliver(&self, state: &mut State, output: Output, now: u64) {
        match output {
            Output::Send { to, message } => {
                let Some(queue) = state.queues.get(&to) else { return };
                let text = message.encode();
                let cost = text.len() + OVERHEAD;
                if queue.bytes.fetch_add(cost, Ordering::Relaxed) + cost <= self.max_queued_bytes {
                    // The receiver is gone only if the socket is, and then it says so itself.
                    let _ = queue.frames.send(Frame::Text(text));
                } else if let Some(queue) = state.queues.remove(&to) {
                    info!(connection = to.0, "cut: it does not read what it is sent");
                    let _ = queue.cut.send(());
                    state.hub.handle_disconnected(to, now);
                }
            }
            Output::Close { id, reason } => {
                if let Some(queue) = state.queues.remove(&id) {
                    let _ = queue.frames.send(Frame::Close(reason));
                }
            }
            Output::StartMixer(room) => self.tell_mixers(MixerCommand::Start(room)),
            Output::StopMixer(room) => self.tell_mixers(MixerCommand::Stop(room)),
            Output::Media(command) => {
                if let Some(media) = &self.media {
                    // The SFU ends only with the server.
                    let _ = media.send(command);
                }
            }
        }
    }

    /// Stops every mixer.
    pub(super) fn end_mixers(&self) {
        self.tell_mixers(MixerCommand::End);
    }

    fn tell_mixers(&self, command: MixerCommand) {
        if let Some(mixers) = &self.mixers {
            // It ends only with the server.
            let _ = mixers.send(command);
        }
    }

    /// Lets the hub's time pass, for ever.
    pub(super) async fn keep_time(self: Arc<Self>) {
        loop {
            let timeout = self.lock().hub.poll_timeout();
            let due = async {
                match timeout.and_then(|at| self.started.checked_add(Duration::from_millis(at))) {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = due => self.drive(Hub::handle_timeout),
                () = self.timeout_changed.notified() => {}
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is whole between two statements, so a panic elsewhere is no reason to stop serving.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
