#!/usr/bin/env bash
# How many instructions a row of a backtest takes: the grid over the bundled recording, counted by valgrind of a build
# for x86-64-v3, so that it is the same on every machine. Within 5 % of bench/instructions.txt, or exit code 1.
# instructions.sh [--store]: with --store the figure is put there instead.
source "$(dirname "$0")/lib.sh"
readonly stored=bench/instructions.txt
configure release
compile release write_rows
configure v3
compile v3 grid_instructions
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
build/release/bench/write_rows "$files/rows"
valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect=count_this build/v3/bench/grid_instructions \
  "$files/rows" >"$files/told" 2>"$files/counted" || { cat "$files/counted" >&2; die "valgrind has failed"; }
read -r count fills <"$files/told"
total=$(awk '/Collected *:/ {print $NF}' "$files/counted")
[ "${total:-0}" -gt 0 ] || { cat "$files/counted" >&2; die "valgrind has counted nothing"; }
figure=$(awk "BEGIN {printf \"%.1f\", $total / $count}")
echo "$figure instructions a row: $count rows, $fills fills"
if [ "${1:-}" = --store ]; then
  echo "$figure" >"$stored"
  exit
fi
wanted=$(cat "$stored")
awk "BEGIN {exit !($figure <= $wanted * 1.05 && $figure >= $wanted * 0.95)}" ||
  die "$figure instructions a row are not within 5 % of the $wanted in $stored: if that is meant," \
    "scripts/instructions.sh --store puts the new figure there; say in the commit what for"
