//! Limits the sockets: in total and per address; a socket without a request is closed after a short time.

use std::{
    collections::{BTreeMap, HashMap},
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{AbortHandle, JoinSet},
    time::sleep,
};
use tracing::{debug, warn};

use super::{faults::Fault, metrics::PanicGuard, switchboard::Switchboard};
use crate::{Limits, hub::network};

/// Limits of sockets.
#[derive(Clone, Copy, Debug)]
pub(super) struct SocketLimits {
    pub(super) sockets: usize,
    /// Per address; for IPv6, per network (/64).
    pub(super) per_address: usize,
}

impl SocketLimits {
    /// Enough for the connections that the hub allows, and for requests besides.
    pub(super) fn of(limits: &Limits) -> Self {
        Self {
            sockets: limits.max_connections + limits.max_connections / 4 + 64,
            per_address: limits.max_connections_per_address * 2 + 64,
        }
    }
}

/// All sockets.
#[derive(Debug)]
pub(super) struct Doors {
    limits: SocketLimits,
    switchboard: Arc<Switchboard>,
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
pub(super) struct Place {
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

impl Place {
    /// Marks the socket as used: it is not closed to make room.
    pub(super) fn prove(&self) {
        self.doors.lock().unproven.remove(&self.number);
    }
}

impl Doors {
    pub(super) fn new(limits: SocketLimits, switchboard: Arc<Switchboard>) -> Arc<Self> {
        Arc::new(Self { limits, switchboard, state: Mutex::default() })
    }

    /// Serves the connections to a listener with `serve_one` until `stop` fires, then waits until those that are open end.
    pub(super) async fn serve<F>(
        self: Arc<Self>,
        listener: TcpListener,
        mut stop: watch::Receiver<bool>,
        serve_one: impl Fn(TcpStream, SocketAddr, Place) -> F,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut served = JoinSet::new();
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
                    let served_one = serve_one(stream, address, place);
                    let switchboard = Arc::clone(&self.switchboard);
                    let served_one = async move {
                        let _guard = PanicGuard::new(&switchboard.metrics.panics);
                        switchboard.faults.reach(Fault::Socket);
                        served_one.await;
                    };
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

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is consistent between two statements.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Resolves when the server is stopped; never if the sender was dropped.
pub(super) async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}
