//! A server that forwards media by the rules of one kind.

use std::collections::{BTreeMap, BTreeSet};

use moim::model::{Mids, Publication, Slots};
use moim::signaling::{
    Lane, LinkId, LinkSignal, Offerer, ParticipantInfo, SdpType, Sections, SessionDescription, Slot,
};
use moim::{MediaKind, ParticipantId, PublicationId, Role};

use super::Rules;
use super::backend::{FromServer, ToServer};
use crate::sdp::{Direction, Sdp, Section};

/// Its clients are numbered as in the world.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) rules: Rules,
    pub(super) clients: BTreeMap<usize, Client>,
    versions: BTreeMap<ParticipantId, u32>,
    joined: u32,
    renamed: u32,
    serial: u64,
    pub(super) outputs: Vec<(usize, FromServer)>,
}

#[derive(Debug)]
pub(super) struct Client {
    pub(super) info: ParticipantInfo,
    /// The names of its publications here, by its own.
    pub(super) names: BTreeMap<PublicationId, PublicationId>,
    /// What it sends in which section.
    pub(super) mids: Mids,
    uplink: Uplink,
    /// The sections that it receives in, and what they carry.
    sections: Vec<Section>,
    pub(super) slots: Slots,
    /// What is forwarded in which section, if the server makes the offers: what the client has agreed to.
    pub(super) forwarded: Slots,
    /// An offer of the server waits for its answer.
    awaits_answer: bool,
    /// What was requested last, so that it is not requested again.
    requested: Sections,
}

/// The sections that a client may send in, if the server offers them.
#[derive(Debug, Default)]
struct Uplink {
    sections: Vec<Section>,
    awaits_answer: bool,
    has_offered: bool,
    /// The sections that the client has asked for.
    asked: Option<Sections>,
}

impl Server {
    pub(super) fn new(rules: Rules) -> Self {
        let (clients, versions, outputs) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        Self { rules, clients, versions, joined: 0, renamed: 0, serial: 0, outputs }
    }

    pub(super) fn receive(&mut self, from: usize, message: ToServer) {
        match message {
            ToServer::Join(request, offer) => {
                self.joined += 1;
                let id = ParticipantId(format!("PA_{}", self.joined));
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
                let client = Client {
                    info,
                    names: BTreeMap::new(),
                    mids: Mids::new(),
                    uplink: Uplink::default(),
                    sections: Vec::new(),
                    slots: Slots::new(),
                    forwarded: Slots::new(),
                    awaits_answer: false,
                    requested: Sections::default(),
                };
                assert!(self.clients.insert(from, client).is_none(), "joined twice");
                self.publish(from, request.publications);
                let everyone = self.clients.values().map(|client| client.info.clone());
                let everyone = everyone.map(|info| (self.versions[&info.id], info)).collect();
                self.outputs.push((from, FromServer::Joined(id, everyone)));
                if let Some(offer) = offer {
                    self.signal(from, LinkId::Server(Lane::Both), offer);
                }
            }
            ToServer::Publish(publications) => self.publish(from, publications),
            ToServer::Signal(link, signal) => self.signal(from, link, signal),
            ToServer::Leave => {
                let Some(client) = self.clients.remove(&from) else { return };
                self.update(&client.info.id, None);
            }
        }
        self.assign();
    }

    fn publish(&mut self, from: usize, publications: Vec<Publication>) {
        let Some(client) = self.clients.get_mut(&from) else { return };
        let own: BTreeSet<_> = publications.iter().map(|publication| publication.id.clone()).collect();
        client.names.retain(|id, _| own.contains(id));
        let mut renamed = Vec::new();
        for publication in publications {
            let name = client.names.entry(publication.id.clone()).or_insert_with(|| {
                self.renamed += 1;
                match self.rules.renames {
                    true => PublicationId(format!("TR_{}", self.renamed)),
                    false => publication.id.clone(),
                }
            });
            renamed.push(Publication { id: name.clone(), ..publication });
        }
        client.info.publications = renamed;
        let info = client.info.clone();
        self.update(&info.id.clone(), Some(info));
    }

    fn update(&mut self, id: &ParticipantId, info: Option<ParticipantInfo>) {
        let version = self.versions.entry(id.clone()).or_default();
        *version += 1;
        for to in self.clients.keys() {
            self.outputs.push((*to, FromServer::Update(id.clone(), *version, info.clone())));
        }
    }

