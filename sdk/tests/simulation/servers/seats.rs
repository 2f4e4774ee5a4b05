//! The server's places: who has a socket, who may come back, and what a connection of a link has to start with.

use std::collections::BTreeMap;

use moim::model::{Mids, Slots};
use moim::signaling::{JoinRequest, Lane, LinkId, LinkSignal, ParticipantInfo, Sections, Slot};
use moim::{ParticipantId, Role};

use super::backend::{Change, FromServer, Numbered, ToServer};
use super::server::{Client, Server, Uplink};
use super::{Return, SocketId};

impl Server {
    /// A client has opened a socket.
    pub(super) fn opened(&mut self, from: usize, socket: SocketId) {
        self.sockets.insert(from, socket);
    }

    /// The socket is gone. Returns the place that is kept for some time.
    pub(super) fn closed(&mut self, from: usize, socket: SocketId) -> Option<u64> {
        if self.sockets.get(&from) == Some(&socket) {
            self.sockets.remove(&from);
        }
        let client = self.clients.get_mut(&from).filter(|client| client.socket == Some(socket))?;
        client.socket = None;
        if self.rules.returns != Return::Resumes {
            self.remove(from);
            return None;
        }
        let (seat, id) = (client.seat, client.info.id.clone());
        client.info.reconnecting = true;
        self.update(&id);
        Some(seat)
    }

    /// The time to come back is over.
    pub(super) fn give_up(&mut self, from: usize, seat: u64) {
        if self.clients.get(&from).is_some_and(|client| client.seat == seat && client.socket.is_none()) {
            self.remove(from);
            self.assign();
        }
    }

    /// It dies, and knows nothing afterwards.
    pub(super) fn restart(&mut self) {
        self.clients.clear();
        self.sockets.clear();
        self.versions.clear();
        self.outputs.clear();
    }

    pub(super) fn receive(&mut self, from: usize, socket: SocketId, message: ToServer) {
        if self.sockets.get(&from) != Some(&socket) {
            return;
        }
        match message {
            ToServer::Join(request, offer) => {
                assert!(!self.clients.contains_key(&from), "joined twice");
                self.join(from, socket, request);
                if let Some(offer) = offer {
                    self.signal(from, LinkId::Server(Lane::Both), offer);
                }
            }
            ToServer::Return(request, seat, received) => {
                let known = self.clients.get(&from).filter(|client| client.seat == seat);
                let is_known = self.rules.returns == Return::Resumes && known.is_some();
                match is_known {
                    true => self.resume(from, socket, received),
                    false => {
                        self.remove(from);
                        self.join(from, socket, request);
                    }
                }
            }
            ToServer::Numbered(number, change) => {
                let Some(client) = self.clients.get_mut(&from) else { return };
                assert_eq!(number, client.received + 1, "a change is missing");
                client.received = number;
                match change {
                    Change::Publish(publications) => self.publish(from, publications),
                    Change::Signal(link, signal) => self.signal(from, link, signal),
                    Change::Reopen(link) => client.reopen(&link),
                }
            }
            ToServer::Leave => self.remove(from),
        }
        self.assign();
    }

    fn join(&mut self, from: usize, socket: SocketId, request: JoinRequest) {
        self.joined += 1;
        let id = match self.rules.keeps_ids {
            true => ParticipantId(format!("PA_of_{from}")),
            false => ParticipantId(format!("PA_{}", self.joined)),
        };
        let info = ParticipantInfo {
            id: id.clone(),
            join_order: self.joined,
            name: request.profile.name,
            metadata: String::new(),
            attributes: BTreeMap::new(),
            role: Role::Participant,
            identity: None,
            permissions: Default::default(),
            publications: Vec::new(),
            reconnecting: false,
        };
        self.clients.insert(from, Client::new(info, socket, u64::from(self.joined)));
        self.publish(from, request.publications);
        let everyone = self.everyone();
        self.outputs.push((from, FromServer::Joined(u64::from(self.joined), id, everyone)));
    }

    fn resume(&mut self, from: usize, socket: SocketId, received: u32) {
        let Some(client) = self.clients.get_mut(&from) else { return };
        client.socket = Some(socket);
        client.info.reconnecting = false;
        let (id, has, sent) = (client.info.id.clone(), client.received, client.sent.clone());
        self.update(&id);
        let everyone = self.everyone();
        self.outputs.push((from, FromServer::Resumed(everyone, has)));
        let missed = sent.into_iter().filter(|signal| signal.number > received);
        self.outputs.extend(missed.map(|signal| (from, FromServer::Signal(signal))));
    }

    fn remove(&mut self, from: usize) {
        if let Some(client) = self.clients.remove(&from) {
            self.announce(&client.info.id, None);
        }
    }

    fn everyone(&self) -> Vec<(u32, ParticipantInfo)> {
        let everyone = self.clients.values().map(|client| client.info.clone());
        everyone.map(|info| (self.versions[&info.id], info)).collect()
    }

    /// Tells everyone the state of a client.
    pub(super) fn update(&mut self, id: &ParticipantId) {
        let known = self.clients.values().find(|client| client.info.id == *id);
        if let Some(info) = known.map(|client| client.info.clone()) {
            self.announce(id, Some(info));
        }
    }

    fn announce(&mut self, id: &ParticipantId, info: Option<ParticipantInfo>) {
        let version = self.versions.entry(id.clone()).or_default();
        *version += 1;
        for to in self.clients.keys() {
            self.outputs.push((*to, FromServer::Update(id.clone(), *version, info.clone())));
        }
    }

    /// Sends a signal, which is kept until the client is gone.
    pub(super) fn send(&mut self, to: usize, lane: Lane, signal: LinkSignal<Slot>) {
        let Some(client) = self.clients.get_mut(&to) else { return };
        let (number, link) = (u32::try_from(client.sent.len()).expect("not many") + 1, LinkId::Server(lane));
        let signal = Numbered { number, epoch: client.epoch(&link), link, signal };
        client.sent.push(signal.clone());
        self.outputs.push((to, FromServer::Signal(signal)));
    }
}

impl Client {
    fn new(info: ParticipantInfo, socket: SocketId, seat: u64) -> Self {
        Self {
            info,
            socket: Some(socket),
            seat,
            received: 0,
            sent: Vec::new(),
            epochs: BTreeMap::new(),
            names: BTreeMap::new(),
            mids: Mids::new(),
            uplink: Uplink::default(),
            sections: Vec::new(),
            slots: Slots::new(),
            forwarded: Slots::new(),
            awaits_answer: false,
            has_offered: false,
            requested: Sections::default(),
            restarts: BTreeMap::new(),
        }
    }

    /// Which connection of a link it is, from 1.
    pub(super) fn epoch(&self, link: &LinkId) -> u32 {
        self.epochs.get(link).copied().unwrap_or(1)
    }

    /// The name of the server's end of a connection.
    pub(super) fn end_of(&self, link: &LinkId) -> String {
        format!("server {} {} ", self.seat, self.epoch(link))
    }

    fn reopen(&mut self, link: &LinkId) {
        let epoch = self.epoch(link);
        self.epochs.insert(link.clone(), epoch + 1);
        self.restarts.remove(link);
        if link.sends() {
            (self.mids, self.uplink) = (Mids::new(), Uplink::of(&self.info));
        }
        if link.receives() {
            (self.slots, self.forwarded) = (Slots::new(), Slots::new());
            (self.awaits_answer, self.has_offered) = (false, false);
            self.requested = Sections::default();
            self.sections.clear();
        }
    }
}
