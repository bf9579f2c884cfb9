#!/usr/bin/env bash
# The fills of our backtests against those of hftbacktest, run beside them on the same data: the grid over a recording,
# then seeded random orders over random markets, and what of it is defective, as it is documented. parity.sh
# Exit code 77: there is no network, nor is this CI (not_installed() in lib.sh).
source "$(dirname "$0")/lib.sh"
readonly python=build/clients/bin/python
configure release
compile release acts parity_run
scripts/client_environment.sh
"$python" tests/parity/defects.py build/release/tests/parity/parity_run
"$python" tests/parity/grid_parity.py build/release/acts
exec "$python" tests/parity/random_parity.py build/release/tests/parity/parity_run
