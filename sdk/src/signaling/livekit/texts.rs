//! Streams of text that are being received: chat messages.

use std::collections::VecDeque;

use super::packet::Header;

/// The longest text, in bytes.
const MAX_TEXT_BYTES: usize = 1 << 20;
/// The most bytes of all unfinished texts. Beyond it, the oldest are dropped.
const MAX_BYTES: usize = 4 << 20;
/// The most unfinished texts.
const MAX_OPEN: usize = 256;

#[derive(Default)]
pub(super) struct Texts(VecDeque<Open>);

struct Open {
    from: String,
    header: Header,
    next_index: u32,
    text: Vec<u8>,
}

impl Texts {
    /// A stream begins. Returns it if it is complete.
    pub(super) fn begin(&mut self, from: &str, mut header: Header) -> Option<(Header, String)> {
        if header.is_compressed {
            return None;
        }
        if let Some(content) = header.content.take() {
            return complete(header, content);
        }
        self.take(from, &header.stream_id);
        if self.0.len() == MAX_OPEN {
            self.0.pop_front();
        }
        self.0.push_back(Open { from: from.to_owned(), header, next_index: 0, text: Vec::new() });
        None
    }

    pub(super) fn continued(&mut self, from: &str, stream_id: &str, index: u32, content: &[u8]) {
        let Some(open) = self.0.iter_mut().find(|open| open.is(from, stream_id)) else { return };
        if open.next_index != index || open.text.len().saturating_add(content.len()) > MAX_TEXT_BYTES {
            return drop(self.take(from, stream_id));
        }
        open.next_index += 1;
        open.text.extend_from_slice(content);
        while self.0.iter().map(|open| open.text.len()).sum::<usize>() > MAX_BYTES {
            self.0.pop_front();
        }
    }

    /// A stream has ended. Returns it if nothing is missing.
    pub(super) fn end(&mut self, from: &str, stream_id: &str) -> Option<(Header, String)> {
        let open = self.take(from, stream_id)?;
        complete(open.header, open.text)
    }

    fn take(&mut self, from: &str, stream_id: &str) -> Option<Open> {
        let place = self.0.iter().position(|open| open.is(from, stream_id))?;
        self.0.remove(place)
    }
}

impl Open {
    fn is(&self, from: &str, stream_id: &str) -> bool {
        self.from == from && self.header.stream_id == stream_id
    }
}

fn complete(header: Header, text: Vec<u8>) -> Option<(Header, String)> {
    String::from_utf8(text).ok().map(|text| (header, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(stream_id: &str) -> Header {
        Header { stream_id: stream_id.to_owned(), ..Header::default() }
    }

    #[test]
    fn chunks_are_joined_even_within_a_character_and_a_gap_drops_the_text() {
        let mut texts = Texts::default();
        let tea = "tea ☕".as_bytes();
        for (indices, expected) in [([0, 1], Some("tea ☕")), ([0, 2], None), ([1, 2], None), ([0, 0], None)]
        {
            texts.begin("ana", header("s"));
            texts.continued("ana", "s", indices[0], &tea[..5]);
            texts.continued("bob", "s", indices[1], b"another's");
            texts.continued("ana", "s", indices[1], &tea[5..]);
            assert_eq!(texts.end("bob", "s"), None);
            assert_eq!(texts.end("ana", "s").map(|(_, text)| text).as_deref(), expected);
        }
        assert!(texts.0.is_empty());
    }

    #[test]
    fn unfinished_texts_do_not_fill_the_memory() {
        let mut texts = Texts::default();
        for stream in 0..2 * MAX_OPEN {
            texts.begin("ana", header(&stream.to_string()));
        }
        assert_eq!(texts.0.len(), MAX_OPEN);
        for stream in 0..20 {
            texts.begin("ana", header(&format!("long {stream}")));
            texts.continued("ana", &format!("long {stream}"), 0, &vec![b'x'; MAX_TEXT_BYTES]);
        }
        assert!(texts.0.iter().map(|open| open.text.len()).sum::<usize>() <= MAX_BYTES);
        texts.continued("ana", "long 19", 1, b"x");
        assert_eq!(texts.end("ana", "long 19"), None, "it is too long");
    }
}
