//! What is wanted of the remote publications.

use std::collections::VecDeque;

use crate::collections::SortedMap;
use crate::engine::adaptive_stream::TrackKey;
use crate::model::{LinkId, ParticipantId, PublicationId, Wanted, Wish};

/// Maximum publications that have ended and whose wishes are kept: one may be published again with the same id.
const MAX_ENDED: usize = 64;

/// Wishes that differ from the default.
#[derive(Debug)]
pub(super) struct Wishes {
    /// Whether publications without a wish are wanted.
    others: bool,
    wishes: SortedMap<TrackKey, Wish>,
    /// The display height in pixels, where it is limited.
    shown: SortedMap<TrackKey, u32>,
    /// Publications with wishes that have ended, the oldest first.
    ended: VecDeque<TrackKey>,
}

impl Wishes {
    pub(super) fn new(others: bool) -> Self {
        Self { others, wishes: SortedMap::new(), shown: SortedMap::new(), ended: VecDeque::new() }
    }

    pub(super) fn set(&mut self, wish: Wish) {
        let key = (wish.participant_id.clone(), wish.publication_id.clone());
        if wish.wanted == self.others && wish.max_height.is_none() {
            self.wishes.remove(&key);
        } else {
            self.wishes.insert(key, wish);
        }
    }

    /// Limits a wish to the display height. `None` removes the limit.
    pub(super) fn show(&mut self, key: TrackKey, max_height: Option<u32>) {
        match max_height {
            Some(height) => self.shown.insert(key, height),
            None => self.shown.remove(&key),
        };
    }

    /// Whether a publication is wanted at all.
    pub(super) fn wants(&self, owner: &ParticipantId, id: &PublicationId) -> bool {
        self.wishes.get(&(owner.clone(), id.clone())).map_or(self.others, |wish| wish.wanted)
    }

    /// The largest height in which a publication is wanted; `None` if it is not limited.
    pub(super) fn max_height(&self, owner: &ParticipantId, id: &PublicationId) -> Option<u32> {
        let key = (owner.clone(), id.clone());
        let wanted = self.wishes.get(&key).and_then(|wish| wish.max_height);
        wanted.into_iter().chain(self.shown.get(&key).copied()).min()
    }

    /// The wishes for the remote end of a link: a participant's publications are its own, a server's are everyone's.
    pub(super) fn of(&self, link: &LinkId) -> Wanted {
        let is_meant = |wish: &Wish| link.participant().is_none_or(|peer| wish.participant_id == *peer);
        let mut wishes = self.wishes.clone();
        for (key, height) in &self.shown {
            let wish = wishes.get_or_insert_with(key.clone(), || Wish {
                participant_id: key.0.clone(),
                publication_id: key.1.clone(),
                wanted: self.others,
                max_height: None,
            });
            wish.max_height = Some(wish.max_height.map_or(*height, |most| most.min(*height)));
        }
        Wanted { wishes: wishes.into_values().filter(is_meant).collect(), others: self.others }
    }

    /// A publication has ended. Its wish is kept until too many others have.
    pub(super) fn publication_ended(&mut self, key: TrackKey) {
        if !self.wishes.contains_key(&key) && !self.shown.contains_key(&key) {
            return;
        }
        self.ended.push_back(key);
        if self.ended.len() > MAX_ENDED
            && let Some(oldest) = self.ended.pop_front()
        {
            self.wishes.remove(&oldest);
            self.shown.remove(&oldest);
        }
    }

    /// A publication is new, or published again.
    pub(super) fn published(&mut self, key: &TrackKey) {
        self.ended.retain(|ended| ended != key);
    }

