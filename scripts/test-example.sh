#!/bin/sh
# Builds Examples/LabelVideo as a stranger would, by version, and compares its labels with those of `ditta run`:
# test-example.sh DITTA
#
# The repository that the example depends on is made of the working tree, so what is not committed is tested, too, and has a
# tag of the version that the built program DITTA says. It is made anew each time, as is the example: SwiftPM keeps to what
# it had of a version, even where the tag has moved.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
ditta=$1
version=$("$ditta" --version)
clip=Tests/Fixtures/street/clip.mp4

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree() { git --git-dir="$work/ditta/.git" --work-tree="$root" -c user.name=test -c user.email=test@localhost "$@"; }
git init --quiet --initial-branch=main "$work/ditta"
tree add --all
tree commit --quiet --no-verify --message="The working tree"
tree tag "$version"
git -C "$work/ditta" reset --quiet --hard

example=$work/ditta/Examples/LabelVideo
swift build -c release --package-path "$example"
grep -A 3 '"location" : "'"$work/ditta"'"' "$example/Package.resolved" | grep -q "\"version\" : \"$version\"" || {
    echo "the example was not built by the version $version:" >&2
    cat "$example/Package.resolved" >&2
    exit 1
}

"$example/.build/release/LabelVideo" "$clip" "$work/labels"
"$ditta" run "$clip" -o "$work/run" --no-overlay >/dev/null
diff -r "$work/run/labels" "$work/labels"
echo "example: $(find "$work/labels" -name '*.png' | wc -l) labels, byte for byte those of ditta run"
