//! The connection to publish over, and what is published: this end makes the offers.

use moim_protocol::json::Write;

use super::participants::description;
use super::session::{Request, Session};
use super::wire::{Raw, Text, object};
use crate::collections::SortedMap;
use crate::model::{
    IceCandidate, Lane, LinkId, LinkSignal, Mids, Publication, PublicationId, SdpType, SessionDescription,
    SignalEvent, Timestamp,
};

const LINK: LinkId = LinkId::Server(Lane::Publish);
/// Candidates that wait for the offer to be sent. More than a browser has.
const MAX_WAITING: usize = 256;
/// How long a new offer waits until the connection before it is gone at the server.
const HANGUP_MS: Timestamp = 2_000;
/// After so many refused offers there is no other one until something changes.
const MAX_FAILURES: u32 = 3;

/// Janus refuses an offer without media sections, which a connection makes before anything is published.
const EMPTY_ANSWER: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

#[derive(Default)]
pub(super) struct Publisher {
    pub(super) handle: Option<u64>,
    wanted: Vec<Publication>,
    offer: Option<Offer>,
    /// The descriptions of streams that the server knows, by `mid`.
    told: SortedMap<String, String>,
    candidates: Vec<IceCandidate>,
    /// Whether the server has a peer connection.
    is_up: bool,
    hangs_up_until: Option<Timestamp>,
    failures: u32,
}

struct Offer {
    sdp: String,
    mids: Mids,
    state: OfferState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum OfferState {
    Waiting,
    Sent,
    Answered,
}

impl Publisher {
    pub(super) fn wanted(&self) -> &[Publication] {
        &self.wanted
    }

    pub(super) fn set(&mut self, wanted: Vec<Publication>, session: &mut Session) {
        self.wanted = wanted;
        self.failures = 0;
        self.describe(session);
    }

    /// The offer that waits, to be sent with the request to join: the descriptions of its streams, and itself.
    pub(super) fn take_offer(&mut self) -> Option<(Vec<Raw>, Raw)> {
        let Offer { sdp, mids, state } = self.offer.as_mut()?;
        if *state != OfferState::Waiting || is_empty(sdp) {
            return None;
        }
        *state = OfferState::Sent;
        self.is_up = true;
        // Simulcast layers are offered from the smallest to the largest.
        let jsep = object(&[("type", &Text("offer")), ("sdp", sdp), ("rid_order", &Text("lmh"))]);
        let descriptions = mids.iter().filter_map(|(mid, id)| {
            let publication = self.wanted.iter().find(|publication| publication.id == *id)?;
            let text = description(publication);
            let raw = described(mid, &text);
            self.told.insert(mid.clone(), text);
            Some(raw)
        });
        Some((descriptions.collect(), jsep))
    }

    /// The request with the last offer was not granted, and is made again.
    pub(super) fn offer_again(&mut self) {
        if let Some(offer) = self.offer.as_mut().filter(|offer| offer.state == OfferState::Sent) {
            offer.state = OfferState::Waiting;
        }
    }

    pub(super) fn has_offer(&self) -> bool {
        self.offer.is_some()
    }

    pub(super) fn offer(&mut self, sdp: String, mids: Mids) {
        self.offer = Some(Offer { sdp, mids, state: OfferState::Waiting });
    }

    /// The publication that is sent in a section.
    pub(super) fn sent(&self, mid: &str) -> Option<PublicationId> {
        self.offer.as_ref()?.mids.get(mid).cloned()
    }

    pub(super) fn candidate(&mut self, candidate: IceCandidate) {
        if self.candidates.len() < MAX_WAITING {
            self.candidates.push(candidate);
        }
    }

    /// Sends what waits. The room must be joined.
    pub(super) fn proceed(&mut self, session: &mut Session) {
        let (Some(handle), None) = (self.handle, self.hangs_up_until) else { return };
        let is_empty = |offer: &&mut Offer| offer.state == OfferState::Waiting && is_empty(&offer.sdp);
        if let Some(offer) = self.offer.as_mut().filter(is_empty) {
            offer.state = OfferState::Answered;
            let description = SessionDescription { sdp_type: SdpType::Answer, sdp: EMPTY_ANSWER.to_owned() };
            session.deliver(LINK, LinkSignal::Description { description, carries: None });
        }
        if let Some((descriptions, jsep)) = self.take_offer() {
            let body = object(&[("request", &Text("configure")), ("descriptions", &descriptions)]);
            session.message(Request::Offer, handle, &body, Some(&jsep));
        }
        if self.is_up {
            for candidate in std::mem::take(&mut self.candidates) {
                trickle(session, handle, &candidate);
            }
        }
    }

