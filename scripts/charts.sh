#!/usr/bin/env bash
# The charts that the built acts makes of its demonstration's data, and its tear sheets, among them those of a backtest
# with scenarios that it runs, of a sweep and of runs side by side with a benchmark, in a headless Chromium:
# charts.sh [ACTS]. What it needs beside acts and Chromium is installed by npm, pinned, into build/charts, once.
# Exit code 77: there is no Chromium (Debian: chromium), node or npm, or no registry.
source "$(dirname "$0")/lib.sh"
acts=$(realpath "${1:-build/release/acts}")
readonly acts environment=build/charts pins=tests/clients/charts
[ -x "$acts" ] || die "$acts is not there: scripts/build.sh acts"
skip() { echo "charts.sh: SKIPPED: $1" >&2; exit 77; }
browser=$(command -v chromium || command -v chromium-browser) || skip "there is no chromium"
command -v node >/dev/null && command -v npm >/dev/null || skip "there is no node with npm"
if ! cmp -s "$pins/package-lock.json" "$environment/installed.json"; then
  rm -rf "$environment"
  mkdir -p "$environment"
  cp "$pins"/package*.json "$environment/"
  npm ci --prefix "$environment" --ignore-scripts --no-audit --no-fund --silent || skip "npm could not install $pins"
  cp "$pins/package-lock.json" "$environment/installed.json"
fi
cp "$pins/check.mjs" "$environment/"

readonly data=$environment/data
rm -rf "$data"
"$acts" demo --data-dir "$data" >/dev/null
"$acts" import --data-dir "$data" --market spot testdata/vision/spot-klines-1h/*.csv >/dev/null
# A name that would be markup, if nobody escaped it.
"$acts" import --data-dir "$data" --market spot --symbol '"><blink>X&' \
  testdata/vision/spot-klines-1h/BTCUSDT-1h-2021-01.csv >/dev/null
# As a collector seals it: the file's name is its first receive time.
readonly recorded=testdata/binance-feed/spot/btcusdt_20240808.gz segments=$data/raw/binance-spot/BTCUSDT/2024-08-08
mkdir -p "$segments"
cp "$recorded" "$segments/$(zcat "$recorded" | sed -n '1{s/ .*//;p;q}').jsonl.zst"
pages=()
plot() {
  "$acts" plot "$@" --data-dir "$data" --output "$environment/$page.html"
  "$acts" plot "$@" --data-dir "$data" --output "$environment/$page.svg"
  "$acts" plot "$@" --data-dir "$data" --output "$environment/$page.png"
  pages+=("$environment/$page.html")
}
page=coverage plot coverage
page=rows plot rows BTCUSDT
page=book plot book BTCUSDT --at 2024-08-08T23:57 --per-cent 0.2
report() {
  "$acts" report "$@" --out "$environment/$page.html"
  pages+=("$environment/$page.html")
}
page=sheet report testdata/runs/days --capital 10000
page=short_sheet report testdata/runs/short
page=both_sheets report testdata/runs/days testdata/runs/short

# config NAME TEXT…: a backtest's configuration; paths in it are absolute.
config() {
  printf '%s\n' "${@:2}" >"$environment/$1.toml"
}
readonly usdm=$PWD/testdata/binance-feed/usdm/btcusdt_20240808.gz
readonly books_data="[data]
venue = \"binance-usdm\"
symbol = \"BTCUSDT\"
files = [\"$usdm\"]
[instrument]
tick_size = \"0.1\"
lot_size = \"0.001\"
[account]
initial_balance = \"100000\"
[latency]
entry = \"10ms\"
response = \"10ms\"
[fees]
maker = \"-0.00005\"
taker = \"0.0007\"
[strategy]
name = \"grid\""
config books "$books_data"
config narrow "$books_data" "relative_half_spread = 2e-5" "[report]" "books = false"
readonly hours=$PWD/testdata/vision/spot-klines-1h
config swept "[data]
kind = \"bars\"
venue = \"binance-spot\"
symbol = \"BTCUSDT\"
files = [\"$hours/BTCUSDT-1h-2021-01.csv\", \"$hours/BTCUSDT-1h-2021-02.csv\", \"$hours/BTCUSDT-1h-2021-03.csv\"]
[instrument]
tick_size = \"0.01\"
lot_size = \"0.000001\"
[account]
initial_balance = \"10000\"
[fees]
taker = \"0.001\"
[strategy]
name = \"sma_cross\"
[sweep]
fast = [5, 10, 20]
slow = [30, 60, 90]
[sweep.walk_forward]
train = \"30d\"
test = \"14d\""
readonly runs=$environment/runs
rm -rf "$runs"
"$acts" backtest "$environment/books.toml" --scenarios --out "$runs/scenarios" >/dev/null
"$acts" backtest "$environment/narrow.toml" --out "$runs/narrow" >/dev/null
"$acts" sweep "$environment/swept.toml" --output "$runs/swept.csv" >/dev/null
cat >"$runs/prices.csv" <<'END'
time,price
2024-11-20,61000
2024-12-20,62000
2025-01-20,61500
END
page=run_with_scenarios report "$runs/scenarios"
page=run_without_books report "$runs/narrow"
page=swept report "$runs/swept.csv"
page=side_by_side report "$runs/scenarios" "$runs/narrow"
page=against_a_benchmark report testdata/runs/days --capital 10000 --benchmark "$runs/prices.csv"
exec node "$environment/check.mjs" "$browser" "${pages[@]}"
