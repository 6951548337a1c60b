#!/usr/bin/env bash
# Stands in front of rustc: our own crate is compiled with counters for libFuzzer, its dependencies as they are (polars
# and HiGHS alone would take most of an hour). These options are stable ones; no nightly compiler is needed.
case " $* " in
  *" --crate-name patchwork "* | *" --crate-name readers "* | *" --crate-name words "*)
    exec "$@" --cfg fuzzing -C debug-assertions=yes -C codegen-units=16 -C passes=sancov-module -C llvm-args=-sanitizer-coverage-level=4 \
      -C llvm-args=-sanitizer-coverage-inline-8bit-counters -C llvm-args=-sanitizer-coverage-pc-table \
      -C llvm-args=-sanitizer-coverage-trace-compares -C llvm-args=-simplifycfg-branch-fold-threshold=0 ;;
  *) exec "$@" ;;
esac
