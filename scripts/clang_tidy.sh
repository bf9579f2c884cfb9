#!/usr/bin/env bash
# Prints the clang-tidy that make lint uses, of one version for everybody: installed by pip, by its hash, once a
# machine.
# Debian 12's takes three times as long, for it also looks at what the system's headers hold.
# ACTS_CLANG_TIDY names another one to take.
set -euo pipefail
if [ -n "${ACTS_CLANG_TIDY:-}" ]; then
  command -v "$ACTS_CLANG_TIDY" || { echo "clang_tidy.sh: ACTS_CLANG_TIDY=$ACTS_CLANG_TIDY is no program" >&2; exit 2; }
  exit
fi
pins=$(dirname "$0")/clang_tidy_requirements.txt
version=$(sed -n 's/^clang-tidy==\([0-9.]*\).*/\1/p' "$pins")
place=${XDG_CACHE_HOME:-$HOME/.cache}/acts-deps/clang-tidy-$version
if [ ! -f "$place/complete" ]; then
  mkdir -p "$(dirname "$place")"
  exec 9>"$place.lock"
  flock 9
fi
if [ ! -f "$place/complete" ]; then
  echo "clang_tidy.sh: fetching clang-tidy $version into $place" >&2
  rm -rf "$place"
  python3 -m venv "$place"
  "$place/bin/pip" install --quiet --disable-pip-version-check --require-hashes --requirement "$pins" >&2 || {
    echo "clang_tidy.sh: pip could not install $pins; ACTS_CLANG_TIDY names another clang-tidy to use instead" >&2
    exit 2
  }
  touch "$place/complete"
fi
# The program itself: what pip makes is a script in Python around it.
echo "$place"/lib/python3*/site-packages/clang_tidy/data/bin/clang-tidy
