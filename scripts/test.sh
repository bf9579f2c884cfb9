#!/usr/bin/env bash
# Builds a preset with its tests and runs the unit and integration tests: test.sh PRESET [CTEST OPTION…]
source "$(dirname "$0")/lib.sh"
preset=${1:?usage: test.sh PRESET [CTEST OPTION…]}
shift
configure "$preset"
compile "$preset"
suite "$preset" "$@"
