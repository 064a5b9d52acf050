#!/bin/sh
# Runs one test suite and notes how long it took: suite.sh NAME COMMAND...
# suite.sh --start empties the notes, suite.sh --summary prints them.
set -u

notes=target/suites.txt
mkdir -p target
case $1 in
    --start)
        : >"$notes"
        exit 0
        ;;
    --summary)
        printf '\nSeconds per suite\n'
        awk -F '\t' '{ printf "  %-14s %5d  %s\n", $1, $2, $3; sum += $2 }
            END { printf "  %-14s %5d\n", "all", sum }' "$notes"
        exit 0
        ;;
esac

name=$1
shift
printf '\n=== %s\n' "$name"
start=$(date +%s)
"$@"
status=$?
if [ $status = 0 ]; then result=passed; else result="FAILED with status $status"; fi
printf '%s\t%s\t%s\n' "$name" $(($(date +%s) - start)) "$result" >>"$notes"
if [ $status != 0 ]; then "$0" --summary; fi
exit $status
