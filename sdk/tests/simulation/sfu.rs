//! The simulated SFU: assigns publications to sections like the stub's, without media.

use std::collections::{BTreeMap, BTreeSet};

use moim::model::{
    MediaKind, ParticipantId, Publication, PublicationId, SdpType, SessionDescription, Slot, Timestamp, Wish,
};
use moim_protocol::{PeerSignal, RelayPayload, Reliable};
use moim_signaling_stub::{MediaCommand, SeatId};

use super::sdp::{Sdp, Section, sfu_ufrag};

#[derive(Debug, Default)]
pub(crate) struct Sfu {
    pub(crate) clients: BTreeMap<SeatId, SfuClient>,
    answers: u64,
}

#[derive(Debug)]
pub(crate) struct SfuClient {
    pub(crate) participant: ParticipantId,
    publications: Vec<Publication>,
    reliable: Reliable,
    pub(crate) mids: BTreeMap<String, PublicationId>,
    sections: Vec<Section>,
    pub(crate) slots: BTreeMap<String, Slot>,
    pub(crate) wishes: Vec<Wish>,
    /// Whether publications without a wish are wanted.
    pub(crate) wants_others: bool,
}

impl Sfu {
    /// Handles a command of the hub, and may refuse an offer in it.
    pub(crate) fn handle(&mut self, command: MediaCommand, refuses: bool, now: Timestamp) {
        match command {
            MediaCommand::Joined { id, participant, publications, .. } => {
                let client = SfuClient::new(participant, publications, 0, now);
                assert!(self.clients.insert(id, client).is_none(), "joined twice");
            }
            MediaCommand::Published { id, publications } => {
                self.clients.get_mut(&id).expect("someone who joined").publications = publications;
            }
            MediaCommand::Permitted { .. } => panic!("there are no tokens"),
            MediaCommand::Resumed { id } => {
                self.clients.get_mut(&id).expect("someone who joined").reliable.repeat();
            }
            MediaCommand::Left { id } => assert!(self.clients.remove(&id).is_some(), "left twice"),
            MediaCommand::Relay { id, payload } => {
                let client = self.clients.get_mut(&id).expect("someone who joined");
                if payload.epoch > client.reliable.epoch() {
                    let publications = std::mem::take(&mut client.publications);
                    *client = SfuClient::new(client.participant.clone(), publications, payload.epoch, now);
                }
                for signal in client.reliable.handle_payload(payload, now) {
                    match signal {
                        PeerSignal::Description { .. } if refuses => {
                            let reason = "a fault of the model".to_owned();
                            client
                                .reliable
                                .send(PeerSignal::Refusal { sdp_type: SdpType::Offer, reason }, now);
                        }
                        PeerSignal::Description { description, mids } => {
                            self.answers += 1;
                            client.answer(&description, mids, self.answers, now);
                        }
                        PeerSignal::Wishes { wishes, others } => {
                            (client.wishes, client.wants_others) = (wishes, others);
                        }
                        _ => {}
                    }
                }
            }
        }
        self.assign(now);
    }

    pub(crate) fn handle_timeout(&mut self, now: Timestamp) {
        self.clients.values_mut().for_each(|client| client.reliable.handle_timeout(now));
    }

    pub(crate) fn poll_timeout(&self) -> Option<Timestamp> {
        self.clients.values().filter_map(|client| client.reliable.poll_timeout()).min()
    }

    pub(crate) fn poll_transmit(&mut self) -> Option<(SeatId, RelayPayload)> {
        self.clients.iter_mut().find_map(|(id, client)| Some((*id, client.reliable.poll_transmit()?)))
    }

    fn assign(&mut self, now: Timestamp) {
        let offers: Vec<_> = self.clients.values().flat_map(SfuClient::offers).collect();
        for client in self.clients.values_mut() {
            let wanted = offers.iter().filter(|(publication, slot)| client.gets(publication, slot));
            let wanted: Vec<_> = wanted.map(|(publication, slot)| (publication.kind, slot.clone())).collect();
            client.assign(&wanted, now);
        }
    }
}

impl SfuClient {
    fn new(participant: ParticipantId, publications: Vec<Publication>, epoch: u32, now: Timestamp) -> Self {
        Self {
            participant,
            publications,
            reliable: Reliable::begin(epoch, now),
            mids: BTreeMap::new(),
            sections: Vec::new(),
            slots: BTreeMap::new(),
            wishes: Vec::new(),
            wants_others: true,
        }
    }

    fn answer(
        &mut self,
        description: &SessionDescription,
        mids: BTreeMap<String, PublicationId>,
        serial: u64,
        now: Timestamp,
    ) {
        assert_eq!(description.sdp_type, SdpType::Offer, "the SFU offers nothing");
        let offer = Sdp::parse(&description.sdp);
        let is_one_way = |section: &Section| !(section.direction.sends && section.direction.receives);
        assert!(offer.sections.iter().all(is_one_way), "a section that sends and receives");
        let answered = offer
            .sections
            .iter()
            .map(|section| Section { direction: section.direction.reversed(), ..section.clone() });
        let answer = Sdp {
            serial,
            answers: Some(offer.serial),
            ufrag: sfu_ufrag(&offer.ufrag),
            sections: answered.collect(),
        };
        (self.sections, self.mids) = (offer.sections, mids);
        let description = SessionDescription { sdp_type: SdpType::Answer, sdp: answer.to_text() };
        self.reliable.send(PeerSignal::Description { description, mids: BTreeMap::new() }, now);
    }

    /// Its publications that have a section.
    fn offers(&self) -> Vec<(Publication, Slot)> {
        let carried: BTreeSet<_> = self.mids.values().collect();
        let offered = self.publications.iter().filter(|publication| carried.contains(&publication.id));
        let slot = |publication: &Publication| Slot {
            participant_id: self.participant.clone(),
            publication_id: publication.id.clone(),
        };
        offered.map(|publication| (publication.clone(), slot(publication))).collect()
    }

    /// This client's wish about a publication, if any.
    pub(crate) fn wish(&self, owner: &ParticipantId, id: &PublicationId) -> Option<&Wish> {
        self.wishes.iter().find(|wish| wish.participant_id == *owner && wish.publication_id == *id)
    }

    fn gets(&self, publication: &Publication, slot: &Slot) -> bool {
        let wish = self.wish(&slot.participant_id, &slot.publication_id);
        slot.participant_id != self.participant
            && publication.is_for(&self.participant)
            && wish.map_or(self.wants_others, |wish| wish.wanted)
    }

    fn assign(&mut self, wanted: &[(MediaKind, Slot)], now: Timestamp) {
        let before = self.slots.clone();
        self.slots.retain(|_, slot| wanted.iter().any(|(_, other)| other == slot));
        for (kind, slot) in wanted {
            if self.slots.values().any(|taken| taken == slot) {
                continue;
            }
            let is_free = |section: &&Section| {
                section.kind == *kind && section.direction.receives && !self.slots.contains_key(&section.mid)
            };
            if let Some(section) = self.sections.iter().find(is_free) {
                self.slots.insert(section.mid.clone(), slot.clone());
            }
        }
        if self.slots != before {
            self.reliable.send(PeerSignal::Slots { slots: self.slots.clone() }, now);
        }
    }
}
