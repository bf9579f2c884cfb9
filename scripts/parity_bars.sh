#!/usr/bin/env bash
# Backtests over bars of the built acts beside backtesting.py, and beside tests/oracle/sma_cross.py:
# parity_bars.sh [ACTS [CANDLES.json]]. Without CANDLES: freqtrade's 65,741 candles of 5 minutes, whose licence (GPL)
# keeps them out of testdata/, where a folder of samples has them: DATA, or else one beside this project. Where none
# does: the bundled hours of a quarter, and it says so. backtesting.py is installed, pinned, into build/parity_bars by
# pip, once, by its hashes.
# Exit code 77: there is no network, nor is this CI (not_installed() in lib.sh).
source "$(dirname "$0")/lib.sh"
readonly acts=${1:-build/release/acts} environment=build/parity_bars
[ -x "$acts" ] || die "$acts is not there: scripts/build.sh acts"
pinned_environment "$environment" tests/parity/requirements_bars.txt
candles=${2:-}
if [ -z "$candles" ]; then
  candles=${DATA:-../shared/data}/klines/freqtrade-json/BTC_USDT-5m.json
  if [ ! -f "$candles" ]; then
    [ -z "${DATA:-}" ] || die "$candles is not there: DATA names a folder of samples"
    echo "parity_bars.sh: over the bundled hourly candles of a quarter, as there is no" \
      "klines/freqtrade-json/BTC_USDT-5m.json in a folder of samples: make test-parity-bars DATA=…"
    candles=
  fi
fi
exec "$environment/bin/python" tests/parity/bars_backtesting.py "$acts" ${candles:+"$candles"}
