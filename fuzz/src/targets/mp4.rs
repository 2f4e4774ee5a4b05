//! An MP4 recording.

use moim::engine::mp4::{Header, Movie, Patch};

pub(crate) fn run(input: &[u8]) {
    let mut movie = None;
    let mut at = 0_usize;
    while let Some(header) = input.get(at..).and_then(Header::read) {
        let size = header.size.map_or(Some(input.len() - at), |size| usize::try_from(size).ok());
        let Some(end) = size.and_then(|size| at.checked_add(size)).filter(|end| *end <= input.len()) else {
            break;
        };
        let content = &input[at + header.length..end];
        match &header.name {
            b"moov" => movie = movie.or_else(|| Movie::read(content)),
            b"moof" => {
                if let Some(movie) = &movie {
                    finish(movie, content);
                }
            }
            _ => {}
        }
        assert!(end > at);
        at = end;
    }
    if let Some(movie) = movie {
        movie.lasting(2_000.0).iter().for_each(|patch| check(patch, input.len()));
    }
}

fn finish(movie: &Movie, content: &[u8]) {
    if let Some(last) = movie.last_picture(content) {
        assert!(movie.has_pictures(content) && last.end_ms() >= 0.0);
        if let Some(patch) = last.until(2_000.0) {
            check(&patch, content.len());
        }
    }
}

fn check(patch: &Patch, length: usize) {
    assert!(patch.at + patch.bytes.len() as u64 <= length as u64, "{patch:?} is inside of the file");
}
