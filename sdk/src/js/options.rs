//! Parses option objects strictly: an unknown key or a wrong type is an error that names the key.

mod value;

use std::borrow::Cow;
use std::fmt::{self, Display};

use js_sys::{Object, Reflect};
use serde::de::value::{MapAccessDeserializer, StringDeserializer};
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use wasm_bindgen::{JsCast, JsValue};

use value::{described, is_array, length, may_hold_options};

use super::deprecation::warn_once;
use super::live_object::id_of;
use crate::engine::ice_server::{self, FurtherMember};
use crate::{Error, Result};

/// Parses `value` as the options `T`. `None` and members that are `undefined` result in the defaults.
/// `what` names the options in messages, such as `"camera options"`.
pub(crate) fn parse<T: DeserializeOwned + Default>(value: Option<JsValue>, what: &str) -> Result<T> {
    value.map_or_else(|| Ok(T::default()), |value| parse_value(value, what))
}

/// Parses any value. `what` names it in messages.
pub(crate) fn parse_value<T: DeserializeOwned>(value: JsValue, what: &str) -> Result<T> {
    parse_beside(value, what, "")
}

/// Parses any value; the member `beside` is left to the caller.
pub(crate) fn parse_beside<T: DeserializeOwned>(
    value: JsValue,
    what: &str,
    beside: &'static str,
) -> Result<T> {
    let checked = Checked { value, path: Path { what, keys: String::new() }, beside };
    let path = checked.path.clone();
    T::deserialize(checked).map_err(|fault| Error::InvalidOptions { detail: fault.at(&path).text })
}

/// The elements of an array, each parsed when it is requested. `what` names the array in messages.
pub(crate) fn elements<'a>(
    array: &'a JsValue,
    what: &'a str,
) -> Result<impl Iterator<Item = Result<JsValue>> + use<'a>> {
    let refused = |detail: String| Error::InvalidOptions { detail };
    if !is_array(array) {
        return Err(refused(format!("{what}: expected an array")));
    }
    Ok((0..length(array)).map(move |index| {
        Reflect::get(array, &index.into()).map_err(|_| refused(format!("{what}[{index}]: cannot be read")))
    }))
}

/// The error of an argument or an option that has the wrong type.
pub(crate) fn expected(what: &str, expected: &str, value: &JsValue) -> Error {
    Error::InvalidOptions { detail: format!("{what}: expected {expected}, got {}", described(value)) }
}

/// The path of a value in the options.
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

/// What is invalid about a value.
#[derive(Debug)]
struct Fault {
    text: String,
    /// Whether the message includes the path.
    is_placed: bool,
}

impl Fault {
    fn placed(text: String) -> Self {
        Self { text, is_placed: true }
    }

    /// Adds the path, if it is missing.
    fn at(self, path: &Path<'_>) -> Self {
        if self.is_placed { self } else { Self::placed(format!("{path}: {}", self.text)) }
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: Display>(message: T) -> Self {
        Self { text: message.to_string(), is_placed: false }
    }

    fn invalid_type(got: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        use de::Unexpected as Got;
        match got {
            Got::Str(text) => Self::custom(format_args!("expected {expected}, got \"{text}\"")),
            Got::Bool(value) => Self::custom(format_args!("expected {expected}, got {value}")),
            Got::Float(value) => Self::custom(format_args!("expected {expected}, got {value}")),
            Got::Map => Self::custom(format_args!("expected {expected}, got an object")),
            Got::Seq => Self::custom(format_args!("expected {expected}, got an array")),
            Got::Unit => Self::custom(format_args!("expected {expected}, got nothing")),
            got => Self::custom(format_args!("expected {expected}, got {got}")),
        }
    }
}

struct Checked<'a> {
    value: JsValue,
    path: Path<'a>,
    /// A member that another parser reads.
    beside: &'static str,
}

