#!/usr/bin/env bash
# The charts that the built acts makes of its demonstration's data, and its tear sheets, in a headless Chromium:
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
exec node "$environment/check.mjs" "$browser" "${pages[@]}"
