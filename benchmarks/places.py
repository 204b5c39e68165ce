"""Where things lie."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
WORK = BUILD / "benchmark"
SHARED = ROOT.parent / "shared"
"""Test data beside the checkout, which may be absent."""
