#!/bin/sh
# Puts what SwiftPM has built where users look for it.
# Usage: place.sh FROM TO   FROM is SwiftPM's folder of products, TO gets bin/facenet and lib/libfacenet.so
set -eu

place() { # FROM TO: under a temporary name, then renamed, so that a program that runs is not disturbed
  cmp -s "$1" "$2" && return
  mkdir -p "$(dirname "$2")"
  cp "$1" "$2.partial"
  mv "$2.partial" "$2"
}

place "$1/facenet-tool" "$2/bin/facenet"
[ -e "$1/libFacenetC.so" ] || exit 0
place "$1/libFacenetC.so" "$2/lib/libfacenet.so.0"
ln -sfn libfacenet.so.0 "$2/lib/libfacenet.so"
