//! Moves what the connections put out to where it belongs: the server, the platform, the application, or another
//! connection.

use super::{Event, Output, Phase, Session, connection};
use crate::engine::data::Frame;
use crate::engine::topology::FarEnd;
use crate::model::{Channel, ParticipantId, RelayPayload, SignalCommand};

impl Session {
    /// Takes the connections' outputs until there are none. One that comes in by one connection may go out by another.
    pub(super) fn collect(&mut self) {
        while let Some((peer, far_end, output)) = self.next_output() {
            match output {
                connection::Output::Command(command) => {
                    self.outputs.push_back(Output::Connection { peer, command });
                }
                connection::Output::Relay(payload) => self.relay(peer, payload),
                connection::Output::Warning(error) => self.event(Event::Warning(error)),
                connection::Output::Message(channel, frame) => self.arrived(peer, far_end, channel, frame),
            }
        }
    }

    fn next_output(&mut self) -> Option<(ParticipantId, FarEnd, connection::Output)> {
        self.connections.iter_mut().find_map(|(peer, connection)| {
            let output = connection.poll_output()?;
            Some((peer.clone(), connection.far_end(), output))
        })
    }

    /// The first payload for an SFU travels with `join`.
    fn relay(&mut self, to: ParticipantId, payload: RelayPayload) {
        let command = match &mut self.phase {
            Phase::Joining { request, is_held, .. } if *is_held => {
                *is_held = false;
                request.relay = Some(payload);
                SignalCommand::Join((**request).clone())
            }
            _ => SignalCommand::Relay { to, payload },
        };
        self.signal(command);
    }

    /// A message came. What stands between says whose it is; a listener says for whom it is.
    fn arrived(&mut self, peer: ParticipantId, far_end: FarEnd, channel: Channel, frame: Frame) {
        match far_end {
            FarEnd::Participant => self.receive(peer, channel, frame),
            FarEnd::Sfu | FarEnd::Mixer => {
                if let Some((from, frame)) = frame.unrouted() {
                    self.receive(from, channel, frame);
                }
            }
            FarEnd::Listener => {
                let Some((to, frame)) = frame.unrouted() else { return };
                if let Ok(frame) = frame.routed(Some(&peer)) {
                    self.forward(&peer, &to, channel, frame);
                }
                if to.as_str().is_empty() || Some(&to) == self.own_id() {
                    self.receive(peer, channel, frame);
                }
            }
        }
    }
}
