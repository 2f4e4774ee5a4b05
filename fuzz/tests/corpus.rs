//! Runs every target over its corpus, and over mutations of it.
//!
//! `MOIM_FUZZ_SECONDS` is the time for each target, and `MOIM_FUZZ_TARGETS` lists those to run, separated by commas. An input
//! that finds a fault is written to `artifacts/`; once the fault is fixed, it belongs to the corpus.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, missing_docs)]

mod memory;

use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use moim_fuzz::{Mutator, TARGETS, Target};

#[global_allocator]
static MEMORY: memory::Counting = memory::Counting;

/// Without `MOIM_FUZZ_SECONDS`.
const BRIEF: Duration = Duration::from_millis(200);
/// An input that takes longer than this hangs.
const HANG: Duration = Duration::from_secs(60);
/// Memory that an input may need, besides what its length explains.
const MAX_MEMORY: usize = 24 << 20;
const MAX_MEMORY_PER_BYTE: usize = 256;

#[test]
fn no_input_panics_hangs_or_takes_much_memory() {
    let seconds =
        std::env::var("MOIM_FUZZ_SECONDS").ok().map(|text| text.parse().expect("a number of seconds"));
    let chosen = std::env::var("MOIM_FUZZ_TARGETS").ok();
    let time = seconds.map_or(BRIEF, Duration::from_secs_f64);
    let watched = Watched::default();
    watched.watch();
    let mut faults = Vec::new();
    for target in TARGETS {
        if chosen.as_ref().is_none_or(|chosen| chosen.split(',').any(|name| name == target.name)) {
            // A short run is the same each time, so that a change does not fail for another's reason.
            let seed = if seconds.is_some() { RandomState::new().hash_one(target.name) } else { 1 };
            faults.extend(fuzz(target, seed, time, &watched));
        }
    }
    assert!(faults.is_empty(), "faults:\n{}", faults.join("\n"));
}

/// Returns a description of the first fault.
fn fuzz(target: &Target, seed: u64, time: Duration, watched: &Watched) -> Option<String> {
    let corpus = corpus(target.name);
    assert!(!corpus.is_empty(), "{} has no corpus", target.name);
    let mut mutator = Mutator::new(corpus.clone(), seed);
    let mut slowest = Duration::ZERO;
    let mut largest = 0;
    let mut inputs = 0_u64;
    let started = Instant::now();
    let mut kept = corpus.into_iter();
    loop {
        let input = match kept.next() {
            Some(input) => input,
            None if started.elapsed() >= time => break,
            None => mutator.input(),
        };
        inputs += 1;
        let began = watched.begin(target.name, &input);
        let before = memory::start();
        let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(&input)));
        let memory = memory::peak().saturating_sub(before);
        let took = began.elapsed();
        watched.end();
        largest = largest.max(memory);
        if took > slowest {
            slowest = took;
            if took > Duration::from_secs(1) {
                println!("{}: slow, {took:?}: {}", target.name, save(target.name, &input).display());
            }
        }
        let most = MAX_MEMORY + MAX_MEMORY_PER_BYTE * input.len();
        let fault = match outcome {
            Err(_) => "it panicked".to_owned(),
            Ok(()) if memory > most => format!("it took {memory} bytes of memory"),
            Ok(()) => continue,
        };
        let path = save(target.name, &input);
        return Some(format!(
            "{}: {fault}, after {inputs} inputs of seed {seed}: {}",
            target.name,
            path.display()
        ));
    }
    println!("{:<9} {inputs:>9} inputs, at most {slowest:?} and {} kB each", target.name, largest / 1_000);
    None
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(folder("corpus").join(target)).expect("a corpus");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.into_iter().map(|path| fs::read(path).expect("readable")).collect()
}

fn save(target: &str, input: &[u8]) -> PathBuf {
    let folder = folder("artifacts").join(target);
    fs::create_dir_all(&folder).expect("a folder");
    let hash = input.iter().fold(0_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3));
    let path = folder.join(format!("{hash:016x}"));
    fs::write(&path, input).expect("written");
    path
}

/// The input that is being run, so that one that hangs is known.
#[derive(Clone, Default)]
struct Watched(Arc<Mutex<Option<Running>>>);

/// When it began, the target, and the input.
type Running = (Instant, &'static str, Vec<u8>);

impl Watched {
    fn begin(&self, target: &'static str, input: &[u8]) -> Instant {
        let now = Instant::now();
        *self.0.lock().unwrap() = Some((now, target, input.to_vec()));
        now
    }

    fn end(&self) {
        *self.0.lock().unwrap() = None;
    }

    fn watch(&self) {
        let watched = self.clone();
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(Duration::from_secs(1));
                if let Some((began, target, input)) = &*watched.0.lock().unwrap()
                    && began.elapsed() > HANG
                {
                    eprintln!("{target}: it hangs: {}", save(target, input).display());
                    std::process::abort();
                }
            }
        });
    }
}
