#!/bin/sh
# Installs what the walk needs from npm, as package-lock.json has it; does nothing if it is there.
set -eu
cd "$(dirname "$0")"

(
    flock 9
    wanted=$(cksum <package-lock.json)
    [ "$(cat node_modules/.lifeboat 2>/dev/null)" = "$wanted" ] && exit 0
    npm ci --no-audit --no-fund --ignore-scripts || {
        echo "install: npm ci in tests/browser failed; is the npm registry reachable?" >&2
        exit 1
    }
    printf '%s\n' "$wanted" >node_modules/.lifeboat
) 9>.install-lock
