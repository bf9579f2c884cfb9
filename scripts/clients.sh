#!/usr/bin/env bash
# Other people's Binance clients against the built `acts exchange`, pyarrow and polars on a catalog that the built acts
# has made, and hftbacktest on what it exports: clients.sh [ACTS]. scripts/client_environment.sh installs them.
# Exit code 77: there is no network, nor is this CI (not_installed() in lib.sh).
source "$(dirname "$0")/lib.sh"
readonly acts=${1:-build/release/acts} environment=build/clients
[ -x "$acts" ] || die "$acts is not there: scripts/build.sh acts"
scripts/client_environment.sh
"$environment/bin/python" tests/clients/catalog_readers.py "$acts" pyarrow polars
"$environment/bin/python" tests/clients/hftbacktest_reader.py "$acts"
exec "$environment/bin/python" tests/clients/exchange_clients.py "$acts"
