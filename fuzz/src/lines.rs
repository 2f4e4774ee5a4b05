//! Inputs of state machines: each line is a step, a letter and its argument. So the corpus can be read, and mutated by lines.

use std::borrow::Cow;

/// The steps of an input.
pub(crate) fn steps(input: &[u8]) -> impl Iterator<Item = (u8, Cow<'_, str>)> {
    input
        .split(|byte| *byte == b'\n')
        .filter_map(|line| line.split_first().map(|(letter, rest)| (*letter, String::from_utf8_lossy(rest))))
}

/// Binary data, written as hexadecimal digits; `*n` after it repeats its last byte n times. Any text is some data.
pub(crate) fn bytes(text: &str) -> Vec<u8> {
    let (digits, times) = text.split_once('*').unwrap_or((text, ""));
    let digits: Vec<u8> = digits.bytes().filter(|digit| *digit != b' ').collect();
    let digit = |digit: u8| char::from(digit).to_digit(16).map_or(digit & 15, |value| value as u8);
    let mut bytes: Vec<u8> =
        digits.chunks(2).map(|pair| pair.iter().fold(0, |value, next| value << 4 | digit(*next))).collect();
    let last = bytes.last().copied().unwrap_or_default();
    bytes.resize(bytes.len() + times.trim().parse::<u16>().map_or(0, usize::from), last);
    bytes
}

/// The first word of a step as a number, 0 if it is none, and the rest.
pub(crate) fn number(text: &str) -> (u64, &str) {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    (word.trim().parse().unwrap_or(0), rest)
}

/// An SDP on one line, where `|` separates its lines; `*n` at the end of one repeats it n times.
pub(crate) fn sdp(text: &str) -> String {
    let mut sdp = String::new();
    for line in text.split('|') {
        let (line, times) = match line.rsplit_once('*').map(|(line, times)| (line, times.parse::<u16>())) {
            Some((line, Ok(times))) => (line, times),
            _ => (line, 1),
        };
        for _ in 0..times.min(3_000) {
            sdp.push_str(line);
            sdp.push_str("\r\n");
        }
    }
    sdp
}
