//! Paths between the ends of peer connections that carry nothing for some time.

use moim::engine::data::Frame;
use moim::model::{Channel, ConnectionState, LinkId, Timestamp};

use super::World;
use super::paths::CHANNELS;
use crate::peer_connection::PeerEvent;
use crate::queue::{ClientId, Event, PeerId};
use crate::script::Action;

/// A reliable message that SCTP repeats until the path has returned.
#[derive(Debug)]
pub(super) struct Stuck {
    from: ClientId,
    link: LinkId,
    peer: PeerId,
    channel: Channel,
    frame: Frame,
}

impl World {
    /// Cuts the path of one of the client's connections.
    pub(super) fn cut_path(&mut self, id: ClientId, lasts: Timestamp) {
        let uncut = self.uncut(id);
        if let Some(link) = self.random.pick(uncut) {
            self.cut(id, link, lasts);
        }
    }

    /// The machine of a client sleeps: no timer runs, and its paths carry nothing.
    pub(super) fn sleep(&mut self, id: ClientId, lasts: Timestamp) {
        for link in self.uncut(id) {
            self.cut(id, link, lasts);
        }
        let until = self.queue.now() + lasts;
        let client = &mut self.clients[id];
        client.asleep = Some(Vec::new());
        client.slept.push(self.queue.now()..until);
        self.wakes_at = self.wakes_at.max(until);
        self.queue.push(until, Event::Wakes(id));
    }

    /// Its clock has jumped, or stood still. What has happened meanwhile reaches it, if its socket is not dead.
    pub(super) fn wake(&mut self, id: ClientId) {
        let missed = self.clients[id].asleep.take().unwrap_or_default();
        if self.random.happens(50) {
            let slept = self.clients[id].slept.last().map_or(0, |slept| slept.end - slept.start);
            self.clients[id].lag += slept;
            self.clients[id].timer = None;
        }
        if self.random.happens(50) {
            self.handle(Event::Act(id, Action::NetworkChange));
        }
        let is_cut = self.random.happens(50);
        for event in missed {
            let is_lost = is_cut && matches!(event, Event::AtClient(..));
            if !is_lost && !matches!(event, Event::Act(_, Action::Sleep { .. })) {
                self.handle(event);
            }
        }
        if is_cut {
            self.handle(Event::Act(id, Action::CutAtClient));
        }
        // One that fell asleep while it connected has heard only now that it had.
        let down = self.clients[id].peers.iter().filter(|(_, peer)| peer.ice.is_down && !peer.ice.is_cut);
        for link in down.map(|(link, _)| link.clone()).collect::<Vec<_>>() {
            self.path_returns(id, &link);
        }
        self.follow(id);
    }

    /// The links of a client whose paths work.
    fn uncut(&self, id: ClientId) -> Vec<LinkId> {
        let uncut = self.clients[id].peers.iter().filter(|(_, peer)| !peer.ice.is_cut);
        uncut.map(|(link, _)| link.clone()).collect()
    }

    fn cut(&mut self, id: ClientId, link: LinkId, lasts: Timestamp) {
        self.cuts += 1;
        for (id, link) in self.both_ends(id, &link) {
            let breaks = self.random.happens(15);
            self.clients[id].peers.get_mut(&link).unwrap().path_lost(breaks, &mut self.random);
            self.plan(id, &link);
            self.queue.push(self.queue.now() + lasts, Event::PathReturns(id, link));
        }
    }

    /// The path carries data again at one end, and at the other one at the same time. Connections that have not failed find it
    /// by themselves.
    pub(super) fn path_returns(&mut self, id: ClientId, link: &LinkId) {
        let Some(own) = self.clients[id].peers.get_mut(link) else { return };
        own.ice.is_cut = false;
        let ends = self.both_ends(id, link);
        let has_failed = |(id, link): &(ClientId, LinkId)| {
            let state = self.clients[*id].peers[link].ice.state;
            matches!(state, ConnectionState::Failed | ConnectionState::New)
        };
        let is_alone = link.participant().is_some() && ends.len() < 2;
        if !is_alone && !self.any_is_cut(&ends) && !ends.iter().any(has_failed) {
            self.restore(&ends);
        }
    }

    /// New generations of both ends check the path.
    pub(super) fn check_path(&mut self, id: ClientId, link: &LinkId) {
        let ends = self.both_ends(id, link);
        let begun =
            ends.iter().map(|(id, link)| self.clients[*id].peers.get_mut(link).unwrap().begin_checks());
        if !begun.fold(false, |any, begun| any | begun) {
            return;
        }
        if !self.any_is_cut(&ends) {
            return self.restore(&ends);
        }
        for (id, link) in ends {
            let failed = self.random.number(3_000..15_000);
            let peer = self.clients[id].peers.get_mut(&link).unwrap();
            peer.plan_states(&[(1, ConnectionState::Connecting), (failed, ConnectionState::Failed)]);
            self.plan(id, &link);
        }
    }

