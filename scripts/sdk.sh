#!/usr/bin/env bash
# Builds the SDK for strategies of one's own and installs it below PREFIX, where find_package(acts) finds it:
# sdk.sh PREFIX.
source "$(dirname "$0")/lib.sh"
readonly prefix=${1:?usage: sdk.sh PREFIX}
scripts/build.sh acts_sdk
cmake --install build/release --component sdk --prefix "$prefix" >/dev/null
