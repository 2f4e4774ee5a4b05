//! A whole room without its browser: the session and the native backend, with a hostile server and hostile participants.

use moim::engine::connection::{ConnectionCommand, ConnectionInput};
use moim::engine::data::Frame;
use moim::engine::exchange::Command;
use moim::engine::negotiation::SignalingState;
use moim::engine::session::{Output, Session};
use moim::signaling::{
    Channel, IceCandidate, JoinRequest, Lane, LinkId, NativeBackend, Output as Signaling, Profile,
    Publication, SdpType, SessionDescription, SignalCommand, SignalingBackend, SocketEvent,
};
use moim::{ConnectionState, Error, MediaKind, Topology, TrackSource};

use crate::lines::{bytes, number, steps};

/// The most outputs that one step may cause.
const MAX_OUTPUTS: usize = 50_000;

pub(crate) fn run(input: &[u8]) {
    let mut room = Room::new();
    for (step, text) in steps(input) {
        room.step(step, &text);
        room.drain();
    }
}

struct Room {
    session: Session,
    backend: NativeBackend,
    now: u64,
    refuses: bool,
}

impl Room {
    fn new() -> Self {
        let backend = NativeBackend::new("ws://host/ws");
        let session = Session::new(backend.capabilities(), Vec::new(), true);
        Self { session, backend, now: 0, refuses: false }
    }

    fn step(&mut self, step: u8, text: &str) {
        match step {
            b'j' => {
                let topology = match number(text).0 {
                    0 => Topology::Mesh,
                    1 => Topology::Sfu,
                    _ => Topology::Mcu,
                };
                let profile = Profile { name: "Ana".into(), ..Profile::default() };
                let (kind, source) = (MediaKind::Video, TrackSource::Camera);
                let publication = Publication { id: "cam".into(), kind, source, muted: false, to: None };
                self.session.publish(publication, self.now);
                self.session.join(JoinRequest::new("tea", profile, topology), 10_000, self.now);
                self.drain();
                self.socket(SocketEvent::Opened);
            }
            b't' => self.socket(SocketEvent::Text(text.to_owned())),
            b'x' => self.socket(SocketEvent::Closed { code: number(text).0 as u16, reason: String::new() }),
            b'w' => {
                self.now = self.now.saturating_add(number(text).0 % 100_000);
                self.backend.handle_timeout(self.now);
                self.drain();
                self.session.handle_timeout(self.now);
            }
            // A message on a channel of a link: text, or bytes.
            b'm' | b'b' => {
                let (link, rest) = text.split_once(' ').unwrap_or((text, ""));
                let (channel, content) = number(rest);
                let channel = [Channel::Reliable, Channel::Lossy, Channel::Files][channel as usize % 3];
                let frame = match step {
                    b'm' => Frame::Text(content.to_owned()),
                    _ => Frame::Binary(bytes(content)),
                };
                self.connection(link, ConnectionInput::ChannelMessage(channel, frame));
            }
            b'C' => {
                self.connection(text, ConnectionInput::StateChange(ConnectionState::Connected));
                self.connection(text, ConnectionInput::ChannelOpen(Channel::Reliable));
            }
            b'F' => self.connection(text, ConnectionInput::StateChange(ConnectionState::Failed)),
            b'n' => self.connection(text, ConnectionInput::NegotiationNeeded),
            b'g' => self.connection(
                text,
                ConnectionInput::LocalCandidate(IceCandidate {
                    candidate: "candidate:1 1 udp 1 127.0.0.1 9 typ host".into(),
                    sdp_mid: Some("0".into()),
                    sdp_m_line_index: None,
                    username_fragment: None,
                }),
            ),
            b'f' => self.refuses = true,
            b's' => drop(self.session.send_chat(text, None, self.now)),
            b'L' => self.session.leave(),
            _ => {}
        }
    }

    fn socket(&mut self, event: SocketEvent) {
        self.backend.handle_socket(event, self.now);
    }

    fn connection(&mut self, link: &str, input: ConnectionInput) {
        let link = if link == "sfu" { LinkId::Server(Lane::Both) } else { LinkId::from(link) };
        self.session.handle_connection(&link, input, self.now);
    }

    /// Does what the driver and a browser do, until nothing is left.
    fn drain(&mut self) {
        let mut outputs = 0;
        loop {
            outputs += 1;
            assert!(outputs < MAX_OUTPUTS, "it does not come to an end");
            if let Some(output) = self.backend.poll_output() {
                if let Signaling::Event(event) = output {
                    self.session.handle_signal(event, self.now);
                }
            } else if let Some(output) = self.session.poll_output() {
                match output {
                    Output::Signal(command) => self.command(command),
                    Output::Connection { link, command } => self.perform(&link, command),
                    Output::Event(_) | Output::Prepare => {}
                }
            } else {
                break;
            }
        }
        let _ = (self.session.poll_timeout(), self.backend.poll_timeout());
        assert!(self.session.live_tracks().count() <= 4_096);
    }

    fn command(&mut self, command: SignalCommand) {
        self.backend.handle_command(command, self.now);
    }

    fn perform(&mut self, link: &LinkId, command: ConnectionCommand) {
        let ConnectionCommand::Exchange(command) = command else { return };
        let input = match command {
            Command::SetLocalDescription | Command::SetRemoteDescription(_) if self.refuses => {
                self.refuses = false;
                let error = Error::Negotiation { step: "setting a description", detail: "no".into() };
                ConnectionInput::OperationFailed { state: SignalingState::Stable, error }
            }
            Command::SetLocalDescription => ConnectionInput::LocalDescriptionSet {
                description: SessionDescription {
                    sdp_type: SdpType::Offer,
                    sdp: "v=0\r\na=mid:0\r\n".into(),
                },
                mids: [("0".to_owned(), "cam".into())].into(),
            },
            Command::SetRemoteDescription(_) => ConnectionInput::RemoteDescriptionSet,
            Command::AddIceCandidate(_) | Command::RestartIce => return,
        };
        self.session.handle_connection(link, input, self.now);
    }
}
