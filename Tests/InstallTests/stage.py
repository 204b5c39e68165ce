"""What `make install` puts below a folder of its own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import List

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
BUILT = (BUILD / "bin" / "facenet").exists() and (BUILD / "lib" / "libfacenet.so").exists()
TRIPLET = "/usr/lib/x86_64-linux-gnu"
"""Where a Debian package's libraries lie."""


def run(command: List[str], **environment: str) -> "subprocess.CompletedProcess[str]":
    """Runs a command in the root of the tree."""
    return subprocess.run(
        command, cwd=ROOT, env=dict(os.environ, **environment), stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False,
    )


def make(goal: str, stage: Path, *places: str) -> None:
    """`make install` or `make uninstall`; places are named always, for a make above this one may have others."""
    places = places or ("PREFIX=/usr/local", "LIBDIR=/usr/local/lib")
    done = run(["make", "--no-print-directory", goal, f"DESTDIR={stage}", *places])
    if done.returncode != 0:
        raise AssertionError(done.stdout + done.stderr)


def files(stage: Path) -> List[str]:
    """Everything but folders, by path from the stage."""
    return sorted(str(path.relative_to(stage)) for path in stage.rglob("*") if path.is_symlink() or not path.is_dir())
