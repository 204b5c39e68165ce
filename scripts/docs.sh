#!/bin/sh
# Builds the documentation of the Swift module Facenet as static files for any web server. A warning is an error.
# Usage: docs.sh TO [BUILD [BASE]]   after make build; TO is replaced, BUILD is build, BASE the path below which a server
# offers the pages, such as /libfacenet: / unless said otherwise
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
to=$1
build=${2:-$root/build}
base=${3:-/}
swift=${SWIFT:-swift}
docc=$(dirname "$(readlink -f "$(command -v "$swift")")")/docc

mkdir -p "$(dirname "$to")"
temporary=$(mktemp -d "$(dirname "$to")/docs-XXXXXX")
trap 'rm -rf "$temporary"' EXIT
trap 'exit 1' HUP INT TERM

sh "$root/scripts/symbol-graph.sh" "$temporary/symbols" "$build"
"$docc" convert "$root/Sources/Facenet/Facenet.docc" --additional-symbol-graph-dir "$temporary/symbols" \
  --output-dir "$temporary/pages" --hosting-base-path "$base" --warnings-as-errors \
  --fallback-display-name Facenet --fallback-bundle-identifier facenet.Facenet --fallback-default-module-kind Library

rm -rf "$to"
mv "$temporary/pages" "$to"
