//! A WebM recording. The first byte tells in pieces of which length it arrives.

use moim::engine::webm::{Part, Scanner};

pub(crate) fn run(input: &[u8]) {
    let Some((piece, file)) = input.split_first() else { return };
    let mut scanner = Scanner::default();
    file.chunks(usize::from(*piece).pow(2) + 1).for_each(|piece| scanner.push(piece));
    let _ = scanner.is_blank();
    let Some(finished) = scanner.finish(file.len() as u64, 2_000.0) else { return };
    let mut at = 0;
    for part in finished.parts {
        match part {
            Part::New(bytes) => assert!(bytes.len() <= file.len() + 4_096),
            Part::Kept(range) => {
                assert!(at <= range.start && range.start <= range.end && range.end <= file.len() as u64);
                at = range.end;
            }
        }
    }
}
