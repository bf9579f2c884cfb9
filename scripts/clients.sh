#!/usr/bin/env bash
# Other people's Binance clients against the built `acts exchange`, pyarrow and polars on a catalog that the built acts
# has made, and hftbacktest on what it exports: clients.sh [ACTS]. They are installed, pinned, into build/clients by
# pip, once, by their hashes.
# Exit code 77: there is no Python with venv, or no package index.
source "$(dirname "$0")/lib.sh"
readonly acts=${1:-build/release/acts} environment=build/clients
readonly pins=tests/clients/requirements.txt bare=tests/clients/requirements_bare.txt
[ -x "$acts" ] || die "$acts is not there: scripts/build.sh acts"
if ! cat "$pins" "$bare" | cmp -s - "$environment/installed.txt"; then
  rm -rf "$environment"
  python3 -m venv "$environment" || { echo "clients.sh: SKIPPED: python3 has no venv here" >&2; exit 77; }
  log=$environment/pip.log
  install=("$environment/bin/pip" install --quiet --disable-pip-version-check --require-hashes)
  { "${install[@]}" --requirement "$pins" && "${install[@]}" --no-deps --requirement "$bare"; } 2>"$log" || {
    cat "$log" >&2
    ! grep -q 'DO NOT MATCH THE HASHES' "$log" || die "what the package index serves is not what $pins and $bare name"
    echo "clients.sh: SKIPPED: pip could not install $pins and $bare" >&2
    exit 77
  }
  cat "$pins" "$bare" >"$environment/installed.txt"
fi
"$environment/bin/python" tests/clients/catalog_readers.py "$acts"
"$environment/bin/python" tests/clients/hftbacktest_reader.py "$acts"
exec "$environment/bin/python" tests/clients/exchange_clients.py "$acts"
