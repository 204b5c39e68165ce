#!/bin/sh
# Builds the Debian source and binary packages of what is committed, and has lintian check them.
# Usage: deb.sh [BUILD]   default: build; BUILD/deb is made anew and has the packages. SWIFT names the compiler.
# Exit status 0: built, and lintian found neither error nor warning.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$root/build}
mkdir -p "$build"
out=$(cd "$build" && pwd)/deb
SWIFT=$(command -v "${SWIFT:-swift}")
export SWIFT
# A package is built with Debian's programs; another Python or linker that this user prefers has no part in it.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

version=$(dpkg-parsechangelog --file "$root/debian/changelog" --show-field Version)
name=libfacenet-$version
git -C "$root" diff --quiet HEAD || echo "facenet: what is not committed is not in the packages" >&2

rm -rf "$out"
mkdir -p "$out"
git -C "$root" archive --prefix="$name/" HEAD | tar -xf - -C "$out"
(cd "$out/$name" && dpkg-buildpackage --unsigned-source --unsigned-changes) >"$out/log" 2>&1 || {
  tail -n 30 "$out/log" >&2
  echo "facenet: the packages could not be built; the whole log is $out/log" >&2
  exit 1
}
rm -rf "${out:?}/$name"
lintian --fail-on error,warning "$out/libfacenet_${version}_$(dpkg --print-architecture).changes"
ls "$out"/*.deb
