//! Positions of a mixer's sources in its picture. All lengths are fractions of the picture's width or height.

use moim_protocol::json::{Fault, Read, Source};
use moim_protocol::{record, words};
use serde::{Deserialize, Serialize};

/// The height of the strip below a spotlight, and of the small pictures inside a large one.
const SMALL: f64 = 0.2;
/// The distance of the small pictures from the edge and from each other.
const GAP: f64 = 0.02;

/// A rectangle in the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Rectangle {
    /// The left edge, from 0 (left edge of the picture) to 1 (right edge).
    pub x: f64,
    /// The top edge, from 0 (top of the picture) to 1 (bottom).
    pub y: f64,
    /// The width; 1 is the picture's width.
    pub width: f64,
    /// The height; 1 is the picture's height.
    pub height: f64,
}

record! { Rectangle {
    x: "x" required,
    y: "y" required,
    width: "width" required,
    height: "height" required,
} }

impl Rectangle {
    /// Whether it has an area, all of it inside the picture. Rounding may put an edge slightly outside.
    pub(super) fn is_in_picture(&self) -> bool {
        let is_inside = |start: f64, length: f64| start >= 0.0 && length > 0.0 && start + length < 1.001;
        is_inside(self.x, self.width) && is_inside(self.y, self.height)
    }
}

/// A source of a mixer with its position.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Placement {
    /// The source's id.
    pub source: u32,
    /// Its position in the picture.
    pub rectangle: Rectangle,
}

/// How a source fills its rectangle, like CSS `object-fit`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum Fit {
    /// Fills the rectangle; the source is cropped.
    #[default]
    Cover,
    /// Shows the whole source, with the background beside it.
    Contain,
}

words! { Fit { "cover" Cover, "contain" Contain, } }

/// How the sources share the picture. Sources are ordered as they were added.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase", try_from = "Written")]
#[non_exhaustive]
pub enum Layout {
    /// A grid of equal tiles.
    #[default]
    Grid,
    /// One large source, the others in a strip below it.
    Spotlight {
        /// The id of the large source. Default: the first source, also if the named one was removed or has no picture.
        #[cfg_attr(feature = "js", tsify(optional, type = "number | null"))]
        source: Option<u32>,
    },
    /// One source fills the picture, the others are small in its lower right corner.
    PictureInPicture {
        /// The id of the large source. Default: the first source, also if the named one was removed or has no picture.
        #[cfg_attr(feature = "js", tsify(optional, type = "number | null"))]
        source: Option<u32>,
    },
    /// Explicit rectangles. Sources without one are not shown.
    Custom {
        /// One for each source. Later ones are drawn over earlier ones.
        rectangles: Vec<Rectangle>,
    },
}

/// The serialized form of a layout: serde alone would ignore members of the wrong type.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    #[serde(rename = "type")]
    kind: Kind,
    #[serde(default)]
    source: Option<u32>,
    #[serde(default)]
    rectangles: Option<Vec<Rectangle>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Grid,
    Spotlight,
    PictureInPicture,
    Custom,
}

words! { Kind { "grid" Grid, "spotlight" Spotlight, "pictureInPicture" PictureInPicture, "custom" Custom, } }

record! { Written { kind: "type" required, source: "source" optional, rectangles: "rectangles" optional, } }

impl Read for Layout {
    fn blank() -> Self {
        Self::default()
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        *self = Written::read_new(from)?.try_into().map_err(|fault: &str| Fault::new(fault.to_owned()))?;
        Ok(())
    }
}

impl TryFrom<Written> for Layout {
    type Error = &'static str;

    fn try_from(Written { kind, source, rectangles }: Written) -> Result<Self, Self::Error> {
        let has_large = matches!(kind, Kind::Spotlight | Kind::PictureInPicture);
        if source.is_some() && !has_large {
            return Err("only the types \"spotlight\" and \"pictureInPicture\" have a `source`");
        }
        match (kind, rectangles) {
            (Kind::Custom, Some(rectangles)) => Ok(Self::Custom { rectangles }),
            (Kind::Custom, None) => Err("the type \"custom\" needs `rectangles`"),
            (_, Some(_)) => Err("only the type \"custom\" has `rectangles`"),
            (Kind::Grid, None) => Ok(Self::Grid),
            (Kind::Spotlight, None) => Ok(Self::Spotlight { source }),
            (Kind::PictureInPicture, None) => Ok(Self::PictureInPicture { source }),
        }
    }
}

impl Layout {
    /// Returns the visible sources with their positions, from back to front. `sources` are their ids, in order.
    pub fn place(&self, sources: &[u32]) -> Vec<(u32, Rectangle)> {
        match self {
            Self::Grid => sources.iter().copied().zip(grid(sources.len())).collect(),
            Self::Spotlight { source } => {
                let height = if sources.len() > 1 { 1.0 - SMALL } else { 1.0 };
                let strip = strip(sources.len().saturating_sub(1));
                with_large(*source, sources, Rectangle { x: 0.0, y: 0.0, width: 1.0, height }, strip)
            }
            Self::PictureInPicture { source } => {
                let whole = Rectangle { x: 0.0, y: 0.0, width: 1.0, height: 1.0 };
                with_large(*source, sources, whole, corner(sources.len().saturating_sub(1)))
            }
            Self::Custom { rectangles } => sources.iter().copied().zip(rectangles.iter().copied()).collect(),
        }
    }

