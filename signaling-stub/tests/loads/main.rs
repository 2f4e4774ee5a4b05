//! Attacks in full, on the program itself: each row of [`ROWS`] is one. They come from as many addresses as they need
//! (of 127/8), come back when they are disconnected, and run beside an honest pair and newcomers whose delays are
//! measured. `hostile/` has the same attacks in small.
//!
//! ```sh
//! cargo test -p moim-signaling-stub --profile stub --test loads -- --ignored --nocapture
//! MOIM_LOADS=half-open,pings MOIM_LOAD_SECONDS=30 cargo test …        # some rows, longer
//! ```
#![cfg(all(feature = "sfu", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod attack;
mod data;
mod honest;
mod line;
mod media;
mod messages;
mod mixers;
#[path = "../sfu/person.rs"]
#[allow(dead_code)] // the simulation uses the rest
mod person;
mod program;
mod relay;
mod sockets;

use std::{thread, time::Duration};

use tokio::runtime;

use self::{attack::Attack, honest::Report, program::Program};

/// An attack, and what the honest ones may feel of it.
struct Row {
    name: &'static str,
    begin: fn(&Attack),
    arguments: &'static [&'static str],
    /// Milliseconds within which 99 of 100 messages of the pair have to arrive.
    p99_ms: f64,
    /// Bits per second that one of the pair reads.
    bob_reads: Option<f64>,
    /// How much more memory the server may use than before, in MB.
    memory_mb: u64,
}

const fn row(name: &'static str, begin: fn(&Attack)) -> Row {
    Row { name, begin, arguments: &[], p99_ms: 100.0, bob_reads: None, memory_mb: 100 }
}

const ROWS: &[Row] = &[
    row("nothing", |_| {}),
    row("wrong-member", messages::wrong_member),
    row("unknown-type", messages::unknown_type),
    row("frames", messages::frames),
    Row { memory_mb: 150, ..row("half-open", sockets::half_open) },
    // 4,096 connections have a buffer each.
    Row { memory_mb: 250, ..row("pings", sockets::pings) },
    // What waits for Bob arrives before what Alice says.
    Row { bob_reads: Some(100e6), p99_ms: 1_000.0, ..row("large-relays", messages::large_relays) },
    row("updates", messages::updates),
    row("lobby", messages::lobby),
    row("rooms", sockets::rooms),
    Row { arguments: &["--mixer"], ..row("mixers", mixers::joins) },
    row("offers", media::offers),
    row("gaps", media::gaps),
    row("media-tcp", media::tcp_connections),
    row("sctp", data::bad_chunks),
    row("data", data::floods),
    Row { arguments: &["--turn", "--turn-port", "0"], ..row("turn", relay::requests) },
];

/// Longest log, in bytes per second. Each participant that joins, is cut off or leaves has a line.
const LOG_BYTES: u64 = 128 * 1024;

#[test]
#[ignore = "loads: the attacks in full"]
fn every_attack_leaves_the_honest_ones_alone() {
    let seconds = std::env::var("MOIM_LOAD_SECONDS").map_or(15, |seconds| seconds.parse().unwrap());
    let chosen = std::env::var("MOIM_LOADS").unwrap_or_default();
    let chosen: Vec<&str> = chosen.split(',').filter(|name| !name.is_empty()).collect();
    let mut failed = Vec::new();
    println!(
        "\n| attack | p99 (ms) | longest | lost | newcomers (longest, ms) | memory (MB) | log (kB/s) | |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for row in ROWS.iter().filter(|row| chosen.is_empty() || chosen.contains(&row.name)) {
        if !run(row, Duration::from_secs(seconds)) {
            failed.push(row.name);
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
}

fn run(row: &Row, duration: Duration) -> bool {
    let program = Program::start(row.arguments);
    // The attackers' work is not the server's: on the same machine, the server and the honest ones go first.
    let nice = rustix::process::getpriority_process(None).unwrap() + 10;
    let attackers = runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .on_thread_start(move || rustix::process::setpriority_process(None, nice).unwrap())
        .build()
        .unwrap();
    let attack = Attack::new(program.address, program.pid(), attackers.handle().clone());
    let address = program.address;
    let bob_reads = row.bob_reads;
    let honest = thread::spawn(move || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(honest::measure(address, duration, bob_reads))
    });
    thread::sleep(Duration::from_secs(1));
    let before = program.memory();
    (row.begin)(&attack);
    let mut memory = before;
    while !honest.is_finished() {
        memory = memory.max(program.memory());
        thread::sleep(Duration::from_millis(50));
    }
    let mut report = honest.join().unwrap();
    let (notes, mut faults) = attack.end();
    attackers.shutdown_background();
    let used = memory.saturating_sub(before) / 1_000_000;
    let log = program.end() / duration.as_secs();
    faults.extend(judge(row, &mut report, used, log));
    let Report { lost, .. } = report;
    println!(
        "| {} | {:.1} | {:.0} | {lost} of {} | {:.0} of {} | {used} | {} | {notes} {} |",
        row.name,
        report.delay(99),
        report.delay(100),
        report.said,
        report.newcomers.iter().copied().fold(0.0, f64::max),
        report.newcomers.len(),
        log / 1_000,
        if faults.is_empty() { "ok".to_owned() } else { format!("**{}**", faults.join("; ")) },
    );
    faults.is_empty()
}

fn judge(row: &Row, report: &mut Report, used: u64, log: u64) -> Vec<String> {
    let mut faults = std::mem::take(&mut report.faults);
    if report.lost > 0 {
        faults.push("lost messages".to_owned());
    }
    if report.delay(99) > row.p99_ms {
        faults.push(format!("p99 above {} ms", row.p99_ms));
    }
    if report.newcomers.is_empty() || report.newcomers.iter().any(|delay| *delay > 1_000.0) {
        faults.push("newcomers waited".to_owned());
    }
    if used > row.memory_mb {
        faults.push(format!("more than {} MB", row.memory_mb));
    }
    if log > LOG_BYTES {
        faults.push("a long log".to_owned());
    }
    faults
}