    fn any_is_cut(&self, ends: &[(ClientId, LinkId)]) -> bool {
        ends.iter().any(|(id, link)| self.clients[*id].peers[link].ice.is_cut)
    }

    /// The ends find the path, and what was stuck gets through.
    fn restore(&mut self, ends: &[(ClientId, LinkId)]) {
        let broken = ends.iter().filter(|(id, link)| self.clients[*id].peers[link].ice.is_broken).count();
        let is_broken = broken > 0;
        let is_silent = broken == 1 && ends.len() == 2 && self.random.happens(50);
        if is_silent {
            self.break_silently(ends);
        }
        for (id, link) in ends {
            let connected = self.random.number(2..300);
            let peer = self.clients[*id].peers.get_mut(link).unwrap();
            peer.ice.is_down = is_broken;
            match peer.ice.state {
                _ if peer.ice.is_broken && !is_silent => {
                    self.breaks += 1;
                    peer.plan_ice_alone(connected);
                }
                ConnectionState::Connected => peer.plan_states(&[]),
                // A browser may not report the checks.
                ConnectionState::Failed if self.random.happens(50) => {
                    peer.plan_states(&[(connected, ConnectionState::Connected)]);
                }
                ConnectionState::Disconnected => peer.plan_states(&[(connected, ConnectionState::Connected)]),
                _ => peer.plan_states(&[
                    (1, ConnectionState::Connecting),
                    (connected, ConnectionState::Connected),
                ]),
            }
            self.plan(*id, link);
            if !self.clients[*id].peers[link].connected {
                self.connect_end(*id, link.clone(), connected);
            }
        }
        if is_broken {
            return;
        }
        let is_of = |stuck: &Stuck| ends.iter().any(|(id, link)| *id == stuck.from && *link == stuck.link);
        let (freed, stuck) = std::mem::take(&mut self.stuck).into_iter().partition::<Vec<_>, _>(is_of);
        self.stuck = stuck;
        for Stuck { from, link, peer, channel, frame } in freed {
            // What was stuck in a connection that was replaced is lost.
            if self.clients[from].peers.get(&link).is_some_and(|known| known.id == peer) {
                self.message(from, &link, channel, frame);
            }
        }
        for (id, link) in ends.iter().filter(|(_, link)| link.participant().is_none()) {
            debug_assert!(self.clients[*id].peers.contains_key(link));
            self.release_held(*id);
        }
    }

    /// Firefox may report `connected` although it has lost DTLS. The other end notices that its channels close.
    fn break_silently(&mut self, ends: &[(ClientId, LinkId)]) {
        self.breaks += 1;
        for (id, link) in ends {
            let peer = &self.clients[*id].peers[link];
            if peer.ice.is_broken || !peer.connected {
                continue;
            }
            let at = self.queue.now() + self.random.number(500..5_000);
            for closed in CHANNELS.map(PeerEvent::ChannelClosed) {
                self.queue.push(at, Event::AtPeer(*id, link.clone(), peer.id, closed));
            }
        }
    }

    /// Whether a message is lost, or waits until the path has returned.
    pub(super) fn is_stuck(
        &mut self,
        from: ClientId,
        link: &LinkId,
        channel: Channel,
        frame: &Frame,
    ) -> bool {
        let Some(peer) = self.clients[from].peers.get(link).filter(|peer| peer.ice.is_down) else {
            return false;
        };
        if channel.is_reliable() {
            let (link, peer, frame) = (link.clone(), peer.id, frame.clone());
            self.stuck.push(Stuck { from, link, peer, channel, frame });
        }
        true
    }

    /// The client's end, and the other one, unless that is the SFU.
    fn both_ends(&self, id: ClientId, link: &LinkId) -> Vec<(ClientId, LinkId)> {
        let own = self.clients[id].peers.contains_key(link).then(|| (id, link.clone()));
        let pairs = |far: ClientId, own_id: &LinkId| {
            let (own, far) = (self.clients[id].peers.get(link)?, self.clients[far].peers.get(own_id)?);
            Some(own.far.is_none_or(|id| id == far.id) && far.far.is_none_or(|id| id == own.id))
        };
        let far = self
            .far_end(id, link)
            .filter(|(far, own_id)| self.clients[*far].runs && pairs(*far, own_id).unwrap_or_default());
        own.into_iter().chain(far).collect()
    }

    /// Queues the planned events of a connection.
    fn plan(&mut self, id: ClientId, link: &LinkId) {
        let now = self.queue.now();
        let peer = self.clients[id].peers.get_mut(link).unwrap();
        let peer_id = peer.id;
        for (after, event) in std::mem::take(&mut peer.outputs) {
            self.queue.push(now + after, Event::AtPeer(id, link.clone(), peer_id, event));
        }
    }
}
