# What the scripts share: sourced, with the project's root as working directory afterwards.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# A compile job of this project takes up to this much memory (a Beast file with TLS and coroutines).
readonly kib_a_job=$((1536 * 1024))

# JOBS from the environment, else one a processor as far as the free memory carries them.
jobs() {
  local processors memory
  processors=$(nproc)
  memory=$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo)
  local fit=$((memory / kib_a_job))
  [ "$fit" -ge 1 ] || fit=1
  echo "${JOBS:-$((fit < processors ? fit : processors))}"
}

die() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# alone PRESET COMMAND…: never two at a time in the same tree.
alone() {
  local lock=build/$1.lock
  shift
  mkdir -p build
  flock "$lock" "$@"
}

# configure PRESET [CMAKE OPTION…]: quiet unless it fails.
configure() {
  local preset=$1 log
  shift
  mkdir -p "build/$preset"
  log=build/$preset/configure.log
  alone "$preset" cmake --preset "$preset" "$@" >"$log" 2>&1 && return
  cat "$log" >&2
  die "configuring build/$preset failed"
}

# compile PRESET [TARGET…]
compile() {
  local preset=$1
  shift
  NINJA_STATUS='[%f/%t %es] ' alone "$preset" ninja -C "build/$preset" -j "$(jobs)" "$@"
}

# Where tests keep their files: in memory, where the system has a place there and TMPDIR says nothing else. Beside a
# compiler that fills the disk a sync takes seconds, and no test is about that.
test_files() {
  local memory=/dev/shm enough_kib=$((2 * 1024 * 1024)) free=0
  [ ! -w "$memory" ] || free=$(df --output=avail "$memory" | tail -n 1)
  if [ -z "${TMPDIR:-}" ] && [ "$free" -ge "$enough_kib" ]; then echo "$memory"; else echo "${TMPDIR:-/tmp}"; fi
}

# suite PRESET [CTEST OPTION…]: the unit and integration tests of an already built preset. ctest counts in halves of
# a processor here (acts_test(HALVES)).
suite() {
  local preset=$1
  shift
  TMPDIR=$(test_files) ctest --test-dir "build/$preset" --output-on-failure --no-tests=error \
    -L '^(unit|integration)$' -j "$((2 * $(jobs)))" "$@"
}

# Whether this machine has a way out at all: a default route, or a proxy.
has_network() {
  awk '$2 == "00000000" && $8 == "00000000" {found = 1} END {exit !found}' /proc/net/route 2>/dev/null && return
  awk '$1 ~ /^0+$/ && $2 == "00" && $10 != "lo" {found = 1} END {exit !found}' /proc/net/ipv6_route 2>/dev/null &&
    return
  [ -n "${HTTPS_PROXY:-}${https_proxy:-}${ALL_PROXY:-}${all_proxy:-}" ]
}

# not_installed WHAT: a check cannot be made for want of it. In CI (CI=true, as .ci/run says) and wherever there is a
# network that is a failure: what never runs proves nothing. Only a machine without any skips (77).
not_installed() {
  if [ "${CI:-}" = true ] || has_network; then die "$1"; fi
  echo "$(basename "$0"): SKIPPED, as this machine has no network: $1" >&2
  exit 77
}

# pinned_environment DIRECTORY PINS…: a Python environment with what the files PINS name, installed by pip, once, by
# its hashes. Ends as not_installed() where that cannot be done.
pinned_environment() {
  local directory=$1 file requirements=()
  shift
  cat "$@" | cmp -s - "$directory/installed.txt" && return
  rm -rf "$directory"
  python3 -m venv "$directory" || not_installed "python3 has no venv here: scripts/setup.sh check"
  for file in "$@"; do requirements+=(--requirement "$file"); done
  "$directory/bin/pip" install --quiet --disable-pip-version-check --require-hashes --no-deps "${requirements[@]}" \
    2>"$directory/pip.log" || {
    cat "$directory/pip.log" >&2
    ! grep -q 'DO NOT MATCH THE HASHES' "$directory/pip.log" || die "what the package index serves is not what $* names"
    not_installed "pip could not install $*"
  }
  cat "$@" >"$directory/installed.txt"
}
