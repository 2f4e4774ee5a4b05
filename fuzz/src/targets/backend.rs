//! The backends of all kinds of servers, with a hostile server.

use moim::signaling::{
    HttpResponse, IceCandidate, JoinRequest, Lane, LinkId, LinkSignal, Output, Profile, Publication, SdpType,
    ServerOptions, ServerType, SessionDescription, SignalCommand, SignalingBackend, SocketEvent, backend_for,
};
use moim_protocol::{MediaKind, Topology, TrackSource};

use crate::lines::{bytes, number, sdp, steps};

/// The most outputs that one step may cause.
const MAX_OUTPUTS: usize = 20_000;

pub(crate) fn native(input: &[u8]) {
    run(ServerType::Native, "ws://host/ws", input);
}

pub(crate) fn livekit(input: &[u8]) {
    run(ServerType::LiveKit, "wss://host/", input);
}

pub(crate) fn janus(input: &[u8]) {
    run(ServerType::Janus, "wss://host/", input);
}

pub(crate) fn whip(input: &[u8]) {
    run(ServerType::Whip, "https://host/whip", input);
}

pub(crate) fn whep(input: &[u8]) {
    run(ServerType::Whep, "https://host/whep", input);
}

fn run(kind: ServerType, url: &str, input: &[u8]) {
    let mut backend = backend_for(ServerOptions::new(kind, url));
    let lane = backend.capabilities().lanes.first().map_or(Lane::Both, |lane| lane.lane);
    let mut client = Client {
        backend: &mut *backend,
        link: LinkId::Server(lane),
        now: 0,
        requests: Vec::new(),
        transaction: String::new(),
    };
    client.join();
    for (step, text) in steps(input) {
        client.step(step, &text);
        client.drain();
    }
}

struct Client<'a> {
    backend: &'a mut dyn SignalingBackend,
    link: LinkId,
    now: u64,
    /// The HTTP requests without a response.
    requests: Vec<u32>,
    /// The transaction of the last message that has one.
    transaction: String,
}

impl Client<'_> {
    fn join(&mut self) {
        let profile = Profile { name: "Ana".into(), ..Profile::default() };
        let mut request = JoinRequest::new("tea", profile, Topology::Sfu);
        request.publications = vec![publication("mic")];
        request.carries_offer = true;
        request.resumable = true;
        request.token = Some("aaa.bbb.c-_".into());
        self.command(SignalCommand::Join(request));
        self.command(SignalCommand::Open(self.link.clone()));
        self.describe(SdpType::Offer, "v=0|m=audio 9 UDP/TLS/RTP/SAVPF 111|a=mid:0|a=ice-ufrag:own1|a=ice-pwd:p|a=sendonly|a=msid:- mic");
        self.drain();
    }

    fn step(&mut self, step: u8, text: &str) {
        match step {
            b'o' => self.socket(SocketEvent::Opened),
            // `$T` stands for the last transaction.
            b't' => self.socket(SocketEvent::Text(text.replace("$T", &self.transaction))),
            b'b' => self.socket(SocketEvent::Binary(bytes(text))),
            b'x' => {
                let (code, reason) = number(text);
                self.socket(SocketEvent::Closed { code: code as u16, reason: reason.to_owned() });
            }
            // A status, headers and a body, separated by tabs; `!` is a request that failed.
            b'h' => {
                let Some(id) = self.requests.pop() else { return };
                self.backend.handle_http(id, response(text), self.now);
            }
            b'H' => self.backend.handle_http(number(text).0 as u32, response(text), self.now),
            b'w' => {
                self.now = self.now.saturating_add(number(text).0 % 100_000);
                self.backend.handle_timeout(self.now);
            }
            b'O' => self.describe(SdpType::Offer, text),
            b'A' => self.describe(SdpType::Answer, text),
            b'C' => {
                let candidate = IceCandidate {
                    candidate: text.to_owned(),
                    sdp_mid: Some("0".into()),
                    sdp_m_line_index: None,
                    username_fragment: None,
                };
                self.signal(LinkSignal::Candidate(candidate));
            }
            b'P' => self.command(SignalCommand::Publish(text.split(' ').take(50).map(publication).collect())),
            b'R' => self.command(SignalCommand::Reconnect),
            b'N' => self.command(SignalCommand::Probe { within_ms: 500 }),
            b'K' => self.command(SignalCommand::Close(self.link.clone())),
            b'J' => self.command(SignalCommand::Open(self.link.clone())),
            b'L' => self.command(SignalCommand::Leave),
            _ => {}
        }
    }

    fn socket(&mut self, event: SocketEvent) {
        self.backend.handle_socket(event, self.now);
    }

    fn command(&mut self, command: SignalCommand) {
        self.backend.handle_command(command, self.now);
    }

    fn describe(&mut self, sdp_type: SdpType, text: &str) {
        let description = SessionDescription { sdp_type, sdp: sdp(text) };
        let carries = Some([("0".to_owned(), "mic".into())].into());
        self.signal(LinkSignal::Description { description, carries });
    }

    fn signal(&mut self, signal: LinkSignal<moim::PublicationId>) {
        self.command(SignalCommand::Signal { link: self.link.clone(), signal });
    }

    fn drain(&mut self) {
        let mut outputs = 0;
        while let Some(output) = self.backend.poll_output() {
            outputs += 1;
            assert!(outputs < MAX_OUTPUTS, "it does not come to an end");
            match output {
                Output::Http(request) => self.requests.push(request.id),
                Output::Text(text) => {
                    if let Some((_, rest)) = text.split_once(r#""transaction":""#) {
                        self.transaction = rest.split('"').next().unwrap_or_default().to_owned();
                    }
                }
                _ => {}
            }
        }
        let _ = self.backend.poll_timeout();
    }
}

fn response(text: &str) -> Result<HttpResponse, String> {
    if let Some(error) = text.strip_prefix('!') {
        return Err(error.to_owned());
    }
    let mut parts = text.split('\t');
    let status = number(parts.next().unwrap_or_default()).0 as u16;
    let mut response = HttpResponse { status, ..HttpResponse::default() };
    for part in parts {
        match part.split_once(": ") {
            Some((name, value)) => response.headers.push((name.to_owned(), value.to_owned())),
            None => response.body = sdp(part),
        }
    }
    Ok(response)
}

fn publication(id: &str) -> Publication {
    let (kind, source) = (MediaKind::Audio, TrackSource::Microphone);
    Publication { id: id.into(), kind, source, muted: false, to: None }
}
