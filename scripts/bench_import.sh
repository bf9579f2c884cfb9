#!/usr/bin/env bash
# How fast aggregated trades enter the catalog, beside pandas and polars doing the same with the same zip, in one run
# and on one core: bench_import.sh [ROWS] [ACTS]. They are installed into build/bench_import by pip, once. Exit code 77:
# they cannot be.
source "$(dirname "$0")/lib.sh"
readonly rows=${1:-5000000} acts=${2:-build/release/acts} environment=build/bench_import
[ -x "$acts" ] || die "$acts is not there: scripts/build.sh acts"
if [ ! -e "$environment/installed" ]; then
  rm -rf "$environment"
  python3 -m venv "$environment" &&
    "$environment/bin/pip" install --quiet --disable-pip-version-check pandas==2.2.3 pyarrow==18.1.0 polars==1.17.1 || {
    echo "bench_import.sh: SKIPPED: pandas, pyarrow and polars cannot be installed here" >&2
    exit 77
  }
  touch "$environment/installed"
fi
exec taskset -c 0 "$environment/bin/python" bench/import_bench.py "$rows" "$acts"
