//! Runs the SFU over TCP: passive candidates (RFC 6544), for networks that block UDP.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use prometheus_client::metrics::counter::Counter;
use str0m::net::Protocol;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpSocket, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::{sleep, timeout},
};
use tracing::debug;

use super::{
    Packet,
    frames::{self, Frames},
};
use crate::{SeatId, hub::network, server::metrics::PanicGuard};

/// Send buffer of the system for a slow client. Kept small, as buffered media is late.
const SEND_BUFFER_BYTES: u32 = 128 * 1024;
const BACKLOG: u32 = 128;

/// Limits of connections.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Maximum connections of all clients.
    connections: usize,
    /// Maximum connections per address; for IPv6, per network (/64).
    per_address: usize,
    /// Maximum connections of one client, which needs one for each network that it uses.
    per_client: usize,
    /// Maximum connections per address that are not used by a client yet.
    unproven: usize,
    /// Time limit for a client's first packet on a new connection.
    proof: Duration,
    /// Packets queued for a slow client; further ones are dropped, as in the network.
    packets: usize,
    /// A connection that accepts no data for this long is closed.
    patience: Duration,
    /// Multiple of that time for the silence of a used connection: a spare path is used rarely.
    patience_factor: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            per_address: 128,
            per_client: 8,
            unproven: 8,
            proof: Duration::from_secs(2),
            packets: 256,
            patience: Duration::from_secs(10),
            patience_factor: 4,
        }
    }
}

/// The remote and the local address of a connection.
type Ends = (SocketAddr, SocketAddr);

/// All connections.
#[derive(Clone, Debug)]
pub(super) struct Connections {
    open: Arc<Mutex<HashMap<Ends, Connection>>>,
    count: Arc<AtomicU64>,
    limits: Limits,
}

#[derive(Debug)]
struct Connection {
    /// Its position in the order of opening.
    number: u64,
    packets: mpsc::Sender<Vec<u8>>,
    /// Whether a client has used it since the last check.
    has_spoken: Arc<AtomicBool>,
    /// The client that used it first.
    owner: Option<SeatId>,
    /// Ends the connection when it is dropped.
    _running: oneshot::Sender<()>,
}

/// The part of a connection that serves it.
struct Served {
    waiting: mpsc::Receiver<Vec<u8>>,
    has_spoken: Arc<AtomicBool>,
    stopped: oneshot::Receiver<()>,
    number: u64,
}

/// Removes a connection.
struct OpenGuard<'a>(&'a Connections, Ends, u64);

impl Drop for OpenGuard<'_> {
    fn drop(&mut self) {
        let mut open = self.0.lock();
        if open.get(&self.1).is_some_and(|connection| connection.number == self.2) {
            open.remove(&self.1);
        }
    }
}

pub(super) fn open(host: IpAddr, port: u16) -> io::Result<TcpListener> {
    let socket = if host.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // As the standard library does: a port can be reused at once after a restart.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    socket.bind((host, port).into())?;
    socket.listen(BACKLOG)
}

impl Connections {
    pub(super) fn new(limits: Limits) -> Self {
        Self { open: Arc::default(), count: Arc::default(), limits }
    }

    /// Sends a packet. A dropped packet is retransmitted on request.
    pub(super) fn send(&self, source: SocketAddr, destination: SocketAddr, packet: &[u8]) {
        let open = self.lock();
        if let (Some(connection), Some(bytes)) = (open.get(&(destination, source)), frames::encode(packet)) {
            let _ = connection.packets.try_send(bytes);
        }
    }

    /// A client of the SFU sent a packet from `source`. If it has too many connections, its oldest one is closed.
    pub(super) fn heard(&self, source: SocketAddr, destination: SocketAddr, owner: SeatId) {
        let mut open = self.lock();
        let Some(connection) = open.get_mut(&(source, destination)) else { return };
        connection.has_spoken.store(true, Ordering::Relaxed);
        if connection.owner.replace(owner) == Some(owner) {
            return;
        }
        let is_own = |_: &Ends, connection: &Connection| connection.owner == Some(owner);
        if open.iter().filter(|(ends, connection)| is_own(ends, connection)).count() > self.limits.per_client
        {
            drop_oldest(&mut open, is_own);
        }
    }

