//! The JSON form of numbers.

use std::fmt::Write as _;

use serde_json::Value;

use super::{Fault, Read, Source, Write};

macro_rules! integers {
    ($($type:ty),+) => {$(
        impl Read for $type {
            fn blank() -> Self {
                0
            }

            fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
                // The source checks the range.
                *self = from.integer(<$type>::MAX as u64)? as $type;
                Ok(())
            }
        }

        impl Write for $type {
            fn write(&self, out: &mut String) {
                write_integer(*self as u64, out);
            }
        }
    )+};
}
integers!(u8, u16, u32, u64, usize);

fn write_integer(number: u64, out: &mut String) {
    // Writing to a string does not fail.
    let _ = write!(out, "{number}");
}

impl Read for f32 {
    fn blank() -> Self {
        0.0
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        *self = from.number()? as f32;
        Ok(())
    }
}

/// What is not finite is `null`.
impl Read for f64 {
    fn blank() -> Self {
        0.0
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        *self = from.number()?;
        Ok(())
    }
}

impl Write for f64 {
    fn write(&self, out: &mut String) {
        out.push_str(if self.is_finite() { number_text(*self) } else { "null".to_owned() }.as_str());
    }
}

/// A number as text, in the shortest form. `{}` would be 20 kB more of WebAssembly: `serde_json` formats numbers by itself.
pub fn number_text(number: f64) -> String {
    let text = Value::from(number).to_string();
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}
