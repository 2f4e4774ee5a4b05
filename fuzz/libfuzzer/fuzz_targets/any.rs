//! Runs the target that `MOIM_FUZZ_TARGET` names.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use moim_fuzz::{TARGETS, Target};

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("MOIM_FUZZ_TARGET").expect("MOIM_FUZZ_TARGET names a target");
    *TARGETS.iter().find(|target| target.name == name).expect("a target of fuzz/src/lib.rs")
});

fuzz_target!(|input: &[u8]| (TARGET.run)(input));
