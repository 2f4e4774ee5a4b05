//! Passes the outputs of the connections to the server, the platform, the application, or another
//! connection.

use super::{Event, Output, Phase, Session, connection};
use crate::engine::data::Frame;
use crate::engine::topology::FarEnd;
use crate::model::{Channel, ParticipantId, RelayPayload, SignalCommand};

impl Session {
    /// Processes the connections' outputs until there are none. A message from one connection may be sent over another.
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

    /// The first payload for an SFU is sent with `join`.
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

    /// A message was received. An SFU or mixer adds the sender; a mixer's listener adds the receiver.
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
