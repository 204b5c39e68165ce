#!/usr/bin/env python3
"""The demonstration: finds and verifies the faces of the sample photographs with the program that was built.

Prints every face and a table of every pair, puts annotated pictures and a page into build/demo, and fails when a
verdict is not the expected one. Needs nothing but Python's standard library, and no network.

Usage: demo.py [--program FILE] [--samples DIR] [--output DIR]
"""

from __future__ import annotations

import argparse
import html
import itertools
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

ROOT = Path(__file__).resolve().parent.parent

PEOPLE = {
    "obama.jpg": "one man",
    "obama2.jpg": "one man",
    "obama3.jpg": "one man",
    "biden.jpg": "another man",
    "astronaut.png": "a woman",
}
"""The sample photographs and whom each shows."""


class DemoError(Exception):
    """One sentence for the user."""


@dataclass(frozen=True)
class Pair:
    """Two photographs and what the program said of them."""

    a: str
    b: str
    distance: float
    threshold: float
    verdict: str
    milliseconds: float

    @property
    def expected(self) -> str:
        return "same" if PEOPLE[self.a] == PEOPLE[self.b] else "different"

    @property
    def is_right(self) -> bool:
        return self.verdict == self.expected


def run(program: Path, *words: str) -> List[Dict[str, Any]]:
    """Runs a verb of the program and returns the JSON objects it prints."""
    command = [str(program), *words, "--json"]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False
        )
    except OSError as error:
        raise DemoError(f"{program} cannot be run ({error.strerror}): run `make build` first") from error
    if done.returncode not in (0, 1):
        reason = done.stderr.strip() or f"status {done.returncode}"
        raise DemoError(f"`{' '.join(command)}` could not be done: {reason}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def find_faces(program: Path, samples: Path, pictures: Path) -> Dict[str, List[Dict[str, Any]]]:
    """The faces of each photograph; draws them into a folder."""
    paths = [str(samples / name) for name in PEOPLE]
    photographs = run(program, "detect", *paths, "--draw", str(pictures))
    found = {Path(photograph["path"]).name: photograph.get("faces", []) for photograph in photographs}
    missing = [name for name in PEOPLE if not found.get(name)]
    if missing:
        raise DemoError(f"no face was found in {', '.join(missing)}")
    return found


def verify_pairs(program: Path, samples: Path) -> List[Pair]:
    """The verdict on every pair of photographs."""
    pairs = []
    for a, b in itertools.combinations(PEOPLE, 2):
        result = run(program, "verify", str(samples / a), str(samples / b))[0]
        numbers = (result["distance"], result["threshold"], result["verdict"], result["milliseconds"])
        pairs.append(Pair(a, b, *numbers))
    return pairs


def table(pairs: Sequence[Pair]) -> List[List[str]]:
    """The pairs as rows of text, the header first."""
    rows = [["photograph", "photograph", "squared L2", "threshold", "verdict", "milliseconds", ""]]
    for pair in pairs:
        remark = "" if pair.is_right else f"expected: {pair.expected}"
        numbers = [f"{pair.distance:.4f}", f"{pair.threshold:.2f}", pair.verdict, f"{pair.milliseconds:.0f}", remark]
        rows.append([pair.a, pair.b, *numbers])
    return rows


def printed(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)
    return "\n".join(lines)


PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>facenet: demonstration</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }}
.photographs {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: 1rem; }}
figure {{ margin: 0; }}
img {{ width: 100%; height: 14rem; object-fit: contain; background: #8882; }}
.table {{ overflow-x: auto; }}
table {{ border-collapse: collapse; }}
th, td {{ padding: .3rem .8rem; text-align: left; border-bottom: 1px solid #8886; }}
.number {{ text-align: right; font-variant-numeric: tabular-nums; }}
.wrong {{ color: #d33; font-weight: bold; }}
</style>
</head>
<body>
<h1>Faces found and verified</h1>
<p>{summary}</p>
<h2>Photographs</h2>
<p>The box is the face, the five dots are the eyes, the tip of the nose and the corners of the mouth; the number is the
detector's score.</p>
<div class="photographs">
{figures}
</div>
<h2>Pairs</h2>
<p>The distance is the squared Euclidean one between the two unit vectors, 0 (equal) to 4 (opposite); up to the threshold
the verdict is the same person.</p>
<div class="table">
<table>
{rows}
</table>
</div>
</body>
</html>
"""


def page(found: Dict[str, List[Dict[str, Any]]], pairs: Sequence[Pair], summary: str) -> str:
    """The whole page; its pictures lie beside it."""
    figures = []
    for name, faces in found.items():
        scores = ", ".join(f"{face['score']:.3f}" for face in faces)
        label = f"{name}: {len(faces)} {'face' if len(faces) == 1 else 'faces'}, score {scores}"
        picture = html.escape(Path(name).stem + ".jpg")
        figures.append(
            f'<figure><a href="{picture}"><img src="{picture}" alt="{html.escape(name)} with its faces marked"></a>'
            f"<figcaption>{html.escape(label)}</figcaption></figure>"
        )
    return PAGE.format(summary=html.escape(summary), figures="\n".join(figures), rows=html_rows(pairs))


def html_rows(pairs: Sequence[Pair]) -> str:
    header, *body = table(pairs)
    lines = ["<tr>" + "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in header[:-1]) + "<th></th></tr>"]
    for row in body:
        kinds = ["", "", "number", "number", "", "number", "wrong"]
        cells = (f'<td class="{kind}">{html.escape(cell)}</td>' for kind, cell in zip(kinds, row))
        lines.append("<tr>" + "".join(cells) + "</tr>")
    return "\n".join(lines)


def write(path: Path, text: str) -> None:
    """Writes under a temporary name, then renames."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".partial", encoding="utf-8", delete=False) as stream:
        stream.write(text)
    os.chmod(stream.name, 0o644)
    os.replace(stream.name, path)


def demonstrate(program: Path, samples: Path, output: Path) -> Tuple[List[Pair], str]:
    """Finds, verifies, prints, and writes the page."""
    found = find_faces(program, samples, output)
    for name, faces in found.items():
        scores = ", ".join(f"{face['score']:.3f}" for face in faces)
        print(f"{name}: {len(faces)} {'face' if len(faces) == 1 else 'faces'}, score {scores}")
    print(flush=True)
    pairs = verify_pairs(program, samples)
    print(printed(table(pairs)))
    right = sum(pair.is_right for pair in pairs)
    count = sum(len(faces) for faces in found.values())
    summary = f"{count} faces in {len(found)} photographs; {right} of {len(pairs)} verdicts as expected"
    write(output / "index.html", page(found, pairs, summary))
    return pairs, summary


def main() -> int:
    parser = argparse.ArgumentParser(description="Finds and verifies the faces of the sample photographs.")
    parser.add_argument("--program", type=Path, default=ROOT / "build" / "bin" / "facenet")
    parser.add_argument("--samples", type=Path, default=ROOT / "build" / "samples")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "demo")
    options = parser.parse_args()
    try:
        options.output.mkdir(parents=True, exist_ok=True)
        pairs, summary = demonstrate(options.program, options.samples, options.output)
    except (DemoError, OSError) as error:
        print(f"facenet: {error}", file=sys.stderr)
        return 2
    print(f"\n{summary}\npictures and page: {os.path.relpath(options.output / 'index.html')}")
    wrong = [pair for pair in pairs if not pair.is_right]
    for pair in wrong:
        print(f"facenet: {pair.a} and {pair.b} should be {pair.expected}, got {pair.verdict}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
