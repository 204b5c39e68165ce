"""What the tests of decoders share: real photographs, converted by the formats' own tools, and how near pictures are."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
PLUGINS = BUILD / "plugins"
SAMPLES = Path(os.environ.get("FACENET_SAMPLES", BUILD / "samples"))
MODELS = Path(os.environ.get("FACENET_MODELS", BUILD / "models"))
PHOTOGRAPH = SAMPLES / "obama.jpg"
ANOTHER = SAMPLES / "obama2.jpg"
OTHER_MAN = SAMPLES / "biden.jpg"

os.environ.setdefault("FACENET_MODELS", str(MODELS))
sys.path.insert(0, str(ROOT / "bindings" / "python"))

try:
    import numpy as np
    from PIL import Image as Pillow
except ImportError:
    np = None  # type: ignore[assignment]


def needs(plugin: str, *tools: str) -> Any:
    """Skips a class of tests where the plugin was not built, or a tool or the photographs are missing."""
    missing = [tool for tool in tools if not shutil.which(tool)]
    missing += [path.name for path in (PLUGINS / f"{plugin}.so", PHOTOGRAPH, ANOTHER, OTHER_MAN) if not path.exists()]
    missing += [] if np is not None else ["numpy and Pillow"]
    return unittest.skipIf(bool(missing), f"{plugin}: there is no {', '.join(missing)}")


def run(*command: Any, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Runs a command; both outputs in one string."""
    return subprocess.run(
        [str(word) for word in command], env=dict(os.environ, **environment), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )


def make(*command: Any) -> None:
    """Runs a tool that makes a file."""
    done = run(*command)
    if done.returncode != 0:
        raise AssertionError(f"{command[0]}: {done.stdout}")


def exif(orientation: int) -> bytes:
    """A TIFF structure whose only entry is an orientation."""
    return struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def write_jpeg(path: Path, pixels: Any, orientation: int = 1) -> Path:
    """A photograph that states an orientation."""
    Pillow.fromarray(pixels).save(path, quality=95, subsampling=0, exif=b"Exif\0\0" + exif(orientation))
    return path


def write_png(path: Path, pixels: Any) -> Path:
    """Gray, red, green, blue or those with transparency, by shape; 16 bits gray by type."""
    Pillow.fromarray(pixels).save(path)
    return path


def photograph(width: int = 320, height: int = 400) -> Any:
    """A real photograph at a size, uint8 (height, width, 3)."""
    return np.asarray(Pillow.open(PHOTOGRAPH).convert("RGB").resize((width, height), Pillow.Resampling.LANCZOS))


def likeness(one: Any, other: Any) -> float:
    """The peak signal-to-noise ratio of two pictures of one size, in decibels; below 15 where one is turned, mirrored or
    has its channels in another order."""
    if one.shape != other.shape:
        raise AssertionError(f"pictures of {one.shape} and {other.shape}")
    error = np.mean((one.astype(np.float64) - other.astype(np.float64)) ** 2)
    return float(10 * np.log10(255**2 / max(error, 1e-9)))


def over_white(rgba: Any) -> Any:
    """What PNG files with transparency show in the library."""
    alpha = rgba[..., 3:].astype(np.uint32)
    return ((rgba[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