impl Checked<'_> {
    fn expected(&self, expected: impl Display) -> Fault {
        let got = described(&self.value);
        // As for `getUserMedia`: these options are the ideal values.
        let is_device = matches!(self.path.what, "camera options" | "microphone options");
        let advice = if is_device && self.is_constraint() { ": it belongs in `constraints`" } else { "" };
        Fault::placed(format!("{}: expected {expected}, got {got}{advice}", self.path))
    }

    fn is_constraint(&self) -> bool {
        let has = |key: &&str| Reflect::has(&self.value, &JsValue::from_str(key)).unwrap_or(false);
        self.value.is_object() && ["exact", "ideal", "min", "max"].iter().any(has)
    }

    /// A plain object.
    fn object(&self) -> Result<&Object, Fault> {
        let object =
            self.value.dyn_ref::<Object>().filter(|_| self.value.is_object() && !is_array(&self.value));
        let object = object.ok_or_else(|| self.expected("an object"))?;
        if may_hold_options(object) { Ok(object) } else { Err(self.expected("a plain object")) }
    }

    /// `{ to: participants.find(…) }` that found nobody must not send to everyone.
    fn refuse_missing_receiver(&self, object: &Object) -> Result<(), Fault> {
        let (path, key) = (self.path.key("to"), JsValue::from("to"));
        let unreadable = |_| Fault::placed(format!("{path}: cannot be read"));
        if !Reflect::has(object, &key).map_err(unreadable)? {
            return Ok(());
        }
        let to = Reflect::get(object, &key).map_err(unreadable)?;
        if !to.is_undefined() && !to.is_null() {
            return Ok(());
        }
        let advice = "omit it to send to everyone, or name a participant";
        Err(Fault::placed(format!("{path} is {}: {advice}", described(&to))))
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

    /// The names of an object's own properties. Unlike `Object.keys` this does not panic on a proxy that throws.
    fn keys(&self, object: &Object) -> Result<Vec<String>, Fault> {
        let keys =
            Reflect::own_keys(object).map_err(|_| Fault::placed(format!("{}: cannot be read", self.path)))?;
        Ok(keys.iter().filter_map(|key| key.as_string()).collect())
    }

    fn one_of(&self, names: &[&str]) -> Fault {
        // This is how a value of a later version is parsed.
        let names = names.iter().filter(|name| **name != "unknown");
        let quoted: Vec<_> = names.map(|name| format!("\"{name}\"")).collect();
        self.expected(quoted.join(" or "))
    }
}

