//! What attackers have in common: addresses, and that they come back.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::{SinkExt, StreamExt};
use moim_protocol::{ServerMessage, Welcome};
use serde_json::Value;
use tokio::{
    net::{TcpSocket, TcpStream},
    runtime::Handle,
    time::{sleep, timeout},
};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

pub(crate) type Socket = WebSocketStream<TcpStream>;

#[derive(Clone, Debug)]
pub(crate) struct Attack {
    pub(crate) server: SocketAddr,
    pub(crate) pid: u32,
    runtime: Handle,
    rounds: Arc<AtomicUsize>,
    faults: Arc<Mutex<Vec<String>>>,
    /// Of honest clients of the attacked service, in milliseconds.
    delays: Arc<Mutex<Vec<f64>>>,
}

impl Attack {
    pub(crate) fn new(server: SocketAddr, pid: u32, runtime: Handle) -> Self {
        Self { server, pid, runtime, rounds: Arc::default(), faults: Arc::default(), delays: Arc::default() }
    }

    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(work);
    }

    /// Does this again and again.
    pub(crate) fn repeat<F: Future<Output = ()> + Send + 'static>(
        &self,
        work: impl Fn() -> F + Send + 'static,
    ) {
        let rounds = Arc::clone(&self.rounds);
        self.spawn(async move {
            loop {
                work().await;
                rounds.fetch_add(1, Ordering::Relaxed);
                sleep(Duration::from_millis(5)).await;
            }
        });
    }

    /// The server did something that it must not do.
    pub(crate) fn fault(&self, fault: String) {
        let mut faults = self.faults.lock().unwrap();
        if faults.len() < 3 {
            faults.push(fault);
        }
    }

    /// An honest client waited this long.
    pub(crate) fn delay(&self, delay: Duration) {
        self.delays.lock().unwrap().push(delay.as_secs_f64() * 1_000.0);
    }

    /// How often attackers came back, and the faults.
    pub(crate) fn end(&self) -> (String, Vec<String>) {
        let rounds = self.rounds.load(Ordering::Relaxed);
        let mut notes = format!("{rounds} rounds;");
        let mut faults = std::mem::take(&mut *self.faults.lock().unwrap());
        let mut delays = std::mem::take(&mut *self.delays.lock().unwrap());
        delays.sort_by(f64::total_cmp);
        if let Some(p99) = delays.get(delays.len().saturating_sub(1) * 99 / 100) {
            notes.push_str(&format!(" p99 of {} here {p99:.1} ms;", delays.len()));
            if *p99 > 100.0 {
                faults.push("p99 above 100 ms here".to_owned());
            }
        }
        (notes, faults)
    }
}

/// The address of an attacker.
pub(crate) fn address(number: usize) -> [u8; 4] {
    let number = u16::try_from(number).unwrap();
    [127, 1, u8::try_from(number / 250).unwrap(), u8::try_from(number % 250 + 1).unwrap()]
}

/// A TCP connection, if the server accepts it.
pub(crate) async fn tcp(from: [u8; 4], server: SocketAddr) -> Option<TcpStream> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind((from, 0).into()).ok()?;
    timeout(Duration::from_secs(10), socket.connect(server)).await.ok()?.ok()
}

/// A WebSocket, if the server accepts it.
pub(crate) async fn connect(from: [u8; 4], server: SocketAddr) -> Option<Socket> {
    let stream = tcp(from, server).await?;
    stream.set_nodelay(true).ok()?;
    let handshake = client_async(format!("ws://{server}/ws"), stream);
    Some(timeout(Duration::from_secs(10), handshake).await.ok()?.ok()?.0)
}

/// Sends what `next` returns, and reads what comes, until the connection ends or there is nothing more to send.
pub(crate) async fn flood(socket: Socket, mut next: impl FnMut() -> Option<Message>) {
    let (mut sink, mut stream) = socket.split();
    let sending = async {
        while let Some(message) = next() {
            if sink.send(message).await.is_err() {
                break;
            }
        }
    };
    let reading = async { while let Some(Ok(_)) = stream.next().await {} };
    tokio::select! {
        () = sending => {}
        () = reading => {}
    }
}

/// Joins and returns the socket and the `welcome`.
pub(crate) async fn join(from: [u8; 4], server: SocketAddr, join: &Value) -> Option<(Socket, Welcome)> {
    let mut socket = connect(from, server).await?;
    socket.send(Message::text(join.to_string())).await.ok()?;
    loop {
        let message = timeout(Duration::from_secs(10), socket.next()).await.ok()??.ok()?;
        let Message::Text(text) = message else { return None };
        match ServerMessage::decode(&text).unwrap() {
            ServerMessage::Welcome(welcome) => return Some((socket, welcome)),
            ServerMessage::Error(_) => return None,
            _ => {}
        }
    }
}
