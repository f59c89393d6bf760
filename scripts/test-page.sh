#!/usr/bin/env bash
# Opens the report page of a run in a browser without a screen, and checks that it draws: the page, with #check in its address,
# writes into its title how many pixels show points in each way to look at them, and after they were turned.
#
#   scripts/test-page.sh PROGRAM SCENES MODEL [PICTURE.png]
set -euo pipefail

program=$1 scenes=$2 model=$3 picture=${4:-}
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$browser" ]; then
    echo "there is no browser; expected chromium: apt-get install chromium" >&2
    exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$program" cloud run "$scenes" --model "$model" -o "$folder/run" --steps 2 2>/dev/null >/dev/null
# Software rendering: no machine's graphics are needed.
browse() {
    timeout 120 "$browser" --headless --no-sandbox --disable-dev-shm-usage --user-data-dir="$folder/browser" \
        --use-gl=angle --use-angle=swiftshader --enable-unsafe-swiftshader --hide-scrollbars \
        --window-size=1120,1500 --virtual-time-budget=10000 "$@" 2>/dev/null
}
title=$(browse --dump-dom "file://$folder/run/report.html#check" | grep -o '<title>[^<]*' | head -1)
echo "${title#<title>}"
if [ -n "$picture" ]; then browse --screenshot="$picture" "file://$folder/run/report.html" >/dev/null; fi

python3 - "$title" <<'END'
import re
import sys

title = sys.argv[1]
drawn = {name.strip(): (int(pixels), int(sum)) for name, pixels, sum in re.findall(r"([a-z ]+)=(\d+)/(\d+)", title)}
expected = {"as trained", "now", "what changed", "truth", "mistakes", "height", "turned", "nearer"}
assert set(drawn) == expected, f"expected {sorted(expected)}, found {sorted(drawn)}"
assert all(pixels > 1000 for pixels, _ in drawn.values()), "points are missing"
assert len({sum for _, sum in drawn.values()}) == len(drawn), "two ways to look at points show the same"
assert title.endswith("problems: none"), title
END
echo "the page draws its points"
