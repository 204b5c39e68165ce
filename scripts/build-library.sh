#!/bin/sh
# Builds libfacenet.so in release mode and places it, with its header and pkg-config file, where C programs find it.
# Usage: build-library.sh [BUILD]   default: build; afterwards BUILD/lib has libfacenet.so.0.1.0 and its two links, its headers in include and
# pkgconfig/facenet.pc, so that `PKG_CONFIG_PATH=BUILD/lib/pkgconfig pkg-config --cflags --libs facenet` works.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$root/build}
mkdir -p "$build/lib"
build=$(cd "$build" && pwd)
swift=${SWIFT:-swift}

build() { # further arguments go to swift build
  "$swift" build --package-path "$root" --scratch-path "$build/swift" --configuration release \
    --static-swift-stdlib --disable-local-rpath "$@"
}

place() { # FROM TO: under a temporary name, then renamed, so that a program that runs is not disturbed
  cmp -s "$1" "$2" && return
  mkdir -p "$(dirname "$2")"
  cp "$1" "$2.partial"
  mv "$2.partial" "$2"
}

build --product FacenetC
temporary=$(mktemp -d "$build/library-XXXXXX")
trap 'rm -rf "$temporary"' EXIT
trap 'exit 1' HUP INT TERM

# What debuggers want stays in SwiftPM's folder, unless packages are made, which take it out by themselves.
built=$(build --show-bin-path)/libFacenetC.so
if [ -n "${KEEP_SYMBOLS:-}" ]; then
  cp "$built" "$temporary/library"
else
  strip --strip-unneeded -o "$temporary/library" "$built"
fi
chmod 0644 "$temporary/library"
version=$(sh "$root/scripts/version.sh")
place "$temporary/library" "$build/lib/libfacenet.so.$version"
ln -sfn "libfacenet.so.$version" "$build/lib/libfacenet.so.0"
ln -sfn libfacenet.so.0 "$build/lib/libfacenet.so"
for header in facenet.h facenet_plugin.h; do
  place "$root/include/$header" "$build/lib/include/$header"
done
sh "$root/scripts/fill.sh" "$root/pkgconfig/facenet.pc.in" "PREFIX=$build/lib" 'LIBDIR=${prefix}' \
  'INCLUDEDIR=${prefix}/include' >"$temporary/facenet.pc"
place "$temporary/facenet.pc" "$build/lib/pkgconfig/facenet.pc"
