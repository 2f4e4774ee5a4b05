//! The layout of a mixer's picture, which the mixer publishes as a participant attribute so that late joiners see it
//! too.

use moim_protocol::{json, record, words};
use serde::{Deserialize, Serialize};

use super::layout::Rectangle;
use crate::model::{ParticipantId, ParticipantInfo, Role, TrackSource};

/// The mixer's attribute that holds its [`MixLayout`] as JSON.
pub const ATTRIBUTE: &str = "moim.layout";

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

/// Returns the layout that the room's mixer published, if it is valid.
pub fn of_room(participants: &[ParticipantInfo]) -> Option<MixLayout> {
    let mixer = participants.iter().find(|participant| participant.role == Role::Mixer)?;
    json::from_text(mixer.attributes.get(ATTRIBUTE)?).ok()
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
        let read = of_room(&[participant(Role::Mixer, &text)]).unwrap();
        assert_eq!((read.kind, &read.spotlight), (layout.kind, &layout.spotlight));
        assert_eq!(read.tiles[0].rectangle.x, 0.3333);
        assert_eq!(of_room(&[participant(Role::Participant, &text)]), None, "only a mixer lays out");
    }

    #[test]
    fn nonsense_and_later_versions_are_no_fault() {
        assert_eq!(of_room(&[participant(Role::Mixer, "{")]), None);
        assert_eq!(of_room(&[]), None);
        let later = of_room(&[participant(Role::Mixer, r#"{"type":"carousel","speed":3}"#)]).unwrap();
        assert_eq!(later.kind, MixLayoutKind::Custom);
    }
}
