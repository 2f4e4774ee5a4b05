//! The connections between the clients and the server: whether they carry anything, and the messages over them.

use moim::engine::data::Frame;
use moim::model::{Channel, ConnectionState, LinkId, Timestamp};
use moim_protocol::Routed;

use super::world::{Event, World};
use crate::peer_connection::PeerEvent;
use crate::queue::PeerId;

const CHANNELS: [Channel; 3] = [Channel::Reliable, Channel::Lossy, Channel::Files];

/// A reliable message that SCTP repeats until the path has returned.
#[derive(Debug)]
pub(super) struct Stuck {
    id: usize,
    link: LinkId,
    peer: PeerId,
    channel: Channel,
    frame: Frame,
    /// From the server.
    is_down: bool,
}

impl World {
    /// Connects what has exchanged descriptions with the server, also after an ICE restart.
    pub(super) fn connect(&mut self, id: usize) {
        let Some(known) = self.server.clients.get(&id) else { return };
        let mut due = Vec::new();
        for (link, peer) in &mut self.clients[id].peers {
            if peer.has_agreed_with(&known.end_of(link)) && peer.begin_checks() {
                peer.far = Some(end(known.seat, known.epoch(link)));
                due.push(link.clone());
            }
        }
        for link in due {
            let peer = self.clients[id].peers.get_mut(&link).unwrap();
            if peer.ice.is_cut {
                let failed = self.random.number(3_000..15_000);
                peer.plan_states(&[(1, ConnectionState::Connecting), (failed, ConnectionState::Failed)]);
                self.drain(id, &link);
            } else {
                self.restore(id, &link);
            }
        }
    }

    pub(super) fn cut_path(&mut self, id: usize, lasts: Timestamp) {
        let uncut = self.clients[id].peers.iter().filter(|(_, peer)| !peer.ice.is_cut);
        let uncut: Vec<_> = uncut.map(|(link, peer)| (link.clone(), peer.id)).collect();
        let Some((link, peer_id)) = self.random.pick(uncut) else { return };
        let breaks = self.random.happens(15);
        self.clients[id].peers.get_mut(&link).unwrap().path_lost(breaks, &mut self.random);
        self.drain(id, &link);
        self.push(self.now + lasts, id, Event::PathReturns(link, peer_id));
    }

    /// A connection that has not failed finds the path by itself.
    pub(super) fn path_returns(&mut self, id: usize, link: &LinkId, peer_id: PeerId) {
        let Some(peer) = self.clients[id].peers.get_mut(link).filter(|peer| peer.id == peer_id) else {
            return;
        };
        peer.ice.is_cut = false;
        let is_current = self.is_current(id, link);
        let state = self.clients[id].peers[link].ice.state;
        if is_current && !matches!(state, ConnectionState::Failed | ConnectionState::New) {
            self.restore(id, link);
        }
    }

    /// The server is gone, with its ends of the connections.
    pub(super) fn lose_paths(&mut self, id: usize) {
        for link in self.clients[id].peers.keys().cloned().collect::<Vec<_>>() {
            let peer = self.clients[id].peers.get_mut(&link).unwrap();
            if peer.far.take().is_some() {
                peer.path_lost(false, &mut self.random);
                peer.ice.is_cut = false;
                self.drain(id, &link);
            }
        }
    }

    /// The server has closed its ends of the connections of a place that is gone.
    pub(super) fn lose_ghosts(&mut self, id: usize) {
        let has_ghost =
            |link: &LinkId| self.clients[id].peers[link].far.is_some() && !self.is_current(id, link);
        if self.clients[id].peers.keys().any(has_ghost) {
            self.lose_paths(id);
        }
    }

    /// Whether the server's end of the connection exists.
    pub(super) fn is_current(&self, id: usize, link: &LinkId) -> bool {
        let far = self.clients[id].peers.get(link).and_then(|peer| peer.far);
        let known = self.server.clients.get(&id);
        known.is_some_and(|known| far == Some(end(known.seat, known.epoch(link))))
    }

