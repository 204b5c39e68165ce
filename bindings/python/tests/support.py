"""What the tests share: the package of this checkout, and the data that may be absent."""

from __future__ import annotations

import os
import sys
import unittest
from pathlib import Path
from typing import Any, Callable, Type, TypeVar

PACKAGE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PACKAGE))

ROOT = PACKAGE.parents[1]
SAMPLES = Path(os.environ.get("FACENET_SAMPLES", ROOT / "build" / "samples"))
MODELS = Path(os.environ.get("FACENET_MODELS", ROOT / "build" / "models"))
os.environ.setdefault("FACENET_MODELS", str(MODELS))

ONE, OTHER, ANOTHER_MAN = (str(SAMPLES / name) for name in ("obama.jpg", "obama2.jpg", "biden.jpg"))

Test = TypeVar("Test", Type[unittest.TestCase], Callable[..., Any])

try:
    import numpy

    np: Any = numpy
except ImportError:
    np = None


def ppm(width: int, height: int) -> bytes:
    """A picture file in memory: pixel (x, y) is (x, y, 7)."""
    pixels = bytes(value & 255 for y in range(height) for x in range(width) for value in (x, y, 7))
    return b"P6 %d %d 255\n" % (width, height) + pixels


def missing_data() -> str:
    """The names of the models and sample photographs that are absent."""
    models = [MODELS / f"{name}.onnx" for name in ("retinaface", "facenet", "dlib")]
    return ", ".join(path.name for path in [*models, Path(ONE), Path(OTHER), Path(ANOTHER_MAN)] if not path.exists())


def needs_data(test: Test) -> Test:
    """Skips a test where they are."""
    return unittest.skipIf(bool(missing_data()), f"data not present: {missing_data()}")(test)


def needs_numpy(test: Test) -> Test:
    return unittest.skipIf(np is None, "numpy is not installed")(test)
