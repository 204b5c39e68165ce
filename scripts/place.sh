#!/bin/sh
# Puts the program that SwiftPM has built where users look for it.
# Usage: place.sh FROM TO   FROM is SwiftPM's folder of products, TO gets bin/facenet
set -eu

place() { # FROM TO: under a temporary name, then renamed, so that a program that runs is not disturbed
  cmp -s "$1" "$2" && return
  mkdir -p "$(dirname "$2")"
  cp "$1" "$2.partial"
  mv "$2.partial" "$2"
}

place "$1/facenet-tool" "$2/bin/facenet"