    /// Accepts connections indefinitely.
    pub(super) async fn accept(
        self,
        listener: Arc<TcpListener>,
        arrived: mpsc::Sender<Packet>,
        panics: Counter,
    ) {
        let Ok(destination) = listener.local_addr() else { return };
        let mut served = JoinSet::new();
        loop {
            while served.try_join_next().is_some() {}
            let Ok((stream, source)) = listener.accept().await else {
                // There may be too many open files: it would fail again at once.
                sleep(Duration::from_millis(100)).await;
                continue;
            };
            let Some(one) = self.admit((source, destination)) else {
                debug!(%source, "no room for another connection for media");
                continue;
            };
            let (connections, arrived) = (self.clone(), arrived.clone());
            let guard = PanicGuard::new(&panics);
            served.spawn(async move {
                let _guard = guard;
                connections.serve(stream, (source, destination), one, arrived).await;
            });
        }
    }

    /// Accepts a connection, if there is room or some can be made: the oldest unused connection is closed, if there are
    /// too many, unused per address, per address or in total.
    fn admit(&self, ends: Ends) -> Option<Served> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let mut open = self.lock();
        let address = network(ends.0.ip());
        let is_near = |ends: &Ends| network(ends.0.ip()) == address;
        let is_unused = |connection: &Connection| connection.owner.is_none();
        let near: Vec<_> =
            open.iter().filter(|(ends, _)| is_near(ends)).map(|(_, one)| is_unused(one)).collect();
        let unused = near.iter().filter(|is_unused| **is_unused).count();
        if (unused >= self.limits.unproven || near.len() >= self.limits.per_address)
            && !drop_oldest(&mut open, |ends, one| is_unused(one) && is_near(ends))
        {
            return None;
        }
        if open.len() >= self.limits.connections && !drop_oldest(&mut open, |_, one| is_unused(one)) {
            return None;
        }
        let (packets, waiting) = mpsc::channel(self.limits.packets);
        let (running, stopped) = oneshot::channel();
        let has_spoken = Arc::new(AtomicBool::new(false));
        let connection = Connection {
            number,
            packets,
            has_spoken: Arc::clone(&has_spoken),
            owner: None,
            _running: running,
        };
        open.insert(ends, connection);
        Some(Served { waiting, has_spoken, stopped, number })
    }

    async fn serve(&self, stream: TcpStream, ends: Ends, served: Served, arrived: mpsc::Sender<Packet>) {
        // If it fails, packets are only sent later.
        let _ = stream.set_nodelay(true);
        let (reader, writer) = stream.into_split();
        let Served { waiting, has_spoken, stopped, number } = served;
        let _open = OpenGuard(self, ends, number);
        let why = tokio::select! {
            why = read(reader, ends, arrived) => why,
            why = write(writer, waiting, self.limits.patience) => why,
            () = silence(&has_spoken, self.limits) => "no client of the SFU uses it",
            // Only dropped, never sent.
            _ = stopped => "it was replaced by another one",
        };
        debug!(source = %ends.0, why, "a media connection was closed");
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Ends, Connection>> {
        // The map is consistent between two statements.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read(
    mut reader: OwnedReadHalf,
    (source, destination): Ends,
    arrived: mpsc::Sender<Packet>,
) -> &'static str {
    let (mut frames, mut buffer) = (Frames::default(), [0; 4096]);
    loop {
        let Ok(length @ 1..) = reader.read(&mut buffer).await else { return "the client closed it" };
        frames.push(&buffer[..length]);
        loop {
            match frames.next() {
                Ok(Some(bytes)) => {
                    let packet =
                        Packet { protocol: Protocol::Tcp, source, destination, bytes: bytes.to_vec() };
                    if arrived.try_send(packet).is_err() && arrived.is_closed() {
                        return "the SFU ended";
                    }
                }
                Ok(None) => break,
                Err(nonsense) => {
                    debug!(%source, ?nonsense, "not a media connection");
                    return "the data is invalid";
                }
            }
        }
    }
}

