#!/usr/bin/env bash
# Hourly candles out of a year of minute candles, by acts bars and by polars, out of one catalog in one run:
# bench_bars.sh [ACTS]. Takes 2 GB in TMPDIR. Exit code 77: there is no polars.
source "$(dirname "$0")/lib.sh"
readonly acts=${1:-build/release/acts}
[ -x "$acts" ] || die "$acts is not there: scripts/build.sh acts"
scripts/client_environment.sh || exit
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
build/clients/bin/python bench/bars.py "$acts" "$folder"
