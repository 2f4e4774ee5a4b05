//! One entry of a report.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use super::dictionary::Dictionary;
use super::views;

/// One entry of a report: <https://www.w3.org/TR/webrtc-stats/#dom-rtcstats>.
///
/// Serializes to the browser's original object. Use [`view`](Self::view) to access the members by type.
#[derive(Clone, Debug)]
pub struct Stats {
    id: String,
    timestamp: f64,
    type_name: String,
    dictionary: Option<&'static Dictionary>,
    known: Vec<(&'static str, Value)>,
    unknown: Map<String, Value>,
}

impl Stats {
    /// Sorts an entry's members. A value that is not an object has none.
    pub(super) fn new(value: Value) -> Option<Self> {
        let Value::Object(members) = value else { return None };
        let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default();
        let (id, type_name) = (text("id").to_owned(), text("type").to_owned());
        let dictionary = views::dictionary(&type_name, text("kind"));
        let timestamp = members.get("timestamp").and_then(Value::as_f64);
        let (mut known, mut unknown) = (Vec::new(), Map::new());
        for (name, value) in members {
            match name.as_str() {
                "id" | "type" if value.is_string() => {}
                "timestamp" if timestamp.is_some() => {}
                _ => match dictionary.and_then(|dictionary| dictionary.known(&name, &value)) {
                    Some(name) => known.push((name, value)),
                    None => drop(unknown.insert(name, value)),
                },
            }
        }
        Some(Self { id, timestamp: timestamp.unwrap_or_default(), type_name, dictionary, known, unknown })
    }

    /// Identifies the entry within its connection. It is the same in every report.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When this was measured, in milliseconds since 1970.
    pub fn timestamp(&self) -> f64 {
        self.timestamp
    }

    /// The `type`, such as `"inbound-rtp"`.
    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    /// Members that no dictionary here contains: those of later specifications or of a single browser, and those whose
    /// value does not have the specified type. All members, if the type is unknown.
    pub fn unknown(&self) -> &Map<String, Value> {
        &self.unknown
    }

    /// The members by their names in the specification, without those of [`unknown`](Self::unknown).
    pub fn members(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.known.iter().map(|(name, value)| (*name, value))
    }

    pub(super) fn known(&self, name: &str) -> Option<&Value> {
        self.known.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    pub(super) fn dictionary(&self) -> Option<&'static Dictionary> {
        self.dictionary
    }

    pub(super) fn stats(&self) -> &Self {
        self
    }
}

/// An entry for TypeScript, with unknown members apart from typed ones.
#[cfg(any(all(feature = "js", target_arch = "wasm32"), test))]
#[derive(Debug)]
pub(crate) struct Typed<'a>(pub(crate) &'a Stats);

#[cfg(any(all(feature = "js", target_arch = "wasm32"), test))]
impl Serialize for Typed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Stats { id, timestamp, type_name, dictionary, known, unknown } = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", id)?;
        map.serialize_entry("timestamp", &number(*timestamp))?;
        if dictionary.is_some() {
            map.serialize_entry("type", type_name)?;
        } else {
            map.serialize_entry("type", "unknown")?;
            map.serialize_entry("unknownType", type_name)?;
        }
        for (name, value) in known {
            map.serialize_entry(name, value)?;
        }
        if dictionary.is_none() || !unknown.is_empty() {
            map.serialize_entry("unknown", unknown)?;
        }
        map.end()
    }
}

impl PartialEq for Stats {
    fn eq(&self, other: &Self) -> bool {
        (&self.id, self.timestamp, &self.type_name) == (&other.id, other.timestamp, &other.type_name)
            && (&self.known, &self.unknown) == (&other.known, &other.unknown)
    }
}

impl Serialize for Stats {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, text) in [("id", &self.id), ("type", &self.type_name)] {
            if !self.unknown.contains_key(name) {
                map.serialize_entry(name, text)?;
            }
        }
        if !self.unknown.contains_key("timestamp") {
            map.serialize_entry("timestamp", &number(self.timestamp))?;
        }
        for (name, value) in &self.known {
            map.serialize_entry(name, value)?;
        }
        for (name, value) in &self.unknown {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// As in JavaScript: whole numbers without a fraction.
pub(crate) fn number(number: f64) -> Value {
    let whole = number as i64;
    if whole as f64 == number { Value::from(whole) } else { Value::from(number) }
}
