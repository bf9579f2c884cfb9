#!/usr/bin/env bash
# What acts prints beside what independent references in Python compute of the same data: oracle.sh [ACTS]
source "$(dirname "$0")/lib.sh"
acts=${1:-}
if [ -z "$acts" ]; then
  configure release
  compile release acts
  acts=build/release/acts
fi
TMPDIR=$(test_files) exec python3 tests/oracle/compare.py "$acts"
