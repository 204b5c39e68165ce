#!/bin/sh
# Makes a Debian root with nothing but its essential packages and apt, for chroot. Needs root.
# Usage: clean-root.sh FOLDER CACHE [SUITE]   FOLDER is new or empty, SUITE bookworm
# The first use fetches packages with debootstrap; later ones unpack what is kept in CACHE.
set -eu

folder=$1
cache=$2
suite=${3:-bookworm}
kept=$cache/$suite-$(dpkg --print-architecture).tar

if [ ! -f "$kept" ]; then
  mkdir -p "$cache"
  temporary=$(mktemp -d "$cache/.root-XXXXXX")
  trap 'rm -rf "$temporary"' EXIT
  trap 'exit 1' HUP INT TERM
  debootstrap --variant=minbase "$suite" "$temporary/root" ${MIRROR:+"$MIRROR"} >"$temporary/log" 2>&1 ||
    { tail -n 3 "$temporary/log" >&2; exit 1; }
  rm -f "$temporary/root/var/cache/apt/archives"/*.deb
  tar --one-file-system --numeric-owner -C "$temporary/root" -cf "$temporary/root.tar" .
  mv "$temporary/root.tar" "$kept"
fi

mkdir -p "$folder"
tar --numeric-owner -C "$folder" -xpf "$kept"
# The same way to the archive as this system's.
cp /etc/resolv.conf /etc/hosts "$folder/etc/"
apt-config dump --format '%f "%v";%n' Acquire >"$folder/etc/apt/apt.conf.d/90host"
