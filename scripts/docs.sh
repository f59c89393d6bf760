#!/bin/sh
# The reference of DittaKit as web pages: docs.sh FOLDER
#
# Made by the toolchain's own tools. The plugin of swift-docc would be one more download for everybody who uses the package,
# and leaves out what DittaKit re-exports: frames, labels, and what reads and writes them.
set -eu
cd "$(dirname "$0")/.."
out=$1

swift build -c release --target DittaKit
products=$(swift build -c release --show-bin-path)
symbols=$products/DittaKit.symbols
rm -rf "$symbols" "$out"
mkdir -p "$symbols" "$(dirname "$out")"

# The C modules below DittaKit are no part of the reference, but its modules cannot be read without them.
# shellcheck disable=SC2046 # a list of words
swift-symbolgraph-extract -module-name DittaKit -target "$(basename "$(dirname "$products")")" \
    -I "$products/Modules" -Xcc -fmodule-map-file="$products/CKernels.build/module.modulemap" \
    -I Sources/CFFmpeg -I Sources/COpenBLAS -I Sources/COneDNN $(pkg-config --cflags-only-I openblas libavformat) \
    -minimum-access-level public -experimental-allowed-reexported-modules=Media,Raster -skip-synthesized-members \
    -output-dir "$symbols"
docc convert Sources/DittaKit/DittaKit.docc --additional-symbol-graph-dir "$symbols" --output-path "$out" \
    --fallback-display-name DittaKit --fallback-bundle-identifier DittaKit --warnings-as-errors
echo "documentation: $out; docc preview or any web server shows it"
