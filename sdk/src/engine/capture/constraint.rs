//! The value of a constraint: nothing, a bare value, or required and ideal values.

use super::raw::{Item, Operand, Raw};
use super::values::{EchoCancellation, ItemValue, Point};
use super::words::Word;

/// A numeric constraint: `ConstrainULong`, `ConstrainDouble`.
/// <https://www.w3.org/TR/mediacapture-streams/#dom-constraindouble>
#[derive(Clone, Debug, Default, PartialEq)]
pub enum NumberConstraint<T> {
    /// No constraint: the browser chooses.
    #[default]
    Any,
    /// A bare value: ideal in a basic constraint set, required in an advanced one.
    Bare(T),
    /// Required and ideal values.
    Range(Range<T>),
}

/// `ConstrainDoubleRange`, `ConstrainULongRange`. A device that cannot satisfy `exact`, `min` or `max` is rejected.
#[derive(Clone, Debug, PartialEq)]
pub struct Range<T> {
    /// The required value.
    pub exact: Option<T>,
    /// The preferred value.
    pub ideal: Option<T>,
    /// The smallest acceptable value.
    pub min: Option<T>,
    /// The largest acceptable value.
    pub max: Option<T>,
}

impl<T> Default for Range<T> {
    fn default() -> Self {
        Self { exact: None, ideal: None, min: None, max: None }
    }
}

impl<T> NumberConstraint<T> {
    /// Exactly this value.
    pub fn exact(value: T) -> Self {
        Self::Range(Range { exact: Some(value), ..Range::default() })
    }

    /// As close to this value as possible.
    pub fn ideal(value: T) -> Self {
        Self::Range(Range { ideal: Some(value), ..Range::default() })
    }

    /// This value or a larger one.
    pub fn at_least(value: T) -> Self {
        Self::Range(Range { min: Some(value), ..Range::default() })
    }

    /// This value or a smaller one.
    pub fn at_most(value: T) -> Self {
        Self::Range(Range { max: Some(value), ..Range::default() })
    }
}

impl<T> From<T> for NumberConstraint<T> {
    fn from(value: T) -> Self {
        Self::Bare(value)
    }
}

impl<T> From<Range<T>> for NumberConstraint<T> {
    fn from(range: Range<T>) -> Self {
        Self::Range(range)
    }
}

/// A constraint whose value is not a number: `ConstrainDOMString`, `ConstrainBoolean`.
/// <https://www.w3.org/TR/mediacapture-streams/#dom-constraindomstring>
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Constraint<T> {
    /// No constraint: the browser chooses.
    #[default]
    Any,
    /// A bare value: ideal in a basic constraint set, required in an advanced one.
    Bare(T),
    /// Required and ideal values.
    Wanted {
        /// The required value.
        exact: Option<T>,
        /// The preferred value.
        ideal: Option<T>,
    },
}

impl<T> Constraint<T> {
    /// Exactly this value.
    pub fn exact(value: impl Into<T>) -> Self {
        Self::Wanted { exact: Some(value.into()), ideal: None }
    }

    /// This value if possible.
    pub fn ideal(value: impl Into<T>) -> Self {
        Self::Wanted { exact: None, ideal: Some(value.into()) }
    }
}

impl<T> From<T> for Constraint<T> {
    fn from(value: T) -> Self {
        Self::Bare(value)
    }
}

/// One of these values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneOf<T>(pub Vec<T>);

impl<T> From<T> for OneOf<T> {
    fn from(value: T) -> Self {
        Self(vec![value])
    }
}

impl<T> From<Vec<T>> for OneOf<T> {
    fn from(values: Vec<T>) -> Self {
        Self(values)
    }
}

impl From<&str> for OneOf<String> {
    fn from(value: &str) -> Self {
        Self(vec![value.to_owned()])
    }
}

/// A constraint of `pan`, `tilt` or `zoom`: <https://www.w3.org/TR/image-capture/#pan>.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum MoveConstraint {
    /// No constraint, and no request for permission to move the camera.
    #[default]
    Any,
    /// `true` requests permission to move the camera, so that the value can be set later.
    Permission(bool),
    /// A value; it requests that permission too.
    Number(NumberConstraint<f64>),
}

