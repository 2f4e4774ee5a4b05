//! The signaling server: joins a room of its own, and leaves it.

use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::{FutureExt, StreamExt};

use super::reporter::Reporter;
use crate::engine::diagnosis::{Check, Finding, Outcome};
use crate::model::{IceServer, JoinRequest, Profile, ServerRefusal, SignalCommand, SignalEvent, Topology};
use crate::platform::clock::within;
use crate::platform::socket::{Socket, SocketFrame};
use crate::platform::{clock, http, random_id};
use crate::signaling::{Output, ServerOptions, ServerType, SignalingBackend, SocketEvent, Wake, backend_for};

const LIMIT_MS: u32 = 10_000;

/// Checks the server. Returns the STUN and TURN servers that it provides.
pub(super) async fn check(url: &str, reporter: &Reporter) -> Vec<IceServer> {
    let mut servers = Vec::new();
    reporter.check(Check::Signaling, join(url, &mut servers).boxed_local()).await;
    servers
}

async fn join(url: &str, servers: &mut Vec<IceServer>) -> Outcome {
    let start = clock::now_ms();
    let mut visit = Visit::new(url);
    let event = within(LIMIT_MS, visit.join()).await;
    let joined_at = clock::now_ms();
    let opened_at = visit.opened_at;
    drop(visit);
    let outcome = match event {
        Some(SignalEvent::Joined { ice_servers, .. }) => {
            *servers = ice_servers;
            Outcome::from(Finding::SignalingWorks)
                .with_ms("joinMs", joined_at - start)
                .with_ms("roundTripTimeMs", opened_at.map(|opened_at| joined_at - opened_at))
        }
        Some(SignalEvent::Refused(refusal) | SignalEvent::Ended(refusal)) => refused(&refusal),
        Some(SignalEvent::Unreachable { url }) => Outcome::from(Finding::SignalingUnreachable).because(&url),
        Some(SignalEvent::Lost { detail }) => Outcome::from(Finding::SignalingLost).because(&detail),
        Some(SignalEvent::Undecodable { detail }) => Outcome::from(Finding::SignalingSilent).because(&detail),
        _ if opened_at.is_some() => Finding::SignalingSilent.into(),
        _ => Finding::SignalingUnreachable.into(),
    };
    outcome.with_ms("connectMs", opened_at.map(|opened_at| opened_at - start))
}

fn refused(ServerRefusal { code, detail, .. }: &ServerRefusal) -> Outcome {
    Outcome::from(Finding::SignalingRefused).because(&format!("{detail} ({})", code.as_str()))
}

/// A backend with its socket. Dropping it leaves the room, and closes the socket when everything was sent.
struct Visit {
    backend: Box<dyn SignalingBackend>,
    socket: Option<Socket>,
    sender: UnboundedSender<Option<SocketEvent>>,
    /// Events of the socket, and `None` to look for outputs.
    inputs: UnboundedReceiver<Option<SocketEvent>>,
    opened_at: Option<f64>,
}

impl Visit {
    fn new(url: &str) -> Self {
        let (sender, inputs) = unbounded();
        let mut backend = backend_for(ServerOptions::new(ServerType::Native, url));
        let wake = sender.clone();
        backend.handle_start(Wake::new(move || drop(wake.unbounded_send(None))));
        Self { backend, socket: None, sender, inputs, opened_at: None }
    }

    /// Resolves with the first event that decides.
    async fn join(&mut self) -> SignalEvent {
        let id = u64::from_le_bytes(random_id());
        let profile = Profile { name: "diagnosis".to_owned(), ..Profile::default() };
        let request = JoinRequest::new(format!("moim-diagnosis-{id:016x}"), profile, Topology::Mesh);
        self.backend.handle_command(SignalCommand::Join(request), clock::now());
        loop {
            while let Some(output) = self.backend.poll_output() {
                if let Some(event) = self.act(output).await {
                    return event;
                }
            }
            let due = self.backend.poll_timeout().map(|at| at.saturating_sub(clock::now()));
            let due = due.map_or(LIMIT_MS, |ms| u32::try_from(ms).unwrap_or(LIMIT_MS));
            match within(due, self.inputs.next()).await {
                Some(input) => {
                    let Some(event) = input.flatten() else { continue };
                    if event == SocketEvent::Opened {
                        self.opened_at = Some(clock::now_ms());
                    }
                    self.backend.handle_socket(event, clock::now());
                }
                None => self.backend.handle_timeout(clock::now()),
            }
        }
    }

    async fn act(&mut self, output: Output) -> Option<SignalEvent> {
        match output {
            Output::Connect { url, protocols } => {
                let sender = self.sender.clone();
                let told = move |event| drop(sender.unbounded_send(Some(event)));
                self.socket = Some(Socket::open(url, protocols, told));
            }
            Output::Text(text) => self.send(SocketFrame::Text(text)),
            Output::Binary(bytes) => self.send(SocketFrame::Bytes(bytes)),
            Output::Close => self.socket = None,
            Output::Http(request) => {
                let id = request.id;
                let response = http::send(request).await;
                self.backend.handle_http(id, response, clock::now());
            }
            Output::Event(event) => {
                return match event {
                    SignalEvent::Joined { .. }
                    | SignalEvent::Refused(_)
                    | SignalEvent::Ended(_)
                    | SignalEvent::Undecodable { .. }
                    | SignalEvent::Unreachable { .. }
                    | SignalEvent::Lost { .. } => Some(event),
                    _ => None,
                };
            }
            // There are no data channels.
            Output::Send(..) | Output::Received(_) => {}
        }
        None
    }

    fn send(&self, frame: SocketFrame) {
        if let Some(socket) = &self.socket {
            socket.send(frame);
        }
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.backend.handle_command(SignalCommand::Leave, clock::now());
        while let Some(output) = self.backend.poll_output() {
            match output {
                Output::Text(text) => self.send(SocketFrame::Text(text)),
                Output::Binary(bytes) => self.send(SocketFrame::Bytes(bytes)),
                _ => {}
            }
        }
    }
}