    /// Removes the wishes about a participant who left.
    pub(super) fn forget(&mut self, owner: &ParticipantId) {
        self.ended.retain(|(of, _)| of != owner);
        self.wishes.retain(|(of, _), _| of != owner);
        self.shown.retain(|(of, _), _| of != owner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Lane;

    fn wish(owner: &str, wanted: bool, max_height: Option<u32>) -> Wish {
        Wish { participant_id: owner.into(), publication_id: "cam".into(), wanted, max_height }
    }

    #[test]
    fn each_far_end_hears_what_concerns_it() {
        let mut wishes = Wishes::new(true);
        wishes.set(wish("a", true, Some(180)));
        wishes.set(wish("b", false, None));
        assert_eq!(wishes.of(&LinkId::Server(Lane::Both)).wishes.len(), 2);
        assert_eq!(wishes.of(&"b".into()).wishes, [wish("b", false, None)]);
        assert!(!wishes.wants(&"b".into(), &"cam".into()) && wishes.wants(&"a".into(), &"cam".into()));
        wishes.set(wish("b", true, None));
        assert!(wishes.of(&"b".into()).wishes.is_empty(), "all of it is no wish");
        wishes.forget(&"a".into());
        assert!(wishes.of(&LinkId::Server(Lane::Both)).wishes.is_empty());
    }

    #[test]
    fn wishes_about_ended_publications_are_kept_for_some_of_them() {
        let key = |number: usize| (ParticipantId::from("a"), PublicationId(number.to_string()));
        let unwanted = |number| {
            let (participant_id, publication_id) = key(number);
            Wish { participant_id, publication_id, wanted: false, max_height: None }
        };
        let mut wishes = Wishes::new(true);
        for number in 0..2 * MAX_ENDED {
            wishes.set(unwanted(number));
            wishes.show(key(number), Some(90));
            wishes.publication_ended(key(number));
            if number == 0 {
                wishes.published(&key(0));
            }
        }
        let kept = |number: usize| {
            wishes.wishes.contains_key(&key(number)) && wishes.shown.contains_key(&key(number))
        };
        let numbers: Vec<_> = (0..2 * MAX_ENDED).filter(|number| kept(*number)).collect();
        let expected: Vec<_> = std::iter::once(0).chain(MAX_ENDED..2 * MAX_ENDED).collect();
        assert_eq!(numbers, expected, "the newest, and what is published again");
        assert_eq!((wishes.wishes.len(), wishes.shown.len()), (MAX_ENDED + 1, MAX_ENDED + 1));

        wishes.publication_ended(key(usize::MAX));
        assert_eq!(wishes.ended.len(), MAX_ENDED, "without a wish there is nothing to keep");
        wishes.forget(&"a".into());
        assert!(wishes.ended.is_empty());
    }

    #[test]
    fn who_wants_nothing_by_default_says_what_is_wanted() {
        let mut wishes = Wishes::new(false);
        assert!(!wishes.wants(&"a".into(), &"cam".into()));
        wishes.set(wish("a", true, None));
        assert!(wishes.wants(&"a".into(), &"cam".into()));
        assert_eq!(wishes.of(&"a".into()).wishes, [wish("a", true, None)]);
        wishes.set(wish("a", false, None));
        assert!(wishes.of(&"a".into()).wishes.is_empty());
    }

    #[test]
    fn of_a_wish_and_what_is_shown_the_smaller_counts() {
        let (alice, cam) = ("a".into(), "cam".into());
        let show = |wishes: &mut Wishes, height| wishes.show(("a".into(), "cam".into()), height);
        let of = |wishes: &Wishes| wishes.of(&"a".into()).wishes;
        let mut wishes = Wishes::new(true);
        show(&mut wishes, Some(360));
        assert_eq!(of(&wishes), [wish("a", true, Some(360))]);
        wishes.set(wish("a", true, Some(180)));
        assert_eq!(of(&wishes), [wish("a", true, Some(180))]);
        show(&mut wishes, Some(0));
        assert_eq!(of(&wishes), [wish("a", true, Some(0))], "it keeps its section");
        assert_eq!(wishes.max_height(&alice, &cam), Some(0));
        assert!(wishes.wants(&alice, &cam));
        wishes.set(wish("a", false, None));
        assert!(
            !of(&wishes)[0].wanted && !wishes.wants(&alice, &cam),
            "unwanted publications have no display height"
        );
        wishes.set(wish("a", true, None));
        show(&mut wishes, None);
        assert_eq!(of(&wishes), []);
        show(&mut wishes, Some(90));
        wishes.forget(&alice);
        assert_eq!(of(&wishes), []);
    }
}
