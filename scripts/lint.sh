#!/usr/bin/env bash
# clang-tidy (.clang-tidy) over every .cpp file of src/ and the project headers it includes: lint.sh [FILE…]
# A file whose preprocessed text, flags and configuration passed before is not looked at again (build/lint).
source "$(dirname "$0")/lib.sh"
configure asan
exec python3 scripts/lint.py --jobs "$(jobs)" --commands build/asan/compile_commands.json --passed build/lint "$@"
