//! Offers and answers of the simulated peer connection (JSEP, RFC 9429).

use std::collections::BTreeSet;

use moim::engine::connection::ConnectionInput;
use moim::engine::negotiation::SignalingState;
use moim::model::{IceCandidate, Mids, SdpType, SessionDescription, Timestamp};

use super::super::random::Random;
use super::super::sdp::{Direction, Sdp, Section};
use super::super::transceiver::{Agreed, Transceiver};
use super::{PeerConnection, PeerEvent};

impl PeerConnection {
    pub(super) fn make_description(&mut self) -> Sdp {
        self.serial += 1;
        let ufrag = self.ufrag.clone().expect("a generation");
        if self.state == SignalingState::HaveRemoteOffer {
            let offer = self.offer.as_ref().expect("an offer");
            let sections = offer.sections.iter().map(|section| {
                let transceiver = &self.transceivers[self.place_of(&section.mid)];
                let direction = transceiver.direction.and(section.direction.reversed());
                Section { direction, ..section.clone() }
            });
            let answers = Some(offer.serial);
            return Sdp { serial: self.serial, answers, ufrag, sections: sections.collect() };
        }
        let mut free = (0..).map(|mid: u32| mid.to_string());
        let taken: BTreeSet<_> = self.transceivers.iter().filter_map(|known| known.mid.clone()).collect();
        let sections = self.transceivers.iter().map(|transceiver| Section {
            mid: transceiver.mid.clone().or_else(|| free.find(|mid| !taken.contains(mid))).unwrap(),
            kind: transceiver.kind,
            direction: transceiver.direction,
        });
        Sdp { serial: self.serial, answers: None, ufrag, sections: sections.collect() }
    }

    pub(super) fn local_description_set(&mut self, sdp: Sdp, random: &mut Random) -> ConnectionInput {
        if self.local_ufrag != self.ufrag {
            self.local_ufrag.clone_from(&self.ufrag);
            self.replaces_credentials = false;
            self.gather(0, random);
        }
        let sdp_type = if sdp.answers.is_some() { SdpType::Answer } else { SdpType::Offer };
        let description = SessionDescription { sdp_type, sdp: sdp.to_text() };
        match self.offer.take().filter(|_| sdp_type == SdpType::Answer) {
            Some(offer) => {
                self.answered(&offer, &sdp, |offered, answered| Agreed::AsAnswerer { offered, answered })
            }
            None => {
                for (transceiver, section) in self.transceivers.iter_mut().zip(&sdp.sections) {
                    transceiver.mid_is_offered |= transceiver.mid.is_none();
                    transceiver.mid = Some(section.mid.clone());
                }
                self.offer = Some(sdp);
                self.state = SignalingState::HaveLocalOffer;
            }
        }
        ConnectionInput::LocalDescriptionSet { description, mids: self.mids() }
    }

    pub(super) fn remote_offer_set(&mut self, offer: Sdp) {
        if self.state == SignalingState::HaveLocalOffer {
            self.roll_back();
        }
        for Section { mid, kind, direction } in &offer.sections {
            if self.transceivers.iter().any(|known| known.mid.as_ref() == Some(mid)) {
                continue;
            }
            let fits = |known: &Transceiver| known.by_add_track && known.mid.is_none() && known.kind == *kind;
            let place = self.transceivers.iter().position(fits).filter(|_| direction.receives);
            let place = place.unwrap_or_else(|| {
                self.transceivers.push(Transceiver::by_offer(*kind));
                self.transceivers.len() - 1
            });
            self.transceivers[place].mid = Some(mid.clone());
        }
        self.offer = Some(offer);
        self.state = SignalingState::HaveRemoteOffer;
    }

    pub(super) fn remote_answer_set(&mut self, answer: &Sdp) {
        let offer = self.offer.take().expect("an offer");
        self.answered(&offer, answer, |offered, answered| Agreed::AsOfferer { offered, answered });
    }

    fn answered(&mut self, offer: &Sdp, answer: &Sdp, agreed: impl Fn(Direction, Direction) -> Agreed) {
        assert_eq!(answer.answers, Some(offer.serial), "{}: the answer is to another offer", self.name);
        for (offered, answered) in offer.sections.iter().zip(&answer.sections) {
            let place = self.place_of(&offered.mid);
            self.transceivers[place].agreed = Some(agreed(offered.direction, answered.direction));
            self.transceivers[place].mid_is_offered = false;
        }
        self.data_channel_is_agreed = true;
        self.enter_stable();
    }

    fn roll_back(&mut self) {
        self.offer = None;
        for transceiver in &mut self.transceivers {
            if std::mem::take(&mut transceiver.mid_is_offered) {
                transceiver.mid = None;
            }
        }
        if !self.data_channel_is_agreed {
            self.generations += 1;
            self.ufrag = Some(format!("{}-{}", self.name, self.generations));
            self.local_ufrag = None;
        }
    }

    fn enter_stable(&mut self) {
        self.state = SignalingState::Stable;
        self.agreed_ufrag.clone_from(&self.remote_ufrag);
        self.needed = false;
        self.update_on_empty_chain = true;
    }

    pub(super) fn update_needed(&mut self) {
        match self.operation {
            Some(_) => self.update_on_empty_chain = true,
            None => self.outputs.push((0, PeerEvent::NeededTask)),
        }
    }

    /// The task that may fire `negotiationneeded`.
    pub(super) fn is_newly_needed(&mut self) -> bool {
        if self.operation.is_some() {
            self.update_on_empty_chain = true;
            return false;
        }
        if self.state != SignalingState::Stable {
            return false;
        }
        let before = self.needed;
        self.needed = !self.data_channel_is_agreed
            || self.replaces_credentials
            || self.transceivers.iter().any(Transceiver::needs_negotiation);
        self.needed && !before
    }

    /// Gathers some candidates, and then the end-of-candidates.
    pub(super) fn gather(&mut self, after: Timestamp, random: &mut Random) {
        let mut at = after;
        let found = random.number(1..4);
        for number in 0..=found {
            at += random.number(0..60);
            let name = self.ufrag.as_ref().expect("a generation");
            let candidate = IceCandidate {
                candidate: if number == found { String::new() } else { format!("{name}/{number}") },
                sdp_mid: Some("data".into()),
                sdp_m_line_index: Some(0),
                username_fragment: self.ufrag.clone(),
            };
            self.outputs.push((at, PeerEvent::Candidate(candidate)));
        }
    }

    fn mids(&self) -> Mids {
        let attached = self.attached.iter();
        attached
            .filter_map(|(id, place)| Some((self.transceivers[*place].mid.clone()?, id.clone())))
            .collect()
    }

    fn place_of(&self, mid: &str) -> usize {
        let place = self.transceivers.iter().position(|known| known.mid.as_deref() == Some(mid));
        place.unwrap_or_else(|| panic!("{}: there is no media section {mid}", self.name))
    }
}
