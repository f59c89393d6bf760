#!/usr/bin/env bash
# Ends `ditta run` at random moments, with SIGKILL and SIGTERM in turn, resumes it, and compares every byte of labels, overlay and table with those of a run
# that nobody disturbed: test-resume.sh DITTA VIDEO [TIMES] [OPTIONS…]
set -euo pipefail
ditta=$1 video=$2 times=${3:-25}
shift $(($# < 3 ? $# : 3))
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
began=$(date +%s%N)
"$ditta" run "$video" -o "$work/whole" "$@" >/dev/null 2>&1
length=$((($(date +%s%N) - began) / 1000000))
RANDOM=${SEED:-1}
for round in $(seq "$times"); do
    out=$work/killed
    # Moments are spread over the whole run, start to end.
    moment=$((length * (round - 1) / times + RANDOM % (length / times + 1)))
    "$ditta" run "$video" -o "$out" "$@" >/dev/null 2>&1 &
    sleep "$(printf '%d.%03d' $((moment / 1000)) $((moment % 1000)))"
    signal=$([ $((round % 2)) = 1 ] && echo KILL || echo TERM)
    kill -$signal $! 2>/dev/null || true
    wait $! 2>/dev/null || true
    labelled=$(find "$out.partial/labels" -name "*.png" 2>/dev/null | wc -l || true)
    if [ -e "$out.partial/.ditta/run.json" ]; then
        "$ditta" run "$video" -o "$out" "$@" --resume >/dev/null 2>"$work/errors" || { cat "$work/errors"; exit 1; }
    elif [ ! -e "$out" ]; then
        rm -rf "$out.partial"
        "$ditta" run "$video" -o "$out" "$@" >/dev/null 2>&1
    fi
    for file in labels frames.csv classes.json overlay.mp4; do
        if [ -e "$work/whole/$file" ]; then diff -rq "$work/whole/$file" "$out/$file"; fi
    done
    echo "SIG$signal after $moment ms with $labelled labels: the same bytes"
    rm -rf "$out"
done
