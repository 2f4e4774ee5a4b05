//! Parses option objects strictly: an unknown key or a wrong type is an error that names the key.

mod value;

use std::any::Any;
use std::fmt::{self, Display};

use js_sys::{Object, Reflect};
use moim_protocol::json::{Fault, Kind, Member, Read, Source, Take, number_text};
use wasm_bindgen::{JsCast, JsValue};

use value::{described, is_array, length, may_hold_options};

use super::deprecation::warn_once;
use super::live_object::id_of;
use crate::engine::ice_server::{self, FurtherMember};
use crate::{Error, Result};

/// `Number.MAX_SAFE_INTEGER`
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// Parses `value` as the options `T`. `None` and members that are `undefined` result in the defaults.
/// `what` names the options in messages, such as `"camera options"`.
pub(crate) fn parse<T: Read + Default>(value: Option<JsValue>, what: &str) -> Result<T> {
    value.map_or_else(|| Ok(T::default()), |value| parse_value(value, what))
}

/// Parses any value. `what` names it in messages.
pub(crate) fn parse_value<T: Read>(value: JsValue, what: &str) -> Result<T> {
    parse_beside(value, what, "")
}

/// Parses any value; the member `beside` is left to the caller.
pub(crate) fn parse_beside<T: Read>(value: JsValue, what: &str, beside: &'static str) -> Result<T> {
    let path = &Path::Root(what);
    let parsed = T::read_new(&Checked { value, path, beside });
    parsed.map_err(|fault| Error::InvalidOptions { detail: placed_at(path, fault).text })
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

/// A value with its place in the options.
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
        placed(format!("{}: expected {expected}, got {got}{advice}", self.path))
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
        let unreadable = |_| placed(format!("{path}: cannot be read"));
        if !Reflect::has(object, &key).map_err(unreadable)? {
            return Ok(());
        }
        let to = Reflect::get(object, &key).map_err(unreadable)?;
        if !to.is_undefined() && !to.is_null() {
            return Ok(());
        }
        let advice = "omit it to send to everyone, or name a participant";
        Err(placed(format!("{path} is {}: {advice}", described(&to))))
    }

    /// The names of an object's own properties. Unlike `Object.keys` this does not panic on a proxy that throws.
    fn keys(&self, object: &Object) -> Result<Vec<String>, Fault> {
        let keys = Reflect::own_keys(object).map_err(|_| placed(format!("{}: cannot be read", self.path)))?;
        Ok(keys.iter().filter_map(|key| key.as_string()).collect())
    }

    /// Passes a property to `take`. Returns whether there is one, and it is not `undefined`.
    fn property(&self, name: &str, take: Take<'_>) -> Result<bool, Fault> {
        let path = &Path::Key(self.path, name);
        let value =
            Reflect::get(&self.value, &name.into()).map_err(|_| placed(format!("{path}: cannot be read")))?;
        if value.is_undefined() {
            return Ok(false);
        }
        take(&Checked { value, path, beside: "" }).map_err(|fault| placed_at(path, fault))?;
        Ok(true)
    }

    fn one_of(&self, names: &[&str]) -> Fault {
        // This is how a value of a later version is parsed.
        let names = names.iter().filter(|name| **name != "unknown");
        let quoted: Vec<_> = names.map(|name| format!("\"{name}\"")).collect();
        self.expected(quoted.join(" or "))
    }
}

/// The fault, with the path if it has none.
fn placed_at(path: &Path<'_>, fault: Fault) -> Fault {
    if fault.is_placed { fault } else { placed(format!("{path}: {}", fault.text)) }
}

fn placed(text: String) -> Fault {
    Fault { is_placed: true, ..Fault::new(text) }
}

