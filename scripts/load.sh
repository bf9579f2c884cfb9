#!/usr/bin/env bash
# 500 symbols through real sockets, for the given seconds: load.sh [SECONDS]. Prints rate, processor time and memory.
source "$(dirname "$0")/lib.sh"
configure release
compile release test_load
ACTS_LOAD_SECONDS=${1:-300} build/release/tests/integration/test_load
