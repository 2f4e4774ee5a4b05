//! Assigns the others' publications to the media sections of a client.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use moim_protocol::{MediaKind, ParticipantId, Slot};
use str0m::media::Mid;

use super::Source;

/// The most sections per kind in which moim's clients receive.
const MOST_SECTIONS: usize = 100;

/// A publication that can be forwarded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Feed {
    pub(super) source: Source,
    pub(super) kind: MediaKind,
    pub(super) slot: Slot,
    /// The only receiver, if it is not for everyone.
    pub(super) to: Option<ParticipantId>,
}

impl Feed {
    /// Whether a participant receives it.
    pub(super) fn is_for(&self, participant: &ParticipantId) -> bool {
        self.to.as_ref().is_none_or(|to| to == participant)
    }
}

/// The sections in which a client receives, each free or in use.
#[derive(Debug, Default)]
pub(super) struct Slots {
    sections: BTreeMap<Mid, Section>,
}

#[derive(Debug)]
struct Section {
    kind: MediaKind,
    feed: Option<Feed>,
    hold: Hold,
}

/// A client attributes what arrives in a section to the publication that it knows to be there. So a section that a
/// publication has left is not reused until the client knows.
#[derive(Debug, Default, PartialEq)]
enum Hold {
    #[default]
    Free,
    /// The client must still be informed.
    Untold,
    /// Until the client has acknowledged the signal with this number.
    Until(u32),
}

impl Slots {
    /// Adds a section, if it is new.
    pub(super) fn add(&mut self, mid: Mid, kind: MediaKind) {
        self.sections.entry(mid).or_insert(Section { kind, feed: None, hold: Hold::Free });
    }

    /// Assigns as many of `wanted` as possible to sections. Existing assignments stay, unless there are too few sections:
    /// then nobody has more of them than others who publish as much. Returns the sections that changed.
    pub(super) fn assign(&mut self, wanted: Vec<Feed>) -> Vec<Mid> {
        let wanted = self.fair_share(wanted);
        let mut changed = BTreeSet::new();
        for (mid, section) in &mut self.sections {
            if section.feed.as_ref().is_some_and(|feed| !wanted.contains(feed)) {
                section.feed = None;
                section.hold = Hold::Untold;
                changed.insert(*mid);
            }
        }
        for feed in wanted {
            if self.sections.values().any(|section| section.feed.as_ref() == Some(&feed)) {
                continue;
            }
            let is_free = |section: &Section| section.feed.is_none() && section.hold == Hold::Free;
            let mut free = self.sections.iter_mut().filter(|(_, section)| is_free(section));
            if let Some((mid, section)) = free.find(|(_, section)| section.kind == feed.kind) {
                section.feed = Some(feed);
                changed.insert(*mid);
            }
        }
        changed.into_iter().collect()
    }

    /// The publications in the order in which they get sections. A client that has as many as it can gets the first of each
    /// publisher, then the second of each, and so on.
    fn fair_share(&self, mut wanted: Vec<Feed>) -> Vec<Feed> {
        for kind in [MediaKind::Audio, MediaKind::Video] {
            let count = self.sections.values().filter(|section| section.kind == kind).count();
            let rivals = wanted.iter().filter(|feed| feed.kind == kind).count();
            // One with fewer sections is about to have more.
            if count < MOST_SECTIONS || rivals <= count {
                continue;
            }
            let (mut ranked, others): (Vec<_>, Vec<_>) =
                wanted.into_iter().partition(|feed| feed.kind == kind);
            let mut ranks = HashMap::new();
            ranked.sort_by_cached_key(|feed| {
                let rank = ranks.entry(feed.source.0).or_insert(0_usize);
                *rank += 1;
                (*rank, self.section_of(feed.source).is_none())
            });
            ranked.truncate(count);
            wanted = others.into_iter().chain(ranked).collect();
        }
        wanted
    }

    /// The client was sent the assignments with the signal of this number. Earlier ones need not arrive any more, so this
    /// one has to.
    pub(super) fn told(&mut self, number: u32) {
        for section in self.sections.values_mut().filter(|section| section.hold != Hold::Free) {
            section.hold = Hold::Until(number);
        }
    }

    /// The client has all signals up to this number. Returns whether sections became reusable.
    pub(super) fn acknowledged(&mut self, number: u32) -> bool {
        let is_over = |section: &&mut Section| matches!(section.hold, Hold::Until(last) if last <= number);
        let released = self.sections.values_mut().filter(is_over);
        released.map(|section| section.hold = Hold::Free).count() > 0
    }

    /// The publication in a section, if any.
    pub(super) fn source(&self, mid: Mid) -> Option<Source> {
        Some(self.feed(mid)?.source)
    }