    fn signal(&mut self, from: usize, link: LinkId, signal: LinkSignal<PublicationId>) {
        let LinkId::Server(lane) = link else { panic!("a signal for {link}") };
        let Some(client) = self.clients.get_mut(&from) else { return };
        match signal {
            LinkSignal::Description { description, carries } => {
                let sdp = Sdp::parse(&description.sdp);
                match description.sdp_type {
                    SdpType::Answer if lane == Lane::Publish => {
                        assert!(std::mem::take(&mut client.uplink.awaits_answer), "an answer to nothing");
                        client.mids = carries.unwrap_or_default();
                    }
                    SdpType::Answer => {
                        assert!(std::mem::take(&mut client.awaits_answer), "an answer to nothing");
                        client.forwarded.clone_from(&client.slots);
                    }
                    SdpType::Offer => {
                        assert!(
                            self.rules.lanes.contains(&(lane, Offerer::Us)),
                            "the server makes the offers"
                        );
                        self.serial += 1;
                        if lane != Lane::Subscribe {
                            client.mids = carries.unwrap_or_default();
                        }
                        if lane != Lane::Publish {
                            client.sections = sdp.sections.clone();
                            client.requested = Sections::default();
                        }
                        self.answer(from, lane, &sdp);
                    }
                }
            }
            LinkSignal::RequestOffer { sections, .. } => {
                assert!(self.rules.lanes.contains(&(lane, Offerer::ThemOnRequest)), "it cannot be asked");
                if lane == Lane::Publish {
                    client.uplink.asked = Some(sections);
                }
            }
            _ => {}
        }
    }

    fn answer(&mut self, to: usize, lane: Lane, offer: &Sdp) {
        let carries = if self.rules.answers_carry && lane != Lane::Publish {
            self.take_slots(to);
            Some(self.clients[&to].slots.clone())
        } else {
            None
        };
        let sections = offer
            .sections
            .iter()
            .map(|section| Section { direction: section.direction.reversed(), ..section.clone() });
        let answer = Sdp {
            serial: self.serial,
            answers: Some(offer.serial),
            ufrag: "server".to_owned(),
            sections: sections.collect(),
        };
        let description = SessionDescription { sdp_type: SdpType::Answer, sdp: answer.to_text() };
        let signal = LinkSignal::Description { description, carries };
        self.outputs.push((to, FromServer::Signal(LinkId::Server(lane), signal)));
    }

    /// What a client is to receive: what others publish and send.
    fn wanted(&self, by: usize) -> Vec<(MediaKind, Slot)> {
        let mut wanted = Vec::new();
        for (_, other) in self.clients.iter().filter(|(id, _)| **id != by) {
            let sent: BTreeSet<_> = other.mids.values().filter_map(|id| other.names.get(id)).collect();
            for publication in other.info.publications.iter().filter(|known| sent.contains(&known.id)) {
                let (participant_id, publication_id) = (other.info.id.clone(), publication.id.clone());
                wanted.push((publication.kind, Slot { participant_id, publication_id }));
            }
        }
        wanted
    }

    /// Puts what a client is to receive into the sections that there are. Returns what has no section.
    fn take_slots(&mut self, to: usize) -> Vec<(MediaKind, Slot)> {
        let wanted = self.wanted(to);
        let client = self.clients.get_mut(&to).expect("a client");
        client.slots.retain(|_, slot| wanted.iter().any(|(_, other)| other == slot));
        client.forwarded.retain(|_, slot| wanted.iter().any(|(_, other)| other == slot));
        let mut left = Vec::new();
        for (kind, slot) in wanted {
            if client.slots.values().any(|taken| *taken == slot) {
                continue;
            }
            let is_free = |section: &&Section| {
                section.kind == kind && section.direction.receives && !client.slots.contains_key(&section.mid)
            };
            match client.sections.iter().find(is_free) {
                Some(section) => drop(client.slots.insert(section.mid.clone(), slot)),
                None => left.push((kind, slot)),
            }
        }
        left
    }

    fn assign(&mut self) {
        let clients: Vec<_> = self.clients.keys().copied().collect();
        for to in clients {
            if self.rules.sending().1 != Offerer::Us {
                self.offer_uplink(to);
            }
            match self.rules.server_offers() {
                true => self.offer(to),
                false => self.assign_sections(to),
            }
        }
    }

