//! A peer connection whose other end sends any signals, also descriptions and candidates; the browser accepts or refuses them.

use moim::engine::exchange::{Command, Input};
use moim::engine::negotiation::SignalingState;
use moim::engine::peer::{Output, Peer, Signal};
use moim::{ConnectionState, Error};
use moim_protocol::{IceCandidate, PeerSignal, RelayPayload, SdpType, SessionDescription, json};

use crate::lines::{number, sdp, steps};

pub(crate) fn run(input: &[u8]) {
    let mut end = End { peer: Peer::new(5, None, true), refuses: false, now: 0, seq: 0 };
    for (step, text) in steps(input) {
        end.step(step, &text);
        end.drain();
    }
}

struct End {
    peer: Peer,
    /// The browser refuses the next description.
    refuses: bool,
    now: u64,
    /// The number of the last signal that the remote end has sent.
    seq: u32,
}

impl End {
    fn step(&mut self, step: u8, text: &str) {
        match step {
            b'o' => self.describe(SdpType::Offer, sdp(text)),
            b'a' => self.describe(SdpType::Answer, sdp(text)),
            b'r' => {
                let (kind, reason) = number(text);
                let sdp_type = if kind == 0 { SdpType::Offer } else { SdpType::Answer };
                self.send(PeerSignal::Refusal { sdp_type, reason: reason.to_owned() });
            }
            // A number of candidates, with this user name fragment.
            b'c' => {
                let (count, ufrag) = number(text);
                for index in 0..count % 2_000 {
                    let candidate = IceCandidate {
                        candidate: format!("candidate:{index} 1 udp 1 127.0.0.1 9 typ host"),
                        sdp_mid: None,
                        sdp_m_line_index: Some(0),
                        username_fragment: (!ufrag.is_empty()).then(|| ufrag.to_owned()),
                    };
                    self.send(PeerSignal::Candidate { candidate });
                }
            }
            // A signal as the application would deliver it.
            b's' => {
                if let Ok(signal) = Signal::from_json(text) {
                    let _ = self.peer.handle_signal(signal, self.now);
                }
            }
            b'f' => self.refuses = true,
            b'n' => self.input(Input::NegotiationNeeded),
            b'w' => {
                self.now = self.now.saturating_add(number(text).0 % 100_000);
                self.peer.handle_timeout(self.now);
            }
            b'x' => self.input(Input::StateChange(ConnectionState::Failed)),
            b'C' => self.input(Input::StateChange(ConnectionState::Connected)),
            b'g' => self.input(Input::LocalCandidate(IceCandidate {
                candidate: text.to_owned(),
                sdp_mid: Some("0".into()),
                sdp_m_line_index: None,
                username_fragment: None,
            })),
            _ => {}
        }
    }

    fn describe(&mut self, sdp_type: SdpType, sdp: String) {
        let description = SessionDescription { sdp_type, sdp };
        self.send(PeerSignal::Description { description, mids: Default::default() });
    }

    fn send(&mut self, signal: PeerSignal) {
        self.seq += 1;
        let payload = RelayPayload { epoch: 0, seq: self.seq, ack: 0, signal: Some(signal) };
        let json = format!(r#"{{"from":9,"payload":{}}}"#, json::to_text(&payload));
        let Ok(signal) = Signal::from_json(&json) else { panic!("{json}") };
        let _ = self.peer.handle_signal(signal, self.now);
    }

    fn input(&mut self, input: Input) {
        self.peer.handle_input(input, self.now);
    }

    /// Does what a browser does.
    fn drain(&mut self) {
        let mut steps = 0;
        while let Some(output) = self.peer.poll_output() {
            steps += 1;
            assert!(steps < 20_000, "it does not come to an end");
            let Output::Command(command) = output else { continue };
            match command {
                Command::SetLocalDescription if self.refuses => self.refuse(),
                Command::SetLocalDescription => {
                    let sdp_type = SdpType::Offer;
                    let sdp = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n".to_owned();
                    self.input(Input::LocalDescriptionSet(SessionDescription { sdp_type, sdp }));
                }
                Command::SetRemoteDescription(_) if self.refuses => self.refuse(),
                Command::SetRemoteDescription(_) => self.input(Input::RemoteDescriptionSet),
                // How many, is for the application that carries the signals to limit.
                Command::AddIceCandidate(_) | Command::RestartIce => {}
            }
        }
    }

    fn refuse(&mut self) {
        self.refuses = false;
        let error = Error::Negotiation { step: "setting a description", detail: "no".into() };
        self.input(Input::OperationFailed { state: SignalingState::Stable, error });
    }
}
