#!/usr/bin/env bash
# Builds and runs every benchmark of bench/: bench.sh [GOOGLE BENCHMARK OPTION…]
# Without options also those that are held to a figure, again and in turns: it fails below LEAST_RATIO (3), and where a
# minute row of 20,000 levels (10,000 a side) takes more than MOST_ROW_US (50), but for all of them changed and the
# caches cold.
source "$(dirname "$0")/lib.sh"
configure release
compile release bench/all
found=0
for program in build/release/bench/bench_*; do
  [ -x "$program" ] && [ -f "$program" ] || continue
  found=1
  [ "$#" = 0 ] || [ "$program" != build/release/bench/bench_sweep ] || continue  # it is none of Google Benchmark's
  "$program" "$@"
done
[ "$found" = 1 ] || die "no benchmark in build/release/bench/: name its target bench_*"
[ "$#" = 0 ] || exit 0

readonly ratios=build/release/bench/ratios.csv
build/release/bench/bench_acts --benchmark_filter='decode_and_apply|simdjson_and_map' --benchmark_repetitions=9 \
  --benchmark_enable_random_interleaving=true --benchmark_min_time=0.05 --benchmark_out_format=csv \
  --benchmark_out="$ratios" >/dev/null
awk -F , -v least="${LEAST_RATIO:-3}" '
  /_median"/ { gsub(/"/, "", $1); sub(/_median$/, "", $1); split($1, name, "/"); took[name[1], name[2]] = $4 }
  END {
    for (key in took) {
      split(key, name, SUBSEP)
      if (name[1] != "decode_and_apply") continue
      ++compared
      ratio = took["simdjson_and_map", name[2]] / took[key]
      printf "%s: decode_and_apply is %.2f times as fast as simdjson_and_map\n", name[2], ratio
      if (ratio < least) slow = 1
    }
    if (slow) printf "below %s times: try again on a machine with nothing else to do\n", least
    exit slow || compared != 2
  }' "$ratios" || die "the depth benchmark is not as fast as it is to be"

readonly rows=build/release/bench/rows.csv
build/release/bench/bench_acts --benchmark_filter='sample_minute/(warm|cold/|cold_suspect).*10000' \
  --benchmark_repetitions=5 --benchmark_enable_random_interleaving=true --benchmark_out_format=csv \
  --benchmark_out="$rows" >/dev/null
awk -F , -v most="${MOST_ROW_US:-50}" '
  /_median"/ {
    gsub(/"/, "", $1)
    ++compared
    printf "%s: %.0f us\n", $1, $3
    if ($3 > most) slow = 1
  }
  END {
    if (slow) printf "above %s us: try again on a machine with nothing else to do\n", most
    exit slow || compared != 5
  }' "$rows" || die "a minute row takes longer than it is to"
