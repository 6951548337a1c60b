#!/usr/bin/env bash
# Feeds every reader damaged files for SECONDS each, guided by coverage (libFuzzer): bash fuzz/run.sh [SECONDS] [TARGET…]
# Stable Rust is enough: our own crate is compiled with the counters (wrapper.sh), its dependencies are not.
# Prints for each target how often it was executed; what it finds lies below fuzz/artifacts and is a fault.
set -euo pipefail
cd "$(dirname "$0")"
seconds="${1:-60}"
shift || true
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}" CARGO_INCREMENTAL=0 RUSTC_WRAPPER="$PWD/wrapper.sh"
[ -n "${PATCHWORK_FUZZ_BUILT:-}" ] || cargo build --locked
words="hours cql2_text cql2_json wkt wkb tile settings"
all="$words csv geojson http process flatgeobuf shapefile pbf osm gpkg xlsx parquet"
found=0
for target in ${@:-$all}; do
  mkdir -p "corpus/$target" "artifacts/$target" log
  # What reads words is in a program of its own, with a ninth of the counters and so some eight times as quick.
  case " $words " in *" $target "*) program=words ;; *) program=readers ;; esac
  # Readers of others may panic on damaged bytes; `guarded` makes an issue of it, and so does the fuzzer's own hook.
  PATCHWORK_FUZZ="$target" "$CARGO_TARGET_DIR/debug/$program" "corpus/$target" "seeds/$target" -max_total_time="$seconds" -rss_limit_mb=1024 \
    -timeout=10 -max_len=16384 -artifact_prefix="artifacts/$target/" -print_final_stats=1 >"log/$target" 2>&1 || found=1
  echo "$target: $(grep -c '' "log/$target") lines, $(sed -n 's/^stat::number_of_executed_units: *//p' "log/$target") executions in $seconds s," \
    "most memory $(sed -n 's/^stat::peak_rss_mb: *//p' "log/$target") MB," \
    "$(find "artifacts/$target" -type f | wc -l) finds"
done
exit "$found"
