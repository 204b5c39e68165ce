#!/bin/sh
# Makes the wheel of the Python package in BUILD/wheel. It carries libfacenet.so.0, the libraries that not every system
# has, and their licences, and the recipes for models.
# Usage: make-wheel.sh [BUILD]   default: build; BUILD/lib has libfacenet.so.0 and BUILD/python-tools the tools.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${1:-$root/build}" && pwd)
tools=$build/python-tools/bin

fail() {
  echo "facenet: $1" >&2
  exit 1
}

licence() { # LIBRARY PACKAGES...: the copyright file of the first Debian package that is installed
  library=$1
  shift
  for package; do
    if [ -f "/usr/share/doc/$package/copyright" ]; then
      cp "/usr/share/doc/$package/copyright" "$temporary/source/LICENSE.$library"
      return
    fi
  done
  fail "there is no /usr/share/doc/$1/copyright: the wheel carries $library and its licence with it"
}

temporary=$(mktemp -d "$build/wheel-XXXXXX")
trap 'rm -rf "$temporary"' EXIT
trap 'exit 1' HUP INT TERM

mkdir "$temporary/source"
cp -R "$root/bindings/python/facenet" "$root/bindings/python/pyproject.toml" "$root/bindings/python/setup.py" \
  "$root/bindings/python/README.md" "$root/LICENSE" "$temporary/source"
licence libturbojpeg libturbojpeg0
licence libpng16 libpng16-16 libpng16-16t64
licence libsqlite3 libsqlite3-0
licence libffi libffi8

FACENET_ROOT=$root FACENET_BUNDLE=$build/lib/libfacenet.so.0 \
  "$tools/pip" wheel --quiet --disable-pip-version-check --no-index --no-build-isolation \
  --no-deps --wheel-dir "$temporary" "$temporary/source" >"$temporary/log" 2>&1 ||
  fail "the wheel could not be built: $(tail -n 1 "$temporary/log")"
PATH="$tools:$PATH" "$tools/auditwheel" repair --wheel-dir "$temporary/repaired" "$temporary"/facenet-*.whl \
  >"$temporary/log" 2>&1 || fail "auditwheel refuses the wheel: $(tail -n 1 "$temporary/log")"

contents=$("$tools/python" -m zipfile --list "$temporary"/repaired/*.whl)
for library in $(echo "$contents" | awk '$1 ~ /^facenet[.]libs\/./ { print $1 }'); do
  name=$(basename "$library")
  [ -f "$temporary/source/LICENSE.${name%%[-.]*}" ] || fail "the wheel would carry $name without its licence"
done
mkdir -p "$build/wheel"
rm -f "$build"/wheel/*.whl
mv "$temporary"/repaired/*.whl "$build/wheel/"
ls "$build"/wheel/*.whl
