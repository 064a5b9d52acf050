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

fails() {
    ! "$@"
}

# The demo must notice each kind of damage: a proof that cannot fail proves nothing.
for damage in drop double uidvalidity; do
    step "demo-finds-$damage" fails env DEMO_EXIT=1 "DEMO_BREAK=$damage" make --no-print-directory demo
done
for round in 1 2 3 4 5 6 7 8 9 10; do
    step "demo-$round" env DEMO_EXIT=1 make --no-print-directory demo
done
step kill-rounds env LIFEBOAT_KILL_ROUNDS=10000 cargo test --release --test it kill -- --nocapture
