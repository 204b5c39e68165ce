#!/bin/sh
# Prints a template with @NAME@ replaced; @VERSION@ and @MAJOR@ are the library's own.
# Usage: fill.sh TEMPLATE [NAME=VALUE...]
set -eu

template=$1
shift
scripts=$(dirname "$0")
set -- "$@" "VERSION=$(sh "$scripts/version.sh")" "MAJOR=$(sh "$scripts/version.sh" MAJOR)"
for pair; do
  # What sed would take for its own is escaped in the value.
  value=$(printf '%s' "${pair#*=}" | sed 's/[&|\\]/\\&/g')
  shift
  set -- "$@" -e "s|@${pair%%=*}@|$value|g"
done
sed "$@" "$template"
