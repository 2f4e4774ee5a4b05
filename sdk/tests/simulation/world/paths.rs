//! The paths between the ends of peer connections: who is connected to whom, and when messages arrive.

use moim::engine::data::Frame;
use moim::model::{Channel, ConnectionState, Lane, LinkId, Timestamp};
use moim_protocol::Routed;

use super::World;
use crate::peer_connection::PeerEvent;
use crate::queue::{ClientId, Event, PeerId};
use crate::sfu::SfuClient;

pub(super) const CHANNELS: [Channel; 3] = [Channel::Reliable, Channel::Lossy, Channel::Files];
/// The percentage of messages that an unreliable channel drops.
const LOSSY_DROPS: u64 = 20;

impl World {
    /// Both ends of the connection between `id` and `peer`: the remote client, and the id of `id` there.
    pub(crate) fn far_end(&self, id: ClientId, peer: &LinkId) -> Option<(ClientId, LinkId)> {
        let far = self.client_of(peer.participant()?)?;
        let own_id = LinkId::from(self.clients[id].own_id.clone()?);
        self.clients[far].peers.contains_key(&own_id).then_some((far, own_id))
    }

    /// Connects the ends that have exchanged enough signals, also after an ICE restart.
    pub(super) fn connect(&mut self, id: ClientId) {
        for peer in self.clients[id].peers.keys().cloned().collect::<Vec<_>>() {
            let connection = &self.clients[id].peers[&peer];
            let is_reached = match self.far_end(id, &peer) {
                Some((far, own_id)) => {
                    let far = &self.clients[far];
                    far.runs && connection.can_reach(&far.peers[&own_id])
                }
                None => connection.can_reach_sfu(),
            };
            if is_reached {
                self.check_path(id, &peer);
            }
        }
    }

    /// The data channels open for the first time.
    pub(super) fn connect_end(&mut self, id: ClientId, peer: LinkId, after: Timestamp) {
        let connected = self.queue.now() + after;
        let far = self.far_end(id, &peer).map(|(far, own_id)| self.clients[far].peers[&own_id].id);
        let connection = self.clients[id].peers.get_mut(&peer).unwrap();
        (connection.connected, connection.far) = (true, far);
        let peer_id = connection.id;
        for channel in CHANNELS {
            let opens = connected + self.random.number(1..200);
            connection.channels_open_at.insert(channel, opens);
            let open = PeerEvent::ChannelOpen(channel);
            self.queue.push(opens, Event::AtPeer(id, peer.clone(), peer_id, open));
        }
        self.release_held(id);
    }

    /// The SFU sends what it has queued for a client.
    pub(super) fn release_held(&mut self, id: ClientId) {
        let held = std::mem::take(&mut self.held);
        let (held, others) = held.into_iter().partition::<Vec<_>, _>(|(to, ..)| *to == id);
        self.held = others;
        for (to, channel, frame) in held {
            self.message_from_sfu(to, channel, frame);
        }
    }

    /// The remote end of a peer connection detects that it is gone.
    pub(super) fn far_end_gone(&mut self, id: ClientId, link: &LinkId, peer: PeerId, after: Timestamp) {
        if let Some((far, own_id)) = self.far_end(id, link) {
            let remote = &self.clients[far].peers[&own_id];
            if remote.far != Some(peer) {
                return;
            }
            let (at, remote) = (self.queue.now() + after, remote.id);
            let closed = CHANNELS.map(PeerEvent::ChannelClosed);
            let disconnected = PeerEvent::State(ConnectionState::Disconnected);
            for event in closed.into_iter().chain([disconnected]) {
                self.queue.push(at, Event::AtPeer(far, own_id.clone(), remote, event));
            }
        }
    }

    pub(super) fn message(&mut self, id: ClientId, peer: &LinkId, channel: Channel, frame: Frame) {
        if self.is_stuck(id, peer, channel, &frame) {
            return;
        }
        if peer.participant().is_none() {
            return self.message_to_sfu(id, channel, &frame);
        }
        let Some((far, own_id)) = self.far_end(id, peer) else { return };
        let (Some(sender), receiver) = (self.clients[id].peers.get(peer), &self.clients[far].peers[&own_id])
        else {
            return;
        };
        if receiver.far != Some(sender.id) {
            return;
        }
        let (opens, receiver) = (receiver.channels_open_at[&channel], receiver.id);
        if let Some(at) = self.arrival(id, peer, channel, opens) {
            self.queue.push(at, Event::AtPeer(far, own_id, receiver, PeerEvent::Message(channel, frame)));
        }
    }

    /// When a message over the connection of `id` and `peer` arrives, if it does.
    fn arrival(
        &mut self,
        id: ClientId,
        peer: &LinkId,
        channel: Channel,
        opens: Timestamp,
    ) -> Option<Timestamp> {
        let sooner = (self.queue.now() + self.random.number(1..80)).max(opens + 1);
        if !channel.is_reliable() {
            return (!self.random.happens(LOSSY_DROPS)).then_some(sooner);
        }
        // Messages sent at the very end are lost with the connection.
        let connection = self.clients[id].peers.get_mut(peer)?;
        connection.last_arrival = sooner.max(connection.last_arrival);
        Some(connection.last_arrival)
    }

    /// Forwards a message like the SFU.
    fn message_to_sfu(&mut self, from: ClientId, channel: Channel, frame: &Frame) {
        let Frame::Binary(bytes) = frame else { panic!("{frame:?} without an address") };
        let routed = Routed::decode(bytes).expect("an address");
        let place = |client: &SfuClient| self.welcomed[&client.participant];
        let Some(sender) = self.sfu.clients.values().find(|client| place(client) == from) else { return };
        let message = Routed { peer: sender.participant.as_str(), ..routed.clone() }.encode().unwrap();
        let is_meant =
            |client: &&SfuClient| routed.peer.is_empty() || client.participant.as_str() == routed.peer;
        let others = self.sfu.clients.values().filter(is_meant).map(place);
        for to in others.filter(|to| *to != from).collect::<Vec<_>>() {
            self.message_from_sfu(to, channel, Frame::Binary(message.clone()));
        }
    }

    fn message_from_sfu(&mut self, to: ClientId, channel: Channel, frame: Frame) {
        let sfu = LinkId::Server(Lane::Both);
        let connection = self.clients[to].peers.get(&sfu).filter(|connection| !connection.ice.is_down);
        let Some(opens) = connection.and_then(|known| known.channels_open_at.get(&channel).copied()) else {
            if channel.is_reliable() {
                self.held.push((to, channel, frame));
            }
            return;
        };
        let peer = connection.map_or(0, |connection| connection.id);
        if let Some(at) = self.arrival(to, &sfu, channel, opens) {
            self.queue.push(at, Event::AtPeer(to, sfu, peer, PeerEvent::Message(channel, frame)));
        }
    }
}
