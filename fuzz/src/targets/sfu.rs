//! The SFU with clients that send any offers and packets.

use std::time::{Duration, Instant};

use moim_protocol::{
    PeerSignal, Publication, RelayPayload, RoomPermissions, SdpType, SessionDescription, json,
};
use moim_signaling_stub::sfu::{Sfu, SfuOutput};
use moim_signaling_stub::{MediaCommand, SeatId};

use crate::lines::{number, sdp, steps};

const SEATS: u64 = 3;
/// The most outputs that one step may cause.
const MAX_OUTPUTS: usize = 5_000;

pub(crate) fn run(input: &[u8]) {
    let started = Instant::now();
    let mut world = World { sfu: Sfu::new([], started), now: started, seqs: [0; SEATS as usize] };
    for (step, text) in steps(input) {
        world.step(step, &text);
        world.drain();
    }
}

struct World {
    sfu: Sfu,
    now: Instant,
    /// The number of the last signal of each seat.
    seqs: [u32; SEATS as usize],
}

impl World {
    fn step(&mut self, step: u8, text: &str) {
        let (number, rest) = number(text);
        let id = SeatId(number % SEATS);
        match step {
            b'j' => {
                self.seqs[id.0 as usize] = 0;
                self.command(MediaCommand::Joined {
                    id,
                    room: "tea".into(),
                    participant: id.0.to_string().as_str().into(),
                    publications: publications(rest),
                    permissions: RoomPermissions::default(),
                });
            }
            b'l' => self.command(MediaCommand::Left { id }),
            b'r' => self.command(MediaCommand::Resumed { id }),
            b'p' => self.command(MediaCommand::Published { id, publications: publications(rest) }),
            b'n' => {
                let permissions = json::from_text::<RoomPermissions>(rest).unwrap_or_default();
                self.command(MediaCommand::Permitted { id, permissions });
            }
            b's' => {
                if let Ok(payload) = json::from_text::<RelayPayload>(rest) {
                    self.command(MediaCommand::Relay { id, payload });
                }
            }
            b'o' => {
                let seq = &mut self.seqs[id.0 as usize];
                *seq += 1;
                let description = SessionDescription { sdp_type: SdpType::Offer, sdp: sdp(rest) };
                let mids = [("0", "mic"), ("1", "cam")].map(|(mid, id)| (mid.to_owned(), id.into()));
                let signal = Some(PeerSignal::Description { description, mids: mids.into() });
                let payload = RelayPayload { epoch: 0, seq: *seq, ack: 0, signal };
                self.command(MediaCommand::Relay { id, payload });
            }
            b'w' => {
                self.now += Duration::from_millis(number % 10_000);
                self.sfu.handle_timeout(self.now);
            }
            _ => {}
        }
    }

    fn command(&mut self, command: MediaCommand) {
        self.sfu.handle_command(command, self.now);
    }

    fn drain(&mut self) {
        let mut outputs = 0;
        while let Some(output) = self.sfu.poll_output() {
            outputs += 1;
            assert!(outputs < MAX_OUTPUTS, "it does not come to an end");
            if let SfuOutput::Relay(_, payload) = output {
                assert!(json::to_text(&payload).len() <= 512 * 1024);
            }
        }
        assert!(self.sfu.stats().clients <= SEATS as usize);
        let _ = self.sfu.poll_timeout();
    }
}

fn publications(text: &str) -> Vec<Publication> {
    json::from_text(text).unwrap_or_default()
}
