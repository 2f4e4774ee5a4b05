//! Limits the sockets: in total and per address; a socket without a request is closed after a short time.

use std::{
    collections::{BTreeMap, HashMap},
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{Router, extract::connect_info::ConnectInfo, http::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{AbortHandle, JoinSet},
    time::sleep,
};
use tower::ServiceExt;
use tracing::{debug, warn};

use super::meter::{Meter, Metered};
use crate::{Limits, hub::network};

/// The time limit for a complete request, and until the next one on the same socket.
const HEADER_TIMEOUT: Duration = Duration::from_secs(5);
/// Maximum size of a request in bytes.
const MAX_HEADER_BYTES: usize = 16 * 1024;

/// Limits of sockets.
#[derive(Clone, Copy, Debug)]
pub(super) struct SocketLimits {
    pub(super) sockets: usize,
    /// Per address; for IPv6, per network (/64).
    pub(super) per_address: usize,
    /// Bytes that a WebSocket may receive without completing a message.
    pub(super) bytes_of_a_message: u64,
}

impl SocketLimits {
    /// Enough for the connections that the hub allows, and for requests besides.
    pub(super) fn of(limits: &Limits) -> Self {
        Self {
            sockets: limits.max_connections + limits.max_connections / 4 + 64,
            per_address: limits.max_connections_per_address * 2 + 64,
            bytes_of_a_message: limits.max_message_bytes.saturating_mul(8).max(1024 * 1024) as u64,
        }
    }
}

/// All sockets.
#[derive(Debug)]
pub(super) struct Doors {
    limits: SocketLimits,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    count: usize,
    by_address: HashMap<IpAddr, usize>,
    /// Those without a complete request yet, the oldest first.
    unproven: BTreeMap<u64, AbortHandle>,
}

/// A slot for a socket, released when it is dropped.
#[derive(Debug)]
struct Place {
    doors: Arc<Doors>,
    number: u64,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.doors.lock();
        state.count -= 1;
        state.unproven.remove(&self.number);
        if let Some(count) = state.by_address.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                state.by_address.remove(&self.address);
            }
        }
    }
}

impl Doors {
    pub(super) fn new(limits: SocketLimits) -> Arc<Self> {
        Arc::new(Self { limits, state: Mutex::default() })
    }

    /// Serves HTTP on a listener until `stop` fires, then completes the requests in progress.
    pub(super) async fn serve(
        self: Arc<Self>,
        listener: TcpListener,
        app: Router,
        mut stop: watch::Receiver<bool>,
    ) {
        let mut served = JoinSet::new();
        let stopping = stop.clone();
        loop {
            while served.try_join_next().is_some() {}
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = stopped(&mut stop) => break,
            };
            match accepted {
                Ok((stream, address)) => {
                    let Some(place) = self.place(address) else {
                        debug!(%address, "no room for another socket");
                        continue;
                    };
                    let number = place.number;
                    let served_one = serve_one(stream, address, place, app.clone(), stopping.clone());
                    // Locked until the handle is stored: the task needs the lock to remove it.
                    let mut state = self.lock();
                    let task = served.spawn(served_one);
                    state.unproven.insert(number, task);
                }
                Err(error) => {
                    // There may be too many open files: it would fail again at once.
                    warn!(%error, "cannot accept a connection");
                    sleep(Duration::from_millis(100)).await;
                }
            }
        }
        drop(listener);
        while served.join_next().await.is_some() {}
    }

    /// Reserves a slot for a socket. If there is none, the oldest one without a request is closed.
    fn place(self: &Arc<Self>, address: SocketAddr) -> Option<Place> {
        let address = network(address.ip());
        let mut state = self.lock();
        if state.by_address.get(&address).is_some_and(|count| *count >= self.limits.per_address) {
            return None;
        }
        if state.count >= self.limits.sockets {
            // Its own slot is released when its task ends; until then there is one socket too many.
            let (_, oldest) = state.unproven.pop_first()?;
            oldest.abort();
        }
        state.next += 1;
        state.count += 1;
        *state.by_address.entry(address).or_default() += 1;
        Some(Place { doors: Arc::clone(self), number: state.next, address })
    }

    /// A request arrived on this socket.
    fn prove(&self, number: u64) {
        self.lock().unproven.remove(&number);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is consistent between two statements.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Resolves when the server is stopped; never if the sender was dropped.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Serves the requests of one socket. A WebSocket keeps the socket and its slot.
async fn serve_one(
    stream: TcpStream,
    address: SocketAddr,
    place: Place,
    app: Router,
    mut stop: watch::Receiver<bool>,
) {
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%error, "cannot turn off Nagle's algorithm");
    }
    let (doors, number) = (Arc::clone(&place.doors), place.number);
    let meter = Arc::new(Meter::new(doors.limits.bytes_of_a_message));
    let socket = Metered::new(stream, Arc::clone(&meter), place);
    let service = service_fn(move |mut request: Request<Incoming>| {
        doors.prove(number);
        request.extensions_mut().insert(ConnectInfo(address));
        request.extensions_mut().insert(Arc::clone(&meter));
        app.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_HEADER_BYTES)
        .serve_connection(TokioIo::new(socket), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let end = tokio::select! {
        end = connection.as_mut() => end,
        () = stopped(&mut stop) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = end {
        debug!(%address, %error, "a socket was closed");
    }
}
