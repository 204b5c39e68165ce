#!/bin/sh
# Installs what was built: the program, the library, plugins, what compilers look for, manual pages, completions, recipes,
# documents.
# Usage: install.sh [uninstall]   PREFIX (default /usr/local) is where everything will be found, LIBDIR (PREFIX/lib) where
# libraries are; DESTDIR goes before every path that is written and is itself written nowhere. BUILD, default build, is
# only read.
set -eu
umask 022

root=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$root/build}
prefix=${PREFIX:-/usr/local}
libdir=${LIBDIR:-$prefix/lib}
destination=${DESTDIR:-}
version=$(sh "$root/scripts/version.sh")

fail() {
  echo "facenet: $1" >&2
  exit 1
}

for folder in "$prefix" "$libdir"; do
  case $folder in
  /*) ;;
  *) fail "PREFIX and LIBDIR are whole paths that begin with /, got '$folder'" ;;
  esac
done
library=$build/lib/libfacenet.so.$version
for file in "$build/bin/facenet" "$library"; do
  [ -f "$file" ] || fail "there is no $file: run \`make build\`"
done

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
trap 'exit 1' HUP INT TERM

put() { # MODE TARGET FILE...: files into the folder TARGET
  mode=$1
  target=$stage$2
  shift 2
  install -d "$target"
  install -m "$mode" "$@" "$target"
}

make_files() { # what depends on the places, or is printed by the program
  # With ${prefix} inside, pkg-config --define-variable=prefix=... moves everything.
  inside=${libdir#"$prefix"/}
  [ "$inside" = "$libdir" ] || inside="\${prefix}/$inside"
  sh "$root/scripts/fill.sh" "$root/pkgconfig/facenet.pc.in" "PREFIX=$prefix" "LIBDIR=$inside" \
    'INCLUDEDIR=${prefix}/include' >"$temporary/facenet.pc"
  from=$(realpath -m --relative-to="$libdir/cmake/facenet" "$prefix/include")
  for name in facenet-config facenet-config-version; do
    sh "$root/scripts/fill.sh" "$root/cmake/$name.cmake.in" "INCLUDEDIR_FROM_HERE=$from" >"$temporary/$name.cmake"
  done
  "$build/bin/facenet" manual "$temporary/man" >/dev/null
  "$build/bin/facenet" completion bash >"$temporary/facenet"
  "$build/bin/facenet" completion zsh >"$temporary/_facenet"
}

put_all() { # below $stage
  put 0755 "$prefix/bin" "$build/bin/facenet"
  put 0644 "$libdir" "$library"
  ln -sfn "libfacenet.so.$version" "$stage$libdir/libfacenet.so.0"
  ln -sfn libfacenet.so.0 "$stage$libdir/libfacenet.so"
  for plugin in "$build"/plugins/*.so; do
    [ ! -f "$plugin" ] || put 0644 "$libdir/facenet/plugins" "$plugin"
  done
  put 0644 "$prefix/include" "$root/include/facenet.h" "$root/include/facenet_plugin.h"
  put 0644 "$libdir/pkgconfig" "$temporary/facenet.pc"
  put 0644 "$libdir/cmake/facenet" "$temporary"/*.cmake
  put 0644 "$prefix/share/man/man1" "$temporary"/man/*.1
  put 0644 "$prefix/share/bash-completion/completions" "$temporary/facenet"
  put 0644 "$prefix/share/zsh/site-functions" "$temporary/_facenet"
  # samples.py is a matter of this checkout; all else in the folder makes models or tells about them.
  recipes=$(find "$root/models" -maxdepth 1 -type f ! -name samples.py | LC_ALL=C sort)
  (IFS='
'; put 0644 "$prefix/share/facenet/models" $recipes "$root/tools/environment.sh")
  put 0644 "$prefix/share/doc/facenet" "$root/README.md" "$root/CHANGELOG.md" "$root/LICENSE"
}

remove_all() { # what put_all would put, then the folders that only this library has
  stage=$temporary/stage
  put_all
  (cd "$stage" && find . ! -type d) | while read -r file; do rm -f "$destination/${file#./}"; done
  for folder in "$libdir/cmake/facenet" "$libdir/facenet/plugins" "$libdir/facenet" "$prefix/share/facenet/models" "$prefix/share/facenet" "$prefix/share/doc/facenet"; do
    rmdir "$destination$folder" 2>/dev/null || true
  done
}

make_files
case ${1:-install} in
install)
  stage=$destination
  put_all
  ;;
uninstall) remove_all ;;
*) fail "install.sh knows install and uninstall, got '$1'" ;;
esac

# The loader's list of libraries; where it may not be written, LD_LIBRARY_PATH does.
[ -n "$destination" ] || ldconfig 2>/dev/null || true
