#!/usr/bin/env bash
# clang-format over every C++ file of the project, in place; with --check only says what it would change.
source "$(dirname "$0")/lib.sh"
roots=()
for root in include src tests bench; do
  [ -d "$root" ] && roots+=("$root")
done
mapfile -d '' files < <(find "${roots[@]}" -type f \( -name '*.cpp' -o -name '*.hpp' \) -print0 | sort -z)
[ "${#files[@]}" -gt 0 ] || die "found no C++ file to look at"
if [ "${1:-}" = --check ]; then
  printf '%s\0' "${files[@]}" | xargs -0 -n 16 -P "$(nproc)" clang-format-19 --dry-run --Werror ||
    die "'make format' mends the files named above"
  echo "format: ${#files[@]} files in order"
else
  printf '%s\0' "${files[@]}" | xargs -0 -n 16 -P "$(nproc)" clang-format-19 -i
fi
