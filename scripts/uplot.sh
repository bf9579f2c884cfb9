#!/usr/bin/env bash
# uplot.sh [DIR]: uPlot (MIT), which draws the charts of `acts plot` in a browser, of the one version that acts is built
# with: DIR/uPlot.iife.min.js and DIR/uPlot.min.css. Prints DIR, by default one a machine. Does nothing twice.
# ACTS_UPLOT_DIR names a place where somebody has put both already.
#
# It comes from the npm registry, and is compared with the sum below. Needs npm, of any version.
set -euo pipefail
readonly version=1.6.32
# As the registry tells it: SHA-512, base64.
readonly sum=KIMVnG68zvu5XXUbC4LQEPnhwOxBuLyW1AHtpm6IKTXImkbLgkMy+jabjLgSLMasNuGGzQm/ep3tOkyTxpiQIw==
readonly files=(uPlot.iife.min.js uPlot.min.css)

if [ -n "${ACTS_UPLOT_DIR:-}" ]; then
  for file in "${files[@]}"; do
    [ -f "$ACTS_UPLOT_DIR/$file" ] || { echo "uplot.sh: ACTS_UPLOT_DIR=$ACTS_UPLOT_DIR holds no $file" >&2; exit 2; }
  done
  echo "$ACTS_UPLOT_DIR"
  exit
fi
place=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/acts-deps/uplot-$version}
if [ -f "$place/complete" ]; then
  echo "$place"
  exit
fi

help() {
  echo "uplot.sh: $1" >&2
  echo "  Or take ${files[*]} out of dist/ of uPlot $version (https://github.com/leeoniya/uPlot), put them into a" >&2
  echo "  directory, and set ACTS_UPLOT_DIR to it." >&2
  exit 2
}
command -v npm >/dev/null || help "npm is needed to fetch uPlot: scripts/setup.sh installs it"

mkdir -p "$(dirname "$place")"
exec 9>"$place.lock"
flock 9
if [ -f "$place/complete" ]; then
  echo "$place"
  exit
fi
echo "uplot.sh: fetching uPlot into $place" >&2
part=$place.part
rm -rf "$part" "$place"
mkdir -p "$part"
# Not in a package of ours, nor of anybody above; npm prints the file's name.
(cd "$part" && npm pack --silent --ignore-scripts "uplot@$version" >/dev/null) || help "npm could not fetch it"
archive=$part/uplot-$version.tgz
[ "$(openssl dgst -sha512 -binary "$archive" | openssl base64 -A)" = "$sum" ] ||
  help "what npm has fetched has not the SHA-512 $sum"
for file in "${files[@]}"; do
  tar -xzOf "$archive" "package/dist/$file" >"$part/$file"
done
rm "$archive"
touch "$part/complete"
mv "$part" "$place"
echo "$place"
