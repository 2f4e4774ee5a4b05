//! One WebSocket: passes its frames to the hub, and the hub's to it.

use std::{
    error::Error,
    future::pending,
    io::ErrorKind,
    net::IpAddr,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
    time::Duration,
};

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use futures::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use moim_protocol::{ClientMessage, DecodeError, ServerMessage};
use tokio::{task::spawn_blocking, time::timeout};
use tracing::debug;

use super::{
    faults::Fault,
    ice::Found,
    meter::Meter,
    metrics::PanicGuard,
    outbox::{Frame, Outbox},
    switchboard::Switchboard,
};
use crate::ConnectionId;

/// Time limit for a client to receive the last messages and to answer the close frame.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// A longer message is decoded on another thread.
const LONG_BYTES: usize = 32 * 1024;

/// How one direction of a socket ended.
enum End {
    /// The socket is no longer usable.
    Gone,
    /// A frame was too long to be read, so the following ones cannot be read either.
    Oversize,
    /// The close frame was sent.
    Closed,
}

/// Serves one client from its first frame to its last.
pub(super) async fn serve(
    socket: WebSocket,
    (address, found): (IpAddr, Found),
    meter: Arc<Meter>,
    switchboard: Arc<Switchboard>,
) {
    let Some(mut line) = switchboard.connect(address, &found) else { return };
    meter.start();
    let id = line.id;
    let _guard = PanicGuard::new(&switchboard.metrics.panics);
    let _connected = Connected { id, switchboard: &switchboard, _guard };
    let (mut sink, mut stream) = socket.split();
    let end = tokio::select! {
        biased;
        Ok(()) = &mut line.cut => End::Gone,
        end = send(id, &line.outbox, &mut sink, &switchboard) => end,
        end = receive(id, &mut stream, &meter, &switchboard) => end,
    };
    let closing = async {
        if matches!(end, End::Oversize) {
            switchboard.drive(|hub, _| hub.handle_oversize(id));
            send(id, &line.outbox, &mut sink, &switchboard).await;
        }
        // The last messages may be lost if the socket is dropped before the client has closed its side.
        while let Some(Ok(_)) = stream.next().await {}
    };
    if !matches!(end, End::Gone) && timeout(CLOSE_TIMEOUT, closing).await.is_err() {
        debug!(connection = id.0, "the client did not close in time");
    }
}

/// Reports to the hub when the socket is gone, for any reason.
struct Connected<'a> {
    id: ConnectionId,
    switchboard: &'a Switchboard,
    _guard: PanicGuard,
}

impl Drop for Connected<'_> {
    fn drop(&mut self) {
        // If the socket ends because of a panic, another one here would end the server.
        if catch_unwind(AssertUnwindSafe(|| self.switchboard.disconnect(self.id))).is_err() {
            self.switchboard.panicked();
        }
    }
}

async fn receive(
    id: ConnectionId,
    stream: &mut SplitStream<WebSocket>,
    meter: &Meter,
    switchboard: &Switchboard,
) -> End {
    while let Some(frame) = stream.next().await {
        meter.message();
        match frame {
            Ok(Message::Text(text)) => {
                switchboard.metrics.received_bytes.inc_by(text.len() as u64);
                if switchboard.drive(|hub, now| hub.handle_frame(id, text.len(), now)) {
                    // Not inside `drive`, which others wait for.
                    let (request, message) = decode(text, switchboard).await;
                    switchboard.drive(|hub, _| {
                        switchboard.faults.reach(Fault::Message);
                        hub.handle_decoded(id, request, message);
                    });
                }
            }
            Ok(Message::Binary(bytes)) => {
                switchboard.drive(|hub, now| hub.handle_binary(id, bytes.len(), now))
            }
            // axum answers pings and close frames.
            Ok(Message::Ping(_) | Message::Pong(_)) => {
                switchboard.drive(|hub, now| hub.handle_control(id, now))
            }
            // Firefox closes the sockets of a page that is reloaded before its scripts can send anything.
            Ok(Message::Close(Some(frame))) if frame.code == close_code::AWAY => {
                switchboard.drive(|hub, now| hub.handle_going_away(id, now));
            }
            Ok(Message::Close(_)) => {}
            Err(error) if is_oversize(&error) => return End::Oversize,
            Err(error) => {
                debug!(connection = id.0, %error, "broken");
                return End::Gone;
            }
        }
    }
    End::Gone
}

type Decoded = (Option<u32>, Result<ClientMessage, DecodeError>);

/// Decodes a message. Long ones have their own thread: however many there are, the threads that serve all connections
/// are not occupied.
async fn decode(text: Utf8Bytes, switchboard: &Switchboard) -> Decoded {
    let is_short = text.len() <= LONG_BYTES;
    let decode = move || (ClientMessage::request_of(&text), ClientMessage::decode(&text));
    if is_short {
        return decode();
    }
    // It is never closed.
    let _turn = switchboard.long_messages.acquire().await;
    match spawn_blocking(decode).await {
        Ok(decoded) => decoded,
        // Only the end of the runtime cancels it.
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_) => pending().await,
        },
    }
}

async fn send(
    id: ConnectionId,
    outbox: &Outbox,
    sink: &mut SplitSink<WebSocket, Message>,
    switchboard: &Switchboard,
) -> End {
    while let Some(frame) = outbox.next().await {
        let (message, last) = match frame {
            Frame::Text(text) => (Message::Text(text), false),
            Frame::Roster => match switchboard.drive(|hub, _| hub.roster_of(id)) {
                Some(roster) => (Message::Text(ServerMessage::Roster(roster).encode().into()), false),
                None => continue,
            },
            Frame::Close(reason) => {
                let frame = CloseFrame { code: reason.code(), reason: reason.as_str().into() };
                (Message::Close(Some(frame)), true)
            }
        };
        if let Message::Text(text) = &message {
            switchboard.metrics.sent_bytes.inc_by(text.len() as u64);
        }
        match timeout(switchboard.unread_timeout, sink.send(message)).await {
            Ok(Ok(())) if last => return End::Closed,
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return End::Gone,
        }
    }
    End::Gone
}

fn is_oversize(error: &axum::Error) -> bool {
    match error.source().and_then(|cause| cause.downcast_ref::<tungstenite::Error>()) {
        Some(tungstenite::Error::Capacity(_)) => true,
        Some(tungstenite::Error::Io(error)) => error.kind() == ErrorKind::QuotaExceeded,
        _ => false,
    }
}
