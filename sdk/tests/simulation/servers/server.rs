//! A server that forwards media by the rules of one kind.

use std::collections::{BTreeMap, BTreeSet};

use moim::model::{Mids, Publication, Slots};
use moim::signaling::{
    Lane, LinkId, LinkSignal, Offerer, ParticipantInfo, SdpType, Sections, SessionDescription, Slot,
};
use moim::{MediaKind, ParticipantId, PublicationId};

use super::backend::{FromServer, Numbered};
use super::{Rules, SocketId};
use crate::sdp::{Direction, Sdp, Section};

/// Its clients are numbered as in the world.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) rules: Rules,
    pub(super) clients: BTreeMap<usize, Client>,
    pub(super) sockets: BTreeMap<usize, SocketId>,
    pub(super) versions: BTreeMap<ParticipantId, u32>,
    pub(super) joined: u32,
    renamed: u32,
    serial: u64,
    pub(super) outputs: Vec<(usize, FromServer)>,
}

#[derive(Debug)]
pub(super) struct Client {
    pub(super) info: ParticipantInfo,
    /// `None`: it may come back.
    pub(super) socket: Option<SocketId>,
    /// Different for everyone who has ever joined.
    pub(super) seat: u64,
    /// The number of the last change.
    pub(super) received: u32,
    pub(super) sent: Vec<Numbered>,
    pub(super) epochs: BTreeMap<LinkId, u32>,
    /// The names of its publications here, by its own.
    pub(super) names: BTreeMap<PublicationId, PublicationId>,
    /// What it sends in which section.
    pub(super) mids: Mids,
    pub(super) uplink: Uplink,
    /// The sections that it receives in, and what they carry.
    pub(super) sections: Vec<Section>,
    pub(super) slots: Slots,
    /// What is forwarded in which section, if the server makes the offers: what the client has agreed to.
    pub(super) forwarded: Slots,
    /// An offer of the server waits for its answer.
    pub(super) awaits_answer: bool,
    pub(super) has_offered: bool,
    /// What was requested last, so that it is not requested again.
    pub(super) requested: Sections,
    /// How often ICE was restarted, and whether an offer has to say so.
    pub(super) restarts: BTreeMap<LinkId, (u32, bool)>,
}

/// The sections that a client may send in, if the server offers them.
#[derive(Debug, Default)]
pub(super) struct Uplink {
    sections: Vec<Section>,
    awaits_answer: bool,
    has_offered: bool,
    /// For the most publications at once: each may have been attached to another section.
    most: Sections,
    /// The sections that the client has asked for.
    asked: Option<Sections>,
}

impl Uplink {
    pub(super) fn of(info: &ParticipantInfo) -> Self {
        Self { most: Sections::of(&info.publications), ..Self::default() }
    }
}

impl Server {
    pub(super) fn new(rules: Rules) -> Self {
        let (clients, sockets, versions) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { rules, clients, sockets, versions, joined: 0, renamed: 0, serial: 0, outputs: Vec::new() }
    }

    pub(super) fn publish(&mut self, from: usize, publications: Vec<Publication>) {
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
        let most = &mut client.uplink.most;
        *most = Sections::of(&client.info.publications).max(*most);
        let id = client.info.id.clone();
        self.update(&id);
    }

    pub(super) fn signal(&mut self, from: usize, link: LinkId, signal: LinkSignal<PublicationId>) {
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
            LinkSignal::RequestOffer { sections, restart } => {
                let may_ask = self.rules.lanes.contains(&(lane, Offerer::ThemOnRequest)) || restart;
                assert!(may_ask, "it cannot be asked");
                if restart {
                    let (count, is_due) = client.restarts.entry(link).or_default();
                    (*count, *is_due) = (*count + 1, true);
                }
                if lane == Lane::Publish && (!restart || sections != Sections::default()) {
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
            ufrag: format!("{}for {}", self.clients[&to].end_of(&LinkId::Server(lane)), offer.ufrag),
            sections: sections.collect(),
        };
        let description = SessionDescription { sdp_type: SdpType::Answer, sdp: answer.to_text() };
        self.send(to, lane, LinkSignal::Description { description, carries });
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

    pub(super) fn assign(&mut self) {
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
            self.send(to, lane, slots);
        }
        let mut needed = Sections::default();
        let client = self.clients.get_mut(&to).expect("a client");
        for section in client.sections.iter().filter(|section| section.direction.receives) {
            *count(&mut needed, section.kind) += 1;
        }
        left.iter().for_each(|(kind, _)| *count(&mut needed, *kind) += 1);
        if !left.is_empty() && client.requested != needed {
            client.requested = needed;
            self.send(to, lane, LinkSignal::RequestOffer { sections: needed, restart: false });
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
        let (ufrag, restarts) = client.offered_ufrag(lane);
        let is_due = is_due || restarts;
        let uplink = &mut client.uplink;
        if uplink.awaits_answer || (uplink.has_offered && !is_due) {
            return;
        }
        let needed = uplink.asked.take().unwrap_or_default().max(uplink.most);
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
        let sections = uplink.sections.clone();
        let offer = Sdp { serial: self.serial, answers: None, ufrag, sections };
        client.restarts.entry(LinkId::Server(lane)).or_default().1 = false;
        let description = SessionDescription { sdp_type: SdpType::Offer, sdp: offer.to_text() };
        self.send(to, lane, LinkSignal::Description { description, carries: None });
    }

    /// Offers what there is to receive, unless an offer is open already.
    fn offer(&mut self, to: usize) {
        if self.clients[&to].awaits_answer {
            return;
        }
        let before = self.clients[&to].slots.clone();
        let left = self.take_slots(to);
        let client = self.clients.get_mut(&to).expect("a client");
        let lane = self.rules.receiving_lane();
        let (ufrag, restarts) = client.offered_ufrag(lane);
        // The first one is for data.
        let is_first = !std::mem::replace(&mut client.has_offered, true);
        if client.slots == before && left.is_empty() && !restarts && !is_first {
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
        let offer = Sdp { serial: self.serial, answers: None, ufrag, sections: sections.collect() };
        client.restarts.entry(LinkId::Server(lane)).or_default().1 = false;
        let description = SessionDescription { sdp_type: SdpType::Offer, sdp: offer.to_text() };
        let carries = Some(client.slots.clone());
        self.send(to, lane, LinkSignal::Description { description, carries });
    }
}

impl Client {
    /// The server's `ufrag` in its next offer, and whether there must be one because of a restart.
    fn offered_ufrag(&self, lane: Lane) -> (String, bool) {
        let link = LinkId::Server(lane);
        let (count, is_due) = self.restarts.get(&link).copied().unwrap_or_default();
        (format!("{}{count}", self.end_of(&link)), is_due)
    }
}

fn count(sections: &mut Sections, kind: MediaKind) -> &mut usize {
    match kind {
        MediaKind::Audio => &mut sections.audio,
        MediaKind::Video => &mut sections.video,
    }
}
