#!/bin/sh
# All tests under a sanitizer of the compiler: test-sanitized.sh address|thread
#
# What is let pass is in scripts/suppressions, with reasons; nothing else is.
set -eu
cd "$(dirname "$0")/.."
kind=$1
export LSAN_OPTIONS="suppressions=$PWD/scripts/suppressions/leaks.txt:print_suppressions=0"
export TSAN_OPTIONS="suppressions=$PWD/scripts/suppressions/threads.txt:print_suppressions=0"

# Without XCTest, which has no tests here, but leaks of its own.
swift build -c release --build-tests --sanitize="$kind" --scratch-path ".build-$kind"
swift test -c release --skip-build --disable-xctest --sanitize="$kind" --scratch-path ".build-$kind"
