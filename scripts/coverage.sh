#!/bin/sh
# Runs all tests and says, file by file, which share of the lines of Swift in Sources they run.
set -eu
cd "$(dirname "$0")/.."

swift build -c release --build-tests --enable-code-coverage --scratch-path .build-coverage
swift test -c release --skip-build --enable-code-coverage --scratch-path .build-coverage
products=$(swift build -c release --show-bin-path --scratch-path .build-coverage)

# The command's tests run the program itself, which counts for its own. Another LLVM's tool could not read the counts.
"$(dirname "$(readlink -f "$(command -v swift)")")/llvm-cov" report "$products/dittaPackageTests.xctest" -object "$products/ditta" \
    -instr-profile "$products/codecov/default.profdata" -show-region-summary=false -show-branch-summary=false \
    "$PWD/Sources"
