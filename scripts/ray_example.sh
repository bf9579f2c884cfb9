#!/usr/bin/env bash
# examples/ray on one machine: its table must be that of `acts sweep`: ray_example.sh [ACTS]. Ray is installed, pinned,
# into build/ray by pip, once, by its hashes.
# Exit code 77: there is no network, nor is this CI (not_installed() in lib.sh).
source "$(dirname "$0")/lib.sh"
acts=$(realpath "${1:-build/release/acts}")
readonly acts environment=build/ray pins=examples/ray/requirements.txt
[ -x "$acts" ] || die "$acts is not there: scripts/build.sh acts"
pinned_environment "$environment" "$pins"
folder=$(mktemp -d)
readonly folder
trap 'rm -rf "$folder"' EXIT
cat >"$folder/sweep.toml" <<TOML
[data]
kind = "bars"
venue = "binance-spot"
symbol = "BTCUSDT"
files = ["$PWD/testdata/vision/spot-klines-1h/BTCUSDT-1h-2021-01.csv"]
[instrument]
tick_size = "0.01"
lot_size = "0.000001"
[account]
initial_balance = "10000"
[fees]
taker = "0.001"
[strategy]
name = "sma_cross"
[sweep]
fast = [5, 10, 40]
slow = { from = 20, to = 30, step = 10 }
TOML
"$acts" sweep "$folder/sweep.toml" --output "$folder/acts.csv" >/dev/null
# A cluster of this process alone: nobody else is to talk to it, and no token is to be left in the home directory.
RAY_AUTH_MODE=disabled "$environment/bin/python" examples/ray/sweep.py "$folder/sweep.toml" --acts "$acts" \
  --output "$folder/ray.csv"
"$environment/bin/python" - "$folder/acts.csv" "$folder/ray.csv" <<'PYTHON'
import csv
import sys

ours, rays = (list(csv.DictReader(open(path, encoding="utf-8"))) for path in sys.argv[1:])
wanted = [{name: row[name] for name in rays[0]} for row in ours]
if len(rays) != 4 or wanted != rays:
    sys.exit(f"ray_example.sh: the tables differ:\nacts: {wanted}\nray:  {rays}")
print(f"ray_example.sh: {len(rays)} sets, as those of acts sweep")
PYTHON
