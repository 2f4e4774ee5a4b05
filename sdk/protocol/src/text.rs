//! Limits the length of texts.

/// Cuts a text to at most `max_bytes` bytes, at a character boundary.
pub fn shorten(text: &mut String, max_bytes: usize) {
    let end = (0..=max_bytes.min(text.len())).rev().find(|&end| text.is_char_boundary(end));
    text.truncate(end.unwrap_or(0));
}

#[cfg(test)]
mod tests {
    use super::shorten;

    #[test]
    fn a_text_is_cut_at_a_character_boundary() {
        for (max_bytes, expected) in
            [(0, ""), (1, "a"), (2, "a"), (3, "aé"), (6, "aé"), (7, "aé👍"), (99, "aé👍")]
        {
            let mut text = "aé👍".to_owned();
            shorten(&mut text, max_bytes);
            assert_eq!(text, expected, "{max_bytes}");
        }
    }
}
