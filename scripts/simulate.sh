#!/usr/bin/env bash
# The collector against the exchange in virtual time: simulate.sh [SEEDS [FIRST]]. Prints how many faults of each kind
# were injected, and of each seed that found something how to see it again.
source "$(dirname "$0")/lib.sh"
configure release
compile release test_simulation >/dev/null
ACTS_SIM_SEEDS=${1:-300} ACTS_SIM_FIRST=${2:-1} build/release/tests/simulation/test_simulation --gtest_brief=1
