//! Maximum lengths of texts, in characters, as the servers accept them. A message that is too large for a server would
//! end the connection to it.

use std::collections::BTreeMap;

use crate::error::{Error, Result};

/// Of the names of a room and of a participant.
const MAX_NAME_LENGTH: usize = 128;
/// Of a participant's metadata; and of its attributes, keys and values together.
const MAX_METADATA_LENGTH: usize = 8192;
/// Of the id of a participant or a publication.
const MAX_ID_LENGTH: usize = 128;

pub(super) fn check_name(key: &str, name: &str, what: &str) -> Result<()> {
    check(name.chars().count(), MAX_NAME_LENGTH, || format!("`{key}` in the {what}"))?;
    if !name.trim().is_empty() {
        return Ok(());
    }
    let given = if name.is_empty() { "it is missing or empty" } else { "got only spaces" };
    Err(Error::InvalidOptions {
        detail: format!("`{key}` in the {what}: expected text that is not empty, {given}"),
    })
}

pub(super) fn check_metadata(metadata: &str, what: &str) -> Result<()> {
    check(metadata.chars().count(), MAX_METADATA_LENGTH, || format!("`metadata` in the {what}"))
}

pub(super) fn check_attributes(attributes: &BTreeMap<String, String>, what: &str) -> Result<()> {
    let length = attributes.iter().map(|(key, value)| key.chars().count() + value.chars().count()).sum();
    check(length, MAX_METADATA_LENGTH, || format!("`attributes` in the {what}"))
}

pub(crate) fn check_id(id: &str, what: &str) -> Result<()> {
    check(id.chars().count(), MAX_ID_LENGTH, || what.to_owned())
}

fn check(length: usize, limit: usize, name: impl FnOnce() -> String) -> Result<()> {
    if length <= limit {
        return Ok(());
    }
    let detail = format!("{}: expected at most {limit} characters, got {length}", name());
    Err(Error::InvalidOptions { detail })
}
