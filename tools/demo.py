#!/usr/bin/env python3
"""The demonstration: finds, verifies and identifies the faces of the sample photographs with the program that was built.

Prints every face, a table of every pair, and who is who by a small gallery; puts annotated pictures and a page into build/demo, and fails when a
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
from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple

ROOT = Path(__file__).resolve().parent.parent

PEOPLE = {
    "obama.jpg": "one man",
    "obama2.jpg": "one man",
    "obama3.jpg": "one man",
    "biden.jpg": "another man",
    "astronaut.png": "a woman",
}
"""The sample photographs and whom each shows."""

GALLERY = {"Obama": ["obama.jpg", "obama2.jpg"], "Biden": ["biden.jpg"]}
"""Who is enrolled, and from which photographs."""

PROBES = {"obama3.jpg": "Obama", "astronaut.png": None}
"""The photographs that are looked up in the gallery, and who they should be; None is a stranger."""


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


@dataclass(frozen=True)
class Finding:
    """What the gallery says of a photograph."""

    photograph: str
    verdict: str
    name: Optional[str]
    nearest: str
    distance: float
    threshold: float

    @property
    def is_right(self) -> bool:
        return self.name == PROBES[self.photograph]


def run(program: Path, *words: str) -> List[Dict[str, Any]]:
    """Runs a verb of the program and returns the JSON objects it prints."""
    return [json.loads(line) for line in printed_by(program, *words, "--json").splitlines()]


def printed_by(program: Path, *words: str) -> str:
    """Runs the program and returns what it prints."""
    command = [str(program), *words]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False
        )
    except OSError as error:
        raise DemoError(f"{program} cannot be run ({error.strerror}): run `make build` first") from error
    if done.returncode not in (0, 1):
        reason = done.stderr.strip() or f"status {done.returncode}"
        raise DemoError(f"`{' '.join(command)}` could not be done: {reason}")
    return done.stdout


def forget(pictures: Path, photographs: Iterable[str]) -> None:
    """Deletes what an earlier demonstration drew, which the program would not replace."""
    for name in photographs:
        (pictures / f"{Path(name).stem}.jpg").unlink(missing_ok=True)


def find_faces(program: Path, samples: Path, pictures: Path) -> Dict[str, List[Dict[str, Any]]]:
    """The faces of each photograph; draws them into a folder."""
    paths = [str(samples / name) for name in PEOPLE]
    forget(pictures, PEOPLE)
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


def identify(program: Path, samples: Path, pictures: Path) -> List[Finding]:
    """Enrols some people into a gallery and looks others up; draws them with their names into a folder."""
    with tempfile.TemporaryDirectory() as folder:
        gallery = folder + "/demo.gallery"
        printed_by(program, "gallery", "create", gallery)
        for name, photographs in GALLERY.items():
            printed_by(program, "gallery", "enrol", gallery, name, *(str(samples / path) for path in photographs))
        probes = [str(samples / name) for name in PROBES]
        forget(pictures, PROBES)
        findings = []
        for photograph in run(program, "identify", gallery, *probes, "--draw", str(pictures)):
            face = photograph["faces"][0]
            best = face["candidates"][0]
            findings.append(
                Finding(
                    Path(photograph["path"]).name, face["verdict"], face["name"], best["name"], best["distance"],
                    face["threshold"],
                )
            )
    return findings


def finding_table(findings: Sequence[Finding]) -> List[List[str]]:
    """The findings as rows of text, the header first."""
    rows = [["photograph", "nearest", "squared L2", "threshold", "verdict", ""]]
    for finding in findings:
        remark = "" if finding.is_right else f"expected: {PROBES[finding.photograph] or 'a stranger'}"
        numbers = [f"{finding.distance:.4f}", f"{finding.threshold:.2f}"]
        rows.append([finding.photograph, finding.nearest, *numbers, finding.verdict, remark])
    return rows


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
<h1>Faces found, verified and identified</h1>
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
<h2>Who is this?</h2>
<p>{enrolled} A photograph whose nearest person is farther than the threshold shows a stranger; the threshold follows from
the wish that one stranger in a hundred is taken for somebody.</p>
<div class="photographs">
{named}
</div>
<div class="table">
<table>
{findings}
</table>
</div>
</body>
</html>
"""