    /// The publication in a section.
    pub(super) fn feed(&self, mid: Mid) -> Option<&Feed> {
        self.sections.get(&mid)?.feed.as_ref()
    }

    /// The sections in use, with their publications.
    pub(super) fn sources(&self) -> impl Iterator<Item = (Mid, Source)> + '_ {
        self.sections.iter().filter_map(|(mid, section)| Some((*mid, section.feed.as_ref()?.source)))
    }

    /// The section of a publication.
    pub(super) fn section_of(&self, source: Source) -> Option<Mid> {
        let mut sections = self.sections.iter();
        let is_it = |section: &Section| section.feed.as_ref().is_some_and(|feed| feed.source == source);
        sections.find(|(_, section)| is_it(section)).map(|(mid, _)| *mid)
    }

    /// The assignments for the client.
    pub(super) fn to_signal(&self) -> BTreeMap<String, Slot> {
        let taken = self.sections.iter().filter_map(|(mid, section)| Some((mid, section.feed.as_ref()?)));
        taken.map(|(mid, feed)| (mid.to_string(), feed.slot.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeatId;

    fn feed(connection: u64, kind: MediaKind) -> Feed {
        let slot =
            Slot { participant_id: connection.to_string().as_str().into(), publication_id: "x".into() };
        Feed { source: (SeatId(connection), "0".into()), kind, slot, to: None }
    }

    fn mid(name: &str) -> Mid {
        name.into()
    }

    #[test]
    fn publications_take_free_sections_of_their_kind_and_keep_them() {
        let mut slots = Slots::default();
        slots.add(mid("a"), MediaKind::Audio);
        slots.add(mid("v"), MediaKind::Video);
        let (one, two) = (feed(1, MediaKind::Video), feed(2, MediaKind::Video));
        assert_eq!(slots.assign(vec![one.clone(), two.clone()]), [mid("v")], "there is room for one");
        assert_eq!(slots.section_of(one.source), Some(mid("v")));
        slots.add(mid("w"), MediaKind::Video);
        assert_eq!(slots.assign(vec![two.clone(), one.clone()]), [mid("w")]);
        assert_eq!(slots.source(mid("v")), Some(one.source), "existing assignments stay");
        assert_eq!(slots.assign(vec![two.clone()]), [mid("v")]);
        slots.told(1);
        slots.acknowledged(1);
        assert_eq!(
            slots.assign(vec![two, feed(3, MediaKind::Video)]),
            [mid("v")],
            "a free section is used again"
        );
        assert_eq!(slots.to_signal().len(), 2);
        assert_eq!(slots.source(mid("a")), None);
    }

    #[test]
    fn who_publishes_much_leaves_sections_to_others() {
        let mut slots = Slots::default();
        for section in 0..MOST_SECTIONS {
            slots.add(section.to_string().as_str().into(), MediaKind::Video);
        }
        let mallorys = (0..200).map(|number: u32| {
            let mut feed = feed(1, MediaKind::Video);
            feed.source.1 = number.to_string().as_str().into();
            feed
        });
        let mut wanted: Vec<_> = mallorys.collect();
        slots.assign(wanted.clone());
        assert_eq!(slots.sources().count(), MOST_SECTIONS);
        wanted.extend([feed(2, MediaKind::Video), feed(3, MediaKind::Video)]);
        slots.assign(wanted.clone());
        slots.told(1);
        slots.acknowledged(1);
        slots.assign(wanted.clone());
        let owners: Vec<_> = slots.sources().map(|(_, (owner, _))| owner.0).collect();
        assert_eq!([1, 2, 3].map(|owner| owners.iter().filter(|one| **one == owner).count()), [98, 1, 1]);
        assert!(slots.assign(wanted).is_empty(), "it stays so");
    }

    #[test]
    fn what_takes_anothers_place_waits_until_the_client_knows() {
        let mut slots = Slots::default();
        slots.add(mid("v"), MediaKind::Video);
        let (red, blue) = (feed(1, MediaKind::Video), feed(2, MediaKind::Video));
        slots.assign(vec![red]);
        slots.told(1);
        assert_eq!(slots.assign(vec![blue.clone()]), [mid("v")]);
        assert_eq!(slots.source(mid("v")), None, "it is vacated first");
        slots.told(2);
        assert!(!slots.acknowledged(1));
        assert!(slots.assign(vec![blue.clone()]).is_empty());
        slots.told(3);
        assert!(!slots.acknowledged(2), "the second signal was replaced by the third");
        assert!(slots.acknowledged(3), "the client knows that the first is gone");
        assert_eq!(slots.assign(vec![blue.clone()]), [mid("v")]);
        assert_eq!(slots.source(mid("v")), Some(blue.source));
    }
}
