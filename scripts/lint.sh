#!/usr/bin/env bash
# clang-tidy (.clang-tidy) over every .cpp file of src/ and the project headers it includes: lint.sh [FILE…]
# A file whose preprocessed text, flags and configuration passed before, in this clone or another, is not looked at
# again: ACTS_LINT_CACHE, by default ~/.cache/acts-lint, remembers.
source "$(dirname "$0")/lib.sh"
clang_tidy=$(scripts/clang_tidy.sh)
configure lint
exec python3 scripts/lint.py --clang-tidy "$clang_tidy" --jobs "$(jobs)" --commands build/lint/compile_commands.json \
  --passed "${ACTS_LINT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/acts-lint}" "$@"
