#!/bin/sh
# Feeds damaged files to everything that parses, by libFuzzer and under the address sanitizer: fuzz.sh MINUTES [PARSER...]
#
# The minutes are shared by all parsers. RUNS=1000000 in the environment gives each parser so many inputs instead. An input
# that ends the program, takes more than 10 s or more than 2 GiB stops everything; it stays in .build-fuzz/found. What was
# interesting stays in .build-fuzz/corpus for the next time.
set -eu
cd "$(dirname "$0")/.."
minutes=$1
shift
parsers=${*:-safetensors torch shards configuration preprocessor labels picture exif video classes report scan calibration trajectory ply cameras network}

# Only what is built here is instrumented, so that the fuzzer sees our code and not FFmpeg's. The option of the package
# manager for two sanitizers instruments for one; the last flag is for the other.
mkdir -p .build-fuzz/found .build-fuzz/log
if ! DITTA_FUZZ=1 swift build -c release --product Fuzz --scratch-path .build-fuzz --sanitize fuzzer --sanitize address \
    -Xswiftc -sanitize-coverage=edge,inline-8bit-counters,pc-table >.build-fuzz/log/build.txt 2>&1; then
    cat .build-fuzz/log/build.txt >&2
    exit 1
fi
fuzz=.build-fuzz/release/Fuzz

# Swift's own handler of crashes would hide them from libFuzzer's, which keeps the input.
export SWIFT_BACKTRACE=enable=no
export ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=0
seconds=$(echo "$minutes $(echo "$parsers" | wc -w)" | awk '{ print int($1 * 60 / $2 + 0.5) }')
limit="-max_total_time=$seconds"
[ -z "${RUNS:-}" ] || limit="-runs=$RUNS"

golden=Tests/MediaTests/Golden
# Every input is written to a file: in memory, where there is such a place.
files=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
trap 'rm -rf "$files"' EXIT
for parser in $parsers; do
    # Most seeds are what the tests read, too.
    case $parser in
    safetensors) seeds="Tests/CheckpointsTests/Golden/written.safetensors" ;;
    torch) seeds="Tests/CheckpointsTests/Golden/*.pt" ;;
    configuration) seeds="Tests/NetworksTests/Golden/small-b?/config.json Tests/NetworksTests/Golden/sam2/*/config.json" ;;
    preprocessor) seeds="weights/*/preprocessor_config.json" ;;
    labels) seeds="$golden/labels-*.png" ;;
    picture) seeds="$golden/*.png $golden/*.jpg" ;;
    video) seeds="$golden/*.mp4 $golden/*.mkv $golden/*.avi $golden/*.mov $golden/*.ts" ;;
    classes) seeds="samples/*/classes.json" ;;
    *) seeds="" ;;
    esac
    corpus=.build-fuzz/corpus/$parser
    given=.build-fuzz/seeds/$parser
    rm -rf "$given"
    mkdir -p "$corpus" "$given"
    for seed in $seeds fuzz/seeds/"$parser"/*; do
        [ ! -f "$seed" ] || cp "$seed" "$given/$(echo "$seed" | tr / -)"
    done
    mkdir "$files/$parser"
    log=.build-fuzz/log/$parser.txt
    if ! "$fuzz" --parser="$parser" --folder="$files/$parser" "$limit" \
        -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=2048 -use_value_profile=1 \
        -artifact_prefix=".build-fuzz/found/$parser-" "$corpus" "$given" </dev/null >"$log" 2>&1; then
        tail -n 40 "$log" >&2
        echo "$parser: an input is in .build-fuzz/found, the log is $log" >&2
        exit 1
    fi
    awk -v name="$parser" '/\tDONE/ {
        for (i = 1; i < NF; i++) value[$i] = $(i + 1)
        printf "%s: %d inputs, %d a second, %d edges reached\n", name, substr($1, 2), value["exec/s:"], value["cov:"]
    }' "$log"
done
