#!/usr/bin/env bash
# Installs the Debian packages of the named groups (scripts/packages.txt; "build" if none is named): only those that
# are missing, so nothing the second time; for "build" also DuckDB, which Debian has not (scripts/duckdb.sh). Exit code
# 2 where something is missing that cannot be installed here. ACTS_SETUP=no skips it, for other systems.
source "$(dirname "$0")/lib.sh"
[ "${ACTS_SETUP:-yes}" != no ] || exit 0
[ $# -gt 0 ] || set -- build

needs_duckdb=
if [[ " $* " == *" build "* ]]; then
  needs_duckdb=yes
  command -v go >/dev/null || scripts/duckdb.sh >/dev/null 2>&1 || set -- "$@" duckdb
fi
finish() {
  [ -z "$needs_duckdb" ] || scripts/duckdb.sh >/dev/null
  exit 0
}

packages=()
for group in "$@"; do
  mapfile -t -O "${#packages[@]}" packages < <(awk -v group="$group" '$1 == group {print $2}' scripts/packages.txt)
done
[ "${#packages[@]}" -gt 0 ] || die "no package in the groups '$*': see scripts/packages.txt"

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "setup: not a Debian. Install what these Debian 12 packages hold, then repeat with ACTS_SETUP=no:" >&2
  printf '  %s\n' "${packages[@]}" >&2
  exit 2
fi

list_missing() {
  comm -23 <(printf '%s\n' "${packages[@]}" | sort -u) <(
    dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${packages[@]}" 2>/dev/null |
      awk '$2 == "installed" {print $1}' | sort -u
  )
}
mapfile -t missing < <(list_missing)
[ "${#missing[@]}" -gt 0 ] || finish

as_root=()
if [ "$(id -u)" != 0 ]; then
  if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }; }; then
    as_root=(sudo)
  else
    echo "setup: ${#missing[@]} Debian packages are missing, with no right to install them here. As root, run:" >&2
    echo "  apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 2
  fi
fi

echo "setup: installing ${#missing[@]} Debian packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 "$@"; }
{ apt update && apt install -y --no-install-recommends "${missing[@]}"; } </dev/null >"$log" 2>&1 || {
  tail -n 30 "$log" >&2
  die "apt-get failed; its last lines are above. Mend that (network, package sources, disk), then run this again"
}
mapfile -t missing < <(list_missing)
[ "${#missing[@]}" -eq 0 ] || die "apt-get ended well, but these are not installed: ${missing[*]}"
finish
