#!/usr/bin/env bash
# Other people's programs that ours are tried against, pinned: into build/clients by pip, once, by their hashes.
# Exit code 77: there is no Python with venv, or no package index.
source "$(dirname "$0")/lib.sh"
readonly environment=build/clients
readonly pins=tests/clients/requirements.txt bare=tests/clients/requirements_bare.txt
cat "$pins" "$bare" | cmp -s - "$environment/installed.txt" && exit
rm -rf "$environment"
python3 -m venv "$environment" || { echo "client_environment.sh: SKIPPED: python3 has no venv here" >&2; exit 77; }
log=$environment/pip.log
install=("$environment/bin/pip" install --quiet --disable-pip-version-check --require-hashes)
{ "${install[@]}" --requirement "$pins" && "${install[@]}" --no-deps --requirement "$bare"; } 2>"$log" || {
  cat "$log" >&2
  ! grep -q 'DO NOT MATCH THE HASHES' "$log" || die "what the package index serves is not what $pins and $bare name"
  echo "client_environment.sh: SKIPPED: pip could not install $pins and $bare" >&2
  exit 77
}
cat "$pins" "$bare" >"$environment/installed.txt"
