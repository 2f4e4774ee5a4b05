//! Publications of this participant and of others.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use crate::model::{self, MediaKind, ParticipantId, PublicationId, TrackSource};

/// A track that a participant publishes. Clones are handles of the same publication, and compare as equal. The getters
/// return current values for as long as it is published.
#[derive(Clone, Debug)]
pub struct Publication(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    id: PublicationId,
    kind: MediaKind,
    source: TrackSource,
    to: Option<ParticipantId>,
    muted: Cell<bool>,
    /// The JavaScript object of the publication.
    #[cfg(feature = "js")]
    object: crate::js::LiveObject,
}

impl Publication {
    pub(super) fn new(publication: model::Publication) -> Self {
        let model::Publication { id, kind, source, muted, to } = publication;
        let muted = Cell::new(muted);
        Self(Rc::new(Inner {
            id,
            kind,
            source,
            to,
            muted,
            #[cfg(feature = "js")]
            object: crate::js::LiveObject::new("Publication"),
        }))
    }

    /// Unique among the participant's publications.
    pub fn id(&self) -> &PublicationId {
        &self.0.id
    }

    /// Audio or video.
    pub fn kind(&self) -> MediaKind {
        self.0.kind
    }

    /// The source of the track.
    pub fn source(&self) -> TrackSource {
        self.0.source
    }

    /// Whether it is muted by its publisher, and so silent or black.
    pub fn is_muted(&self) -> bool {
        self.0.muted.get()
    }

    /// The only participant who receives it; `None`: everyone.
    pub fn to(&self) -> Option<&ParticipantId> {
        self.0.to.as_ref()
    }

    /// The JavaScript object of the publication.
    #[cfg(feature = "js")]
    pub(crate) fn object(&self) -> wasm_bindgen::JsValue {
        self.0.object.get(&self.as_it_is())
    }

    /// Whether `now` is this publication.
    fn is_same(&self, now: &model::Publication) -> bool {
        let model::Publication { id, kind, source, to, muted: _ } = now;
        (id, *kind, *source, to.as_ref()) == (self.id(), self.kind(), self.source(), self.to())
    }

    /// Updates this publication to `now`. Returns `None` if `now` is another publication.
    fn follow(&self, now: &model::Publication) -> Option<IsChanged> {
        self.is_same(now).then(|| {
            let is_changed = self.0.muted.replace(now.muted) != now.muted;
            #[cfg(feature = "js")]
            if is_changed {
                self.0.object.update(&self.as_it_is());
            }
            is_changed
        })
    }

    #[cfg(feature = "js")]
    fn as_it_is(&self) -> model::Publication {
        let Inner { id, kind, source, to, muted, .. } = &*self.0;
        model::Publication {
            id: id.clone(),
            kind: *kind,
            source: *source,
            muted: muted.get(),
            to: to.clone(),
        }
    }
}

type IsChanged = bool;

/// Whether the list is up to date.
pub(super) fn is_current(list: &[Publication], now: &[model::Publication]) -> bool {
    let is_current = |(known, now): (&Publication, &model::Publication)| {
        known.is_same(now) && known.is_muted() == now.muted
    };
    list.len() == now.len() && list.iter().zip(now).all(is_current)
}

/// Updates the list to `now`. A publication that is in both keeps its handle.
pub(super) fn follow(list: &mut Vec<Publication>, now: &[model::Publication]) -> IsChanged {
    let before = std::mem::take(list);
    let mut is_changed = before.len() != now.len();
    for (at, publication) in now.iter().enumerate() {
        let known = before.iter().find_map(|known| Some((known, known.follow(publication)?)));
        is_changed |= known.is_none_or(|(known, is_changed)| is_changed || before.get(at) != Some(known));
        list.push(known.map_or_else(|| Publication::new(publication.clone()), |(known, _)| known.clone()));
    }
    is_changed
}

/// The same publication.
impl PartialEq for Publication {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Publication {}

impl Hash for Publication {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Rc::as_ptr(&self.0).hash(state);
    }
}
