"""What the tests of the Swift package share: how it is built, and the data that may be absent."""

from __future__ import annotations

import os
import subprocess
import unittest
from pathlib import Path
from typing import Any, Callable

ROOT = Path(__file__).resolve().parents[3]
SWIFT = os.environ.get("SWIFT", "swift")
SAMPLES = ROOT / "build" / "samples"
MODELS = ROOT / "build" / "models"
ONE, OTHER, ANOTHER_MAN = (str(SAMPLES / name) for name in ("obama.jpg", "obama2.jpg", "biden.jpg"))


def build(package: Path, scratch: Path, *options: str) -> Path:
    """Builds a package, release mode, into a folder that is kept for the next time; returns the folder of its programs."""
    command = [SWIFT, "build", "--package-path", str(package), "--scratch-path", str(scratch), *options]
    command += ["--configuration", "release"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{package} does not build:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    shown = subprocess.run([*command, "--show-bin-path"], capture_output=True, text=True, check=True)
    return Path(shown.stdout.strip())


def run(program: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Runs a program that finds the models of this checkout."""
    environment = dict(os.environ, FACENET_MODELS=str(MODELS))
    command = [str(program), *arguments]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment, check=False
    )


def needs_data(test: Callable[..., Any]) -> Callable[..., Any]:
    """Skips a test where the models or the sample photographs are absent."""
    wanted = [MODELS / "retinaface.onnx", MODELS / "facenet.onnx", Path(ONE), Path(OTHER), Path(ANOTHER_MAN)]
    missing = ", ".join(path.name for path in wanted if not path.exists())
    return unittest.skipIf(missing, f"data not present: {missing}")(test)