impl From<NumberConstraint<f64>> for MoveConstraint {
    fn from(value: NumberConstraint<f64>) -> Self {
        Self::Number(value)
    }
}

/// A constraint that can be serialized and parsed.
pub(super) trait Member {
    /// `None` if it is not set.
    fn write(&self) -> Option<Raw>;
    /// Sets it. The error states the expected and the actual value.
    fn read(&mut self, raw: Raw) -> Result<(), String>;
}

pub(super) trait Number: Copy + ItemValue {
    const EXPECTED: &'static str;
    fn parse_number(value: f64) -> Option<Self>;
    fn as_f64(self) -> f64;
}

impl Number for f64 {
    const EXPECTED: &'static str = "a number";

    fn parse_number(value: f64) -> Option<Self> {
        value.is_finite().then_some(value)
    }

    fn as_f64(self) -> f64 {
        self
    }
}

impl Number for u32 {
    const EXPECTED: &'static str = "a whole number from 0 to 4294967295";

    fn parse_number(value: f64) -> Option<Self> {
        (value.fract() == 0.0 && (0.0..=f64::from(Self::MAX)).contains(&value)).then_some(value as Self)
    }

    fn as_f64(self) -> f64 {
        self.into()
    }
}

fn number<T: Number>(operand: &Operand) -> Result<T, String> {
    let value = if let Operand::One(Item::Number(value)) = operand { T::parse_number(*value) } else { None };
    value.ok_or_else(|| expected(T::EXPECTED, operand))
}

fn expected(what: &str, got: &Operand) -> String {
    format!("expected {what}, got {got}")
}

/// Parses a member, and prefixes an error with its name.
fn part<T>(
    key: &str,
    operand: Option<&Operand>,
    parse: impl Fn(&Operand) -> Result<T, String>,
) -> Result<Option<T>, String> {
    operand.map(parse).transpose().map_err(|wrong| format!("`{key}`: {wrong}"))
}

fn refuse_unknown(raw: &Raw, valid: &[&str]) -> Result<(), String> {
    let mut keys = raw.unknown.as_deref().into_iter().chain(raw.parts().map(|(key, _)| key));
    match keys.find(|key| !valid.contains(key)) {
        Some(key) => Err(format!("unknown constraint member `{key}`: expected `{}`", valid.join("`, `"))),
        None => Ok(()),
    }
}

impl<T: Number> Member for NumberConstraint<T> {
    fn write(&self) -> Option<Raw> {
        let number = |value: T| Operand::One(Item::Number(value.as_f64()));
        match self {
            Self::Any => None,
            Self::Bare(value) => Some(Raw::bare(number(*value))),
            Self::Range(range) => Some(Raw {
                exact: range.exact.map(number),
                ideal: range.ideal.map(number),
                min: range.min.map(number),
                max: range.max.map(number),
                ..Raw::default()
            }),
        }
    }

    fn read(&mut self, raw: Raw) -> Result<(), String> {
        refuse_unknown(&raw, &["exact", "ideal", "min", "max"])?;
        if let Some(bare) = &raw.bare {
            *self = Self::Bare(number(bare)?);
            return Ok(());
        }
        let range = Range {
            exact: part("exact", raw.exact.as_ref(), number)?,
            ideal: part("ideal", raw.ideal.as_ref(), number)?,
            min: part("min", raw.min.as_ref(), number)?,
            max: part("max", raw.max.as_ref(), number)?,
        };
        *self = if range.exact.or(range.ideal).or(range.min).or(range.max).is_none() {
            Self::Any
        } else {
            Self::Range(range)
        };
        Ok(())
    }
}

impl Member for MoveConstraint {
    fn write(&self) -> Option<Raw> {
        match self {
            Self::Any => None,
            Self::Permission(asked) => Some(Raw::bare(Operand::One(Item::Bool(*asked)))),
            Self::Number(number) => number.write(),
        }
    }

    fn read(&mut self, raw: Raw) -> Result<(), String> {
        if let Some(Operand::One(Item::Bool(asked))) = raw.bare {
            *self = Self::Permission(asked);
            return Ok(());
        }
        let mut number = NumberConstraint::Any;
        number.read(raw)?;
        *self = if number == NumberConstraint::Any { Self::Any } else { Self::Number(number) };
        Ok(())
    }
}

