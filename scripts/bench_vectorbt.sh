#!/usr/bin/env bash
# A sweep of 100 pairs by acts and by vectorbt, in one run: bench_vectorbt.sh CANDLES.json [ROUNDS]. CANDLES: of
# freqtrade, such as BTC_USDT-5m.json. vectorbt is installed, pinned, into build/vectorbt by pip, once, by its hashes.
# Exit code 77: there is no network, nor is this CI (not_installed() in lib.sh).
source "$(dirname "$0")/lib.sh"
readonly acts=${ACTS:-build/release/acts} environment=build/vectorbt pins=bench/requirements_vectorbt.txt
[ $# -ge 1 ] || die "name the candles: bench_vectorbt.sh CANDLES.json"
[ -x "$acts" ] || die "$acts is not there: scripts/build.sh acts"
pinned_environment "$environment" "$pins"
exec "$environment/bin/python" bench/vectorbt_bench.py "$acts" "$@"
