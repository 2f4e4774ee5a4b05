//! The TURN server on UDP.

use std::{
    collections::HashMap,
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{net::UdpSocket, sync::mpsc, task::JoinSet};
use tracing::error;

use super::session::{Line, MAX_PACKET, Session, Shared};
use crate::server::{faults::Fault, metrics::PanicGuard, switchboard::Switchboard};

/// Maximum number of queued packets per client; more are dropped, as in the network.
const MAX_WAITING: usize = 256;

/// The clients with an allocation.
type Clients = Arc<Mutex<HashMap<SocketAddr, mpsc::Sender<Vec<u8>>>>>;

/// Removes a client when it is dropped.
struct Known {
    clients: Clients,
    address: SocketAddr,
    _guard: PanicGuard,
}

impl Drop for Known {
    fn drop(&mut self) {
        lock(&self.clients).remove(&self.address);
    }
}

/// Serves all clients of a socket indefinitely.
pub(super) async fn serve(socket: Arc<UdpSocket>, shared: Arc<Shared>, switchboard: Arc<Switchboard>) {
    let Ok(local) = socket.local_addr() else { return };
    let clients = Clients::default();
    let mut served = JoinSet::new();
    let mut buffer = vec![0; MAX_PACKET];
    loop {
        while served.try_join_next().is_some() {}
        // An error reports that an earlier packet was not delivered.
        let Ok((length, address)) = socket.recv_from(&mut buffer).await else { continue };
        let packet = &buffer[..length];
        if let Some(client) = lock(&clients).get(&address) {
            let _ = client.try_send(packet.to_vec());
            continue;
        }
        // A client without an allocation has no state.
        let mut session = Session::new(address, local.ip(), Line::Datagrams(Arc::clone(&socket)), &shared);
        let handled = catch_unwind(AssertUnwindSafe(|| {
            switchboard.faults.reach(Fault::TurnPacket);
            session.handle_packet(packet);
        }));
        if handled.is_err() {
            error!(%address, "a packet caused a panic");
            switchboard.panicked();
            continue;
        }
        if session.has_allocation() {
            let (packets, waiting) = mpsc::channel(MAX_WAITING);
            lock(&clients).insert(address, packets);
            let _guard = PanicGuard::new(&switchboard.metrics.panics);
            let known = Known { clients: Arc::clone(&clients), address, _guard };
            served.spawn(async move {
                let _known = known;
                session.run(waiting, || {}).await;
            });
        }
    }
}

fn lock(clients: &Clients) -> MutexGuard<'_, HashMap<SocketAddr, mpsc::Sender<Vec<u8>>>> {
    // The map is consistent between two statements.
    clients.lock().unwrap_or_else(PoisonError::into_inner)
}