async fn write(
    mut writer: OwnedWriteHalf,
    mut packets: mpsc::Receiver<Vec<u8>>,
    patience: Duration,
) -> &'static str {
    while let Some(bytes) = packets.recv().await {
        match timeout(patience, writer.write_all(&bytes)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return "the client closed it",
            Err(_) => return "it is not read",
        }
    }
    "the SFU ended"
}

/// Closes the oldest of these. Returns whether there was one.
fn drop_oldest(open: &mut HashMap<Ends, Connection>, is_meant: impl Fn(&Ends, &Connection) -> bool) -> bool {
    let meant = open.iter().filter(|(ends, connection)| is_meant(ends, connection));
    let oldest = meant.min_by_key(|(_, connection)| connection.number).map(|(ends, _)| *ends);
    oldest.and_then(|ends| open.remove(&ends)).is_some()
}

/// Resolves when the connection was unused for too long.
async fn silence(has_spoken: &AtomicBool, limits: Limits) {
    sleep(limits.proof).await;
    while has_spoken.swap(false, Ordering::Relaxed) {
        let mut silent = 0;
        while silent < limits.patience_factor && !has_spoken.load(Ordering::Relaxed) {
            sleep(limits.patience).await;
            silent += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STUN: [u8; 4] = [0, 2, 0, 1];

    struct Served {
        connections: Connections,
        address: SocketAddr,
        arrived: mpsc::Receiver<Packet>,
    }

    async fn served(limits: Limits) -> Served {
        let listener = open([127, 0, 0, 1].into(), 0).unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Connections::new(limits);
        let (packets, arrived) = mpsc::channel(64);
        tokio::spawn(connections.clone().accept(Arc::new(listener), packets, Counter::default()));
        Served { connections, address, arrived }
    }

    impl Served {
        async fn connect(&self) -> TcpStream {
            TcpStream::connect(self.address).await.unwrap()
        }
    }

    /// Whether the remote end closes the connection, gracefully or not.
    async fn closes(stream: &mut TcpStream) -> bool {
        let end = timeout(Duration::from_secs(5), stream.read(&mut [0; 64])).await;
        matches!(end, Ok(Ok(0) | Err(_)))
    }

    #[tokio::test]
    async fn packets_go_both_ways() {
        let mut served = served(Limits::default()).await;
        let mut stream = served.connect().await;
        stream.write_all(&STUN).await.unwrap();
        let packet = served.arrived.recv().await.unwrap();
        assert_eq!((packet.source, packet.bytes.as_slice()), (stream.local_addr().unwrap(), &[0, 1][..]));
        served.connections.send(packet.destination, packet.source, &[0, 7]);
        let mut answer = [0; 4];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, [0, 2, 0, 7]);
    }

    #[tokio::test]
    async fn nonsense_is_not_listened_to() {
        let served = served(Limits::default()).await;
        for nonsense in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0, 1, 255], &[255, 255, 0]] {
            let mut stream = served.connect().await;
            stream.write_all(nonsense).await.unwrap();
            assert!(closes(&mut stream).await, "{nonsense:?}");
        }
    }

    #[tokio::test]
    async fn who_is_no_client_is_sent_away_and_a_client_stays_longer() {
        let patience = Duration::from_millis(100);
        let mut served =
            served(Limits { proof: patience, patience, patience_factor: 100, ..Limits::default() }).await;
        let (mut silent, mut stranger, mut client) =
            (served.connect().await, served.connect().await, served.connect().await);
        stranger.write_all(&STUN).await.unwrap();
        served.arrived.recv().await.unwrap();
        client.write_all(&STUN).await.unwrap();
        let packet = served.arrived.recv().await.unwrap();
        served.connections.heard(packet.source, packet.destination, SeatId(1));
        assert!(closes(&mut silent).await);
        assert!(closes(&mut stranger).await);
        client.write_all(&STUN).await.unwrap();
        assert_eq!(served.arrived.recv().await.unwrap().source, client.local_addr().unwrap());
    }

    #[tokio::test]
    async fn who_does_not_read_is_sent_away_and_little_waits() {
        let patience = Duration::from_millis(200);
        let limits = Limits { patience, patience_factor: 1_000, packets: 8, ..Limits::default() };
        let mut served = served(limits).await;
        let mut stream = served.connect().await;
        stream.write_all(&STUN).await.unwrap();
        let packet = served.arrived.recv().await.unwrap();
        served.connections.heard(packet.source, packet.destination, SeatId(1));
        let is_open = || served.connections.lock().contains_key(&(packet.source, packet.destination));
        timeout(Duration::from_secs(10), async {
            while is_open() {
                served.connections.send(packet.destination, packet.source, &[0; 1_200]);
                sleep(Duration::from_micros(100)).await;
            }
        })
        .await
        .expect("an end");
        drop(stream);
    }

    #[tokio::test]
    async fn there_is_room_for_so_many() {
        let served = served(Limits { connections: 2, ..Limits::default() }).await;
        let mut first = served.connect().await;
        let _second = served.connect().await;
        let mut third = served.connect().await;
        assert!(closes(&mut first).await, "the oldest unused one is closed");
        third.write_all(&[0, 1, 255]).await.unwrap();
        assert!(closes(&mut third).await);
        timeout(Duration::from_secs(5), async {
            let mut arrived = served.arrived;
            while arrived.try_recv().is_err() {
                let mut stream = TcpStream::connect(served.address).await.unwrap();
                // Fails as long as there is no room.
                let _ = stream.write_all(&STUN).await;
                sleep(Duration::from_millis(10)).await;
            }
        })
        .await
        .expect("room again");
    }

    #[tokio::test]
    async fn a_client_keeps_its_place_however_many_strangers_come() {
        let mut served = served(Limits { connections: 3, unproven: 2, ..Limits::default() }).await;
        let mut client = served.connect().await;
        client.write_all(&STUN).await.unwrap();
        let packet = served.arrived.recv().await.unwrap();
        served.connections.heard(packet.source, packet.destination, SeatId(1));
        let mut strangers = Vec::new();
        for _ in 0..20 {
            strangers.push(served.connect().await);
        }
        for stranger in &mut strangers[..18] {
            assert!(closes(stranger).await);
        }
        client.write_all(&STUN).await.unwrap();
        assert_eq!(served.arrived.recv().await.unwrap().source, client.local_addr().unwrap());
    }
    /// Connects and is heard as this client.
    async fn connect_as(served: &mut Served, owner: u64) -> TcpStream {
        let mut stream = served.connect().await;
        stream.write_all(&STUN).await.unwrap();
        let packet = served.arrived.recv().await.unwrap();
        served.connections.heard(packet.source, packet.destination, SeatId(owner));
        stream
    }

    #[tokio::test]
    async fn one_client_has_so_many_and_its_oldest_goes() {
        let mut served = served(Limits { per_client: 2, ..Limits::default() }).await;
        let mut other = connect_as(&mut served, 1).await;
        let mut own = Vec::new();
        for _ in 0..4 {
            own.push(connect_as(&mut served, 2).await);
        }
        assert!(closes(&mut own[0]).await && closes(&mut own[1]).await);
        for stream in own[2..].iter_mut().chain([&mut other]) {
            stream.write_all(&STUN).await.unwrap();
            assert_eq!(served.arrived.recv().await.unwrap().source, stream.local_addr().unwrap());
        }
    }

    #[tokio::test]
    async fn one_address_has_so_many() {
        let proof = Duration::from_secs(60);
        let mut served = served(Limits { per_address: 2, proof, ..Limits::default() }).await;
        let mut first = connect_as(&mut served, 1).await;
        let mut unused = served.connect().await;
        let mut second = connect_as(&mut served, 2).await;
        assert!(closes(&mut unused).await);
        let mut refused = served.connect().await;
        assert!(closes(&mut refused).await);
        for stream in [&mut first, &mut second] {
            stream.write_all(&STUN).await.unwrap();
            assert_eq!(served.arrived.recv().await.unwrap().source, stream.local_addr().unwrap());
        }
    }
}