    /// By the sections that the client offers.
    fn assign_sections(&mut self, to: usize) {
        let lane = self.rules.receiving_lane();
        let before = self.clients[&to].slots.clone();
        let left = self.take_slots(to);
        let client = self.clients.get_mut(&to).expect("a client");
        if client.slots != before {
            let slots = LinkSignal::Slots(client.slots.clone());
            self.outputs.push((to, FromServer::Signal(LinkId::Server(lane), slots)));
        }
        let mut needed = Sections::default();
        for section in client.sections.iter().filter(|section| section.direction.receives) {
            *count(&mut needed, section.kind) += 1;
        }
        left.iter().for_each(|(kind, _)| *count(&mut needed, *kind) += 1);
        if !left.is_empty() && client.requested != needed {
            client.requested = needed;
            let request = LinkSignal::RequestOffer { sections: needed, restart: false };
            self.outputs.push((to, FromServer::Signal(LinkId::Server(lane), request)));
        }
    }

    /// Offers sections to send in: the first time unasked, then when asked, or as long as something is published and not
    /// sent, or sent and not published.
    fn offer_uplink(&mut self, to: usize) {
        let (lane, offerer) = self.rules.sending();
        let client = self.clients.get_mut(&to).expect("a client");
        let published = client.names.keys().collect::<BTreeSet<_>>();
        let is_due = match offerer {
            Offerer::ThemOnRequest => client.uplink.asked.is_some(),
            _ => published != client.mids.values().collect(),
        };
        let uplink = &mut client.uplink;
        if uplink.awaits_answer || (uplink.has_offered && !is_due) {
            return;
        }
        let needed = uplink.asked.take().unwrap_or_default().max(Sections::of(&client.info.publications));
        for (kind, needed) in [(MediaKind::Audio, needed.audio), (MediaKind::Video, needed.video)] {
            let present = uplink.sections.iter().filter(|section| section.kind == kind).count();
            for _ in present..needed {
                let mid = format!("u{}", uplink.sections.len());
                let direction = Direction { sends: false, receives: true };
                uplink.sections.push(Section { mid, kind, direction });
            }
        }
        (uplink.awaits_answer, uplink.has_offered) = (true, true);
        self.serial += 1;
        let offer = Sdp {
            serial: self.serial,
            answers: None,
            ufrag: "server".to_owned(),
            sections: uplink.sections.clone(),
        };
        let description = SessionDescription { sdp_type: SdpType::Offer, sdp: offer.to_text() };
        let signal = LinkSignal::Description { description, carries: None };
        self.outputs.push((to, FromServer::Signal(LinkId::Server(lane), signal)));
    }

    /// Offers what there is to receive, unless an offer is open already.
    fn offer(&mut self, to: usize) {
        if self.clients[&to].awaits_answer {
            return;
        }
        let before = self.clients[&to].slots.clone();
        let left = self.take_slots(to);
        let client = self.clients.get_mut(&to).expect("a client");
        if client.slots == before && left.is_empty() {
            return;
        }
        for (kind, slot) in left {
            // As the client sees it.
            let direction = Direction { sends: false, receives: true };
            let mid = format!("s{}", client.sections.len());
            client.slots.insert(mid.clone(), slot);
            client.sections.push(Section { mid, kind, direction });
        }
        client.awaits_answer = true;
        self.serial += 1;
        let sections = client.sections.iter().map(|section| Section {
            direction: Direction { sends: client.slots.contains_key(&section.mid), receives: false },
            ..section.clone()
        });
        let offer = Sdp {
            serial: self.serial,
            answers: None,
            ufrag: "server".to_owned(),
            sections: sections.collect(),
        };
        let description = SessionDescription { sdp_type: SdpType::Offer, sdp: offer.to_text() };
        let signal = LinkSignal::Description { description, carries: Some(client.slots.clone()) };
        self.outputs.push((to, FromServer::Signal(LinkId::Server(self.rules.receiving_lane()), signal)));
    }
}

fn count(sections: &mut Sections, kind: MediaKind) -> &mut usize {
    match kind {
        MediaKind::Audio => &mut sections.audio,
        MediaKind::Video => &mut sections.video,
    }
}
