//! How many columns and rows a number of tiles needs.

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

    /// For an area that is wider than high.
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

    /// For an area that is higher than wide, such as a telephone's.
    pub(crate) fn tall(count: usize) -> Self {
        Self::of(count, if count <= 3 { 1 } else { 2 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
