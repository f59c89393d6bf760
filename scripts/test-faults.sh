#!/usr/bin/env bash
# Lets the n-th write, and the n-th read, of a run fail, for every n, and looks at what is left: no output under its final name, no crash,
# one sentence, and every label and JSON file whole: test-faults.sh DITTA VIDEO [OPTIONS…]
set -euo pipefail
ditta=$1 video=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc -shared -fPIC -O1 -o "$work/fault.so" "$(dirname "$0")/faults/fault.c" -ldl
for call in write read; do
    # Reads of the video may fail without the run failing: what is lost is said, then (status 3).
    part=$([ $call = write ] && echo "$work/out" || echo "$video")
    n=0
    while :; do
        n=$((n + 1))
        status=0
        FAULT_AT=$n FAULT_IN=$call FAULT_PATH=$part LD_PRELOAD=$work/fault.so \
            "$ditta" run "$video" -o "$work/out" "$@" >"$work/said" 2>"$work/errors" || status=$?
        if [ $status = 0 ]; then break; fi
        case $status in
        1) grep -q '^Error: ' "$work/errors" && [ ! -e "$work/out" ] ;;
        3) grep -q '^Warning: ' "$work/errors" && [ -e "$work/out/report.json" ] ;;
        *) false ;;
        esac || { echo "$call $n: status $status"; cat "$work/errors"; exit 1; }
        find "$work" -name '*.png' -print0 | xargs -0 -r python3 -c '
import sys
for path in sys.argv[1:]:
    assert open(path, "rb").read().endswith(b"IEND\xaeB`\x82"), path'
        find "$work" -name '*.json' -print0 | xargs -0 -r -n 1 python3 -m json.tool >/dev/null
        rm -rf "$work/out" "$work/out.partial"
    done
    rm -rf "$work/out"
    echo "$((n - 1)) failing calls of $call: no half-written file, no crash"
done