def page(
    found: Dict[str, List[Dict[str, Any]]], pairs: Sequence[Pair], findings: Sequence[Finding], summary: str
) -> str:
    """The whole page; its pictures lie beside it."""
    figures = []
    for name, faces in found.items():
        scores = ", ".join(f"{face['score']:.3f}" for face in faces)
        label = f"{name}: {len(faces)} {'face' if len(faces) == 1 else 'faces'}, score {scores}"
        figures.append(figure(Path(name).stem + ".jpg", name, label))
    named = [
        figure(f"identified/{Path(finding.photograph).stem}.jpg", finding.photograph, finding.name or finding.verdict)
        for finding in findings
    ]
    enrolled = " ".join(f"{name} is enrolled from {' and '.join(paths)}." for name, paths in GALLERY.items())
    return PAGE.format(
        summary=html.escape(summary),
        figures="\n".join(figures),
        rows=html_rows(table(pairs), ["", "", "number", "number", "", "number", "wrong"]),
        enrolled=html.escape(enrolled),
        named="\n".join(named),
        findings=html_rows(finding_table(findings), ["", "", "number", "number", "", "wrong"]),
    )


def figure(picture: str, name: str, label: str) -> str:
    picture, name, label = html.escape(picture), html.escape(name), html.escape(label)
    return (
        f'<figure><a href="{picture}"><img src="{picture}" alt="{name} with its faces marked"></a>'
        f"<figcaption>{label}</figcaption></figure>"
    )


def html_rows(rows: Sequence[Sequence[str]], kinds: Sequence[str]) -> str:
    header, *body = rows
    lines = ["<tr>" + "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in header[:-1]) + "<th></th></tr>"]
    for row in body:
        cells = (f'<td class="{kind}">{html.escape(cell)}</td>' for kind, cell in zip(kinds, row))
        lines.append("<tr>" + "".join(cells) + "</tr>")
    return "\n".join(lines)


def write(path: Path, text: str) -> None:
    """Writes under a temporary name, then renames."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".partial", encoding="utf-8", delete=False) as stream:
        stream.write(text)
    os.chmod(stream.name, 0o644)
    os.replace(stream.name, path)


def demonstrate(program: Path, samples: Path, output: Path) -> Tuple[List[str], str]:
    """Finds, verifies, identifies, prints, and writes the page; returns what is not as expected, and a summary."""
    found = find_faces(program, samples, output)
    for name, faces in found.items():
        scores = ", ".join(f"{face['score']:.3f}" for face in faces)
        print(f"{name}: {len(faces)} {'face' if len(faces) == 1 else 'faces'}, score {scores}")
    print(flush=True)
    pairs = verify_pairs(program, samples)
    print(printed(table(pairs)))
    right = sum(pair.is_right for pair in pairs)
    count = sum(len(faces) for faces in found.values())
    findings = identify(program, samples, output / "identified")
    print(f"\n{printed(finding_table(findings))}")
    named = sum(finding.is_right for finding in findings)
    summary = (
        f"{count} faces in {len(found)} photographs; {right} of {len(pairs)} verdicts as expected; "
        f"{named} of {len(findings)} identified as expected"
    )
    write(output / "index.html", page(found, pairs, findings, summary))
    wrong = [f"{pair.a} and {pair.b} should be {pair.expected}, got {pair.verdict}" for pair in pairs if not pair.is_right]
    for finding in findings:
        if not finding.is_right:
            wrong.append(
                f"{finding.photograph} should be {PROBES[finding.photograph] or 'a stranger'}, "
                f"got {finding.name or finding.verdict}"
            )
    return wrong, summary


def main() -> int:
    parser = argparse.ArgumentParser(description="Finds, verifies and identifies the faces of the sample photographs.")
    parser.add_argument("--program", type=Path, default=ROOT / "build" / "bin" / "facenet")
    parser.add_argument("--samples", type=Path, default=ROOT / "build" / "samples")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "demo")
    options = parser.parse_args()
    try:
        options.output.mkdir(parents=True, exist_ok=True)
        wrong, summary = demonstrate(options.program, options.samples, options.output)
    except (DemoError, OSError) as error:
        print(f"facenet: {error}", file=sys.stderr)
        return 2
    print(f"\n{summary}\npictures and page: {os.path.relpath(options.output / 'index.html')}")
    for sentence in wrong:
        print(f"facenet: {sentence}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
