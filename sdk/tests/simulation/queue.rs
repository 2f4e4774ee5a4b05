//! The event queue, with a clock that jumps from one event to the next.

use std::collections::BTreeMap;

use moim::model::{LinkId, Timestamp};
use moim::signaling::SocketEvent;

use super::peer_connection::PeerEvent;
use super::script::Action;

/// A client, by its place in the world. It has one connection to the server at a time.
pub(crate) type ClientId = usize;

/// One of a client's connections to the server, in order.
pub(crate) type SocketId = u64;

/// One of a client's peer connections, in order.
pub(crate) type PeerId = u64;

#[derive(Debug)]
pub(crate) enum Event {
    /// A person acts.
    Act(ClientId, Action),
    /// The mixer acts.
    MixerActs(Action),
    /// An event at the client's end of its socket.
    AtClient(ClientId, SocketId, SocketEvent),
    /// An event at the server's end of it.
    AtServer(ClientId, SocketId, SocketEvent),
    /// The server dies, to be restarted a little later.
    ServerDies,
    /// The server listens again.
    ServerListens,
    /// Something happens at one of the client's peer connections.
    AtPeer(ClientId, LinkId, PeerId, PeerEvent),
    /// The path of the client's connection carries data again.
    PathReturns(ClientId, LinkId),
    /// The machine of the client has slept.
    Wakes(ClientId),
    /// A timer of the client is due.
    ClientTimer(ClientId),
    /// The server's timer is due.
    ServerTimer,
}

impl Event {
    /// The client at one end of which something happens.
    pub(crate) fn client(&self) -> Option<ClientId> {
        match self {
            Self::Act(id, _) | Self::AtClient(id, ..) | Self::AtServer(id, ..) => Some(*id),
            Self::AtPeer(id, ..) | Self::ClientTimer(id) => Some(*id),
            _ => None,
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Queue {
    now: Timestamp,
    events: BTreeMap<(Timestamp, u64), Event>,
    pushed: u64,
}

impl Queue {
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// Simultaneous events are processed in the order in which they were pushed.
    pub(crate) fn push(&mut self, at: Timestamp, event: Event) {
        self.pushed += 1;
        self.events.insert((at.max(self.now), self.pushed), event);
    }

    /// Advances to the next event, if it is before `end`.
    pub(crate) fn pop(&mut self, end: Timestamp) -> Option<Event> {
        let next = self.events.first_entry().filter(|next| next.key().0 < end)?;
        self.now = next.key().0;
        Some(next.remove())
    }
}
