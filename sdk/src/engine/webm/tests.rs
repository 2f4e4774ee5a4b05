use std::io::Write;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;

use super::*;

/// Recordings of 1.5 and 2.5 s from browsers: canvas and tone, the longer ones with a pause of 1.5 s.
const RECORDINGS: [(&str, f64, &[u8]); 4] = [
    ("chromium", 1501.0, include_bytes!("../../../tests/webm/chromium.webm")),
    ("chromium-pause", 2502.0, include_bytes!("../../../tests/webm/chromium-pause.webm")),
    ("firefox", 1502.0, include_bytes!("../../../tests/webm/firefox.webm")),
    ("firefox-pause", 2501.0, include_bytes!("../../../tests/webm/firefox-pause.webm")),
];

fn scan(file: &[u8], piece: usize) -> Scanner {
    let mut scanner = Scanner::default();
    file.chunks(piece).for_each(|piece| scanner.push(piece));
    scanner
}

fn assemble(file: &[u8], finished: &Finished) -> Vec<u8> {
    let bytes = |part: &Part| match part {
        Part::New(bytes) => bytes.clone(),
        Part::Kept(range) => file[range.start as usize..range.end as usize].to_vec(),
    };
    finished.parts.iter().flat_map(bytes).collect()
}

/// The new bytes before and after the clusters.
fn ends(finished: &Finished) -> (&[u8], &[u8]) {
    match finished.parts.as_slice() {
        [Part::New(head), .., Part::New(tail)] => (head, tail),
        parts => panic!("{parts:?}"),
    }
}

/// Track, time, declared duration, whether it is a key frame, and its bytes.
type Frame = (u64, u64, Option<u64>, bool, Vec<u8>);

/// All frames of a file in playback order.
fn frames(file: &[u8]) -> Vec<Frame> {
    let mut frames = Vec::new();
    let (mut rest, mut cluster) = (file, 0);
    while let ebml::Read::Done(ebml::Header { id, size, length }) = ebml::header(rest) {
        let content = size.map(|size| &rest[length..length + size as usize]).unwrap_or_default();
        let block = |content: &[u8], is_key: Option<bool>, duration| {
            let time = cluster + u64::from(u16::from_be_bytes([content[1], content[2]]));
            let is_key = is_key.unwrap_or(content[3] & 0x80 != 0);
            (u64::from(content[0] & 0x7F), time, duration, is_key, content[4..].to_vec())
        };
        match id {
            id::TIMESTAMP => cluster = ebml::uint(content).expect("a time"),
            id::SIMPLE_BLOCK => frames.push(block(content, None, None)),
            id::BLOCK_GROUP => {
                let child = |wanted| {
                    ebml::children(content).find(|(id, ..)| *id == wanted).map(|(_, value, _)| value)
                };
                let duration = child(id::BLOCK_DURATION).and_then(ebml::uint);
                let is_key = child(id::REFERENCE_BLOCK).is_none();
                frames.push(block(child(id::BLOCK).expect("a block"), Some(is_key), duration));
            }
            _ => {}
        }
        rest = &rest[length + content.len()..];
    }
    frames
}

#[test]
fn a_recording_is_as_long_as_it_ran_and_its_last_picture_stays_on_till_then() {
    for (name, elapsed, file) in RECORDINGS {
        let finished = scan(file, 1000).finish(file.len() as u64, 0.0).expect(name);
        assert!((finished.duration_ms - elapsed).abs() < 100.0, "{name}: {}", finished.duration_ms);

        let longer = scan(file, 1000).finish(file.len() as u64, 9000.0).expect(name);
        assert_eq!(longer.duration_ms, 9000.0, "the picture stood still");
        assert_eq!(ends(&longer).0.len(), ends(&finished).0.len());
        let mut wanted = frames(file);
        // Chromium numbers the tracks in order of arrival.
        let picture = if name == "chromium-pause" { 2 } else { 1 };
        let last = wanted.iter_mut().rfind(|(track, ..)| *track == picture).expect("a picture");
        last.2 = Some(9000 - last.1);
        let changed = frames(&assemble(file, &longer));
        let differs = changed.iter().zip(&wanted).position(|(is, wanted)| is != wanted);
        assert_eq!((changed.len(), differs), (wanted.len(), None), "{name}: nothing else has changed");
    }
}

