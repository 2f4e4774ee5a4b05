//! Numbers and repeats the signals of each link, in `relay` payloads.

use moim_protocol::{PeerSignal, RelayPayload, Reliable, SFU_ID};

use crate::collections::SortedMap;
use crate::model::{
    Lane, LinkId, LinkSignal, ParticipantId, PublicationId, Sections, Slot, Slots, Timestamp, Wanted,
};
use crate::pace::Pace;

/// Closed links whose next epoch is stored. Only a participant that comes back under the same id needs it.
const MAX_CLOSED: usize = 1024;

/// How often a participant may open a link again: each time, this end's peer connection is replaced.
const REOPENED: Pace = Pace::new(16, 2_000);

/// The open links, and the epochs of closed ones.
#[derive(Debug, Default)]
pub(super) struct Links {
    open: SortedMap<LinkId, Reliable>,
    closed: SortedMap<LinkId, NextEpoch>,
    /// When those participants may do so again that have opened their link again.
    reopened: SortedMap<ParticipantId, Pace>,
}

/// How a closed link begins when it is opened again.
#[derive(Debug)]
struct NextEpoch {
    number: u32,
    /// The payload with which the remote end began it.
    first: Option<RelayPayload>,
}

/// The result of a payload.
#[derive(Debug)]
pub(super) enum Delivery {
    /// These signals of a link can be processed.
    Signals(LinkId, Vec<LinkSignal<Slot>>),
    /// The remote end has opened the link again, so its peer connection has to be replaced.
    Reopened(LinkId),
}

impl Links {
    /// Accepts signals of the link from now on, in a new epoch if it was open before. Returns the signals that can be
    /// processed.
    pub(super) fn open(&mut self, link: LinkId, now: Timestamp) -> Vec<LinkSignal<Slot>> {
        self.close(&link);
        let next = self.closed.remove(&link);
        let number = next.as_ref().map_or(0, |next| next.number);
        let reliable = self.open.get_or_insert_with(link.clone(), || Reliable::begin(number, now));
        next.and_then(|next| next.first).map_or(Vec::new(), |first| receive(reliable, &link, first, now))
    }

    pub(super) fn close(&mut self, link: &LinkId) {
        if let Some(reliable) = self.open.remove(link) {
            self.begin_next(link, reliable.epoch().saturating_add(1), None);
        }
    }

    fn begin_next(&mut self, link: &LinkId, number: u32, first: Option<RelayPayload>) {
        if self.closed.len() == MAX_CLOSED {
            self.closed.pop_first();
        }
        self.closed.insert(link.clone(), NextEpoch { number, first });
    }

    pub(super) fn clear(&mut self) {
        self.open.clear();
        self.closed.clear();
        self.reopened.clear();
    }

    /// Sends a signal. Has no effect if the link is not open.
    pub(super) fn send(&mut self, link: &LinkId, signal: LinkSignal<PublicationId>, now: Timestamp) {
        if let Some(reliable) = self.open.get_mut(link) {
            reliable.send(to_native(signal), now);
        }
    }

    /// Handles a payload, and returns the link and the signals that can be processed. A payload for a link that is not
    /// open is not acknowledged, so its sender repeats it: the participant may be announced later.
    pub(super) fn handle_payload(
        &mut self,
        from: ParticipantId,
        payload: RelayPayload,
        now: Timestamp,
    ) -> Option<Delivery> {
        let link = match from.as_str() {
            SFU_ID => LinkId::Server(Lane::Both),
            _ => LinkId::Participant(from),
        };
        let reliable = self.open.get_mut(&link)?;
        if payload.epoch > reliable.epoch() {
            // One that comes too early is repeated.
            if let LinkId::Participant(id) = &link
                && reopens_too_soon(&mut self.reopened, id, now)
            {
                return None;
            }
            self.open.remove(&link);
            self.begin_next(&link, payload.epoch, Some(payload));
            return Some(Delivery::Reopened(link));
        }
        let signals = receive(reliable, &link, payload, now);
        Some(Delivery::Signals(link, signals))
    }

