#!/usr/bin/env bash
# The collector against the exchange in virtual time: simulate.sh [SEEDS [FIRST]], a share of the seeds a processor.
# Prints how many faults of each kind were injected, and of each seed that found something how to see it again.
source "$(dirname "$0")/lib.sh"
seeds=${1:-300} first=${2:-1}
configure release
compile release test_simulation >/dev/null

share() {
  ACTS_SIM_FIRST=$1 ACTS_SIM_SEEDS=$2 build/release/tests/simulation/test_simulation --gtest_brief=1
}
export -f share
shares=$(jobs)
[ "$shares" -le "$seeds" ] || shares=$seeds
for ((i = 0; i < shares; ++i)); do
  from=$((seeds * i / shares)) to=$((seeds * (i + 1) / shares))
  echo "$((first + from)) $((to - from))"
done | xargs -P "$shares" -L 1 bash -c 'share "$1" "$2"' _
