#!/usr/bin/env bash
# Fuzzes every parser for the given seconds: fuzz.sh [SECONDS [TARGET…]], e.g. fuzz.sh 600 decimal
# Seeds: tests/fuzz/corpus/TARGET. What it learns stays in build/fuzz/corpus/TARGET; a finding is left in
# build/fuzz/findings.
source "$(dirname "$0")/lib.sh"
seconds=${1:-20}
[ $# -eq 0 ] || shift
configure fuzz
compile fuzz tests/fuzz/all
targets=("$@")
if [ "${#targets[@]}" -eq 0 ]; then
  for program in build/fuzz/tests/fuzz/fuzz_*; do
    [ -x "$program" ] && targets+=("${program##*/fuzz_}")
  done
fi
[ "${#targets[@]}" -gt 0 ] || die "found no fuzz target"
mkdir -p build/fuzz/findings
: >build/fuzz/found.txt

fuzz_one() {
  local name=$1 seeds=tests/fuzz/corpus/$1 learned=build/fuzz/corpus/$1 log=build/fuzz/$1.log
  [ -n "$(ls -A "$seeds" 2>/dev/null)" ] || { echo "fuzz: $name has no seeds in $seeds" >&2; return 1; }
  mkdir -p "$learned"
  if "build/fuzz/tests/fuzz/fuzz_$name" "$learned" "$seeds" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="build/fuzz/findings/$name-" >"$log" 2>&1 </dev/null; then
    echo "fuzz: $name: $(grep -E '^Done [0-9]+ runs' "$log" || tail -n 1 "$log")"
  else
    tail -n 60 "$log" >&2
    grep -m 1 -E '^==[0-9]+==|SUMMARY' "$log" | sed "s/^/$name: /" >>build/fuzz/found.txt
    echo "fuzz: $name: FOUND SOMETHING; the input lies in build/fuzz/findings, the whole log in $log" >&2
    return 1
  fi
}
export -f fuzz_one
printf '%s\n' "${targets[@]}" | xargs -P "$(jobs)" -I {} bash -c 'fuzz_one "$1" "$2"' _ {} "$seconds" || {
  cat build/fuzz/found.txt >&2
  die "the findings are above"
}
