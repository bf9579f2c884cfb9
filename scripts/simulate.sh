#!/usr/bin/env bash
# The collector against the exchange in virtual time: simulate.sh [SEEDS [FIRST]], a share of the seeds a processor.
# Prints how much went wrong of each kind, over all shares, and of each seed that found something how to see it again.
# From 300 seeds on a kind that did not happen at all is a failure: its checks have looked at nothing.
source "$(dirname "$0")/lib.sh"
seeds=${1:-300} first=${2:-1}
readonly seeds_for_all=300
configure release
compile release test_simulation >/dev/null
totals=$(mktemp -d)
trap 'rm -rf "$totals"' EXIT

share() {
  ACTS_SIM_FIRST=$1 ACTS_SIM_SEEDS=$2 ACTS_SIM_TOTALS=$3/$1 \
    build/release/tests/simulation/test_simulation --gtest_brief=1 --gtest_filter='Simulation.Finds*'
}
export -f share
shares=$(jobs)
[ "$shares" -le "$seeds" ] || shares=$seeds
status=0
for ((i = 0; i < shares; ++i)); do
  from=$((seeds * i / shares)) to=$((seeds * (i + 1) / shares))
  echo "$((first + from)) $((to - from)) $totals"
done | xargs -P "$shares" -L 1 bash -c 'share "$1" "$2" "$3"' _ || status=$?

# In the order of the first share's lines.
cat "$totals"/* | awk -v seeds="$seeds" -v all="$seeds_for_all" '
  !($1 in sum) { names[++count] = $1 }
  { sum[$1] += $2 }
  END {
    for (i = 1; i <= count; ++i) {
      printf "%s%s %d", (i > 1 ? ", " : "in all: "), names[i], sum[names[i]]
      if (sum[names[i]] == 0 && names[i] != "with_findings") missing = missing " " names[i]
    }
    print ""
    if (missing != "" && seeds >= all) {
      print "simulate.sh: nothing of this kind in " seeds " seeds:" missing > "/dev/stderr"
      exit 1
    }
  }' || status=1
exit "$status"