    pub(super) fn answered(&mut self, answer: SessionDescription, session: &mut Session) {
        let Some(offer) = self.offer.as_mut().filter(|offer| offer.state == OfferState::Sent) else { return };
        offer.state = OfferState::Answered;
        self.failures = 0;
        if answer.sdp_type == SdpType::Answer {
            session.deliver(LINK, LinkSignal::Description { description: answer, carries: None });
        }
        self.describe(session);
    }

    /// The server refuses the last offer. It would refuse every other one over this connection.
    pub(super) fn failed(&mut self, session: &mut Session) -> bool {
        self.offer = None;
        self.failures += 1;
        if self.failures < MAX_FAILURES {
            session.event(SignalEvent::Reopened(LINK));
        }
        self.failures == MAX_FAILURES
    }

    /// Tells the server what has changed about streams that it has.
    fn describe(&mut self, session: &mut Session) {
        let (Some(handle), Some(offer)) = (self.handle, &self.offer) else { return };
        if offer.state != OfferState::Answered {
            return;
        }
        let mut changed = Vec::new();
        for (mid, id) in &offer.mids {
            let publication = self.wanted.iter().find(|publication| publication.id == *id);
            let Some(text) = publication.map(description) else { continue };
            if self.told.get(mid) != Some(&text) {
                changed.push(described(mid, &text));
                self.told.insert(mid.clone(), text);
            }
        }
        if !changed.is_empty() {
            let body = object(&[("request", &Text("configure")), ("descriptions", &changed)]);
            session.message(Request::Other, handle, &body, None);
        }
    }

    /// The link is closed. Another one may follow.
    pub(super) fn close(&mut self, session: &mut Session, now: Timestamp) {
        session.ignore(&[Request::Offer]);
        self.offer = None;
        self.candidates.clear();
        self.told.clear();
        if let Some(handle) = self.handle
            && std::mem::take(&mut self.is_up)
        {
            self.hangs_up_until = Some(now + HANGUP_MS);
            session.request(Request::Other, "hangup", Some(handle), &[]);
        }
    }

    /// The server has closed its peer connection.
    pub(super) fn hung_up(&mut self, session: &mut Session) {
        self.hangs_up_until = None;
        if std::mem::take(&mut self.is_up) {
            self.offer = None;
            session.event(SignalEvent::Reopened(LINK));
        }
        self.proceed(session);
    }

    /// The session goes on over another socket: replies may be lost.
    pub(super) fn resume(&mut self, session: &mut Session) {
        self.offer_again();
        self.told.clear();
        self.describe(session);
        self.proceed(session);
    }

    /// The server knows nothing any more. `keeps_offer`: the connection is a new one.
    pub(super) fn forget(&mut self, keeps_offer: bool) {
        self.offer_again();
        let before = std::mem::take(self);
        self.wanted = before.wanted;
        if keeps_offer {
            (self.offer, self.candidates) = (before.offer, before.candidates);
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        self.hangs_up_until
    }

    pub(super) fn handle_timeout(&mut self, session: &mut Session, now: Timestamp) {
        if self.hangs_up_until.is_some_and(|until| until <= now) {
            self.hangs_up_until = None;
            self.proceed(session);
        }
    }
}

fn is_empty(sdp: &str) -> bool {
    !sdp.contains("\nm=")
}

fn described(mid: &str, text: &str) -> Raw {
    object(&[("mid", &Text(mid)), ("description", &Text(text))])
}

pub(super) fn trickle(session: &mut Session, handle: u64, candidate: &IceCandidate) {
    let candidate: Box<dyn Write> = if candidate.candidate.is_empty() {
        Box::new(object(&[("completed", &true)]))
    } else {
        let IceCandidate { candidate, sdp_mid, sdp_m_line_index, .. } = candidate;
        Box::new(object(&[
            ("candidate", candidate),
            ("sdpMid", sdp_mid),
            ("sdpMLineIndex", sdp_m_line_index),
        ]))
    };
    session.request(Request::Other, "trickle", Some(handle), &[("candidate", &*candidate)]);
}
