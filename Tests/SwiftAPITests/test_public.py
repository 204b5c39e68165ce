#!/usr/bin/env python3
"""What `import Facenet` gives is what public.txt lists, all of it is documented, and the documentation has no warning.

Where the list is meant to change: test_public.py --write, and CHANGELOG.md says what changed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict, List

ROOT = Path(__file__).resolve().parents[2]
LISTED = Path(__file__).with_name("public.txt")
PAGES = (
    "facenet",
    "facenet/verifytwophotographs",
    "facenet/threadsandmemory",
    "facenet/detector",
    "facenet/bitmap/init(path:limits:)",
    "facenet/session/run(_:)",
)
LANGUAGE = {"BitwiseCopyable", "Copyable", "Escapable", "SendableMetatype"}
"""Protocols that say nothing to a reader."""


def script(name: str, to: Path) -> "subprocess.CompletedProcess[str]":
    command = ["sh", str(ROOT / "scripts" / name), str(to), str(ROOT / "build")]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


def public() -> Dict[str, Any]:
    """Every public symbol and how they relate, as the compiler describes them."""
    with tempfile.TemporaryDirectory() as folder:
        done = script("symbol-graph.sh", Path(folder))
        assert done.returncode == 0, done.stderr
        graph: Dict[str, Any] = json.loads((Path(folder) / "Facenet.symbols.json").read_text("utf-8"))
    return graph


def listing(graph: Dict[str, Any]) -> str:
    """A line a symbol, its path and its declaration, and a line a protocol that a type conforms to."""
    paths = {symbol["identifier"]["precise"]: ".".join(symbol["pathComponents"]) for symbol in graph["symbols"]}
    lines = []
    for symbol in graph["symbols"]:
        declaration = "".join(fragment["spelling"] for fragment in symbol["declarationFragments"])
        lines.append(f"{paths[symbol['identifier']['precise']]}: {' '.join(declaration.split())}\n")
    for relation in graph["relationships"]:
        protocol = relation.get("targetFallback", "").split(".")[-1]
        if relation["kind"] == "conformsTo" and protocol not in LANGUAGE:
            lines.append(f"{paths[relation['source']]} is {protocol}\n")
    return "".join(sorted(lines))


class Public(unittest.TestCase):
    maxDiff = None

    def test_surface_is_as_listed(self) -> None:
        self.assertEqual(listing(public()), LISTED.read_text("utf-8"))

    def test_everything_is_documented(self) -> None:
        bare: List[str] = [s["pathComponents"] for s in public()["symbols"] if "docComment" not in s]
        self.assertEqual(bare, [])

    def test_documentation_builds_without_warnings(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            pages = Path(folder) / "docs"
            done = script("docs.sh", pages)
            self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
            for page in PAGES:
                self.assertTrue((pages / "documentation" / page / "index.html").exists(), page)
                content = json.loads((pages / "data" / "documentation" / f"{page}.json").read_text("utf-8"))
                self.assertTrue(content["abstract"], page)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        LISTED.write_text(listing(public()), "utf-8")
    else:
        unittest.main()
