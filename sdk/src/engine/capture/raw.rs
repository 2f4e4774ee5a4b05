//! An untyped constraint, setting or capability, as parsed before its type is known.

use std::fmt::{self, Display};

use moim_protocol::json::{Fault, Kind, Read, Source, number_text};
use serde::de::Error;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::values::Point;

/// A single value. Nesting is limited, so that a value that contains itself cannot recurse without end.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    Bool(bool),
    Number(f64),
    Text(String),
    Point(Point),
}

/// One value or several.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Operand {
    One(Item),
    Many(Vec<Item>),
}

/// The value of a member.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Raw {
    pub(super) bare: Option<Operand>,
    pub(super) exact: Option<Operand>,
    pub(super) ideal: Option<Operand>,
    pub(super) min: Option<Operand>,
    pub(super) max: Option<Operand>,
    pub(super) step: Option<Operand>,
    /// The first key that is not one of these.
    pub(super) unknown: Option<String>,
}

impl Raw {
    pub(super) fn bare(operand: Operand) -> Self {
        Self { bare: Some(operand), ..Self::default() }
    }

    /// Whether a device that cannot satisfy it is rejected.
    #[cfg(any(target_arch = "wasm32", test))]
    pub(crate) fn is_required(&self) -> bool {
        self.exact.is_some() || self.min.is_some() || self.max.is_some()
    }

    pub(super) fn parts(&self) -> impl Iterator<Item = (&'static str, &Operand)> {
        let parts = [
            ("exact", &self.exact),
            ("ideal", &self.ideal),
            ("min", &self.min),
            ("max", &self.max),
            ("step", &self.step),
        ];
        parts.into_iter().filter_map(|(key, operand)| Some((key, operand.as_ref()?)))
    }
}

/// For error messages.
impl Display for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.bare {
            Some(operand) => operand.fmt(f),
            None => f.write_str("an object"),
        }
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(Item::Bool(value)) => value.fmt(f),
            Self::One(Item::Number(value)) => f.write_str(&number_text(*value)),
            Self::One(Item::Text(value)) => write!(f, "\"{value}\""),
            Self::One(Item::Point(_)) => f.write_str("an object"),
            Self::Many(_) => f.write_str("an array"),
        }
    }
}

impl Serialize for Item {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => serializer.serialize_f64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::Point(value) => value.serialize(serializer),
        }
    }
}

impl Serialize for Operand {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One(item) => item.serialize(serializer),
            Self::Many(items) => items.serialize(serializer),
        }
    }
}

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(bare) = &self.bare {
            return bare.serialize(serializer);
        }
        let mut object = serializer.serialize_struct("Constraint", self.parts().count())?;
        for (key, operand) in self.parts() {
            object.serialize_field(key, operand)?;
        }
        object.end()
    }
}

const ITEM: &str = "a number, a string, true, false, or a point";

fn read_item(from: &dyn Source) -> Result<Item, Fault> {
    let expected = |got: &str| Err(Fault::new(format!("expected {ITEM}, got {got}")));
    match from.kind() {
        Kind::Bool => from.bool().map(Item::Bool),
        Kind::Number => from.number().map(Item::Number),
        Kind::Text => from.text().map(Item::Text),
        Kind::Object => read_point(from).map(Item::Point),
        Kind::Null => expected("nothing"),
        Kind::List => expected("an array"),
        Kind::Other => Err(from.unexpected(ITEM)),
    }
}

fn read_point(from: &dyn Source) -> Result<Point, Fault> {
    let (mut x, mut y, mut unknown) = (None, None, None);
    from.map(&mut |key, value| {
        match key {
            "x" => x = Some(value.number()?),
            "y" => y = Some(value.number()?),
            _ => unknown = unknown.take().or_else(|| Some(key.to_owned())),
        }
        Ok(())
    })?;
    match (x, y, unknown) {
        (_, _, Some(key)) => Err(Fault::new(format!("unknown member `{key}` of a point: expected `x`, `y`"))),
        (Some(x), Some(y), None) => Ok(Point { x, y }),
        _ => Err(Fault::new("a point needs the numbers `x` and `y`".to_owned())),
    }
}

/// The value of `exact`, `ideal` and so on.
fn read_operand(from: &dyn Source) -> Result<Operand, Fault> {
    const EXPECTED: &str = "a value or an array of values";
    let expected = |got: &str| Err(Fault::new(format!("expected {EXPECTED}, got {got}")));
    match from.kind() {
        Kind::List => {
            let mut items = Vec::new();
            from.list(&mut |item| {
                items.push(read_item(item)?);
                Ok(())
            })?;
            Ok(Operand::Many(items))
        }
        Kind::Null => expected("null"),
        Kind::Object => expected("an object"),
        Kind::Other => Err(from.unexpected(EXPECTED)),
        _ => read_item(from).map(Operand::One),
    }
}

impl Read for Raw {
    fn blank() -> Self {
        Self::default()
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        match from.kind() {
            Kind::Null => Ok(()),
            Kind::Other => Err(from.unexpected("a value, an array of values, or an object")),
            Kind::Object => from.map(&mut |key, value| {
                let part = match key {
                    "exact" => &mut self.exact,
                    "ideal" => &mut self.ideal,
                    "min" => &mut self.min,
                    "max" => &mut self.max,
                    "step" => &mut self.step,
                    _ => {
                        self.unknown.get_or_insert_with(|| key.to_owned());
                        return Ok(());
                    }
                };
                *part = Some(read_operand(value)?);
                Ok(())
            }),
            _ => {
                self.bare = Some(read_operand(from)?);
                Ok(())
            }
        }
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_any(deserializer)
    }
}

/// Reads it as any JSON first, so that there is only one reader.
pub(super) fn read_any<'de, T: Read, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let any = Value::deserialize(deserializer)?;
    T::read_new(&any).map_err(|fault| D::Error::custom(fault.text))
}
