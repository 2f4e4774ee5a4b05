//! Reads values by their tables.

use std::any::Any;

use serde_json::Value;

use super::{Member, Presence, ReadRecord};

/// What a value is read from. Each method fails if the value has another form.
#[expect(missing_docs, reason = "the methods are named for what they return")]
pub trait Source {
    /// What it is, in order to read a value that may have several forms.
    fn kind(&self) -> Kind;
    /// `null`, or what counts as it.
    fn is_null(&self) -> bool {
        self.kind() == Kind::Null
    }
    fn bool(&self) -> Result<bool, Fault>;
    fn integer(&self, max: u64) -> Result<u64, Fault>;
    /// A whole number from `range.0` to `range.1`.
    fn integer_in(&self, range: (u32, u32)) -> Result<u64, Fault> {
        self.integer(range.1.into())
    }
    fn number(&self) -> Result<f64, Fault>;
    fn text(&self) -> Result<String, Fault>;
    /// The position of a string in `words`. If `has_other`, the last one stands for every other string.
    fn word(&self, words: &[&str], has_other: bool) -> Result<usize, Fault>;
    /// The id of an object of the type `name`.
    fn id(&self, name: &str) -> Result<String, Fault>;
    /// Passes each element to `push`.
    fn list(&self, push: Take<'_>) -> Result<(), Fault>;
    /// Passes each member of any object to `insert`.
    fn map(&self, insert: &mut dyn FnMut(&str, &dyn Source) -> Result<(), Fault>) -> Result<(), Fault>;
    /// Checks that it is an object that may be a record of the type `name`, with these members.
    fn open(&self, name: &str, members: &[Member]) -> Result<(), Fault>;
    /// Passes a member to `take`. Returns whether there is one.
    fn member(&self, name: &'static str, take: Take<'_>) -> Result<bool, Fault>;
    /// The fault that a value is something else than `expected`.
    fn unexpected(&self, expected: &str) -> Fault;
    /// What it is a view of, for values that no other method returns.
    fn raw(&self) -> Option<&dyn Any> {
        None
    }
    /// The fault that a member is absent.
    fn missing(&self, member: &str) -> Fault {
        Fault::new(format!("missing field `{member}`"))
    }
}

/// What a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`, or what counts as it.
    Null,
    /// True or false.
    Bool,
    /// A number.
    Number,
    /// A string.
    Text,
    /// A list.
    List,
    /// An object.
    Object,
    /// Something that has no JSON form.
    Other,
}

/// Reads one value of a source.
pub type Take<'a> = &'a mut dyn FnMut(&dyn Source) -> Result<(), Fault>;

/// Why a value could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub text: String,
    /// The outermost member that contains the fault, if the source is JSON.
    pub member: Option<&'static str>,
    /// Whether the text says where the fault is.
    pub is_placed: bool,
}

impl Fault {
    /// A fault of the value itself.
    pub fn new(text: String) -> Self {
        Self { text, member: None, is_placed: false }
    }
}

/// Reads the members of a record.
///
/// # Errors
/// If a member is absent or has another form.
pub fn read_record(record: &mut dyn ReadRecord, from: &dyn Source) -> Result<(), Fault> {
    let table = record.table();
    from.open(record.name(), table)?;
    if record.is_strict() {
        from.map(&mut |name, _| match table.iter().any(|member| member.name == name) {
            true => Ok(()),
            false => Err(unknown_field(name, table)),
        })?;
    }
    for (member, value) in table.iter().zip(record.members()) {
        let is_present = from.member(member.name, &mut |source| {
            if let Some(range) = member.range {
                source.integer_in(range)?;
            }
            value.read(source)
        })?;
        if !is_present && matches!(member.presence, Presence::Required) {
            return Err(from.missing(member.name));
        }
    }
    Ok(())
}

/// Reads the tag of an enum: the position of its value in `words`. If `has_other`, the last one stands for every other value.
///
/// # Errors
/// If there is none, or it is not one of `words`.
pub fn read_tag(
    name: &str,
    tag: &'static str,
    words: &[&str],
    has_other: bool,
    from: &dyn Source,
) -> Result<usize, Fault> {
    from.open(name, &[])?;
    let mut found = None;
    from.member(tag, &mut |source| {
        found = Some(source.word(words, has_other)?);
        Ok(())
    })?;
    found.ok_or_else(|| from.missing(tag))
}