    /// Repeats soon what is not acknowledged, because it may be lost: by everyone, or by one participant. Not at once: the
    /// session may open links again first.
    pub(super) fn repeat(&mut self, to: Option<&ParticipantId>, now: Timestamp) {
        let is_meant = |link: &LinkId| to.is_none() || link.participant() == to;
        for (_, reliable) in self.open.iter_mut().filter(|(link, _)| is_meant(link)) {
            reliable.repeat_soon(now);
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        self.open.values().filter_map(Reliable::poll_timeout).min()
    }

    pub(super) fn handle_timeout(&mut self, now: Timestamp) {
        self.open.values_mut().for_each(|reliable| reliable.handle_timeout(now));
    }

    /// The next payload for the server, and its receiver.
    pub(super) fn poll_transmit(&mut self) -> Option<(ParticipantId, RelayPayload)> {
        self.open.iter_mut().find_map(|(link, reliable)| {
            let to = || link.participant().cloned().unwrap_or_else(|| SFU_ID.into());
            reliable.poll_transmit().map(|payload| (to(), payload))
        })
    }
}

fn reopens_too_soon(paces: &mut SortedMap<ParticipantId, Pace>, id: &ParticipantId, now: Timestamp) -> bool {
    if paces.len() == MAX_CLOSED && !paces.contains_key(id) {
        paces.pop_first();
    }
    paces.get_or_insert_with(id.clone(), || REOPENED).take(now).is_err()
}

fn receive(
    reliable: &mut Reliable,
    link: &LinkId,
    payload: RelayPayload,
    now: Timestamp,
) -> Vec<LinkSignal<Slot>> {
    let signals = reliable.handle_payload(payload, now).into_iter();
    let signals: Vec<_> = signals.filter_map(|signal| from_native(signal, link.participant())).collect();
    if signals.iter().any(|signal| matches!(signal, LinkSignal::Slots(_))) {
        // The SFU reuses a section after it was informed that its publication has ended here.
        reliable.acknowledge_now();
    }
    signals
}

fn to_native(signal: LinkSignal<PublicationId>) -> PeerSignal {
    match signal {
        LinkSignal::Description { description, carries } => {
            PeerSignal::Description { description, mids: carries.unwrap_or_default() }
        }
        LinkSignal::Candidate(candidate) => PeerSignal::Candidate { candidate },
        LinkSignal::RequestOffer { sections: Sections { audio, video }, restart } => {
            let length = |sections| u32::try_from(sections).unwrap_or(u32::MAX);
            PeerSignal::Ask { audio: length(audio), video: length(video), restart }
        }
        LinkSignal::Rejected { sdp_type, reason } => PeerSignal::Refusal { sdp_type, reason },
        LinkSignal::Wishes(Wanted { wishes, others }) => PeerSignal::Wishes { wishes, others },
        // Between participants, the description contains it.
        LinkSignal::Slots(_) => PeerSignal::Unknown,
    }
}

/// A signal of a participant, or of the SFU. A participant's publications are its own; the SFU names the publisher of
/// each section, and has no wishes.
fn from_native(signal: PeerSignal, from: Option<&ParticipantId>) -> Option<LinkSignal<Slot>> {
    Some(match (signal, from) {
        (PeerSignal::Description { description, mids }, from) => {
            let slot = |publication_id| from.map(|id| Slot { participant_id: id.clone(), publication_id });
            let carries = from.map(|_| {
                // `collect` sorts what is sorted, which is kilobytes of WebAssembly.
                let mut slots = Slots::new();
                slots.extend(mids.into_iter().filter_map(|(mid, id)| Some((mid, slot(id)?))));
                slots
            });
            LinkSignal::Description { description, carries }
        }
        (PeerSignal::Candidate { candidate }, _) => LinkSignal::Candidate(candidate),
        (PeerSignal::Refusal { sdp_type, reason }, _) => LinkSignal::Rejected { sdp_type, reason },
        (PeerSignal::Ask { audio, video, restart }, _) => {
            let sections = Sections { audio: audio as usize, video: video as usize };
            LinkSignal::RequestOffer { sections, restart }
        }
        (PeerSignal::Slots { slots }, None) => LinkSignal::Slots(slots),
        (PeerSignal::Wishes { wishes, others }, Some(_)) => LinkSignal::Wishes(Wanted { wishes, others }),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_participant_cannot_open_its_link_again_and_again() {
        let (mut links, link) = (Links::default(), LinkId::from(ParticipantId::from("b")));
        links.open(link.clone(), 0);
        let mut reopen = |epoch, now| {
            let payload = RelayPayload { epoch, seq: 1, ack: 0, signal: None };
            let delivery = links.handle_payload("b".into(), payload, now);
            let is_reopened = matches!(delivery, Some(Delivery::Reopened(_)));
            if is_reopened {
                links.open(link.clone(), now);
            }
            is_reopened
        };
        assert_eq!((1..500).filter(|epoch| reopen(*epoch, 0)).count(), 16);
        assert!(reopen(500, 2_000), "an honest end repeats it");
    }

    #[test]
    fn only_the_last_wishes_are_repeated() {
        let (mut links, link) = (Links::default(), LinkId::from(ParticipantId::from("b")));
        links.open(link.clone(), 0);
        for others in [true, false] {
            links.send(&link, LinkSignal::Wishes(Wanted { wishes: Vec::new(), others }), 0);
        }
        while links.poll_transmit().is_some() {}
        let due = links.poll_timeout().unwrap();
        links.handle_timeout(due);
        let repeated = std::iter::from_fn(|| links.poll_transmit()).filter_map(|(_, payload)| payload.signal);
        assert_eq!(repeated.collect::<Vec<_>>(), [PeerSignal::Wishes { wishes: Vec::new(), others: false }]);
    }
}
