//! Which publication of the others goes into which media section of a client.

use std::collections::{BTreeMap, BTreeSet};

use moim_protocol::{MediaKind, ParticipantId, Slot};
use str0m::media::Mid;

use super::Source;

/// A publication that can be forwarded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) source: Source,
    pub(super) kind: MediaKind,
    pub(super) slot: Slot,
    /// The only one who gets it, if not everyone does.
    pub(super) to: Option<ParticipantId>,
}

impl Offer {
    /// Whether a participant gets it.
    pub(super) fn is_for(&self, participant: &ParticipantId) -> bool {
        self.to.as_ref().is_none_or(|to| to == participant)
    }
}

/// The sections that a client receives in, each free or taken.
#[derive(Debug, Default)]
pub(super) struct Slots {
    sections: BTreeMap<Mid, Section>,
}

#[derive(Debug)]
struct Section {
    kind: MediaKind,
    offer: Option<Offer>,
}

impl Slots {
    /// Adds a section, if it is new.
    pub(super) fn add(&mut self, mid: Mid, kind: MediaKind) {
        self.sections.entry(mid).or_insert(Section { kind, offer: None });
    }

    /// Puts as many of `wanted` as there is room for into sections. What is in one stays there. Returns the sections that
    /// changed.
    pub(super) fn assign(&mut self, wanted: Vec<Offer>) -> Vec<Mid> {
        let mut changed = BTreeSet::new();
        for (mid, section) in &mut self.sections {
            if section.offer.as_ref().is_some_and(|offer| !wanted.contains(offer)) {
                section.offer = None;
                changed.insert(*mid);
            }
        }
        for offer in wanted {
            if self.sections.values().any(|section| section.offer.as_ref() == Some(&offer)) {
                continue;
            }
            let mut free = self.sections.iter_mut().filter(|(_, section)| section.offer.is_none());
            if let Some((mid, section)) = free.find(|(_, section)| section.kind == offer.kind) {
                section.offer = Some(offer);
                changed.insert(*mid);
            }
        }
        changed.into_iter().collect()
    }

    /// What is in a section.
    pub(super) fn source(&self, mid: Mid) -> Option<Source> {
        Some(self.offer(mid)?.source)
    }

    /// The publication in a section.
    pub(super) fn offer(&self, mid: Mid) -> Option<&Offer> {
        self.sections.get(&mid)?.offer.as_ref()
    }

    /// The sections that are taken, and by what.
    pub(super) fn sources(&self) -> impl Iterator<Item = (Mid, Source)> + '_ {
        self.sections.iter().filter_map(|(mid, section)| Some((*mid, section.offer.as_ref()?.source)))
    }

    /// Where a publication goes.
    pub(super) fn section_of(&self, source: Source) -> Option<Mid> {
        let mut sections = self.sections.iter();
        let is_it = |section: &Section| section.offer.as_ref().is_some_and(|offer| offer.source == source);
        sections.find(|(_, section)| is_it(section)).map(|(mid, _)| *mid)
    }

    /// For the client.
    pub(super) fn to_signal(&self) -> BTreeMap<String, Slot> {
        let taken = self.sections.iter().filter_map(|(mid, section)| Some((mid, section.offer.as_ref()?)));
        taken.map(|(mid, offer)| (mid.to_string(), offer.slot.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ConnectionId;

    fn offer(connection: u64, kind: MediaKind) -> Offer {
        let slot =
            Slot { participant_id: connection.to_string().as_str().into(), publication_id: "x".into() };
        Offer { source: (ConnectionId(connection), "0".into()), kind, slot, to: None }
    }

    fn mid(name: &str) -> Mid {
        name.into()
    }

    #[test]
    fn publications_take_free_sections_of_their_kind_and_keep_them() {
        let mut slots = Slots::default();
        slots.add(mid("a"), MediaKind::Audio);
        slots.add(mid("v"), MediaKind::Video);
        let (one, two) = (offer(1, MediaKind::Video), offer(2, MediaKind::Video));
        assert_eq!(slots.assign(vec![one.clone(), two.clone()]), [mid("v")], "there is room for one");
        assert_eq!(slots.section_of(one.source), Some(mid("v")));
        slots.add(mid("w"), MediaKind::Video);
        assert_eq!(slots.assign(vec![two.clone(), one.clone()]), [mid("w")]);
        assert_eq!(slots.source(mid("v")), Some(one.source), "who is in stays");
        assert_eq!(slots.assign(vec![two.clone()]), [mid("v")]);
        assert_eq!(
            slots.assign(vec![two, offer(3, MediaKind::Video)]),
            [mid("v")],
            "a free section is used again"
        );
        assert_eq!(slots.to_signal().len(), 2);
        assert_eq!(slots.source(mid("a")), None);
    }
}
