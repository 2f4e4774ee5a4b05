//! Numbers and repeats the signals of each link, in `relay` payloads.

use std::collections::BTreeMap;

use moim_protocol::{PeerSignal, RelayPayload, Reliable, SFU_ID};

use crate::model::{
    Lane, LinkId, LinkSignal, ParticipantId, PublicationId, Sections, Slot, Timestamp, Wanted,
};

/// The open links.
#[derive(Debug, Default)]
pub(super) struct Links(BTreeMap<LinkId, Reliable>);

impl Links {
    /// Accepts signals of the link from now on.
    pub(super) fn open(&mut self, link: LinkId) {
        self.0.insert(link, Reliable::default());
    }

    pub(super) fn close(&mut self, link: &LinkId) {
        self.0.remove(link);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Sends a signal. Has no effect if the link is not open.
    pub(super) fn send(&mut self, link: &LinkId, signal: LinkSignal<PublicationId>, now: Timestamp) {
        if let Some(reliable) = self.0.get_mut(link) {
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
    ) -> Option<(LinkId, Vec<LinkSignal<Slot>>)> {
        let link = match from.as_str() {
            SFU_ID => LinkId::Server(Lane::Both),
            _ => LinkId::Participant(from),
        };
        let reliable = self.0.get_mut(&link)?;
        let signals = reliable.handle_payload(payload, now).into_iter();
        let signals: Vec<_> = signals.filter_map(|signal| from_native(signal, link.participant())).collect();
        if signals.iter().any(|signal| matches!(signal, LinkSignal::Slots(_))) {
            // The SFU reuses a section after it was informed that its publication has ended here.
            reliable.acknowledge_now();
        }
        Some((link, signals))
    }

    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        self.0.values().filter_map(Reliable::poll_timeout).min()
    }

    pub(super) fn handle_timeout(&mut self, now: Timestamp) {
        self.0.values_mut().for_each(|reliable| reliable.handle_timeout(now));
    }

    /// The next payload for the server, and its receiver.
    pub(super) fn poll_transmit(&mut self) -> Option<(ParticipantId, RelayPayload)> {
        self.0.iter_mut().find_map(|(link, reliable)| {
            let to = || link.participant().cloned().unwrap_or_else(|| SFU_ID.into());
            reliable.poll_transmit().map(|payload| (to(), payload))
        })
    }
}

fn to_native(signal: LinkSignal<PublicationId>) -> PeerSignal {
    match signal {
        LinkSignal::Description { description, carries } => {
            PeerSignal::Description { description, mids: carries.unwrap_or_default() }
        }
        LinkSignal::Candidate(candidate) => PeerSignal::Candidate { candidate },
        LinkSignal::RequestOffer(Sections { audio, video }) => {
            let length = |sections| u32::try_from(sections).unwrap_or(u32::MAX);
            PeerSignal::Ask { audio: length(audio), video: length(video) }
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
            let carries =
                from.map(|_| mids.into_iter().filter_map(|(mid, id)| Some((mid, slot(id)?))).collect());
            LinkSignal::Description { description, carries }
        }
        (PeerSignal::Candidate { candidate }, _) => LinkSignal::Candidate(candidate),
        (PeerSignal::Refusal { sdp_type, reason }, _) => LinkSignal::Rejected { sdp_type, reason },
        (PeerSignal::Ask { audio, video }, _) => {
            LinkSignal::RequestOffer(Sections { audio: audio as usize, video: video as usize })
        }
        (PeerSignal::Slots { slots }, None) => LinkSignal::Slots(slots),
        (PeerSignal::Wishes { wishes, others }, Some(_)) => LinkSignal::Wishes(Wanted { wishes, others }),
        _ => return None,
    })
}
