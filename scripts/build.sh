#!/usr/bin/env bash
# Builds targets (everything if none is named) of a preset, release if none is named, into build/PRESET:
# build.sh [--preset PRESET] [TARGET…]
source "$(dirname "$0")/lib.sh"
preset=release
if [ "${1:-}" = --preset ]; then
  preset=${2:?build.sh: --preset wants a name}
  shift 2
fi
configure "$preset"
compile "$preset" "$@"
