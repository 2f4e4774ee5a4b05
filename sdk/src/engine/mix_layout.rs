//! The layout of a mixer's picture, which the mixer publishes as a participant attribute so that late joiners see it
//! too.

use moim_protocol::{json, record, words};
use serde::{Deserialize, Serialize};

use super::layout::Rectangle;
use crate::model::{ParticipantId, ParticipantInfo, Role, TrackSource};

/// The mixer's attribute that holds its [`MixLayout`] as JSON.
pub const ATTRIBUTE: &str = "moim.layout";

/// The most tiles. A picture of 1080 lines with so many has 60 lines for each.
const MAX_TILES: usize = 256;

/// The kind of a mixer's layout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum MixLayoutKind {
    /// A grid of equal tiles.
    #[default]
    Grid,
    /// One large, the others in a strip below it.
    Spotlight,
    /// One fills the picture, the others are small in its corner.
    PictureInPicture,
    /// Any other layout, including those of later versions.
    #[serde(other)]
    Custom,
}

/// The layout of a mixer's picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(default, rename_all = "camelCase")]
pub struct MixLayout {
    /// The kind of layout.
    #[serde(rename = "type")]
    pub kind: MixLayoutKind,
    /// The participant who is shown large, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub spotlight: Option<ParticipantId>,
    /// The tiles of the picture, from back to front.
    pub tiles: Vec<MixTile>,
}

/// A tile of a mixer's picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct MixTile {
    /// The participant shown in it.
    pub participant_id: ParticipantId,
    /// The source of the publication.
    pub source: TrackSource,
    /// Its position, in fractions of the picture.
    pub rectangle: Rectangle,
}

words! { MixLayoutKind {
    "grid" Grid,
    "spotlight" Spotlight,
    "pictureInPicture" PictureInPicture,
} else "custom" Custom }

record! { MixLayout {
    kind: "type" optional,
    spotlight: "spotlight" omitted_if "null",
    tiles: "tiles" optional,
} }

record! { MixTile {
    participant_id: "participantId" required,
    source: "source" required,
    rectangle: "rectangle" required,
} }

/// Returns the layout that the room's mixer published, if it is valid, without what cannot be in the picture.
pub fn of_room(participants: &[ParticipantInfo]) -> Option<MixLayout> {
    let mixer = participants.iter().find(|participant| participant.role == Role::Mixer)?;
    let mut layout: MixLayout = json::from_text(mixer.attributes.get(ATTRIBUTE)?).ok()?;
    let is_there =
        |id: &ParticipantId| participants.iter().any(|known| known.id == *id && known.id != mixer.id);
    layout.spotlight = layout.spotlight.filter(is_there);
    layout.tiles.retain(|tile| tile.rectangle.is_in_picture() && is_there(&tile.participant_id));
    layout.tiles.truncate(MAX_TILES);
    Some(layout)
}

impl MixLayout {
    /// Encodes the attribute's value.
    pub fn to_attribute(&self) -> String {
        let mut short = self.clone();
        // A ten-thousandth is less than a pixel, and participant attributes have a size limit.
        let round = |fraction: f64| (fraction * 10_000.0).round() / 10_000.0;
        for MixTile { rectangle, .. } in &mut short.tiles {
            let Rectangle { x, y, width, height } = *rectangle;
            *rectangle = Rectangle { x: round(x), y: round(y), width: round(width), height: round(height) };
        }
        json::to_text(&short)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn participant(role: Role, layout: &str) -> ParticipantInfo {
        ParticipantInfo {
            attributes: BTreeMap::from([(ATTRIBUTE.to_owned(), layout.to_owned())]),
            ..crate::model::participant("m", 1, role)
        }
    }

    #[test]
    fn what_a_mixer_says_is_read() {
        let tile = MixTile {
            participant_id: "a".into(),
            source: TrackSource::Camera,
            rectangle: Rectangle { x: 1.0 / 3.0, y: 0.0, width: 0.5, height: 1.0 },
        };
        let layout =
            MixLayout { kind: MixLayoutKind::Spotlight, spotlight: Some("a".into()), tiles: vec![tile] };
        let text = layout.to_attribute();
        let ana = crate::model::participant("a", 2, Role::Participant);
        let read = of_room(&[participant(Role::Mixer, &text), ana]).unwrap();
        assert_eq!((read.kind, &read.spotlight), (layout.kind, &layout.spotlight));
        assert_eq!(read.tiles[0].rectangle.x, 0.3333);
        assert_eq!(of_room(&[participant(Role::Participant, &text)]), None, "only a mixer lays out");
    }

    #[test]
    fn what_a_mixer_invents_is_not_shown() {
        let tile = |id: &str, x: f64, width: f64| MixTile {
            participant_id: id.into(),
            source: TrackSource::Camera,
            rectangle: Rectangle { x, y: 0.0, width, height: 1.0 },
        };
        let tiles =
            [("nobody", 0.0, 1.0), ("m", 0.0, 1.0), ("a", -1.0, 1.0), ("a", 0.5, 1.0), ("a", 0.0, 0.0)]
                .map(|(id, x, width)| tile(id, x, width));
        let mut layout =
            MixLayout { spotlight: Some("nobody".into()), tiles: tiles.into(), ..Default::default() };
        layout.tiles.extend(vec![tile("a", 0.6667, 0.3334); 1_000]);
        let text = layout.to_attribute();
        let ana = crate::model::participant("a", 2, Role::Participant);
        let read = of_room(&[participant(Role::Mixer, &text), ana.clone()]).unwrap();
        assert_eq!((read.spotlight, read.tiles.len()), (None, MAX_TILES));
        assert!(read.tiles.iter().all(|shown| *shown == tile("a", 0.6667, 0.3334)));
        let endless = text.replace("0.6667", "1e999");
        assert!(of_room(&[participant(Role::Mixer, &endless), ana]).is_none_or(|read| read.tiles.is_empty()));
    }

    #[test]
    fn nonsense_and_later_versions_are_no_fault() {
        assert_eq!(of_room(&[participant(Role::Mixer, "{")]), None);
        assert_eq!(of_room(&[]), None);
        let later = of_room(&[participant(Role::Mixer, r#"{"type":"carousel","speed":3}"#)]).unwrap();
        assert_eq!(later.kind, MixLayoutKind::Custom);
    }
}
