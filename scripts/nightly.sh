#!/usr/bin/env bash
# What takes too long for every change: inputs of 20 GB, read by the parts of an import and by acts import itself.
# nightly.sh [BYTES]: other than 20 GB. On the disk the second needs some two thirds of it, in TMPDIR.
source "$(dirname "$0")/lib.sh"
readonly bytes=${1:-20000000000}
configure release
compile release acts test_large_input
ACTS_LARGE_BYTES=$bytes ctest --test-dir build/release --output-on-failure --no-tests=error -L '^nightly$'
scripts/large_import.sh "$bytes"