/// Reads a member that has to be present, such as the content beside a tag.
///
/// # Errors
/// If it is absent or has another form.
pub fn read_content(name: &'static str, take: Take<'_>, from: &dyn Source) -> Result<(), Fault> {
    if from.member(name, take)? { Ok(()) } else { Err(from.missing(name)) }
}

/// The fault that a word is none of `words`.
pub fn unknown_variant(word: &str, words: &[&str]) -> Fault {
    Fault::new(format!("unknown variant `{word}`, expected {}", one_of(words)))
}

fn unknown_field(name: &str, table: &[Member]) -> Fault {
    let names: Vec<_> = table.iter().map(|member| member.name).collect();
    Fault::new(format!("unknown field `{name}`, expected {}", one_of(&names)))
}

fn one_of(words: &[&str]) -> String {
    match words {
        [first, second] => format!("`{first}` or `{second}`"),
        [one] => format!("`{one}`"),
        _ => format!("one of `{}`", words.join("`, `")),
    }
}

impl Source for Value {
    fn kind(&self) -> Kind {
        match self {
            Self::Null => Kind::Null,
            Self::Bool(_) => Kind::Bool,
            Self::Number(_) => Kind::Number,
            Self::String(_) => Kind::Text,
            Self::Array(_) => Kind::List,
            Self::Object(_) => Kind::Object,
        }
    }

    fn bool(&self) -> Result<bool, Fault> {
        self.as_bool().ok_or_else(|| self.unexpected("a boolean"))
    }

    fn integer(&self, max: u64) -> Result<u64, Fault> {
        let expected = match max {
            0xFF => "u8",
            0xFFFF => "u16",
            0xFFFF_FFFF => "u32",
            _ => "u64",
        };
        match self.as_u64() {
            Some(number) if number <= max => Ok(number),
            Some(_) => Err(Fault::new(format!("invalid value: {}, expected {expected}", described(self)))),
            None => Err(self.unexpected(expected)),
        }
    }

    fn number(&self) -> Result<f64, Fault> {
        self.as_f64().ok_or_else(|| self.unexpected("f64"))
    }

    fn text(&self) -> Result<String, Fault> {
        self.as_str().map(str::to_owned).ok_or_else(|| self.unexpected("a string"))
    }

    fn word(&self, words: &[&str], has_other: bool) -> Result<usize, Fault> {
        let text = self.as_str().ok_or_else(|| self.unexpected("a string"))?;
        let found = words.iter().position(|word| *word == text);
        let other = if has_other { words.len().checked_sub(1) } else { None };
        found.or(other).ok_or_else(|| unknown_variant(text, words))
    }

    fn id(&self, _name: &str) -> Result<String, Fault> {
        self.text()
    }

    fn list(&self, push: Take<'_>) -> Result<(), Fault> {
        let elements = self.as_array().ok_or_else(|| self.unexpected("a sequence"))?;
        elements.iter().try_for_each(|element| push(element))
    }

    fn map(&self, insert: &mut dyn FnMut(&str, &dyn Source) -> Result<(), Fault>) -> Result<(), Fault> {
        let members = self.as_object().ok_or_else(|| self.unexpected("a map"))?;
        members.iter().try_for_each(|(name, value)| insert(name, value))
    }

    fn open(&self, name: &str, _members: &[Member]) -> Result<(), Fault> {
        if self.is_object() { Ok(()) } else { Err(self.unexpected(&format!("struct {name}"))) }
    }

    fn member(&self, name: &'static str, take: Take<'_>) -> Result<bool, Fault> {
        let Some(value) = self.get(name) else { return Ok(false) };
        take(value).map_err(|fault| Fault { member: Some(name), ..fault })?;
        Ok(true)
    }

    fn unexpected(&self, expected: &str) -> Fault {
        Fault::new(format!("invalid type: {}, expected {expected}", described(self)))
    }
}

/// As `serde_json` describes it.
fn described(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => format!("boolean `{value}`"),
        Value::Number(number) if number.is_f64() => format!("floating point `{number}`"),
        Value::Number(number) => format!("integer `{number}`"),
        Value::String(text) => format!("string {text:?}"),
        Value::Array(_) => "sequence".to_owned(),
        Value::Object(_) => "map".to_owned(),
    }
}
