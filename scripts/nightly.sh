#!/usr/bin/env bash
# What takes too long for every change: inputs of 20 GB, read by the parts of an import and by acts import itself; Spark
# on a catalog. nightly.sh [BYTES]: other than 20 GB. On the disk they need some two thirds of it, in TMPDIR.
# Exit code 77: there is no network, nor is this CI (not_installed() in lib.sh).
source "$(dirname "$0")/lib.sh"
readonly bytes=${1:-20000000000}
configure release
compile release acts test_large_input test_soak
ACTS_LARGE_BYTES=$bytes ctest --test-dir build/release --output-on-failure --no-tests=error -L '^nightly$'
scripts/large_import.sh "$bytes"
command -v java >/dev/null || scripts/setup.sh servers-java || not_installed "Spark needs a Java"
pinned_environment build/spark tests/clients/requirements_spark.txt
build/spark/bin/python tests/clients/catalog_readers.py build/release/acts spark
