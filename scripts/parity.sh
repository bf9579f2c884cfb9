#!/usr/bin/env bash
# The fills of `acts backtest` against those of hftbacktest, run beside it on the same data: parity.sh [ACTS]. It is
# installed, pinned, into build/clients by scripts/client_environment.sh.
# Exit code 77: there is no Python with venv, or no package index.
source "$(dirname "$0")/lib.sh"
readonly acts=${1:-build/release/acts}
[ -x "$acts" ] || die "$acts is not there: scripts/build.sh acts"
scripts/client_environment.sh
exec build/clients/bin/python tests/parity/grid_parity.py "$acts"
