//! The negotiation of the only link.

use std::collections::BTreeMap;

use moim_protocol::json;

use super::messages::Request;
use super::publications::receiving_sections;
use super::{LINK, LiveKitBackend, Phase, Purpose};
use crate::model::{
    IceCandidate, LinkSignal, PublicationId, SdpType, Sections, SessionDescription, SignalEvent, Slot,
    Timestamp,
};

/// Candidates that wait for the connection. More than a browser has.
const MAX_WAITING: usize = 256;

/// An offer that waits for the connection, and what it carries.
pub(super) type WaitingOffer = (String, BTreeMap<String, PublicationId>);

#[derive(Default)]
pub(super) struct Link {
    pub(super) offer_id: u32,
    pub(super) offer: String,
    pub(super) answer: String,
    pub(super) waiting_offer: Option<WaitingOffer>,
    /// The peer connection that the server knows is closed.
    pub(super) is_stale: bool,
    waiting_candidates: Vec<IceCandidate>,
    /// Which track is in which section (`mid`).
    mids: BTreeMap<String, String>,
    slots: BTreeMap<String, Slot>,
}

impl Link {
    /// The peer connection is closed, and what it had to say is void.
    pub(super) fn close(&mut self) {
        let is_stale = self.is_stale || !self.offer.is_empty();
        *self = Self { offer_id: self.offer_id, is_stale, ..Self::default() };
    }

    /// The server knows nothing of it any more.
    pub(super) fn forget(&mut self) {
        let Self { offer_id, waiting_offer, waiting_candidates, .. } = std::mem::take(self);
        *self = Self { offer_id, waiting_offer, waiting_candidates, ..Self::default() };
    }
}

impl LiveKitBackend {
    pub(super) fn signal(&mut self, signal: LinkSignal<PublicationId>, now: Timestamp) {
        match signal {
            LinkSignal::Description { description, carries } if description.sdp_type == SdpType::Offer => {
                let offer = (description.sdp, carries.unwrap_or_default());
                match self.phase {
                    Phase::Offering { .. } => self.dial(Purpose::Join, Some(offer), now),
                    Phase::Joined => self.offer(&offer.0, &offer.1),
                    _ => self.link.waiting_offer = Some(offer),
                }
            }
            LinkSignal::Candidate(candidate) => {
                if self.phase == Phase::Joined {
                    self.trickle(&candidate);
                } else if self.link.waiting_candidates.len() < MAX_WAITING {
                    self.link.waiting_candidates.push(candidate);
                }
            }
            LinkSignal::Wishes(wanted) => {
                self.wishes.set(wanted);
                self.settle_wishes();
            }
            // LiveKit neither answers nor asks, and is not interested in the reason.
            _ => {}
        }
    }

    fn offer(&mut self, sdp: &str, carries: &BTreeMap<String, PublicationId>) {
        let tracks = self.publications.announce(sdp, carries);
        let tracks: Vec<_> = tracks.into_iter().map(|track| Request::AddTrack(track).encode()).collect();
        tracks.into_iter().for_each(|track| self.send(track));
        self.link.offer_id += 1;
        sdp.clone_into(&mut self.link.offer);
        self.send(Request::Offer { sdp, id: self.link.offer_id }.encode());
    }

    fn trickle(&mut self, candidate: &IceCandidate) {
        self.send(Request::Trickle(&json::to_text(candidate)).encode());
    }

    /// Sends what waited for the connection.
    pub(super) fn send_waiting(&mut self) {
        if let Some((sdp, carries)) = self.link.waiting_offer.take() {
            self.offer(&sdp, &carries);
        }
        for candidate in std::mem::take(&mut self.link.waiting_candidates) {
            self.trickle(&candidate);
        }
    }

    pub(super) fn settle_wishes(&mut self) {
        if self.phase == Phase::Joined {
            let messages = self.wishes.settle(self.participants.tracks_of_others(&self.own_id));
            messages.into_iter().for_each(|message| self.send(message));
        }
    }

    pub(super) fn answered(&mut self, sdp: String, id: u32, mids: BTreeMap<String, String>) {
        if id != self.link.offer_id {
            return;
        }
        self.link.mids = mids;
        self.link.slots = self.participants.slots(&self.link.mids);
        self.link.answer.clone_from(&sdp);
        let description = SessionDescription { sdp_type: SdpType::Answer, sdp };
        self.deliver(LinkSignal::Description { description, carries: Some(self.link.slots.clone()) });
    }

    pub(super) fn trickled(&mut self, candidate: &str) {
        match json::from_text::<IceCandidate>(candidate) {
            Ok(candidate) => self.deliver(LinkSignal::Candidate(candidate)),
            Err(_) => {
                let detail = "a candidate is not one".to_owned();
                self.event(SignalEvent::Undecodable { detail });
            }
        }
    }

    /// Participants have changed, and perhaps whose tracks are in the sections.
    pub(super) fn update_slots(&mut self) {
        let slots = self.participants.slots(&self.link.mids);
        if slots != self.link.slots {
            self.link.slots.clone_from(&slots);
            self.deliver(LinkSignal::Slots(slots));
        }
    }

    pub(super) fn sections_required(&mut self, audio: u32, video: u32) {
        let [audio_now, video_now] = receiving_sections(&self.link.offer);
        let sections = Sections {
            audio: audio_now.saturating_add(audio as usize),
            video: video_now.saturating_add(video as usize),
        };
        self.deliver(LinkSignal::RequestOffer { sections, restart: false });
    }

    fn deliver(&mut self, signal: LinkSignal<Slot>) {
        self.event(SignalEvent::Signal { link: LINK, signal });
    }
}
