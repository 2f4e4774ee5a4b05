//! The arrangement of the tiles: which one is large, and the columns and rows of the others.

/// The layout that the user selected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Arrangement {
    /// All tiles of the same size, unless a screen is shared or a tile is pinned.
    #[default]
    Grid,
    /// One large tile, with the user's own in a corner.
    Spotlight,
    /// One large tile, the others at its side.
    Sidebar,
}

impl Arrangement {
    /// All layouts, in display order.
    pub(crate) const ALL: [Self; 3] = [Self::Grid, Self::Spotlight, Self::Sidebar];

    /// Its name in storage and in the page.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Spotlight => "spotlight",
            Self::Sidebar => "sidebar",
        }
    }

    /// The mixer's name for it; a mixer has no sidebar.
    pub(crate) fn mixed(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Spotlight | Self::Sidebar => "spotlight",
        }
    }

    /// The layout with this name; the default for any other name.
    pub(crate) fn of_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|arrangement| arrangement.as_str() == name).unwrap_or_default()
    }
}

/// The candidates for the large tile, by index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Claims {
    pub(crate) pinned: Option<usize>,
    /// A shared screen, or the video of a mixer.
    pub(crate) shown: Option<usize>,
    /// The dominant speaker.
    pub(crate) speaker: Option<usize>,
    /// The first of the others.
    pub(crate) other: Option<usize>,
}

impl Claims {
    /// Which of `count` tiles is large, and the resulting layout.
    pub(crate) fn settle(self, chosen: Arrangement, count: usize) -> (Arrangement, Option<usize>) {
        let Self { pinned, shown, speaker, other } = self;
        if count < 2 {
            return (Arrangement::Grid, None);
        }
        let wanted = pinned.or(shown);
        match (chosen, wanted) {
            (Arrangement::Grid, None) => (Arrangement::Grid, None),
            (Arrangement::Grid, wanted) => (Arrangement::Sidebar, wanted),
            (chosen, wanted) => (chosen, wanted.or(speaker).or(other).or(Some(0))),
        }
    }
}

/// Columns and rows of a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) columns: usize,
    pub(crate) rows: usize,
}

impl Shape {
    fn of(count: usize, columns: usize) -> Self {
        let columns = columns.clamp(1, count.max(1));
        Self { columns, rows: count.max(1).div_ceil(columns) }
    }

    /// For an area in landscape format.
    pub(crate) fn wide(count: usize) -> Self {
        Self::of(
            count,
            match count {
                0..=1 => 1,
                2..=4 => 2,
                5..=9 => 3,
                10..=16 => 4,
                _ => 5,
            },
        )
    }

    /// For the strip beside a screen.
    pub(crate) fn strip(count: usize) -> Self {
        Self::of(count, if count <= 4 { 1 } else { 2 })
    }

    /// For an area in portrait format, such as on a phone.
    pub(crate) fn tall(count: usize) -> Self {
        Self::of(count, if count <= 3 { 1 } else { 2 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_pinned_is_large_before_a_screen_and_a_screen_before_a_speaker() {
        let mut claims = Claims { pinned: Some(3), shown: Some(2), speaker: Some(1), other: Some(1) };
        assert_eq!(claims.settle(Arrangement::Spotlight, 4), (Arrangement::Spotlight, Some(3)));
        claims.pinned = None;
        assert_eq!(claims.settle(Arrangement::Spotlight, 4), (Arrangement::Spotlight, Some(2)));
        assert_eq!(claims.settle(Arrangement::Grid, 4), (Arrangement::Sidebar, Some(2)));
        claims.shown = None;
        assert_eq!(claims.settle(Arrangement::Sidebar, 4), (Arrangement::Sidebar, Some(1)));
        assert_eq!(claims.settle(Arrangement::Grid, 4), (Arrangement::Grid, None));
    }

    #[test]
    fn alone_nobody_is_large() {
        let claims = Claims { pinned: Some(0), ..Claims::default() };
        assert_eq!(claims.settle(Arrangement::Spotlight, 1), (Arrangement::Grid, None));
    }

    #[test]
    fn every_tile_has_a_place_and_no_row_is_empty() {
        for count in 1..60 {
            for shape in [Shape::wide(count), Shape::tall(count), Shape::strip(count)] {
                assert!(shape.columns * shape.rows >= count, "{count}: {shape:?}");
                assert!(shape.columns * (shape.rows - 1) < count, "{count}: {shape:?}");
            }
        }
    }

    #[test]
    fn nine_fill_a_square() {
        assert_eq!(Shape::wide(9), Shape { columns: 3, rows: 3 });
        assert_eq!(Shape::wide(2), Shape { columns: 2, rows: 1 });
        assert_eq!(Shape::tall(2), Shape { columns: 1, rows: 2 });
    }
}