#[test]
fn cues_and_the_seek_head_point_to_what_they_name() {
    for (name, _, file) in RECORDINGS {
        let finished = scan(file, 7).finish(file.len() as u64, 0.0).expect(name);
        let whole = assemble(file, &finished);
        let ebml_length = ebml::children(&whole).next().expect("EBML").2.len();
        let ebml::Read::Done(segment) = ebml::header(&whole[ebml_length..]) else {
            panic!("{name}: no segment")
        };
        let content = &whole[ebml_length + segment.length..];
        assert_eq!(segment.size, None, "{name}");
        let at = |position: u64| &content[position as usize..];
        let child = |parent: &[u8], wanted: u32| {
            ebml::children(parent).find(|(id, ..)| *id == wanted).map(|(_, value, _)| value.to_vec())
        };
        let number = |parent: &[u8], wanted: u32| {
            ebml::uint(&child(parent, wanted).expect("a member")).expect("a number")
        };

        let seek_head = child(content, id::SEEK_HEAD).expect("a seek head");
        assert_eq!(ebml::children(&seek_head).count(), 3);
        for (_, seek, _) in ebml::children(&seek_head) {
            let wanted = child(seek, id::SEEK_ID).expect("an id");
            assert!(at(number(seek, id::SEEK_POSITION)).starts_with(&wanted), "{name}");
        }
        let cues = child(ends(&finished).1, id::CUES).expect("cues");
        let points: Vec<_> = ebml::children(&cues).collect();
        assert!(!points.is_empty(), "{name}");
        for (_, point, _) in points {
            let positions = child(point, id::CUE_TRACK_POSITIONS).expect("positions");
            let cluster = at(number(&positions, id::CUE_CLUSTER_POSITION));
            assert!(cluster.starts_with(&id::CLUSTER.to_be_bytes()), "{name}");
        }
    }
}

#[test]
fn an_independent_player_reads_duration_and_every_frame() {
    if Command::new("ffprobe").arg("-version").output().is_err() {
        eprintln!("skipped: there is no ffprobe");
        return;
    }
    for (name, elapsed, file) in RECORDINGS {
        let finished = scan(file, 1000).finish(file.len() as u64, elapsed).expect(name);
        let path = std::env::temp_dir().join(format!("moim-{name}-{}.webm", std::process::id()));
        let frames = |bytes: &[u8]| probe(&path, bytes, "stream=nb_read_packets", &["-count_packets"]);
        assert_eq!(frames(&assemble(file, &finished)), frames(file), "{name}");
        let duration = probe(&path, &assemble(file, &finished), "format=duration", &[]);
        let duration: f64 = duration.trim().parse().unwrap_or_else(|_| panic!("{name}: {duration}"));
        assert!((duration * 1000.0 - elapsed).abs() < 100.0, "{name}: {duration}");
        let _ = std::fs::remove_file(path);
    }
}

fn probe(path: &Path, bytes: &[u8], entries: &str, flags: &[&str]) -> String {
    std::fs::File::create(path).and_then(|mut file| file.write_all(bytes)).expect("a file");
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-of", "csv=p=0", "-show_entries", entries])
        .args(flags)
        .arg(path)
        .output()
        .expect("ffprobe");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn what_is_no_webm_is_left_alone() {
    assert_eq!(scan(b"", 1).finish(0, 1.0), None);
    assert_eq!(scan(b"\0\0\0\x20ftypmp42 and so on", 3).finish(23, 1.0), None);
    let header_only = &RECORDINGS[0].2[..150];
    assert_eq!(scan(header_only, 50).finish(150, 1.0), None);
}

#[test]
fn a_file_is_blank_until_its_first_frame() {
    for (name, _, file) in RECORDINGS {
        let media = file.windows(4).position(|bytes| bytes == id::CLUSTER.to_be_bytes()).expect(name);
        assert!(scan(&file[..media], 50).is_blank(), "{name}: a header");
        assert!(scan(&file[..media + 14], 50).is_blank(), "{name}: a cluster without a frame");
        assert!(!scan(&file[..media + 2000], 50).is_blank(), "{name}");
    }
}

proptest! {
    #[test]
    fn pieces_may_be_cut_anywhere(which in 0..4_usize, piece in 1..3000_usize) {
        let (_, elapsed, file) = RECORDINGS[which];
        let whole = scan(file, file.len()).finish(file.len() as u64, elapsed);
        prop_assert!(whole.is_some());
        prop_assert_eq!(scan(file, piece).finish(file.len() as u64, elapsed), whole);
    }

    #[test]
    fn broken_bytes_do_no_harm(which in 0..4_usize, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20), piece in 1..500_usize) {
        let mut file = RECORDINGS[which].2.to_vec();
        for (place, byte) in changes {
            let place = place.index(file.len());
            file[place] = byte;
        }
        if let Some(finished) = scan(&file, piece).finish(file.len() as u64, 9000.0) {
            assemble(&file, &finished);
        }
    }

    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..2000), piece in 1..200_usize) {
        let _ = scan(&bytes, piece).finish(bytes.len() as u64, 10.0);
    }
}
