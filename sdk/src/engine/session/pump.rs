//! Passes the outputs of the connections to the server, the platform, the application, or another
//! connection.

use super::{Event, Output, Phase, Session, connection};
use crate::engine::data::Frame;
use crate::engine::topology::FarEnd;
use crate::model::{Channel, ParticipantId, RelayPayload, SignalCommand, Timestamp};

impl Session {
    /// Processes the connections' outputs until there are none.
    pub(super) fn collect(&mut self) {
        while let Some((peer, output)) = self.next_output() {
            match output {
                connection::Output::Command(command) => {
                    self.outputs.push_back(Output::Connection { peer, command });
                }
                connection::Output::Relay(payload) => self.relay(peer, payload),
                connection::Output::Warning(error) => self.event(Event::Warning(error)),
            }
        }
    }

    fn next_output(&mut self) -> Option<(ParticipantId, connection::Output)> {
        self.connections.iter_mut().find_map(|(peer, connection)| {
            let output = connection.poll_output()?;
            Some((peer.clone(), output))
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
    pub(super) fn arrived(
        &mut self,
        peer: ParticipantId,
        far_end: FarEnd,
        channel: Channel,
        frame: Frame,
        now: Timestamp,
    ) {
        match far_end {
            FarEnd::Participant => self.receive(peer, channel, frame, now),
            FarEnd::Sfu | FarEnd::Mixer => {
                if let Some((from, frame)) = frame.unrouted() {
                    self.receive(from, channel, frame, now);
                }
            }
            FarEnd::Listener => {
                let Some((to, frame)) = frame.unrouted() else { return };
                if let Ok(frame) = frame.routed(Some(&peer)) {
                    self.forward(&peer, &to, channel, frame);
                }
                if to.as_str().is_empty() || Some(&to) == self.own_id() {
                    self.receive(peer, channel, frame, now);
                }
            }
        }
    }
}
