#!/usr/bin/env bash
# A backtest's speed beside hftbacktest's, one after the other on the same data in memory: the recording of
# testdata/binance-feed/usdm repeated ROUNDS times (20), the same grid, the same fills. bench_parity.sh
# Exit code 77: there is no network, nor is this CI (not_installed() in lib.sh).
source "$(dirname "$0")/lib.sh"
configure release
compile release acts bench_backtest
scripts/client_environment.sh
exec build/clients/bin/python bench/parity_bench.py build/release/acts build/release/bench/bench_backtest \
  "${ROUNDS:-20}"
