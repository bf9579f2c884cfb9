#!/usr/bin/env bash
# Makes build/acts_VERSION_ARCH.deb from a built release.
source "$(dirname "$0")/lib.sh"
(cd build/release && cpack -G DEB -B .. >cpack.log 2>&1) || { cat build/release/cpack.log >&2; die "cpack failed"; }
rm -rf build/_CPack_Packages
ls build/acts_*.deb
