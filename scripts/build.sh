#!/usr/bin/env bash
# Builds targets of the release (everything if none is named) into build/release.
source "$(dirname "$0")/lib.sh"
configure release
compile release "$@"
