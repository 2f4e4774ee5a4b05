//! JSON by tables: the wire format of each type is a table of its members, which a few functions that are not generic
//! read and write.
//!
//! `serde`'s derived code is compiled for each type and each format, which was a third of the WebAssembly module. Here a
//! type has a list of references to its members, and each type of a member has one implementation of
//! [`Read`] and of [`Write`].
//!
//! - [`record!`](crate::record) is the table of a struct: a line for each member. [`options!`](crate::options) is that of options,
//!   which are only read.
//! - [`variants!`](crate::variants) is the table of an enum that is an object with a tag; [`contents!`](crate::contents), if the
//!   content is beside the tag.
//! - [`words!`](crate::words) is the table of an enum that is a string.
//! - A [`Source`] is what is read: parsed JSON, or the options of a JavaScript application.

mod number;
mod read;
mod tables;
#[cfg(test)]
mod tests;
mod values;
mod write;

use serde_json::Value;

pub use number::number_text;
pub use read::{Fault, Kind, Source, Take, read_content, read_record, read_tag, unknown_variant};
pub use write::{write_content, write_record, write_text};

/// A value that can be read.
pub trait Read {
    /// A value to read into. Members that are absent remain as they are in it.
    fn blank() -> Self
    where
        Self: Sized;

    /// Sets the value.
    ///
    /// # Errors
    /// If `from` has another form. The value is then unspecified.
    fn read(&mut self, from: &dyn Source) -> Result<(), Fault>;

    /// Reads a new value.
    ///
    /// # Errors
    /// If `from` has another form.
    fn read_new(from: &dyn Source) -> Result<Self, Fault>
    where
        Self: Sized,
    {
        let mut value = Self::blank();
        value.read(from)?;
        Ok(value)
    }
}

/// A value that can be written.
pub trait Write {
    /// Appends the JSON form.
    fn write(&self, out: &mut String);
}

/// An object with a table of its members.
pub trait Table {
    /// Describes the members.
    fn table(&self) -> &'static [Member];
}

/// An object whose members can be read.
pub trait ReadRecord: Table {
    /// The type's name, for errors.
    fn name(&self) -> &'static str;

    /// Whether members that are not in the table are refused. Otherwise they are ignored.
    fn is_strict(&self) -> bool {
        false
    }

    /// The members, in the order of the table.
    fn members(&mut self) -> Vec<&mut dyn Read>;
}

/// An object whose members can be written.
pub trait WriteRecord: Table {
    /// The tag of an enum, and its value.
    fn tag(&self) -> Option<(&'static str, &'static str)> {
        None
    }

    /// The members, in the order of the table.
    fn members(&self) -> Vec<&dyn Write>;
}

/// A member of a record.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Its name in JSON.
    pub name: &'static str,
    /// Whether it may be absent.
    pub presence: Presence,
    /// The smallest and the largest number, if it is a whole number whose range is not that of its type.
    pub range: Option<(u32, u32)>,
}

impl Member {
    /// A member without a range of its own.
    pub const fn new(name: &'static str, presence: Presence) -> Self {
        Self { name, presence, range: None }
    }
}

/// Whether a member may be absent.
#[derive(Clone, Copy, Debug)]
pub enum Presence {
    /// It must be present.
    Required,
    /// It may be absent, but is always written.
    Optional,
    /// It may be absent, and is not written if its JSON form is this.
    OmittedIf(&'static str),
}

/// Encodes a value as JSON.
pub fn to_text(value: &dyn Write) -> String {
    let mut text = String::new();
    value.write(&mut text);
    text
}

/// Decodes a value from JSON. Unknown members are ignored.
///
/// # Errors
/// If `text` is not JSON, or a value of another form.
pub fn from_text<T: Read>(text: &str) -> Result<T, Fault> {
    T::read_new(&parse(text)?)
}

/// Separate, because it does not depend on the type.
fn parse(text: &str) -> Result<Value, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::new(error.to_string()))
}
