#!/usr/bin/env bash
# duckdb.sh [DIR]: DuckDB for C, static, of the one version that acts is built with: DIR/include/duckdb.h and
# DIR/lib/libduckdb.a. Prints DIR, by default one a machine, not one a clone: it has 140 MB. Does nothing twice.
# ACTS_DUCKDB_DIR names a place where somebody has put both already, of any 1.5.
#
# It comes as the Go module in which DuckDB's makers publish it for their Go driver; go compares it with Go's checksum
# database, and this script with the sum below. Parquet, JSON and ICU are inside. Needs go, of any version.
set -euo pipefail
readonly module=github.com/duckdb/duckdb-go-bindings/lib/linux-amd64
readonly version=v0.10506.0 # DuckDB 1.5.6
readonly sum='h1:yy2TUU+YWxiBiOQryYseUl0AcUzoFFYRmmrCGijUxiU='

if [ -n "${ACTS_DUCKDB_DIR:-}" ]; then
  [ -f "$ACTS_DUCKDB_DIR/include/duckdb.h" ] && [ -f "$ACTS_DUCKDB_DIR/lib/libduckdb.a" ] || {
    echo "duckdb.sh: ACTS_DUCKDB_DIR=$ACTS_DUCKDB_DIR holds no include/duckdb.h with lib/libduckdb.a" >&2
    exit 2
  }
  echo "$ACTS_DUCKDB_DIR"
  exit
fi
place=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/acts-deps/duckdb-$version}
if [ -f "$place/complete" ]; then
  echo "$place"
  exit
fi

help() {
  echo "duckdb.sh: $1" >&2
  echo "  Or take libduckdb_static.a and duckdb.h of DuckDB 1.5.6 from its own release archive, put them somewhere" >&2
  echo "  as lib/libduckdb.a and include/duckdb.h, and set ACTS_DUCKDB_DIR to that directory." >&2
  exit 2
}
[ "$(uname -sm)" = 'Linux x86_64' ] || help "its archive is for Linux on x86-64 only"
command -v go >/dev/null || help "go is needed to fetch DuckDB: scripts/setup.sh installs it"
command -v ar >/dev/null || help "ar is needed: scripts/setup.sh installs it"

mkdir -p "$(dirname "$place")"
exec 9>"$place.lock"
flock 9
if [ -f "$place/complete" ]; then
  echo "$place"
  exit
fi
echo "duckdb.sh: fetching DuckDB into $place" >&2
# Not in a module of ours, nor of anybody above.
info=$(cd / && GOFLAGS=-mod=mod go mod download -json "$module@$version") || help "go could not fetch it"
field() { printf '%s\n' "$info" | sed -n "s/.*\"$1\": \"\(.*\)\".*/\1/p"; }
[ "$(field Sum)" = "$sum" ] || help "$module has the checksum $(field Sum), and not $sum"
from=$(field Dir)

part=$place.part
rm -rf "$part" "$place"
mkdir -p "$part/include" "$part/lib"
cp "$from/duckdb.h" "$part/include/"
cp "$from"/*.a "$part/lib/"
(
  # ar's scripts cannot read a path with an @ in it, so they stand where the archives are.
  cd "$part/lib"
  archives=(*.a)
  {
    echo 'create libduckdb.all'
    printf 'addlib %s\n' "${archives[@]}"
    printf 'save\nend\n'
  } | ar -M
  rm -f "${archives[@]}"
  mv libduckdb.all libduckdb.a
  chmod -R u+w .
)
touch "$part/complete"
mv "$part" "$place"
echo "$place"
