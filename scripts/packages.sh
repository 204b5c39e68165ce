#!/bin/sh
# Installs the Debian packages that a build needs, and only those that are missing.
# Usage: packages.sh [PACKAGE...]   without arguments: what building, testing and the recipes need.
# Exit status 0: everything is there, 1: something is missing; one sentence on stderr says which command to run.
set -u

fail() {
  echo "facenet: $1" >&2
  exit 1
}

needed=${*:-"gcc g++ libc6-dev make pkg-config libturbojpeg0-dev libpng-dev libsqlite3-dev libffi-dev libwebp-dev libheif-dev libde265-dev libhnswlib-dev libpq-dev"}
# Any python3 that makes virtual environments will do, Debian's or another.
if [ $# -eq 0 ] && ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
  needed="$needed python3 python3-venv"
fi

if ! command -v dpkg-query >/dev/null 2>&1; then
  pkg-config --exists libturbojpeg libpng sqlite3 libffi 2>/dev/null && exit 0
  fail "this system has no Debian packages: install the development files of libjpeg-turbo (TurboJPEG), libpng, SQLite and libffi with its own tools, and those of libwebp, libheif, libde265, hnswlib and libpq for the plugins or say PLUGINS=, then run make again"
fi

missing=""
for package in $needed; do
  state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) || state=""
  [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

manual="sudo apt-get install -y$missing"
if [ "$(id -u)" -eq 0 ]; then
  as_root=""
elif command -v sudo >/dev/null 2>&1; then
  as_root="sudo"
else
  fail "these Debian packages are missing and sudo is not installed: run \`apt-get install -y$missing\` as root, then make again"
fi

echo "installing Debian packages:$missing" >&2
install() { DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y --no-install-recommends $missing >&2; }
# The lists of a fresh machine are empty or old, so a first failure asks for new ones.
install || { $as_root apt-get update >&2 && install; } ||
  fail "the Debian packages$missing could not be installed: check the network, run \`$manual\`, then make again"
