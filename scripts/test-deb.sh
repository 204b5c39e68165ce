#!/bin/sh
# Installs the packages of BUILD/deb in a clean Debian root, runs debian/tests there, removes them again, and closes
# with `N passed, N failed, N skipped`.
# Usage: test-deb.sh [BUILD]   default: build
# Needs root, for chroot, and at the first use the network; what was fetched stays in the user's cache.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
packages=${1:-$root/build}/deb
case ${XDG_CACHE_HOME:-} in
/*) cache=$XDG_CACHE_HOME/facenet ;;
*) cache=$HOME/.cache/facenet ;;
esac
archives=$cache/debian/archives
passed=0
failed=0

close() { # SKIPPED
  echo "$passed passed, $failed failed, $1 skipped"
  [ "$failed" -eq 0 ]
  exit
}

skip() {
  echo "skipped: the Debian packages were not installed: $1"
  close 1
}

[ "$(id -u)" -eq 0 ] || skip "chroot and debootstrap need root"
unshare --mount true 2>/dev/null || skip "a mount for /proc is not allowed here"
sh "$root/scripts/packages.sh" debootstrap || skip "debootstrap is not installed"
ls "$packages"/*.deb >/dev/null || { echo "facenet: there are no packages in $packages: run \`make deb\`" >&2; exit 1; }

clean=$(mktemp -d "${TMPDIR:-/tmp}/facenet-root-XXXXXX")
trap 'rm -rf "$clean"' EXIT
trap 'exit 1' HUP INT TERM

# A Swift program learns its arguments from /proc, which is mounted for the command alone: nothing stays mounted.
inside() { # COMMAND...: in the clean root, with nothing of this environment
  unshare --mount sh -c 'mount -t proc proc "$1/proc" && exec chroot "$@"' sh "$clean" \
    /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb MANPAGER=cat \
    DEBIAN_FRONTEND=noninteractive AUTOPKGTEST_TMP=/tmp/test "$@" </dev/null
}

check() { # NAME COMMAND...: its output is shown where it fails
  name=$1
  shift
  if "$@" >"$clean/tmp/log" 2>&1; then
    echo "passed: $name"
    passed=$((passed + 1))
  else
    echo "failed: $name"
    tail -n 30 "$clean/tmp/log"
    failed=$((failed + 1))
  fi
}

# Every file of the root but those that apt, dpkg, man and this test keep for themselves.
files() {
  (cd "$clean" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./tmp -o -path ./var/lib/apt \
    -o -path ./var/lib/dpkg -o -path ./var/cache/apt -o -path ./var/cache/man -o -path ./var/log \) -prune -o -print | LC_ALL=C sort)
}

# What the packages and their tests depend on, our own packages left out; /tmp/plan has apt's steps.
plan() {
  wanted=$(sed -n 's/^Depends: //p' "$root/debian/tests/control" | tr -d , | tr ' ' '\n' | grep -v -x -F "$ours")
  # shellcheck disable=SC2086
  inside sh -c 'apt-get install --simulate --no-install-recommends /tmp/packages/*.deb "$@" | tee /tmp/plan; grep -q ^Inst /tmp/plan' \
    sh $wanted
}

install_dependencies() {
  # shellcheck disable=SC2046
  inside apt-get install --quiet --yes --no-install-recommends \
    $(awk '$1 == "Inst" { print $2 }' "$clean/tmp/plan" | grep -v -x -F "$ours")
}

holds_no_swift() { ! inside sh -c 'command -v swift' && ! files | grep -i 'libswift'; }

# The wheels and packages that this user has already fetched for the recipes need not come over the network again.
lend_downloads() {
  mkdir -p "$clean/var/cache/facenet/wheels"
  for kind in packages models; do
    [ ! -d "$cache/$kind" ] || cp -r "$cache/$kind" "$clean/var/cache/facenet/"
  done
  sed -n 's/^\([^ ]*\)==\([^ ]*\).*/\1-\2/p' "$root/models/requirements.txt" | while read -r wheel; do
    cp "$cache/wheels/$wheel"-*.whl "$clean/var/cache/facenet/wheels/" 2>/dev/null || true
  done
}

purge() {
  # shellcheck disable=SC2086
  inside apt-get purge --quiet --yes $ours && ! inside dpkg-query --show $ours 2>/dev/null
}

leaves_nothing() { files | diff "$clean/tmp/before" -; }

sh "$root/scripts/clean-root.sh" "$clean" "$cache/debian" || skip "debootstrap made no clean root; is there a network?"
mkdir -p "$clean/tmp/test" "$clean/tmp/packages" "$archives"
cp "$packages"/*.deb "$clean/tmp/packages/"
rm -f "$clean"/tmp/packages/*-dbgsym_*.deb
ours=$(for package in "$clean"/tmp/packages/*.deb; do dpkg-deb --field "$package" Package; done)
cp "$archives"/*.deb "$clean/var/cache/apt/archives/" 2>/dev/null || true
# Without a network the lists that debootstrap has left are used.
inside apt-get update --quiet --quiet >"$clean/tmp/log" 2>&1 || true

check "what they depend on is in Debian" plan
install_dependencies >"$clean/tmp/log" 2>&1 ||
  { tail -n 5 "$clean/tmp/log"; skip "what they depend on could not be fetched; is there a network?"; }
cp -u "$clean"/var/cache/apt/archives/*.deb "$archives/" || true
check "there is no Swift" holds_no_swift
files >"$clean/tmp/before"

check "the packages are installed" inside sh -c 'dpkg --install /tmp/packages/*.deb'
check "there is no Swift with them either" holds_no_swift
mkdir "$clean/tmp/source"
git -C "$root" archive HEAD debian/tests models | tar -xf - -C "$clean/tmp/source"
lend_downloads
check "facenet-models-install makes the default models" inside facenet-models-install retinaface facenet
for test in $(sed -n 's/^Tests: //p' "$root/debian/tests/control"); do
  check "debian/tests/$test" inside sh -c "cd /tmp/source && debian/tests/$test"
done

check "the packages are purged" purge
check "nothing of them is left" leaves_nothing
close 0
