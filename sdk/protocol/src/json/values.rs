//! The JSON form of the types that are not of this crate.

use std::collections::BTreeMap;

use super::write::close;
use super::{Fault, Json, Source, write_text};

impl Json for bool {
    fn blank() -> Self {
        false
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        *self = from.bool()?;
        Ok(())
    }

    fn write(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
}

impl Json for String {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        *self = from.text()?;
        Ok(())
    }

    fn write(&self, out: &mut String) {
        write_text(self, out);
    }
}

/// `null`, or absent.
impl<T: Json> Json for Option<T> {
    fn blank() -> Self {
        None
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        if from.is_null() {
            *self = None;
            return Ok(());
        }
        self.insert(T::blank()).read(from)
    }

    fn write(&self, out: &mut String) {
        match self {
            Some(value) => value.write(out),
            None => out.push_str("null"),
        }
    }
}

impl<T: Json> Json for Vec<T> {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        self.clear();
        from.list(&mut |element| {
            let mut value = T::blank();
            value.read(element)?;
            self.push(value);
            Ok(())
        })
    }

    fn write(&self, out: &mut String) {
        out.push('[');
        for value in self {
            value.write(out);
            out.push(',');
        }
        close(out, ']');
    }
}

impl<T: Json> Json for BTreeMap<String, T> {
    fn blank() -> Self {
        Self::new()
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        self.clear();
        from.map(&mut |name, member| {
            let mut value = T::blank();
            value.read(member)?;
            self.insert(name.to_owned(), value);
            Ok(())
        })
    }

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
