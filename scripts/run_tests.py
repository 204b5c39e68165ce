#!/usr/bin/env python3
"""Runs every test there is, Swift, C and Python, and closes with one line: `N passed, N failed, N skipped`.

The counts are those of the runners' own reports; a runner that ends badly without naming a failure counts as one.
The reason of every skipped test is printed. Exit status 0: nothing failed, 1: something did.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Iterable, List, Sequence, Tuple

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
C_TESTS = ROOT / "Tests" / "CAPITests" / "run"
PYTHON_FOLDERS = ("Tests", "bindings", "models", "plugins", "tools")
COUNTS = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$")


@dataclass
class Result:
    """What one or several runners report."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reasons: List[str] = field(default_factory=list)
    """Why tests were skipped, one entry a test."""

    def add(self, other: "Result") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.reasons += other.reasons

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def run(command: Sequence[str]) -> int:
    """Runs a command in the root of the tree, its output on the screen."""
    environment = dict(os.environ, FACENET_PROGRAM=str(BUILD / "bin" / "facenet"))
    return subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False).returncode


def checked(result: Result, status: int, name: str) -> Result:
    """The result, with a failure added where the runner ended badly and named none."""
    if status != 0 and result.failed == 0:
        print(f"{name} ended with status {status}")
        result.failed += 1
    return result


def swift_tests() -> Result:
    """`swift test`, counted by its xUnit report."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [os.environ.get("SWIFT", "swift"), "test", "--quiet", "--disable-xctest"]
        command += ["--scratch-path", str(BUILD / "swift"), "--xunit-output", str(report)]
        status = run(command)
        written = sorted(Path(folder).glob("*.xml"))
        result = Result()
        for path in written:
            result.add(xunit_result(path.read_text("utf-8")))
    if not written and status == 0:
        status = 1
    return checked(result, status, "swift test")


def xunit_result(text: str) -> Result:
    """The counts of an xUnit report, test by test."""
    result = Result()
    for case in ElementTree.fromstring(text).iter("testcase"):
        skipped = case.find("skipped")
        if skipped is not None:
            result.skipped += 1
            result.reasons.append((skipped.text or skipped.get("message") or "no reason given").strip())
        elif case.find("failure") is not None or case.find("error") is not None:
            result.failed += 1
        else:
            result.passed += 1
    return result


def c_tests() -> Result:
    """The tests of the C library, counted by the last line of their output."""
    lines: List[str] = []
    command = [str(C_TESTS)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line.rstrip("\n"))
    return checked(printed_result(lines), process.returncode, "Tests/CAPITests/run")


def printed_result(lines: Iterable[str]) -> Result:
    """The last `N passed, N failed, N skipped` and the reasons in lines that begin with `skipped: `."""
    result = Result(failed=1)
    reasons = []
    for line in lines:
        counts = COUNTS.match(line)
        if counts:
            result = Result(*(int(count) for count in counts.groups()))
        elif line.startswith("skipped: "):
            reasons.append(line[len("skipped: ") :])
    result.reasons = reasons
    return result


def python_tests() -> Result:
    """unittest in every folder that holds a test_*.py, each folder in a process of its own."""
    python = BUILD / "venv" / "bin" / "python"
    result = Result()
    found = {path.parent for top in PYTHON_FOLDERS for path in (ROOT / top).rglob("test_*.py")}
    for folder in sorted(found):
        with tempfile.NamedTemporaryFile(suffix=".json") as report:
            runner = str(ROOT / "scripts" / "python_tests.py")
            name = str(folder.relative_to(ROOT))
            status = run([str(python if python.exists() else sys.executable), runner, name, report.name])
            text = Path(report.name).read_text("utf-8")
        counted = Result(**json.loads(text)) if text else Result()
        result.add(checked(counted, status, name))
    return result


def main() -> int:
    suites: List[Tuple[str, Callable[[], Result]]] = [("Swift", swift_tests), ("Python", python_tests)]
    if C_TESTS.exists():
        suites.insert(1, ("C", c_tests))
    total = Result()
    lines = []
    for name, suite in suites:
        print(f"== {name} tests", flush=True)
        start = time.monotonic()
        result = suite()
        lines.append(f"{name}: {result} in {time.monotonic() - start:.0f} s")
        total.add(result)
    print("\n".join(["==", *lines]))
    for reason, count in Counter(total.reasons).most_common():
        print(f"{count} skipped: {reason}")
    print(total, flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
