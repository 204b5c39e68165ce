#!/bin/sh
# Prints the library's version, or a part of it, as include/facenet.h says: 0.1.0
# Usage: version.sh [MAJOR|MINOR|PATCH]
set -eu

header=$(dirname "$0")/../include/facenet.h
part() { awk -v name="FACENET_VERSION_$1" '$1 == "#define" && $2 == name { print $3 }' "$header"; }

if [ $# -eq 1 ]; then
  part "$1"
else
  echo "$(part MAJOR).$(part MINOR).$(part PATCH)"
fi
