#!/bin/sh
# Installs the Debian packages given as arguments that are missing, and says so. On other systems it only checks.
set -eu

if ! command -v swift >/dev/null; then
    echo "No Swift toolchain: install Swift 6.2 or newer from swift.org first." >&2
    exit 1
fi
if ! command -v dpkg-query >/dev/null; then
    pkg-config --exists libavformat libavcodec libswscale libavutil openblas || {
        echo "Missing libraries: install FFmpeg and OpenBLAS with their headers, and pkg-config." >&2
        exit 1
    }
    exit 0
fi

missing=""
for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=""
[ "$(id -u)" -eq 0 ] || as_root="sudo"
echo "Installing with apt-get${as_root:+ (through sudo)}:$missing"
$as_root apt-get update -q
# shellcheck disable=SC2086 # a list of words
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -q --no-install-recommends $missing
