#!/bin/sh
# Looks for inputs that break what reads what comes in, below libFuzzer: fuzz.sh SECONDS-PER-TARGET
#
# `cargo test receive::fuzz` runs the same targets without being led by what they reach. What is found lies in
# target/fuzz/TARGET-*, a corpus for the next run beside it.
set -eu

secs=${1:-60}
host=$(rustc -vV | sed -n 's/^host: //p')
# The same dependencies as the product has.
cp Cargo.lock fuzz/Cargo.lock
# What cargo-fuzz sets, without the address sanitiser, which alone needs a nightly compiler: there is no unsafe code
# here.
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Cdebug-assertions -Ccodegen-units=4"
cargo build --release --manifest-path fuzz/Cargo.toml --target-dir target/fuzz-build --target "$host"
for target in session data command address dsn proxy xclient head; do
    mkdir -p "target/fuzz/$target"
    printf '=== fuzz %s\n' "$target"
    LIFEBOAT_FUZZ_TARGET=$target "target/fuzz-build/$host/release/receive" -max_total_time="$secs" -timeout=1 \
        -max_len=4096 -print_final_stats=1 -artifact_prefix="target/fuzz/$target-" "target/fuzz/$target"
done
