#!/usr/bin/env bash
# Runs ditta in address spaces from 0.4 to 1.6 GB: every run is complete, or ends with a sentence and status 1, within a minute: none hangs, and
# none crashes: test-memory.sh DITTA VIDEO [OPTIONS…]
set -euo pipefail
ditta=$1 video=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for megabytes in $(seq 400 50 1600); do
    status=0
    (
        ulimit -v $((megabytes * 1000))
        exec timeout -s KILL 60 "$ditta" run "$video" -o "$work/out" "$@"
    ) >"$work/said" 2>"$work/errors" || status=$?
    case $status in
    0) [ -e "$work/out/report.json" ] ;;
    1) grep -q '^Error: ' "$work/errors" && [ ! -e "$work/out" ] ;;
    *) false ;;
    esac || { echo "$megabytes MB: status $status"; cat "$work/errors"; exit 1; }
    echo "$megabytes MB: $(grep -h -m 1 -E '^Error: |^warm-up: memory is short|frames labelled' "$work/errors" "$work/said" | cut -c 1-150)"
    rm -rf "$work/out" "$work/out.partial"
done
