//! The TURN server on TCP and TLS.

use std::{
    future::pending,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split},
    net::TcpStream,
    sync::mpsc,
    time::{sleep, timeout},
};
use tracing::debug;

use super::session::{Line, Session, Shared};
use crate::{
    server::{doors::Place, tls::Acceptor},
    turn::Frames,
};

/// The time limit for the first allocation.
const PROOF: Duration = Duration::from_secs(10);
/// A connection that accepts no data for this long is closed.
const PATIENCE: Duration = Duration::from_secs(10);
/// Maximum number of queued messages per client; more are dropped, as in the network.
const MAX_WAITING: usize = 256;
const READ_BYTES: usize = 4096;

/// Serves one connection to its end.
pub(super) async fn serve(
    stream: TcpStream,
    address: SocketAddr,
    place: Place,
    shared: Arc<Shared>,
    tls: Option<Acceptor>,
) {
    let Ok(local) = stream.local_addr() else { return };
    // Media must not wait for more data (Nagle's algorithm).
    let _ = stream.set_nodelay(true);
    let proven = || place.prove();
    match tls {
        None => serve_stream(stream, address, local, shared, proven).await,
        Some(tls) => match tls.accept(stream).await {
            Ok(stream) => serve_stream(stream, address, local, shared, proven).await,
            Err(error) => debug!(%address, %error, "the TLS handshake failed"),
        },
    }
}

async fn serve_stream(
    stream: impl AsyncRead + AsyncWrite,
    address: SocketAddr,
    local: SocketAddr,
    shared: Arc<Shared>,
    proven: impl Fn(),
) {
    let (reader, writer) = split(stream);
    let (replies, waiting) = mpsc::channel(MAX_WAITING);
    let (packets, arrived) = mpsc::channel(1);
    let session = Session::new(address, local.ip(), Line::Stream(replies), &shared);
    let has_allocated = AtomicBool::new(false);
    let allocated = || {
        if !has_allocated.swap(true, Ordering::Relaxed) {
            proven();
        }
    };
    let too_late = async {
        sleep(PROOF).await;
        if has_allocated.load(Ordering::Relaxed) {
            pending::<()>().await;
        }
    };
    tokio::select! {
        () = read(reader, packets) => {}
        () = write(writer, waiting) => {}
        () = session.run(arrived, allocated) => {}
        () = too_late => {}
    }
}

async fn read(mut reader: impl AsyncRead + Unpin, packets: mpsc::Sender<Vec<u8>>) {
    let mut frames = Frames::default();
    let mut buffer = [0; READ_BYTES];
    loop {
        match reader.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(length) => frames.push(&buffer[..length]),
        }
        loop {
            match frames.next() {
                Ok(Some(frame)) => {
                    if packets.send(frame).await.is_err() {
                        return;
                    }
                }
                Ok(None) => break,
                Err(_) => return,
            }
        }
    }
}

async fn write(mut writer: impl AsyncWrite + Unpin, mut waiting: mpsc::Receiver<Vec<u8>>) {
    while let Some(bytes) = waiting.recv().await {
        let sent = async {
            writer.write_all(&bytes).await?;
            writer.flush().await
        };
        if !matches!(timeout(PATIENCE, sent).await, Ok(Ok(()))) {
            return;
        }
    }
}
