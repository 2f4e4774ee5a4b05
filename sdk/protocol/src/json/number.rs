//! The JSON form of numbers.

use std::fmt::Write as _;

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
        let _ = if self.is_finite() { write!(out, "{self}") } else { out.write_str("null") };
    }
}
