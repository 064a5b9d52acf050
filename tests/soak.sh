#!/bin/sh
# The long counts. Each step that passed is noted with the commit in target/soak.txt, so that an
# interrupted run goes on where it stopped; remove the file to begin again.
set -u

notes=target/soak.txt
commit=$(git rev-parse HEAD 2>/dev/null || echo unknown)
mkdir -p target
touch "$notes"

# step NAME COMMAND...: must succeed.
step() {
    name=$1
    shift
    if grep -qx "$commit $name" "$notes"; then
        printf '=== %s: passed before\n' "$name"
        return 0
    fi
    printf '=== %s\n' "$name"
    if ! "$@"; then
        printf '=== %s FAILED\n' "$name"
        exit 1
    fi
    echo "$commit $name" >>"$notes"
}

# The demo must fail for the damage done, and for nothing else: a proof that cannot fail proves
# nothing. finds DAMAGE CHECK: with that damage the proof misses exactly that check.
finds() {
    if DEMO_EXIT=1 DEMO_BREAK=$1 make --no-print-directory demo; then
        echo "the demo did not notice: $1"
        return 1
    fi
    python3 - "$1" "$2" <<'END'
import json, sys
report = json.load(open("target/demo/report.json"))
found = {failure["check"] for failure in (report["proof"] or {"failures": []})["failures"]}
right = report["sabotage"] == sys.argv[1] and not report["trouble"] and found == {sys.argv[2]}
sys.exit(0 if right else f"found {found}, trouble {report['trouble']}")
END
}

step browsers env LIFEBOAT_BROWSER_ALL=1 cargo test --locked --features failpoints --test it browser:: -- --nocapture --test-threads=1
step properties env PROPTEST_CASES=5000 cargo test --locked --features failpoints --lib
step fuzz env LIFEBOAT_FUZZ_CASES=2000000 cargo test --release --locked --lib receive::fuzz
step libfuzzer sh tests/fuzz.sh 120
step api-by-its-description env LIFEBOAT_API_EXAMPLES=60 LIFEBOAT_API_SEED=2 cargo test --locked --features failpoints --test it conformance:: -- --nocapture
step odd-messages env LIFEBOAT_ODD_MESSAGES=20000 cargo test --locked --features failpoints --test it smtp::odd -- --nocapture
step demo-finds-drop finds drop exactly_once
step demo-finds-double finds double exactly_once
step demo-finds-uidvalidity finds uidvalidity uidvalidity_kept
for round in 1 2 3 4 5 6 7 8 9 10; do
    step "demo-$round" env DEMO_EXIT=1 make --no-print-directory demo
done
step stopped-server env LIFEBOAT_STOPPED_SECS=300 cargo test --locked --features failpoints --test it route_agent::healthy -- --nocapture
step nfs-canary cargo test --locked --features failpoints --test it nfs_canary:: -- --ignored --nocapture --test-threads=1
step agents cargo test --locked --features failpoints --test it agents:: -- --ignored --nocapture
step kill-rounds env LIFEBOAT_KILL_ROUNDS=10000 cargo test --release --locked --features failpoints --test it kill -- --nocapture
step matrix env LIFEBOAT_MATRIX_CASES=all LIFEBOAT_MATRIX_MANY=10000 \
    LIFEBOAT_MATRIX_NOTES="$PWD/target/matrix-$commit.txt" cargo test --release --locked --features failpoints --test it matrix:: -- --nocapture
