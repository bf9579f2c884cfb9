#!/usr/bin/env bash
# Other people's programs that ours are tried against, pinned: into build/clients by pip, once, by their hashes.
# Exit code 77: there is no network, nor is this CI (not_installed() in lib.sh).
source "$(dirname "$0")/lib.sh"
pinned_environment build/clients tests/clients/requirements.txt tests/clients/requirements_bare.txt
