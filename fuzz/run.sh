#!/usr/bin/env bash
# Feeds every reader damaged files for SECONDS each, guided by coverage (libFuzzer, nightly Rust, clang's runtime
# not needed). Anything it finds below fuzz/artifacts is a fault, unless its trace passes `guarded` (see README.md).
set -euo pipefail
cd "$(dirname "$0")/.."
seconds="${1:-90}"
command -v cargo-fuzz >/dev/null || cargo install --locked cargo-fuzz
for target in table_csv table_xlsx table_geojson table_gpkg table_shapefile table_flatgeobuf table_parquet; do
  mkdir -p "fuzz/corpus/$target"
  extra=()
  case "$target" in table_xlsx | table_parquet | table_shapefile) extra=(-ignore_crashes=1 -fork=1) ;; esac
  echo "== $target for $seconds s"
  cargo +nightly fuzz run -s none "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
    -max_total_time="$seconds" -rss_limit_mb=4096 "${extra[@]}"
done
