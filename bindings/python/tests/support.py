"""What the tests share: the package of this checkout, and the data that may be absent."""

from __future__ import annotations

import os
import sys
import unittest
from pathlib import Path
from typing import Any, Callable

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = Path(os.environ.get("FACENET_SAMPLES", ROOT / "build" / "samples"))
MODELS = Path(os.environ.get("FACENET_MODELS", ROOT / "build" / "models"))
os.environ.setdefault("FACENET_MODELS", str(MODELS))

ONE, OTHER, ANOTHER_MAN = (str(SAMPLES / name) for name in ("obama.jpg", "obama2.jpg", "biden.jpg"))

try:
    import numpy

    np: Any = numpy
except ImportError:
    np = None


def ppm(width: int, height: int) -> bytes:
    """A picture file in memory: pixel (x, y) is (x, y, 7)."""
    pixels = bytes(value & 255 for y in range(height) for x in range(width) for value in (x, y, 7))
    return b"P6 %d %d 255\n" % (width, height) + pixels


def needs_data(test: Callable[..., Any]) -> Callable[..., Any]:
    """Skips a test where the models or the sample photographs are absent."""
    wanted = [MODELS / "retinaface.onnx", MODELS / "facenet.onnx", Path(ONE), Path(OTHER), Path(ANOTHER_MAN)]
    missing = ", ".join(path.name for path in wanted if not path.exists())
    return unittest.skipIf(missing, f"data not present: {missing}")(test)


def needs_numpy(test: Callable[..., Any]) -> Callable[..., Any]:
    return unittest.skipIf(np is None, "numpy is not installed")(test)