impl Source for Checked<'_> {
    fn kind(&self) -> Kind {
        let value = &self.value;
        if value.is_undefined() || value.is_null() {
            Kind::Null
        } else if value.as_bool().is_some() {
            Kind::Bool
        } else if value.is_string() {
            Kind::Text
        } else if value.as_f64().is_some() {
            Kind::Number
        } else if is_array(value) {
            Kind::List
        } else if value.is_object() {
            Kind::Object
        } else {
            Kind::Other
        }
    }

    fn bool(&self) -> Result<bool, Fault> {
        self.value.as_bool().ok_or_else(|| self.expected("true or false"))
    }

    fn integer(&self, max: u64) -> Result<u64, Fault> {
        let max = max.min(MAX_SAFE_INTEGER);
        let number = self.value.as_f64().filter(|n| n.fract() == 0.0 && (0.0..=max as f64).contains(n));
        number.map(|n| n as u64).ok_or_else(|| self.expected(format_args!("a whole number from 0 to {max}")))
    }

    fn integer_in(&self, (min, max): (u32, u32)) -> Result<u64, Fault> {
        let number = self.number()?;
        if number.fract() == 0.0 && (f64::from(min)..=f64::from(max)).contains(&number) {
            return Ok(number as u64);
        }
        Err(Fault::new(format!("expected a whole number from {min} to {max}, got {}", number_text(number))))
    }

    fn number(&self) -> Result<f64, Fault> {
        self.value.as_f64().filter(|n| n.is_finite()).ok_or_else(|| self.expected("a number"))
    }

    fn text(&self) -> Result<String, Fault> {
        self.value.as_string().ok_or_else(|| self.expected("a string"))
    }

    fn word(&self, words: &[&str], _has_other: bool) -> Result<usize, Fault> {
        let text = self.value.as_string();
        text.and_then(|text| words.iter().position(|word| *word == text)).ok_or_else(|| self.one_of(words))
    }

    /// The id of a participant or a publication may be given as the object that has it.
    fn id(&self, name: &str) -> Result<String, Fault> {
        let given = id_of(name, &self.value).ok().and_then(|id| id.as_string());
        given.or_else(|| self.value.as_string()).ok_or_else(|| {
            self.expected(match name {
                "ParticipantId" => "the id of a participant or a RemoteParticipant",
                _ => "the id of a publication or a Publication",
            })
        })
    }

    fn list(&self, push: Take<'_>) -> Result<(), Fault> {
        if !is_array(&self.value) {
            return Err(self.expected("an array"));
        }
        for index in 0..length(&self.value) {
            let path = &Path::Index(self.path, index);
            let value = Reflect::get(&self.value, &index.into())
                .map_err(|_| placed(format!("{path}: cannot be read")))?;
            push(&Checked { value, path, beside: "" }).map_err(|fault| placed_at(path, fault))?;
        }
        Ok(())
    }

    fn map(&self, insert: &mut dyn FnMut(&str, &dyn Source) -> Result<(), Fault>) -> Result<(), Fault> {
        for name in self.keys(self.object()?)? {
            self.property(&name, &mut |value| insert(&name, value))?;
        }
        Ok(())
    }

    fn open(&self, name: &str, members: &[Member]) -> Result<(), Fault> {
        let object = self.object()?;
        let keys = self.keys(object)?;
        let is_known = |key: &str| members.iter().any(|member| member.name == key) || key == self.beside;
        let is_ice_server = name == "IceServer";
        let has_urls = keys.iter().any(|key| key == "urls");
        for key in &keys {
            // `url` alone would be no server.
            let further =
                ice_server::further_member(key).filter(|_| is_ice_server && (has_urls || key != "url"));
            match further {
                _ if is_known(key) => {}
                Some(FurtherMember::Ignored) => {}
                Some(FurtherMember::Deprecated(warning)) => warn_once(warning),
                None => {
                    let advice = match ice_server::misplaced(key).filter(|_| is_ice_server) {
                        Some(advice) => advice.to_owned(),
                        None => {
                            let beside = Some(self.beside).filter(|beside| !beside.is_empty());
                            let names = members.iter().map(|member| member.name);
                            format!("expected `{}`", names.chain(beside).collect::<Vec<_>>().join("`, `"))
                        }
                    };
                    return Err(placed(format!("{}: unknown option `{key}`: {advice}", self.path)));
                }
            }
        }
        if is_known("to") { self.refuse_missing_receiver(object) } else { Ok(()) }
    }

    fn member(&self, name: &'static str, take: Take<'_>) -> Result<bool, Fault> {
        self.property(name, take)
    }

    fn unexpected(&self, expected: &str) -> Fault {
        self.expected(expected)
    }

    fn raw(&self) -> Option<&dyn Any> {
        Some(&self.value)
    }
}

/// Any value, unchanged.
#[derive(Debug, Default)]
pub(crate) struct AnyValue(pub(crate) JsValue);

impl Read for AnyValue {
    fn blank() -> Self {
        Self::default()
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        let value = from.raw().and_then(|raw| raw.downcast_ref::<JsValue>());
        self.0 = value.cloned().unwrap_or_default();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
