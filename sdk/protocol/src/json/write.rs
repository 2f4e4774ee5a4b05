//! Writes values by their tables.

use std::fmt::Write as _;

use super::{Presence, WriteRecord};

/// Appends a record as an object.
pub fn write_record(record: &dyn WriteRecord, out: &mut String) {
    out.push('{');
    if let Some((tag, value)) = record.tag() {
        write_text(tag, out);
        out.push(':');
        write_text(value, out);
        out.push(',');
    }
    for (member, value) in record.table().iter().zip(record.members()) {
        let before = out.len();
        write_text(member.name, out);
        out.push(':');
        let start = out.len();
        value.write(out);
        if matches!(member.presence, Presence::OmittedIf(form) if out.get(start..) == Some(form)) {
            out.truncate(before);
        } else {
            out.push(',');
        }
    }
    close(out, '}');
}

/// Appends an enum that is an object with a tag and, unless it is empty, the content beside it.
pub fn write_content(tag: (&str, &str), content: (&str, &dyn Fn(&mut String)), out: &mut String) {
    out.push('{');
    write_text(tag.0, out);
    out.push(':');
    write_text(tag.1, out);
    let before = out.len();
    out.push(',');
    write_text(content.0, out);
    out.push(':');
    let start = out.len();
    (content.1)(out);
    if out.len() == start {
        out.truncate(before);
    }
    out.push('}');
}

/// Ends an object or a list, without the comma after the last element.
pub(super) fn close(out: &mut String, bracket: char) {
    if out.ends_with(',') {
        out.pop();
    }
    out.push(bracket);
}

/// Appends a string (RFC 8259, section 7).
pub fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            // Each line of an SDP ends with it.
            '\r' => out.push_str("\\r"),
            '\u{0}'..' ' => {
                // Writing to a string does not fail.
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}
