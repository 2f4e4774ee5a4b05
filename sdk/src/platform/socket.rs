//! A WebSocket whose events go to a callback in order: <https://websockets.spec.whatwg.org/>.

use std::future::poll_fn;
use std::pin::Pin;

use futures::channel::mpsc;
use futures::future::{Either, select};
use futures::stream::Peekable;
use futures::{FutureExt, Sink, SinkExt, StreamExt};
pub(crate) use gloo_net::websocket::Message as SocketFrame;
use gloo_net::websocket::{Message, State, WebSocketError, futures::WebSocket};
use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::platform::task::spawn_local;
use crate::signaling::SocketEvent;

/// RFC 6455, 7.1.5: the connection was closed without a close frame.
const ABNORMAL_CLOSURE: u16 = 1006;

/// A WebSocket. Dropping it closes the connection after everything was sent.
#[derive(Debug)]
pub(crate) struct Socket {
    outgoing: mpsc::UnboundedSender<Message>,
}

impl Socket {
    /// Opens a WebSocket after the current task, unless it is dropped until then: browsers log a connection that is
    /// closed before it is established. An unreachable server, and a URL that is not one of a WebSocket, are reported
    /// as an event.
    pub(crate) fn open(
        url: String,
        protocols: Vec<String>,
        on_event: impl Fn(SocketEvent) + 'static,
    ) -> Self {
        let (outgoing, waiting) = mpsc::unbounded();
        spawn_local(open(url, protocols, waiting, Box::new(on_event)));
        Self { outgoing }
    }

    /// Sends a frame. A frame for a closed socket is dropped.
    pub(crate) fn send(&self, frame: Message) {
        let _ = self.outgoing.unbounded_send(frame);
    }
}

type Outgoing = Peekable<mpsc::UnboundedReceiver<Message>>;

async fn open(
    url: String,
    protocols: Vec<String>,
    outgoing: mpsc::UnboundedReceiver<Message>,
    on_event: Box<dyn Fn(SocketEvent)>,
) {
    let mut outgoing = outgoing.peekable();
    if let Some(None) = Pin::new(&mut outgoing).peek().now_or_never() {
        return; // it was dropped
    }
    let protocols: Array = protocols.iter().map(|protocol| JsValue::from_str(protocol)).collect();
    let socket = web_sys::WebSocket::new_with_str_sequence(&url, &protocols);
    match socket.ok().and_then(|socket| WebSocket::try_from(socket).ok()) {
        Some(socket) => pump(socket, outgoing, on_event).await,
        None => on_event(SocketEvent::Closed {
            code: ABNORMAL_CLOSURE,
            reason: format!("`{url}` is not a WebSocket URL: expected ws://host/path or wss://host/path"),
        }),
    }
}

async fn pump(mut socket: WebSocket, mut outgoing: Outgoing, on_event: Box<dyn Fn(SocketEvent)>) {
    let mut opening = poll_fn(|context| Pin::new(&mut socket).poll_ready(context));
    let opened = match select(&mut opening, Pin::new(&mut outgoing).peek()).await {
        Either::Left((opened, _)) => opened,
        // It is no longer needed. A server that does not respond would keep it for minutes.
        Either::Right((None, _)) => return,
        Either::Right((Some(_), opening)) => opening.await,
    };
    if opened.is_ok() && matches!(socket.state(), State::Open) {
        on_event(SocketEvent::Opened);
    }
    loop {
        let event = match select(outgoing.next(), socket.next()).await {
            Either::Left((Some(message), _)) => {
                // A closing socket rejects frames; its close event has the reason.
                let _ = socket.send(message).await;
                continue;
            }
            Either::Left((None, _)) => return,
            Either::Right((Some(Ok(Message::Text(text))), _)) => SocketEvent::Text(text),
            Either::Right((Some(Ok(Message::Bytes(bytes))), _)) => SocketEvent::Binary(bytes),
            Either::Right((Some(Err(WebSocketError::ConnectionClose(close))), _)) => {
                return on_event(SocketEvent::Closed { code: close.code, reason: close.reason });
            }
            // An error event has no details; the close event follows it.
            Either::Right((Some(Err(_)), _)) => continue,
            Either::Right((None, _)) => {
                return on_event(SocketEvent::Closed { code: ABNORMAL_CLOSURE, reason: String::new() });
            }
        };
        on_event(event);
    }
}
