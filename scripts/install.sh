#!/usr/bin/env bash
# Installs a built release: install.sh PREFIX. DESTDIR, if set, is put before every path.
source "$(dirname "$0")/lib.sh"
cmake --install build/release --prefix "${1:?usage: install.sh PREFIX}"
