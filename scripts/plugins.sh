#!/bin/sh
# Builds plugins of this tree by their own Makefiles, with nothing but the header and pkg-config file in BUILD/lib.
# Usage: plugins.sh BUILD NAME...   BUILD/plugins gets a NAME.so for each folder plugins/NAME
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "$1" && pwd)
shift
mkdir -p "$build/plugins"
export PKG_CONFIG_PATH="$build/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}"
for name in "$@"; do
  [ -f "$root/plugins/$name/Makefile" ] || { echo "facenet: there is no plugin called $name" >&2; exit 2; }
  make --no-print-directory --silent -C "$root/plugins/$name" OUT="$build/plugins"
done
