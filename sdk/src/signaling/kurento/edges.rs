//! Which elements of a Kurento pipeline are connected with each other, so that another element can take the place of one.

/// A kind of media that flows between elements of a Kurento pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KurentoMedia {
    /// Audio.
    Audio,
    /// Video.
    Video,
    /// Messages of data channels.
    Data,
}

moim_protocol::words! { KurentoMedia { "audio" Audio, "video" Video, "data" Data, } }

impl KurentoMedia {
    const ALL: [Self; 3] = [Self::Audio, Self::Video, Self::Data];

    /// The server's name for it.
    pub fn as_kurento(self) -> &'static str {
        match self {
            Self::Audio => "AUDIO",
            Self::Video => "VIDEO",
            Self::Data => "DATA",
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

const ALL_BITS: u8 = 0b111;

/// The connections of one element in one direction.
#[derive(Clone, Debug)]
pub(crate) struct Edges<T>(Vec<(T, u8)>);

impl<T> Default for Edges<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: PartialEq> Edges<T> {
    /// Media flows to or from this element. `None` is every kind.
    pub(crate) fn connect(&mut self, other: T, media: Option<KurentoMedia>) {
        let bits = media.map_or(ALL_BITS, KurentoMedia::bit);
        match self.0.iter_mut().find(|(known, _)| *known == other) {
            Some((_, all)) => *all |= bits,
            None => self.0.push((other, bits)),
        }
    }

    /// Media no longer flows.
    pub(crate) fn disconnect(&mut self, other: &T, media: Option<KurentoMedia>) {
        let bits = media.map_or(ALL_BITS, KurentoMedia::bit);
        self.0.retain_mut(|(known, all)| {
            if known == other {
                *all &= !bits;
            }
            *all != 0
        });
    }

    /// Forgets the elements for which this is false.
    pub(crate) fn retain(&mut self, mut is_kept: impl FnMut(&T) -> bool) {
        self.0.retain(|(other, _)| is_kept(other));
    }

    /// The calls that make the same connections again.
    pub(crate) fn calls(&self) -> impl Iterator<Item = (&T, Option<KurentoMedia>)> {
        self.0.iter().flat_map(|(other, bits)| {
            let kinds: Vec<_> = match *bits {
                ALL_BITS => vec![None],
                bits => {
                    KurentoMedia::ALL.into_iter().filter(|kind| bits & kind.bit() != 0).map(Some).collect()
                }
            };
            kinds.into_iter().map(move |kind| (other, kind))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::KurentoMedia::{Audio, Data, Video};
    use super::*;

    fn calls(edges: &Edges<char>) -> Vec<(char, Option<KurentoMedia>)> {
        edges.calls().map(|(other, kind)| (*other, kind)).collect()
    }

    #[test]
    fn an_element_takes_over_exactly_what_is_connected() {
        let mut edges = Edges::default();
        edges.connect('a', None);
        edges.connect('b', Some(Audio));
        edges.connect('b', Some(Audio));
        edges.connect('c', None);
        edges.disconnect(&'c', Some(Video));
        edges.connect('d', None);
        edges.disconnect(&'d', None);
        edges.disconnect(&'e', None);
        assert_eq!(calls(&edges), [('a', None), ('b', Some(Audio)), ('c', Some(Audio)), ('c', Some(Data))]);
    }

    #[test]
    fn kinds_that_are_connected_one_by_one_are_everything() {
        let mut edges = Edges::default();
        for kind in KurentoMedia::ALL {
            edges.connect('a', Some(kind));
        }
        assert_eq!(calls(&edges), [('a', None)]);
        edges.retain(|_| false);
        assert_eq!(calls(&edges), []);
    }
}
