#!/usr/bin/env bash
# Whether a backtest needs no more memory for ten times the data. flat_memory.sh
source "$(dirname "$0")/lib.sh"
configure release
compile release acts
TMPDIR=$(test_files) exec python3 tests/backtest/flat_memory.py build/release/acts
