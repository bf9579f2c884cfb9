#!/usr/bin/env bash
# Backtests over bars of the built acts beside backtesting.py: parity_bars.sh [ACTS [CANDLES.json]]. It is installed,
# pinned, into build/parity_bars by pip, once, by its hashes.
# Exit code 77: there is no Python with venv, or no package index.
source "$(dirname "$0")/lib.sh"
readonly acts=${1:-build/release/acts} environment=build/parity_bars pins=tests/parity/requirements_bars.txt
[ -x "$acts" ] || die "$acts is not there: scripts/build.sh acts"
if ! cmp -s "$pins" "$environment/installed.txt"; then
  rm -rf "$environment"
  python3 -m venv "$environment" || { echo "parity_bars.sh: SKIPPED: python3 has no venv here" >&2; exit 77; }
  log=$environment/pip.log
  "$environment/bin/pip" install --quiet --disable-pip-version-check --require-hashes --no-deps \
    --requirement "$pins" 2>"$log" || {
    cat "$log" >&2
    ! grep -q 'DO NOT MATCH THE HASHES' "$log" || die "what the package index serves is not what $pins names"
    echo "parity_bars.sh: SKIPPED: pip could not install $pins" >&2
    exit 77
  }
  cp "$pins" "$environment/installed.txt"
fi
exec "$environment/bin/python" tests/parity/bars_backtesting.py "$acts" "${@:2}"
