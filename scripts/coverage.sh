#!/usr/bin/env bash
# Line coverage of src/ and include/ by the unit and integration tests, in all and a room; a page a file in
# build/coverage/report. COVERAGE_MIN, if set, is the least per cent in all.
source "$(dirname "$0")/lib.sh"
configure coverage
compile coverage
find build/coverage -name '*.gcda' -delete
suite coverage
mkdir -p build/coverage/report
gcovr --root . --object-directory build/coverage --filter 'src/' --filter 'include/' -j "$(jobs)" \
  --exclude-unreachable-branches --exclude-throw-branches \
  --json-summary build/coverage/summary.json --html-details build/coverage/report/index.html >/dev/null
python3 scripts/coverage_summary.py build/coverage/summary.json "${COVERAGE_MIN:-0}"
echo "page by page: build/coverage/report/index.html"