    /// The source that the layout makes large, if it names one.
    pub fn large(&self) -> Option<u32> {
        match self {
            Self::Spotlight { source } | Self::PictureInPicture { source } => *source,
            Self::Grid | Self::Custom { .. } => None,
        }
    }

    /// What is invalid about the layout, if anything.
    pub fn fault(&self) -> Option<String> {
        let Self::Custom { rectangles } = self else { return None };
        let good = |r: &Rectangle| {
            let edges = [r.x, r.y, r.width, r.height, r.x + r.width, r.y + r.height];
            edges.iter().all(|edge| (0.0..=1.0 + 1e-9).contains(edge)) && r.width > 0.0 && r.height > 0.0
        };
        let index = rectangles.iter().position(|rectangle| !good(rectangle))?;
        Some(format!(
            "rectangles[{index}] is outside the picture: expected x, y, width and height from 0 to 1"
        ))
    }
}

fn with_large(
    wanted: Option<u32>,
    sources: &[u32],
    large: Rectangle,
    small: Vec<Rectangle>,
) -> Vec<(u32, Rectangle)> {
    let Some(&first) = sources.first() else { return Vec::new() };
    let spotlit = wanted.filter(|wanted| sources.contains(wanted)).unwrap_or(first);
    let others = sources.iter().copied().filter(|source| *source != spotlit);
    std::iter::once((spotlit, large)).chain(others.zip(small)).collect()
}

/// As close to square as possible; the last row is centred.
fn grid(count: usize) -> Vec<Rectangle> {
    let columns = (1..=count).find(|columns| columns * columns >= count).unwrap_or(1);
    let rows = count.div_ceil(columns);
    let (width, height) = (1.0 / columns as f64, 1.0 / rows.max(1) as f64);
    (0..count)
        .map(|index| {
            let (row, column) = (index / columns, index % columns);
            let in_row = columns.min(count - row * columns);
            let margin = (1.0 - in_row as f64 * width) / 2.0;
            Rectangle { x: margin + column as f64 * width, y: row as f64 * height, width, height }
        })
        .collect()
}

fn strip(count: usize) -> Vec<Rectangle> {
    let width = SMALL.min(1.0 / count.max(1) as f64);
    let margin = (1.0 - count as f64 * width) / 2.0;
    let place = |index| Rectangle { x: margin + index as f64 * width, y: 1.0 - SMALL, width, height: SMALL };
    (0..count).map(place).collect()
}

fn corner(count: usize) -> Vec<Rectangle> {
    let width = SMALL.min((1.0 - GAP) / count.max(1) as f64 - GAP).max(0.0);
    let place = |index: usize| {
        let x = 1.0 - (index + 1) as f64 * (width + GAP);
        Rectangle { x, y: 1.0 - GAP - width, width, height: width }
    };
    (0..count).map(place).collect()
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn overlap(a: &Rectangle, b: &Rectangle) -> bool {
        let apart = |a: f64, length: f64, b: f64| a + length <= b + 1e-9;
        !(apart(a.x, a.width, b.x)
            || apart(b.x, b.width, a.x)
            || apart(a.y, a.height, b.y)
            || apart(b.y, b.height, a.y))
    }

    proptest! {
        #[test]
        fn everyone_has_a_place_in_the_picture(count in 0..40_u32, spotlit in prop::option::of(0..50_u32), kind in 0..3) {
            let layout = match kind {
                0 => Layout::Grid,
                1 => Layout::Spotlight { source: spotlit },
                _ => Layout::PictureInPicture { source: spotlit },
            };
            let sources: Vec<u32> = (0..count).collect();
            let placed = layout.place(&sources);

            let mut ids: Vec<u32> = placed.iter().map(|(id, _)| *id).collect();
            ids.sort_unstable();
            prop_assert_eq!(ids, sources);
            let rectangles: Vec<Rectangle> = placed.iter().map(|(_, rectangle)| *rectangle).collect();
            prop_assert_eq!(Layout::Custom { rectangles: rectangles.clone() }.fault(), None);
            for (index, rectangle) in rectangles.iter().enumerate() {
                let others = if kind == 2 { &rectangles[index.max(1)..] } else { &rectangles[index..] };
                if kind < 2 || index > 0 {
                    prop_assert!(others.iter().skip(1).all(|other| !overlap(rectangle, other)));
                }
            }
        }
    }

    #[test]
    fn the_one_in_the_spotlight_is_large_and_behind() {
        let placed = Layout::Spotlight { source: Some(7) }.place(&[5, 6, 7]);
        assert_eq!(placed[0].0, 7);
        assert!(placed[0].1.width > placed[1].1.width);
        let gone = Layout::PictureInPicture { source: Some(9) }.place(&[5, 6]);
        assert_eq!(gone[0].0, 5, "the first source, as the named one does not exist");
    }

    #[test]
    fn a_rectangle_outside_is_named() {
        let outside = Rectangle { x: 0.6, y: 0.0, width: 0.5, height: 1.0 };
        let fault =
            Layout::Custom { rectangles: vec![Rectangle { width: 1.0, height: 1.0, ..outside }, outside] }
                .fault();
        assert!(fault.is_some_and(|fault| fault.contains("rectangles[0]")));
    }
}