/// The value of `exact`, of `ideal`, or bare.
pub(super) trait Choice: Sized {
    fn write_choice(&self) -> Operand;
    fn parse_choice(operand: &Operand) -> Result<Self, String>;
}

impl<T: Choice> Member for Constraint<T> {
    fn write(&self) -> Option<Raw> {
        match self {
            Self::Any => None,
            Self::Bare(value) => Some(Raw::bare(value.write_choice())),
            Self::Wanted { exact, ideal } => Some(Raw {
                exact: exact.as_ref().map(T::write_choice),
                ideal: ideal.as_ref().map(T::write_choice),
                ..Raw::default()
            }),
        }
    }

    fn read(&mut self, raw: Raw) -> Result<(), String> {
        refuse_unknown(&raw, &["exact", "ideal"])?;
        if let Some(bare) = &raw.bare {
            *self = Self::Bare(T::parse_choice(bare)?);
            return Ok(());
        }
        let exact = part("exact", raw.exact.as_ref(), T::parse_choice)?;
        let ideal = part("ideal", raw.ideal.as_ref(), T::parse_choice)?;
        *self = if exact.is_none() && ideal.is_none() { Self::Any } else { Self::Wanted { exact, ideal } };
        Ok(())
    }
}

impl Choice for bool {
    fn write_choice(&self) -> Operand {
        Operand::One(Item::Bool(*self))
    }

    fn parse_choice(operand: &Operand) -> Result<Self, String> {
        let Operand::One(Item::Bool(value)) = operand else { return Err(expected("true or false", operand)) };
        Ok(*value)
    }
}

impl Choice for EchoCancellation {
    fn write_choice(&self) -> Operand {
        Operand::One(match self {
            Self::Off => Item::Bool(false),
            Self::On => Item::Bool(true),
            Self::All => Item::Text("all".to_owned()),
            Self::RemoteOnly => Item::Text("remote-only".to_owned()),
            Self::Other(text) => Item::Text(text.clone()),
        })
    }

    fn parse_choice(operand: &Operand) -> Result<Self, String> {
        let value = if let Operand::One(item) = operand { Self::read_item(item) } else { None };
        let known = value.filter(|value| !matches!(value, Self::Other(_)));
        known.ok_or_else(|| expected("true, false, \"all\" or \"remote-only\"", operand))
    }
}

impl Choice for OneOf<String> {
    fn write_choice(&self) -> Operand {
        texts(&self.0, String::as_str)
    }

    fn parse_choice(operand: &Operand) -> Result<Self, String> {
        one_of(operand).ok_or_else(|| expected("a string or an array of strings", operand))
    }
}

impl<W: Word> Choice for OneOf<W> {
    fn write_choice(&self) -> Operand {
        texts(&self.0, W::text)
    }

    fn parse_choice(operand: &Operand) -> Result<Self, String> {
        let words: Option<OneOf<String>> = one_of(operand);
        let known = words.filter(|words| words.0.iter().all(|word| W::KNOWN.contains(&word.as_str())));
        let known = known.ok_or_else(|| expected(&format!("\"{}\"", W::KNOWN.join("\" or \"")), operand))?;
        Ok(Self(known.0.iter().map(|word| W::from(word)).collect()))
    }
}

impl Choice for OneOf<Point> {
    fn write_choice(&self) -> Operand {
        Operand::Many(self.0.iter().copied().map(Item::Point).collect())
    }

    fn parse_choice(operand: &Operand) -> Result<Self, String> {
        one_of(operand).ok_or_else(|| expected("an array of points such as { x: 0.5, y: 0.5 }", operand))
    }
}

fn texts<T>(values: &[T], text: impl Fn(&T) -> &str) -> Operand {
    let mut items: Vec<_> = values.iter().map(|value| Item::Text(text(value).to_owned())).collect();
    match items.pop() {
        Some(only) if items.is_empty() => Operand::One(only),
        last => {
            items.extend(last);
            Operand::Many(items)
        }
    }
}

fn one_of<T: ItemValue>(operand: &Operand) -> Option<OneOf<T>> {
    let items = match operand {
        Operand::One(item) => std::slice::from_ref(item),
        Operand::Many(items) => items,
    };
    items.iter().map(T::read_item).collect::<Option<_>>().map(OneOf)
}
