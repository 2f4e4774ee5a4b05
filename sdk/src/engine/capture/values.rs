//! Values of settings, and the ranges in capabilities.

use serde::{Deserialize, Serialize};

use super::raw::{Item, Operand, Raw};
use super::words::Word;

/// The echo cancellation mode:
/// <https://www.w3.org/TR/mediacapture-streams/#dom-echocancellationmodeenum>.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EchoCancellation {
    /// Off: `false`.
    Off,
    /// The browser chooses: `true`.
    On,
    /// Removes all system audio: `"all"`.
    All,
    /// Removes only audio received from remote peers: `"remote-only"`.
    RemoteOnly,
    /// A value that this version does not know.
    Other(String),
}

impl From<bool> for EchoCancellation {
    fn from(on: bool) -> Self {
        if on { Self::On } else { Self::Off }
    }
}

/// A point in a picture: both coordinates range from 0 (left, top) to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Horizontal position.
    pub x: f64,
    /// Vertical position.
    pub y: f64,
}

/// The range of a numeric setting, as reported by capabilities.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NumberRange {
    /// The smallest value.
    pub min: Option<f64>,
    /// The largest value.
    pub max: Option<f64>,
    /// The step between values.
    pub step: Option<f64>,
}

/// A value from the browser. A value of another type is omitted; it is never an error.
pub(super) trait Value: Sized {
    fn read(raw: Raw) -> Option<Self>;
}

/// A single value or a list.
pub(super) trait ItemValue: Sized {
    fn read_item(item: &Item) -> Option<Self>;
}

impl ItemValue for f64 {
    fn read_item(item: &Item) -> Option<Self> {
        if let Item::Number(value) = item { Some(*value) } else { None }
    }
}

impl ItemValue for u32 {
    fn read_item(item: &Item) -> Option<Self> {
        // Browsers return whole numbers here; the cast saturates.
        f64::read_item(item).map(|value| value.round() as Self)
    }
}

impl ItemValue for bool {
    fn read_item(item: &Item) -> Option<Self> {
        if let Item::Bool(value) = item { Some(*value) } else { None }
    }
}

impl ItemValue for String {
    fn read_item(item: &Item) -> Option<Self> {
        if let Item::Text(text) = item { Some(text.clone()) } else { None }
    }
}

impl<W: Word> ItemValue for W {
    fn read_item(item: &Item) -> Option<Self> {
        if let Item::Text(text) = item { Some(Self::from(text.as_str())) } else { None }
    }
}

impl ItemValue for EchoCancellation {
    fn read_item(item: &Item) -> Option<Self> {
        match item {
            Item::Bool(on) => Some(Self::from(*on)),
            Item::Text(text) => Some(match text.as_str() {
                "all" => Self::All,
                "remote-only" => Self::RemoteOnly,
                _ => Self::Other(text.clone()),
            }),
            _ => None,
        }
    }
}

impl ItemValue for Point {
    fn read_item(item: &Item) -> Option<Self> {
        if let Item::Point(point) = item { Some(*point) } else { None }
    }
}

impl<T: ItemValue> Value for T {
    fn read(raw: Raw) -> Option<Self> {
        if let Some(Operand::One(item)) = raw.bare { T::read_item(&item) } else { None }
    }
}

impl<T: ItemValue> Value for Vec<T> {
    fn read(raw: Raw) -> Option<Self> {
        if let Some(Operand::Many(items)) = raw.bare {
            Some(items.iter().filter_map(T::read_item).collect())
        } else {
            None
        }
    }
}

impl Value for NumberRange {
    fn read(raw: Raw) -> Option<Self> {
        let number = |operand: Option<Operand>| match operand {
            Some(Operand::One(item)) => f64::read_item(&item),
            _ => None,
        };
        let range = Self { min: number(raw.min), max: number(raw.max), step: number(raw.step) };
        (range != Self::default()).then_some(range)
    }
}
