//! Changes the entries of a corpus.

use std::ops::Range;

/// The longest input, in bytes.
const MAX_BYTES: usize = 16 * 1024;

/// Numbers at the limits of what is read, as text.
const NUMBERS: [&str; 14] = [
    "0",
    "1",
    "-1",
    "127",
    "255",
    "256",
    "65535",
    "65536",
    "2147483648",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "18446744073709551615",
    "1e308",
];

/// Makes inputs out of a corpus. The same seed makes the same ones.
#[derive(Clone, Debug)]
pub struct Mutator {
    corpus: Vec<Vec<u8>>,
    state: u64,
}

impl Mutator {
    /// A mutator for this corpus.
    pub fn new(corpus: Vec<Vec<u8>>, seed: u64) -> Self {
        Self { corpus, state: seed }
    }

    /// The next input.
    pub fn input(&mut self) -> Vec<u8> {
        let mut input = self.entry();
        loop {
            self.change(&mut input);
            input.truncate(MAX_BYTES);
            if self.below(3) == 0 {
                return input;
            }
        }
    }

    fn entry(&mut self) -> Vec<u8> {
        let at = self.below(self.corpus.len());
        self.corpus.get(at).cloned().unwrap_or_default()
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.below(input.len() + 1);
        let byte = self.next() as u8;
        match self.below(14) {
            0 | 1 if at < input.len() => input[at] ^= 1 << (byte & 7),
            2 if at < input.len() => input[at] = byte,
            3 => input.insert(at, byte),
            4 => drop(input.drain(self.range(input.len()))),
            5 => input.truncate(at),
            // A length, or part of one.
            6 => {
                let width = [1, 2, 4, 8][self.below(4)];
                let value = match byte & 3 {
                    0 => u64::MAX,
                    1 => 1 << self.below(64),
                    2 => (1 << self.below(64)) - 1,
                    _ => input.len() as u64,
                };
                let bytes = &value.to_be_bytes()[8 - width..];
                for (place, byte) in input[at..].iter_mut().zip(bytes) {
                    *place = *byte;
                }
            }
            7 => {
                let other = self.entry();
                let range = self.range(other.len());
                input.splice(at..at, other[range].iter().copied());
            }
            8 => {
                let range = self.range(input.len());
                let copy = input[range].to_vec();
                input.splice(at..at, copy);
            }
            9 => {
                let other = self.entry();
                let from = self.below(other.len() + 1);
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            10 | 11 => self.change_number(input),
            12 => self.change_lines(input),
            _ => {
                let range = self.range(input.len());
                for byte in &mut input[range] {
                    *byte = byte.wrapping_add(1);
                }
            }
        }
    }

    /// Replaces digits by a number at a limit.
    fn change_number(&mut self, input: &mut Vec<u8>) {
        let starts: Vec<usize> = (0..input.len())
            .filter(|at| input[*at].is_ascii_digit() && (*at == 0 || !input[*at - 1].is_ascii_digit()))
            .collect();
        let Some(start) = starts.get(self.below(starts.len())).copied() else { return };
        let length = input[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = NUMBERS[self.below(NUMBERS.len())];
        input.splice(start..start + length, number.bytes());
    }

    /// Repeats, drops or moves a line, or takes one of another entry.
    fn change_lines(&mut self, input: &mut Vec<u8>) {
        let mut lines: Vec<Vec<u8>> = input.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        let (at, to) = (self.below(lines.len()), self.below(lines.len()));
        match self.below(4) {
            0 => {
                let line = lines[at].clone();
                let times = 1 << self.below(9);
                lines.splice(to..to, std::iter::repeat_n(line, times));
            }
            1 => drop(lines.remove(at)),
            2 => lines.swap(at, to),
            _ => {
                let other = self.entry();
                let other: Vec<&[u8]> = other.split(|byte| *byte == b'\n').collect();
                let line = other[self.below(other.len())].to_vec();
                lines.insert(to, line);
            }
        }
        *input = lines.join(&b'\n');
    }

    fn range(&mut self, length: usize) -> Range<usize> {
        let from = self.below(length + 1);
        let most = (length - from).min(1 << self.below(12));
        from..from + self.below(most + 1)
    }

    /// A number below a limit; 0 if the limit is 0.
    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}
