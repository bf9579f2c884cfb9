#!/usr/bin/env bash
# Builds and runs every benchmark of bench/: bench.sh [GOOGLE BENCHMARK OPTION…]
source "$(dirname "$0")/lib.sh"
configure release
compile release bench/all
found=0
for program in build/release/bench/bench_*; do
  [ -x "$program" ] && [ -f "$program" ] || continue
  found=1
  "$program" "$@"
done
[ "$found" = 1 ] || die "no benchmark in build/release/bench/: name its target bench_*"