/// The rest is parsed by serde-wasm-bindgen, with the path added to its messages.
macro_rules! forward {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, Fault> {
            if self.value.is_object() && Reflect::has(&self.value, &"length".into()).is_err() {
                return Err(self.expected("a readable value"));
            }
            let Self { value, path, .. } = self;
            let inner = serde_wasm_bindgen::Deserializer::from(value);
            inner.$method($($argument,)* visitor).map_err(|error| Fault::placed(format!("{path}: {error}")))
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
        let object = self.object()?;
        let keys = self.keys(object)?;
        let is_ice_server = name == "IceServer";
        let has_urls = keys.iter().any(|key| key == "urls");
        for key in &keys {
            // `url` alone would be no server.
            let further =
                ice_server::further_member(key).filter(|_| is_ice_server && (has_urls || key != "url"));
            match further {
                _ if fields.contains(&key.as_str()) || key == self.beside => {}
                Some(FurtherMember::Ignored) => {}
                Some(FurtherMember::Deprecated(warning)) => warn_once(warning),
                None => {
                    let advice = match ice_server::misplaced(key).filter(|_| is_ice_server) {
                        Some(advice) => advice.to_owned(),
                        None => {
                            let beside = Some(self.beside).filter(|beside| !beside.is_empty());
                            let known: Vec<_> = fields.iter().copied().chain(beside).collect();
                            format!("expected `{}`", known.join("`, `"))
                        }
                    };
                    return Err(Fault::placed(format!("{}: unknown option `{key}`: {advice}", self.path)));
                }
            }
        }
        if fields.contains(&"to") {
            self.refuse_missing_receiver(object)?;
        }
        let fields = fields.iter().copied().map(Cow::Borrowed).collect();
        visitor.visit_map(Properties::new(object, self.path.clone(), fields))
    }

    /// For values that may have several forms.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.value.is_undefined() || self.value.is_null() {
            visitor.visit_unit()
        } else if let Some(value) = self.value.as_bool() {
            visitor.visit_bool(value)
        } else if let Some(text) = self.value.as_string() {
            visitor.visit_string(text)
        } else if self.value.as_f64().is_some() {
            visitor.visit_f64(self.number()?)
        } else if is_array(&self.value) {
            self.deserialize_seq(visitor)
        } else if let Some(object) = self.value.dyn_ref::<Object>().filter(|_| !self.value.is_function()) {
            let keys = self.keys(object)?.into_iter().map(Cow::Owned).collect();
            visitor.visit_map(Properties::new(object, self.path.clone(), keys))
        } else {
            Err(self.expected(&visitor as &dyn de::Expected))
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.value.is_undefined() || self.value.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if !is_array(&self.value) {
            return Err(self.expected("an array"));
        }
        let length = length(&self.value);
        visitor.visit_seq(Elements { array: &self.value, length, path: self.path.clone(), next: 0 })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.value.as_string() {
            Some(text) if variants.contains(&text.as_str()) => {
                let variant: StringDeserializer<Fault> = text.into_deserializer();
                visitor.visit_enum(variant)
            }
            None if self.value.is_object() => {
                // A variant with content: an object whose one key is the variant's name.
                let object = self.value.dyn_ref::<Object>().ok_or_else(|| self.one_of(variants))?;
                let keys = self.keys(object)?;
                if keys.len() != 1 || keys.iter().any(|key| !variants.contains(&key.as_str())) {
                    return Err(self.one_of(variants));
                }
                let keys = keys.into_iter().map(Cow::Owned).collect();
                let content = Properties::new(object, self.path.clone(), keys);
                visitor.visit_enum(MapAccessDeserializer::new(content))
            }
            _ => Err(self.one_of(variants)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let is_nothing = self.value.is_undefined() || self.value.is_null();
        if is_nothing { visitor.visit_unit() } else { Err(self.expected("nothing")) }
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

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let object = self.object()?;
        let keys = self.keys(object)?.into_iter().map(Cow::Owned).collect();
        visitor.visit_map(Properties::new(object, self.path.clone(), keys))
    }

    /// The id of a participant or a publication may be given as the object that has it.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let expected = match name {
            "ParticipantId" => "the id of a participant or a RemoteParticipant",
            "PublicationId" => "the id of a publication or a Publication",
            _ => return visitor.visit_newtype_struct(self),
        };
        let given = id_of(name, &self.value).ok().and_then(|id| id.as_string());
        let id = given.or_else(|| self.value.as_string()).ok_or_else(|| self.expected(expected))?;
        visitor.visit_newtype_struct(IntoDeserializer::<Fault>::into_deserializer(id))
    }

    forward! {
        deserialize_identifier() deserialize_char()
        deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_u64()
        deserialize_bytes() deserialize_byte_buf()
        deserialize_unit_struct(name: &'static str)
        deserialize_tuple(len: usize) deserialize_tuple_struct(name: &'static str, len: usize)
    }
}

/// The properties of an object that are not `undefined`.
struct Properties<'a> {
    object: &'a Object,
    path: Path<'a>,
    keys: std::vec::IntoIter<Cow<'static, str>>,
    next: Option<Checked<'a>>,
}

impl<'a> Properties<'a> {
    fn new(object: &'a Object, path: Path<'a>, keys: Vec<Cow<'static, str>>) -> Self {
        Self { object, path, keys: keys.into_iter(), next: None }
    }
}

impl<'de> MapAccess<'de> for Properties<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        for key in self.keys.by_ref() {
            let path = self.path.key(&key);
            let value = Reflect::get(self.object, &JsValue::from_str(&key))
                .map_err(|_| Fault::placed(format!("{path}: cannot be read")))?;
            if !value.is_undefined() {
                self.next = Some(Checked { value, path, beside: "" });
                return seed.deserialize(key.into_deserializer()).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let missing = || Fault::placed("a value was read before its key".to_owned());
        let value = self.next.take().ok_or_else(missing)?;
        let path = value.path.clone();
        seed.deserialize(value).map_err(|fault| fault.at(&path))
    }
}

struct Elements<'a> {
    array: &'a JsValue,
    length: u32,
    path: Path<'a>,
    next: u32,
}

impl<'de> SeqAccess<'de> for Elements<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        if self.next >= self.length {
            return Ok(None);
        }
        let path = self.path.index(self.next);
        let value = Reflect::get(self.array, &self.next.into())
            .map_err(|_| Fault::placed(format!("{path}: cannot be read")))?;
        let element = Checked { value, path, beside: "" };
        self.next += 1;
        let path = element.path.clone();
        seed.deserialize(element).map(Some).map_err(|fault| fault.at(&path))
    }
}

#[cfg(test)]
mod tests;
