#!/bin/sh
# Makes the environment of the search benchmark's peers: wheels, and hnswlib, which has none, compiled for this machine.
# usage: sh benchmarks/search/environment.sh FOLDER
set -eu

folder=$1
here=$(cd "$(dirname "$0")" && pwd)
source="$here/requirements-source.txt"
sh "$here/../../tools/environment.sh" "$folder" "$here/requirements.txt" 3.11

stamp=$(cat "$folder/.stamp" "$source" | sha256sum)
if [ "$(cat "$folder/.stamp-source" 2>/dev/null)" = "$stamp" ]; then
    exit 0
fi
# Debian's interpreter has its headers in a package of their own; another brings its own.
if [ "$("$folder/bin/python" -c 'import sys; print(sys.base_prefix)')" = /usr ]; then
    sh "$here/../../scripts/packages.sh" build-essential python3-dev
else
    sh "$here/../../scripts/packages.sh" build-essential
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --retries 2 --no-deps \
    --no-build-isolation --no-binary :all: --require-hashes --requirement "$source" >"$log" 2>&1 || {
    echo "environment: hnswlib could not be compiled ($(tail -n 1 "$log")): see $source" >&2
    exit 1
}
printf '%s\n' "$stamp" >"$folder/.stamp-source"
