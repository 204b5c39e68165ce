#!/bin/sh
# Writes what `import Facenet` gives, with its documentation, as TO/Facenet.symbols.json.
# Usage: symbol-graph.sh TO [BUILD]   after make build; BUILD is build
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
to=$1
build=${2:-$root/build}
swift=${SWIFT:-swift}

products=$("$swift" build --package-path "$root" --scratch-path "$build/swift" --configuration release --show-bin-path)
if [ ! -f "$products/Modules/Facenet.swiftmodule" ]; then
  echo "facenet: the module Facenet is not built: run make build" >&2
  exit 1
fi
target=$("$swift" -print-target-info | sed -n 's/^ *"triple": "\(.*\)",$/\1/p' | head -n 1)
modules=Core,Faces,Gallery,Graph,Imaging,ONNX,Plugins,Search

set -- -module-name Facenet -experimental-allowed-reexported-modules="$modules" -target "$target" \
  -I "$products/Modules" -minimum-access-level public -skip-synthesized-members -output-dir "$to"
for map in "$root/include/module.modulemap" "$root"/Sources/*/module.modulemap "$products"/C*.build/module.modulemap; do
  set -- "$@" -Xcc "-fmodule-map-file=$map"
done
mkdir -p "$to"
"$swift" symbolgraph-extract "$@"
