//! An untyped constraint, setting or capability, as parsed before its type is known.

use std::fmt::{self, Display};

use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
            Self::One(Item::Number(value)) => value.fmt(f),
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

struct ItemVisitor;

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = Item;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, a string, true, false, or a point")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Item, E> {
        Ok(Item::Bool(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Item, E> {
        Ok(Item::Number(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Item, E> {
        Ok(Item::Number(value as f64))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Item, E> {
        Ok(Item::Number(value as f64))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Item, E> {
        Ok(Item::Text(value.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Item, A::Error> {
        let (mut x, mut y) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "x" => x = Some(map.next_value::<f64>()?),
                "y" => y = Some(map.next_value::<f64>()?),
                _ => {
                    return Err(A::Error::custom(format_args!(
                        "unknown member `{key}` of a point: expected `x`, `y`"
                    )));
                }
            }
        }
        match (x, y) {
            (Some(x), Some(y)) => Ok(Item::Point(Point { x, y })),
            _ => Err(A::Error::custom("a point needs the numbers `x` and `y`")),
        }
    }
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemVisitor)
    }
}

/// Parses the value of a member; with `objects: false`, the value of `exact`, `ideal` and so on.
struct RawVisitor {
    objects: bool,
}

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.objects {
            "a value, an array of values, or an object"
        } else {
            "a value or an array of values"
        })
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Raw, E> {
        ItemVisitor.visit_bool(value).map(|item| Raw::bare(Operand::One(item)))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Raw, E> {
        ItemVisitor.visit_f64(value).map(|item| Raw::bare(Operand::One(item)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Raw, E> {
        self.visit_f64(value as f64)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Raw, E> {
        self.visit_f64(value as f64)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Raw, E> {
        ItemVisitor.visit_str(value).map(|item| Raw::bare(Operand::One(item)))
    }

    fn visit_unit<E: Error>(self) -> Result<Raw, E> {
        Ok(Raw::default())
    }

    fn visit_none<E: Error>(self) -> Result<Raw, E> {
        Ok(Raw::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Raw, A::Error> {
        items(seq).map(Raw::bare)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        if !self.objects {
            return Err(A::Error::invalid_type(Unexpected::Map, &self));
        }
        let mut raw = Raw::default();
        while let Some(key) = map.next_key::<String>()? {
            let part = match key.as_str() {
                "exact" => &mut raw.exact,
                "ideal" => &mut raw.ideal,
                "min" => &mut raw.min,
                "max" => &mut raw.max,
                "step" => &mut raw.step,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    raw.unknown.get_or_insert(key);
                    continue;
                }
            };
            *part = Some(map.next_value()?);
        }
        Ok(raw)
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor { objects: true })
    }
}

impl<'de> Deserialize<'de> for Operand {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = deserializer.deserialize_any(RawVisitor { objects: false })?;
        raw.bare.ok_or_else(|| D::Error::custom("expected a value or an array of values, got null"))
    }
}

fn items<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Operand, A::Error> {
    let mut items = Vec::new();
    while let Some(item) = seq.next_element()? {
        items.push(item);
    }
    Ok(Operand::Many(items))
}
