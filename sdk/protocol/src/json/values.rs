//! The JSON form of the types that are not of this crate.

use std::collections::BTreeMap;

use super::write::close;
use super::{Fault, Read, Source, Write, write_text};

impl Read for bool {
    fn blank() -> Self {
        false
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        *self = from.bool()?;
        Ok(())
    }
}

impl Write for bool {
    fn write(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
}

impl Read for String {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        *self = from.text()?;
        Ok(())
    }
}

impl Write for String {
    fn write(&self, out: &mut String) {
        write_text(self, out);
    }
}

/// `null`, or absent.
impl<T: Read> Read for Option<T> {
    fn blank() -> Self {
        None
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        *self = if from.is_null() { None } else { Some(T::read_new(from)?) };
        Ok(())
    }
}

impl<T: Write> Write for Option<T> {
    fn write(&self, out: &mut String) {
        match self {
            Some(value) => value.write(out),
            None => out.push_str("null"),
        }
    }
}

impl<T: Read> Read for Vec<T> {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        self.clear();
        from.list(&mut |element| {
            self.push(T::read_new(element)?);
            Ok(())
        })
    }
}

impl<T: Write> Write for Vec<T> {
    fn write(&self, out: &mut String) {
        out.push('[');
        for value in self {
            value.write(out);
            out.push(',');
        }
        close(out, ']');
    }
}

impl<T: Read> Read for BTreeMap<String, T> {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        self.clear();
        from.map(&mut |name, member| {
            self.insert(name.to_owned(), T::read_new(member)?);
            Ok(())
        })
    }
}

impl<T: Write> Write for BTreeMap<String, T> {
    fn write(&self, out: &mut String) {
        out.push('{');
        for (name, value) in self {
            write_text(name, out);
            out.push(':');
            value.write(out);
            out.push(',');
        }
        close(out, '}');
    }
}