    /// The path is found, and what was stuck gets through.
    fn restore(&mut self, id: usize, link: &LinkId) {
        let connected = self.random.number(2..300);
        let peer = self.clients[id].peers.get_mut(link).unwrap();
        let is_broken = peer.ice.is_broken;
        peer.ice.is_down = is_broken;
        match peer.ice.state {
            _ if is_broken => peer.plan_ice_alone(connected),
            ConnectionState::Connected => peer.plan_states(&[]),
            ConnectionState::Disconnected => peer.plan_states(&[(connected, ConnectionState::Connected)]),
            _ => {
                peer.plan_states(&[(1, ConnectionState::Connecting), (connected, ConnectionState::Connected)])
            }
        }
        if !std::mem::replace(&mut peer.connected, true) {
            for channel in CHANNELS {
                let opens = connected + self.random.number(1..200);
                peer.channels_open_at.insert(channel, self.now + opens);
                peer.outputs.push((opens, PeerEvent::ChannelOpen(channel)));
            }
        }
        let peer_id = peer.id;
        self.drain(id, link);
        if is_broken {
            return;
        }
        let is_of = |stuck: &Stuck| stuck.id == id && stuck.link == *link;
        let (freed, stuck) = std::mem::take(&mut self.stuck).into_iter().partition::<Vec<_>, _>(is_of);
        self.stuck = stuck;
        for Stuck { channel, frame, is_down, .. } in freed.into_iter().filter(|stuck| stuck.peer == peer_id) {
            match is_down {
                true => self.message_to(id, channel, frame),
                false => self.message(id, link, channel, frame),
            }
        }
    }

    /// The server forwards a message, to those who are connected.
    pub(super) fn message(&mut self, from: usize, link: &LinkId, channel: Channel, frame: Frame) {
        let Some(peer) = self.clients[from].peers.get(link) else { return };
        if peer.ice.is_down || !self.is_current(from, link) {
            let (peer, link) = (peer.id, link.clone());
            self.stuck.push(Stuck { id: from, link, peer, channel, frame, is_down: false });
            return;
        }
        let Frame::Binary(bytes) = &frame else { panic!("{frame:?} without an address") };
        let routed = Routed::decode(bytes).expect("an address");
        let sender = self.server.clients[&from].info.id.clone();
        let message = Routed { peer: sender.as_str(), ..routed.clone() }.encode().unwrap();
        let is_meant = |id: &str| routed.peer.is_empty() || id == routed.peer;
        let meant = self.server.clients.iter().filter(|(_, other)| is_meant(other.info.id.as_str()));
        let meant: Vec<_> = meant.map(|(to, _)| *to).filter(|to| *to != from).collect();
        for to in meant {
            self.message_to(to, channel, Frame::Binary(message.clone()));
        }
    }

    fn message_to(&mut self, to: usize, channel: Channel, frame: Frame) {
        let link = LinkId::Server(self.server.rules.receiving_lane());
        let is_current = self.is_current(to, &link);
        let Some(peer) = self.clients[to].peers.get_mut(&link).filter(|_| is_current) else { return };
        let Some(opens) = peer.channels_open_at.get(&channel).copied() else { return };
        if peer.ice.is_down {
            let (id, peer) = (to, peer.id);
            self.stuck.push(Stuck { id, link, peer, channel, frame, is_down: true });
            return;
        }
        let arrives = (self.now + self.random.number(1..80)).max(opens + 1).max(peer.last_arrival);
        peer.last_arrival = arrives;
        let event = Event::AtPeer(link, peer.id, PeerEvent::Message(channel, frame));
        self.push(arrives, to, event);
    }

    /// Plans what a peer connection has to report.
    fn drain(&mut self, id: usize, link: &LinkId) {
        let peer = self.clients[id].peers.get_mut(link).unwrap();
        let (peer_id, outputs) = (peer.id, peer.outputs.drain(..).collect::<Vec<_>>());
        for (after, event) in outputs {
            self.push(self.now + after, id, Event::AtPeer(link.clone(), peer_id, event));
        }
    }
}

/// A server's end of a connection, as a number.
fn end(seat: u64, epoch: u32) -> PeerId {
    seat * 1_000 + u64::from(epoch)
}
