//! Parses option objects strictly: an unknown key or a wrong type is an error that names the key.

mod value;

use std::fmt::{self, Display};

use js_sys::{Object, Reflect};
use serde::de::value::StringDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;
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
    let path = &Path::Root(what);
    T::deserialize(Checked { value, path, beside })
        .map_err(|fault| Error::InvalidOptions { detail: fault.at(path).text })
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
enum Path<'a> {
    /// The options. They are named in messages.
    Root(&'a str),
    Key(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, u32),
}

impl Path<'_> {
    fn write_keys(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(_) => Ok(()),
            Self::Key(Self::Root(_), key) => f.write_str(key),
            Self::Key(parent, key) => {
                parent.write_keys(f)?;
                write!(f, ".{key}")
            }
            Self::Index(parent, index) => {
                parent.write_keys(f)?;
                write!(f, "[{index}]")
            }
        }
    }

    fn root(&self) -> &str {
        match self {
            Self::Root(what) => what,
            Self::Key(parent, _) | Self::Index(parent, _) => parent.root(),
        }
    }
}

impl Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = self.root();
        if let Self::Root(_) = self {
            return f.write_str(root);
        }
        f.write_str("`")?;
        self.write_keys(f)?;
        write!(f, "` in the {root}")
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

// The methods that are generic are compiled for each type of options: what does not depend on it is outside of them.
struct Checked<'a> {
    value: JsValue,
    path: &'a Path<'a>,
    /// A member that another parser reads.
    beside: &'static str,
}

impl Checked<'_> {
    fn expected(&self, expected: impl Display) -> Fault {
        let got = described(&self.value);
        // As for `getUserMedia`: these options are the ideal values.
        let is_device = matches!(self.path.root(), "camera options" | "microphone options");
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
        let (path, key) = (Path::Key(self.path, "to"), JsValue::from("to"));
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

    /// The properties of an object that has no others than `fields`.
    fn known_properties(
        &self,
        name: &'static str,
        fields: &'static [&'static str],
    ) -> Result<Properties<'_>, Fault> {
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
        let names = (0..).zip(fields).map(|(position, field)| Name::Known(position, field));
        Ok(Properties::new(object, self.path, names.collect()))
    }

    /// All properties of an object.
    fn properties<'a>(&'a self, object: &'a Object) -> Result<Properties<'a>, Fault> {
        let names = self.keys(object)?.into_iter().map(Name::Other).collect();
        Ok(Properties::new(object, self.path, names))
    }

    /// A string that is one of `names`.
    fn word(&self, names: &[&str]) -> Result<String, Fault> {
        let text = self.value.as_string().filter(|text| names.contains(&text.as_str()));
        text.ok_or_else(|| self.one_of(names))
    }

    /// The value of an element of this array.
    fn element(&self, index: u32) -> Result<JsValue, Fault> {
        Reflect::get(&self.value, &index.into())
            .map_err(|_| Fault::placed(format!("{}: cannot be read", Path::Index(self.path, index))))
    }

    fn id(&self, name: &str, expected: &str) -> Result<String, Fault> {
        let given = id_of(name, &self.value).ok().and_then(|id| id.as_string());
        given.or_else(|| self.value.as_string()).ok_or_else(|| self.expected(expected))
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
        visitor.visit_map(self.known_properties(name, fields)?)
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
            visitor.visit_map(self.properties(object)?)
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
        visitor.visit_seq(Elements { length: length(&self.value), array: &self, next: 0 })
    }

    /// All enums of the options are words.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let variant: StringDeserializer<Fault> = self.word(variants)?.into_deserializer();
        visitor.visit_enum(variant)
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
        visitor.visit_map(self.properties(self.object()?)?)
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
        let id: StringDeserializer<Fault> = self.id(name, expected)?.into_deserializer();
        visitor.visit_newtype_struct(id)
    }

    forward! {
        deserialize_identifier() deserialize_char()
        deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_u64()
        deserialize_bytes() deserialize_byte_buf()
        deserialize_unit_struct(name: &'static str)
        deserialize_tuple(len: usize) deserialize_tuple_struct(name: &'static str, len: usize)
    }
}

/// The name of a property.
enum Name {
    /// A field of a struct, which identifies it by the position, which takes less code than comparing text.
    Known(u32, &'static str),
    Other(String),
}

impl Name {
    fn text(&self) -> &str {
        match self {
            Self::Known(_, name) => name,
            Self::Other(name) => name,
        }
    }
}

impl<'de> Deserializer<'de> for &Name {
    type Error = Fault;

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self {
            Name::Known(position, _) => visitor.visit_u64((*position).into()),
            Name::Other(name) => Err(de::Error::custom(format_args!("unknown option `{name}`"))),
        }
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_str(self.text())
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum ignored_any
    }
}

/// The properties of an object that are not `undefined`.
struct Properties<'a> {
    object: &'a Object,
    path: &'a Path<'a>,
    names: std::vec::IntoIter<Name>,
    current: Option<(Name, JsValue)>,
}

impl<'a> Properties<'a> {
    fn new(object: &'a Object, path: &'a Path<'a>, names: Vec<Name>) -> Self {
        Self { object, path, names: names.into_iter(), current: None }
    }

    fn next(&mut self) -> Result<Option<&Name>, Fault> {
        for name in self.names.by_ref() {
            let value = Reflect::get(self.object, &name.text().into()).map_err(|_| {
                Fault::placed(format!("{}: cannot be read", Path::Key(self.path, name.text())))
            })?;
            if !value.is_undefined() {
                return Ok(Some(&self.current.insert((name, value)).0));
            }
        }
        Ok(None)
    }

    fn take(&mut self) -> Result<(Name, JsValue), Fault> {
        self.current.take().ok_or_else(|| Fault::placed("a value was read before its key".to_owned()))
    }
}

impl<'de> MapAccess<'de> for Properties<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        self.next()?.map(|name| seed.deserialize(name)).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let (name, value) = self.take()?;
        let path = &Path::Key(self.path, name.text());
        seed.deserialize(Checked { value, path, beside: "" }).map_err(|fault| fault.at(path))
    }
}

struct Elements<'a> {
    array: &'a Checked<'a>,
    length: u32,
    next: u32,
}

impl<'de> SeqAccess<'de> for Elements<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        if self.next >= self.length {
            return Ok(None);
        }
        let (value, path) = (self.array.element(self.next)?, &Path::Index(self.array.path, self.next));
        self.next += 1;
        seed.deserialize(Checked { value, path, beside: "" }).map(Some).map_err(|fault| fault.at(path))
    }
}

#[cfg(test)]
mod tests;
