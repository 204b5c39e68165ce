#!/bin/sh
# Says in one sentence what to do where Swift 6.3 or later is not on the PATH. SWIFT names another command.
set -u

swift=${SWIFT:-swift}
advice="install Swift 6.3 or later, put its usr/bin folder on the PATH, then run make again"
if ! command -v "$swift" >/dev/null 2>&1; then
  echo "facenet: Swift is not on the PATH: $advice" >&2
  exit 1
fi
version=$("$swift" --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
major=${version%%.*}
minor=${version#*.}
if [ -z "$version" ] || [ "$major" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 3 ]; }; then
  echo "facenet: this is Swift ${version:-of an unknown version}: $advice" >&2
  exit 1
fi
