#!/usr/bin/env bash
# Builds examples/strategy/ outside the tree against an installed SDK, and runs it in the built acts over bundled
# candles: example_strategy.sh [ACTS].
source "$(dirname "$0")/lib.sh"
acts=$(realpath "${1:-build/release/acts}")
[ -x "$acts" ] || die "$acts is not there: scripts/build.sh acts"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
scripts/sdk.sh "$work/sdk"
cp -r examples/strategy "$work/mine"
cp testdata/vision/spot-klines-1h/BTCUSDT-1h-2021-01.csv "$work/mine"
cd "$work/mine"
build_it() {
  cmake -S . -B build -G Ninja -DCMAKE_PREFIX_PATH="$work/sdk" -DCMAKE_BUILD_TYPE=Release && cmake --build build
}
build_it >build.log 2>&1 || { cat build.log >&2; die "examples/strategy cannot be built against the SDK"; }
"$acts" strategies build/libmy_strategy.so | grep -qF 'oversold (number, 0 to 100, default 30)' ||
  die "acts strategies does not list the example's parameters"
"$acts" backtest run.toml --out "$work/run"
fills=$(($(wc -l <"$work/run/fills.csv") - 1))
[ "$fills" -gt 0 ] || die "the example has not traded: there is nothing to see"
echo "example_strategy.sh: $fills fills"
