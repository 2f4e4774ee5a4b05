//! Reads option objects strictly: an unknown key or a wrong type is an error that names the key.

use std::fmt::{self, Display};

use js_sys::{Array, Object, Reflect};
use serde::de::value::StringDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use wasm_bindgen::{JsCast, JsValue};

use crate::engine::ice_server;
use crate::{Error, Result};

/// Reads `value` as the options `T`. `None` gives the defaults, and so does a property that is `undefined`.
/// `what` names the options in messages, such as `"camera options"`.
pub(crate) fn parse<T: DeserializeOwned + Default>(value: Option<JsValue>, what: &str) -> Result<T> {
    value.map_or_else(|| Ok(T::default()), |value| parse_value(value, what))
}

/// Reads any value. `what` names it in messages.
pub(crate) fn parse_value<T: DeserializeOwned>(value: JsValue, what: &str) -> Result<T> {
    let checked = Checked { value, path: Path { what, keys: String::new() } };
    T::deserialize(checked).map_err(|fault| Error::InvalidOptions { detail: fault.0 })
}

/// Where in the options a value stands.
#[derive(Clone)]
struct Path<'a> {
    what: &'a str,
    keys: String,
}

impl Path<'_> {
    fn key(&self, key: &str) -> Self {
        let dot = if self.keys.is_empty() { "" } else { "." };
        Self { what: self.what, keys: format!("{}{dot}{key}", self.keys) }
    }

    fn index(&self, index: u32) -> Self {
        Self { what: self.what, keys: format!("{}[{index}]", self.keys) }
    }
}

impl Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.keys.is_empty() {
            f.write_str(self.what)
        } else {
            write!(f, "`{}` in the {}", self.keys, self.what)
        }
    }
}

/// A message that already says where the fault is.
#[derive(Debug)]
struct Fault(String);

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

struct Checked<'a> {
    value: JsValue,
    path: Path<'a>,
}

impl Checked<'_> {
    fn expected(&self, expected: impl Display) -> Fault {
        let got = match self.value.as_string() {
            Some(text) => format!("\"{text}\""),
            None if Array::is_array(&self.value) => "an array".to_owned(),
            None if self.value.is_function() => "a function".to_owned(),
            None if self.value.is_object() => "an object".to_owned(),
            None => {
                format!("{:?}", self.value).trim_start_matches("JsValue(").trim_end_matches(')').to_owned()
            }
        };
        Fault(format!("{}: expected {expected}, got {got}", self.path))
    }

    fn integer(&self, max: u32) -> Result<u32, Fault> {
        let number = self.value.as_f64().filter(|n| n.fract() == 0.0 && (0.0..=f64::from(max)).contains(n));
        number.map(|n| n as u32).ok_or_else(|| self.expected(format_args!("a whole number from 0 to {max}")))
    }

    fn number(&self) -> Result<f64, Fault> {
        self.value.as_f64().filter(|n| n.is_finite()).ok_or_else(|| self.expected("a number"))
    }

    fn text(&self) -> Result<String, Fault> {
        self.value.as_string().ok_or_else(|| self.expected("a string"))
    }

    fn one_of(&self, names: &[&str]) -> Fault {
        let quoted: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
        self.expected(quoted.join(" or "))
    }
}

/// The rest is left to serde-wasm-bindgen, with the path put before its messages.
macro_rules! forward {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, Fault> {
            let Self { value, path } = self;
            let inner = serde_wasm_bindgen::Deserializer::from(value);
            inner.$method($($argument,)* visitor).map_err(|error| Fault(format!("{path}: {error}")))
        }
    )*};
}

impl<'de> Deserializer<'de> for Checked<'_> {
    type Error = Fault;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let is_plain = self.value.is_object() && !Array::is_array(&self.value);
        let object = self.value.dyn_ref::<Object>().filter(|_| is_plain);
        let object = object.ok_or_else(|| self.expected("an object"))?;
        let keys =
            Reflect::own_keys(object).map_err(|_| Fault(format!("{}: it cannot be read", self.path)))?;
        for key in keys.iter().filter_map(|key| key.as_string()) {
            if !fields.contains(&key.as_str()) {
                let advice = match ice_server::misplaced(&key).filter(|_| name == "IceServer") {
                    Some(advice) => advice.to_owned(),
                    None => format!("there are `{}`", fields.join("`, `")),
                };
                return Err(Fault(format!("{}: there is no option `{key}`; {advice}", self.path)));
            }
        }
        visitor.visit_map(Properties { object, path: self.path.clone(), fields: fields.iter(), next: None })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.value.is_undefined() || self.value.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let array = self.value.dyn_ref::<Array>().ok_or_else(|| self.expected("an array"))?;
        visitor.visit_seq(Elements { array, path: self.path.clone(), next: 0 })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.value.as_string() {
            Some(text) if variants.contains(&text.as_str()) => {
                let variant: StringDeserializer<Fault> = text.into_deserializer();
                visitor.visit_enum(variant)
            }
            None if self.value.is_object() => {
                let Self { value, path } = self;
                let inner = serde_wasm_bindgen::Deserializer::from(value);
                let read = inner.deserialize_enum(name, variants, visitor);
                read.map_err(|error| Fault(format!("{path}: {error}")))
            }
            _ => Err(self.one_of(variants)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_bool(self.value.as_bool().ok_or_else(|| self.expected("true or false"))?)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_u32(self.integer(u8::MAX.into())?)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_u32(self.integer(u16::MAX.into())?)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_u32(self.integer(u32::MAX)?)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_f64(self.number()?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_f64(self.number()?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_string(self.text()?)
    }

    forward! {
        deserialize_any() deserialize_ignored_any() deserialize_identifier() deserialize_char()
        deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_u64()
        deserialize_bytes() deserialize_byte_buf() deserialize_unit() deserialize_map()
        deserialize_unit_struct(name: &'static str) deserialize_newtype_struct(name: &'static str)
        deserialize_tuple(len: usize) deserialize_tuple_struct(name: &'static str, len: usize)
    }
}

/// The properties of an object that are not `undefined`.
struct Properties<'a> {
    object: &'a Object,
    path: Path<'a>,
    fields: std::slice::Iter<'static, &'static str>,
    next: Option<Checked<'a>>,
}

impl<'de> MapAccess<'de> for Properties<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        for field in self.fields.by_ref() {
            let path = self.path.key(field);
            let value = Reflect::get(self.object, &JsValue::from_str(field))
                .map_err(|_| Fault(format!("{path}: it cannot be read")))?;
            if !value.is_undefined() {
                self.next = Some(Checked { value, path });
                return seed.deserialize((*field).into_deserializer()).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let value = self.next.take().ok_or_else(|| Fault("a value was read before its key".to_owned()))?;
        seed.deserialize(value)
    }
}

struct Elements<'a> {
    array: &'a Array,
    path: Path<'a>,
    next: u32,
}

impl<'de> SeqAccess<'de> for Elements<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        if self.next >= self.array.length() {
            return Ok(None);
        }
        let element = Checked { value: self.array.get(self.next), path: self.path.index(self.next) };
        self.next += 1;
        seed.deserialize(element).map(Some)
    }
}

#[cfg(test)]
mod tests;
