#!/usr/bin/env bash
# Whether acts import of a large file needs little memory and takes every row as it is: large_import.sh [BYTES]
source "$(dirname "$0")/lib.sh"
readonly bytes=${1:-60000000}
configure release
compile release acts
exec python3 tests/history/large_import.py build/release/acts "$bytes"
