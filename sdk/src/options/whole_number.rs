//! Whole numbers in options.

use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// Parses a whole number from `MIN` to `MAX`. The error of any other number names the range, while that of a `u32` would
/// name the range of the type.
pub(crate) fn whole_number<'de, const MIN: u32, const MAX: u32, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<u32, D::Error> {
    let number = f64::deserialize(deserializer)?;
    if number.fract() == 0.0 && (f64::from(MIN)..=f64::from(MAX)).contains(&number) {
        return Ok(number as u32);
    }
    Err(D::Error::custom(format_args!("expected a whole number from {MIN} to {MAX}, got {number}")))
}
