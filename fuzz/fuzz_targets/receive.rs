//! One target of `lifeboat::receive::fuzz`, the one that `LIFEBOAT_FUZZ_TARGET` names.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use lifeboat::receive::fuzz::{TARGETS, Target};

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("LIFEBOAT_FUZZ_TARGET").unwrap_or_default();
    let found = TARGETS.iter().find(|(known, _)| *known == name);
    found.expect("LIFEBOAT_FUZZ_TARGET names none of receive::fuzz::TARGETS").1
});

fuzz_target!(|input: &[u8]| TARGET(input));
