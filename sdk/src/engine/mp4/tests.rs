use std::process::Command;

use proptest::prelude::*;

use super::*;

/// A canvas that Chromium recorded for 3009 ms, the last second of it still: VP9, one fragment.
const STILL: &[u8] = include_bytes!("../../../tests/mp4/chromium-still.mp4");
const ELAPSED: f64 = 3009.0;

fn top(file: &[u8], wanted: &[u8; 4]) -> Option<(u64, Vec<u8>)> {
    child(file, wanted).map(|(at, content)| (at as u64, content.to_vec()))
}

fn finish(file: &[u8], elapsed: f64) -> Option<Vec<u8>> {
    let (movie_at, movie) = top(file, b"moov")?;
    let (fragment_at, fragment) = top(file, b"moof")?;
    let movie = Movie::read(&movie)?;
    let mut whole = file.to_vec();
    let patches = movie.lasting(elapsed).into_iter().map(|patch| (movie_at, patch));
    let last = movie.last_picture(&fragment).and_then(|last| last.until(elapsed));
    for (base, Patch { at, bytes }) in patches.chain(last.map(|patch| (fragment_at, patch))) {
        let at = (base + at) as usize;
        whole[at..at + bytes.len()].copy_from_slice(&bytes);
    }
    Some(whole)
}

#[test]
fn the_last_picture_ends_where_the_browser_thought_and_can_stay_on() {
    let (_, movie) = top(STILL, b"moov").expect("a header");
    let (_, fragment) = top(STILL, b"moof").expect("a fragment");
    let movie = Movie::read(&movie).expect("a header");
    let last = movie.last_picture(&fragment).expect("a picture");
    assert!((last.end_ms() - 2040.3).abs() < 1.0, "{last:?}");
    assert_eq!(last.until(1000.0), None, "it is never cut short");

    let whole = finish(STILL, ELAPSED).expect("finished");
    let (_, fragment) = top(&whole, b"moof").expect("a fragment");
    let last = movie.last_picture(&fragment).expect("a picture");
    assert!((last.end_ms() - ELAPSED).abs() < 1.0, "{last:?}");
    assert_eq!(finish(&whole, ELAPSED).as_ref(), Some(&whole));
}

#[test]
fn every_duration_of_the_header_is_in_its_own_unit() {
    let whole = finish(STILL, ELAPSED).expect("finished");
    let (_, movie) = top(&whole, b"moov").expect("a header");
    let movie_ms = child(&movie, b"mvhd").expect("mvhd").1;
    assert_eq!(uint(&movie_ms[24..32]), 3009);
    let track = child(&movie, b"trak").expect("a track").1;
    assert_eq!(uint(&child(track, b"tkhd").expect("tkhd").1[28..36]), 3009);
    let media = child(child(track, b"mdia").expect("mdia").1, b"mdhd").expect("mdhd").1;
    assert_eq!((uint(&media[20..24]), uint(&media[24..32])), (30_000, 90_270));
}

#[test]
fn an_independent_player_reads_the_duration() {
    if Command::new("ffprobe").arg("-version").output().is_err() {
        eprintln!("skipped: there is no ffprobe");
        return;
    }
    let path = std::env::temp_dir().join(format!("moim-{}.mp4", std::process::id()));
    std::fs::write(&path, finish(STILL, ELAPSED).expect("finished")).expect("a file");
    let arguments = ["-v", "error", "-of", "csv=p=0", "-show_entries", "format=duration"];
    let output = Command::new("ffprobe").args(arguments).arg(&path).output().expect("ffprobe");
    let _ = std::fs::remove_file(path);
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let duration: f64 = String::from_utf8_lossy(&output.stdout).trim().parse().expect("a number");
    assert!((duration * 1000.0 - ELAPSED).abs() < 5.0, "{duration}");
}

proptest! {
    #[test]
    fn broken_bytes_do_no_harm(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20)) {
        let mut file = STILL.to_vec();
        for (place, byte) in changes {
            let place = place.index(1400);
            file[place] = byte;
        }
        if let Some(whole) = finish(&file, 1e7) {
            prop_assert_eq!(whole.len(), file.len());
        }
    }

    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        let _ = Header::read(&bytes);
        if let Some(movie) = Movie::read(&bytes) {
            movie.last_picture(&bytes);
        }
    }
}
