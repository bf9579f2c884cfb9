#!/usr/bin/env bash
# Other people's Binance clients against the built `acts exchange`, and pyarrow and polars on a catalog that the built
# acts has made: clients.sh [ACTS]. They are installed, pinned, into build/clients by pip, once, by their hashes.
# Exit code 77: there is no Python with venv, or no package index.
source "$(dirname "$0")/lib.sh"
readonly acts=${1:-build/release/acts} environment=build/clients
readonly pins=tests/clients/requirements.txt
[ -x "$acts" ] || die "$acts is not there: scripts/build.sh acts"
if ! cmp -s "$pins" "$environment/installed.txt"; then
  rm -rf "$environment"
  python3 -m venv "$environment" || { echo "clients.sh: SKIPPED: python3 has no venv here" >&2; exit 77; }
  log=$environment/pip.log
  "$environment/bin/pip" install --quiet --disable-pip-version-check --require-hashes --requirement "$pins" \
    2>"$log" || {
    cat "$log" >&2
    ! grep -q 'DO NOT MATCH THE HASHES' "$log" || die "what the package index serves is not what $pins names"
    echo "clients.sh: SKIPPED: pip could not install $pins" >&2
    exit 77
  }
  cp "$pins" "$environment/installed.txt"
fi
"$environment/bin/python" tests/clients/catalog_readers.py "$acts"
exec "$environment/bin/python" tests/clients/exchange_clients.py "$acts"
