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

# pinned_environment DIRECTORY PINS: a Python environment with what PINS names, installed by pip, once, by its hashes.
# Exits with 77 where there is no Python with venv, or no package index.
pinned_environment() {
  local environment=$1 pins=$2 log=$1/pip.log self
  self=$(basename "$0")
  cmp -s "$pins" "$environment/installed.txt" && return
  rm -rf "$environment"
  python3 -m venv "$environment" || { echo "$self: SKIPPED: python3 has no venv here" >&2; exit 77; }
  "$environment/bin/pip" install --quiet --disable-pip-version-check --require-hashes --no-deps \
    --requirement "$pins" 2>"$log" || {
    cat "$log" >&2
    ! grep -q 'DO NOT MATCH THE HASHES' "$log" || die "what the package index serves is not what $pins names"
    echo "$self: SKIPPED: pip could not install $pins" >&2
    exit 77
  }
  cp "$pins" "$environment/installed.txt"
}
