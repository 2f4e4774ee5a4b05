//! What this participant wants to receive, and what the server was told of it.

use super::messages::Request;
use crate::collections::SortedMap;
use crate::model::Wanted;

/// Whether a track is wanted, and its height in pixels. None: the largest.
type State = (bool, Option<u32>);

#[derive(Default)]
pub(super) struct Wishes {
    wanted: Wanted,
    /// By track. What is not there has the default: subscribed, the largest.
    told: SortedMap<String, State>,
}

impl Wishes {
    pub(super) fn set(&mut self, wanted: Wanted) {
        self.wanted = wanted;
    }

    /// The server knows nothing any more.
    pub(super) fn forget(&mut self) {
        self.told.clear();
    }

    /// The messages that make the server know the wishes about these tracks, which are all that there are.
    pub(super) fn settle<'a>(&mut self, tracks: impl Iterator<Item = &'a str>) -> Vec<Vec<u8>> {
        let tracks: Vec<_> = tracks.collect();
        self.told.retain(|sid, _| tracks.contains(&sid.as_str()));
        let mut messages = Vec::new();
        for sid in tracks {
            let wish = self.wanted.wishes.iter().find(|wish| wish.publication_id.as_str() == sid);
            let state = wish.map_or((self.wanted.others, None), |wish| (wish.wanted, wish.max_height));
            let told = self.told.insert(sid.to_owned(), state).unwrap_or((true, None));
            if told.0 != state.0 {
                messages.push(Request::Subscription { sid, wanted: state.0 }.encode());
            }
            if state.0 && told != state && (told.1, state.1) != (None, None) {
                messages.push(Request::Size { sid, height: state.1 }.encode());
            }
        }
        messages
    }
}
