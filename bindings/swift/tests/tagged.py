#!/usr/bin/env python3
"""A package that depends on a tagged release is built and runs: SwiftPM holds those to stricter rules than a path.

The commit that is checked out, not what is changed since, is cloned and tagged 0.1.0 below build/swift-tagged, where a
second run for the same commit finds everything built. Nothing is written to the user's own SwiftPM folders.

Usage: tagged.py. Exit status 0: it works, 1: it does not.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from support import ANOTHER_MAN, ONE, ROOT, build, run

FOLDER = ROOT / "build" / "swift-tagged"
LIBRARY = FOLDER / "libfacenet"
PACKAGE = FOLDER / "package"
EXAMPLES = ROOT / "bindings" / "swift"
PATH = '.package(name: "libfacenet", path: "../..")'
TAG = f'.package(url: "file://{LIBRARY}", from: "0.1.0")'


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def is_current(commit: str) -> bool:
    """Whether the folder holds a clone of this commit."""
    try:
        return git("-C", str(LIBRARY), "rev-parse", "0.1.0^{commit}") == commit
    except subprocess.CalledProcessError:
        return False


def release(commit: str) -> None:
    """Clones the commit and tags it."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    git("clone", "--quiet", "--no-checkout", str(ROOT), str(LIBRARY))
    git("-C", str(LIBRARY), "tag", "0.1.0", commit)


def make_package() -> None:
    """The examples, with the tag in place of the path."""
    manifest = (EXAMPLES / "Package.swift").read_text("utf-8")
    assert PATH in manifest, f"the examples' Package.swift no longer has {PATH}"
    shutil.copytree(EXAMPLES / "Sources", PACKAGE / "Sources", dirs_exist_ok=True)
    (PACKAGE / "Package.swift").write_text(manifest.replace(PATH, TAG), "utf-8")


def main() -> int:
    commit = git("-C", str(ROOT), "rev-parse", "HEAD")
    if not is_current(commit):
        release(commit)
        make_package()
    own = [f"--{name}-path={FOLDER / name}" for name in ("cache", "config", "security")]
    programs = build(PACKAGE, FOLDER / "scratch", "--static-swift-stdlib", *own)

    needed = subprocess.run(["ldd", str(programs / "verify")], check=True, capture_output=True, text=True).stdout
    assert "libswift" not in needed, f"the program needs Swift's libraries:\n{needed}"
    done = run(programs / "verify", ONE, ANOTHER_MAN)
    assert (done.returncode, done.stderr) == (1, ""), f"verify ended with {done.returncode}: {done.stderr}"
    print(f"libfacenet 0.1.0 ({commit[:12]}) as a dependency: {done.stdout.strip()}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (AssertionError, subprocess.CalledProcessError) as error:
        print(f"tagged.py: {error}", file=sys.stderr)
        sys.exit(1)
