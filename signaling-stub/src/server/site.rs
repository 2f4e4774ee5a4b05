//! HTTP on one socket, with TLS or without.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, extract::connect_info::ConnectInfo, http::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::watch,
};
use tower::ServiceExt;
use tracing::debug;

use super::{
    doors::{Place, stopped},
    meter::{Meter, Metered},
    tls::Acceptor,
};
use crate::Limits;

/// The time limit for a complete request, and until the next one on the same socket.
const HEADER_TIMEOUT: Duration = Duration::from_secs(5);
/// Maximum size of a request in bytes.
const MAX_HEADER_BYTES: usize = 16 * 1024;

/// The local address of a socket.
#[derive(Clone, Copy, Debug)]
pub(super) struct LocalAddress(pub(super) SocketAddr);

/// Serves HTTP requests.
#[derive(Clone, Debug)]
pub(super) struct Site {
    pub(super) app: Router,
    pub(super) tls: Option<Acceptor>,
    /// Bytes that a WebSocket may receive without completing a message.
    bytes_of_a_message: u64,
    stop: watch::Receiver<bool>,
}

impl Site {
    /// Serves until `stop` fires, then completes the requests in progress.
    pub(super) fn new(
        app: Router,
        tls: Option<Acceptor>,
        limits: &Limits,
        stop: watch::Receiver<bool>,
    ) -> Self {
        let bytes_of_a_message = limits.max_message_bytes.saturating_mul(8).max(1024 * 1024) as u64;
        Self { app, tls, bytes_of_a_message, stop }
    }

    /// Serves the requests of one socket.
    pub(super) async fn serve(self, stream: TcpStream, address: SocketAddr, place: Place) {
        if let Err(error) = stream.set_nodelay(true) {
            debug!(%error, "cannot turn off Nagle's algorithm");
        }
        let Ok(local) = stream.local_addr() else { return };
        match self.tls.clone() {
            None => self.serve_stream(stream, (address, local), place).await,
            Some(tls) => match tls.accept(stream).await {
                Ok(stream) => self.serve_stream(stream, (address, local), place).await,
                Err(error) => debug!(%address, %error, "the TLS handshake failed"),
            },
        }
    }

    /// A WebSocket keeps the stream and its slot.
    async fn serve_stream<S>(mut self, stream: S, (address, local): (SocketAddr, SocketAddr), place: Place)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let meter = Arc::new(Meter::new(self.bytes_of_a_message));
        let place = Arc::new(place);
        let socket = Metered::new(stream, Arc::clone(&meter), Arc::clone(&place));
        let app = self.app.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            place.prove();
            request.extensions_mut().insert(ConnectInfo(address));
            request.extensions_mut().insert(LocalAddress(local));
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
            () = stopped(&mut self.stop) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = end {
            debug!(%address, %error, "a socket was closed");
        }
    }
}
