#!/bin/sh
# Runs the tests of engine, search and galleries and the C tests of sessions and calls under a sanitizer of the Swift toolchain; builds into BUILD/KIND.
# Usage: sanitize.sh KIND [BUILD]   KIND is address or thread, BUILD build
set -eu

kind=$1
build=${2:-build}
swift=${SWIFT:-swift}
export FACENET_SANITIZE=1

"$swift" test --scratch-path "$build/$kind" --sanitize="$kind" --quiet --disable-xctest \
  --filter '^(Core|Kernels|Graph|ONNX|Search|Gallery|Plugins)Tests[.]'

"$swift" build --scratch-path "$build/$kind" --sanitize="$kind" --quiet --product FacenetC
library=$("$swift" build --scratch-path "$build/$kind" --show-bin-path)
# The sanitizer's run time must be that of the compiler that built the library; the thread sanitizer's wants Dispatch.
tools=$(dirname "$(readlink -f "$(command -v "$swift")")")
runtime=$tools/../lib/swift/linux
for program in sessions calls; do
  "$tools/clang" -fsanitize="$kind" -std=c11 -D_GNU_SOURCE -g -O1 -Iinclude "Tests/CAPITests/$program.c" \
    -o "$build/$kind/$program" -L"$library" -lFacenetC -Wl,-rpath,"$library" \
    -L"$runtime" -ldispatch -lBlocksRuntime -Wl,-rpath,"$runtime" -pthread -lm
  "$build/$kind/$program" short
done
