#!/usr/bin/env python3
"""What many calls leave behind, what a start costs, and an example under valgrind.

usage: soak.py [--calls N] [--starts N]

Verifies two small pictures with the smallest models there are recipes for, N times through C and through Python after a
warm-up, and prints by how much the process grew. Starts a C program that calls facenet_version and one without the
library by turns, and prints the medians. Exit status 0: neither grew by 1 MiB or more and valgrind found nothing, 1: else.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Sequence, Tuple

ROOT = Path(__file__).resolve().parent.parent
LIB = ROOT / "build" / "lib"
MODELS = ROOT / "build" / "models"
SAMPLES = ROOT / "build" / "samples"
TESTS = ROOT / "Tests" / "SoakTests"
DETECTOR, EMBEDDER = (MODELS / f"{name}.onnx" for name in ("retinaface", "edgeface-s"))
PHOTOGRAPHS = (SAMPLES / "obama.jpg", SAMPLES / "biden.jpg")
WARM_UP = 100
LIMIT = 1024
"""KiB that a process may grow by."""

ENVIRONMENT = dict(os.environ, LD_LIBRARY_PATH=str(LIB), FACENET_LIBRARY=str(LIB / "libfacenet.so.0"), FACENET_MODELS=str(MODELS))


@dataclass(frozen=True)
class Cost:
    """Milliseconds of a run."""

    wall: float
    """From start to end; other programs on the machine lengthen it."""
    processor: float


def missing() -> str:
    """What of the data is not there; empty where all is."""
    return ", ".join(path.name for path in (LIB / "libfacenet.so", DETECTOR, EMBEDDER, *PHOTOGRAPHS) if not path.exists())


def output(*command: object) -> str:
    """The standard output of a command that must succeed."""
    words = [str(word) for word in command]
    return subprocess.run(words, env=ENVIRONMENT, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True).stdout


def compiled(source: Path, program: Path, *flags: str) -> Path:
    """Compiles a program, with the library where flags ask for it."""
    output("cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-O1", "-I", LIB / "include", source, "-o", program, "-L", LIB, *flags)
    return program


def small_pictures(folder: Path) -> List[Path]:
    """Each photograph's face, cut out: pictures on which a verification takes a few milliseconds."""
    sys.path.insert(0, str(ROOT / "bindings" / "python"))
    os.environ.setdefault("FACENET_LIBRARY", ENVIRONMENT["FACENET_LIBRARY"])
    import facenet

    paths = []
    with facenet.Detector(str(DETECTOR)) as detector, facenet.Embedder(str(EMBEDDER)) as embedder:
        for photograph in PHOTOGRAPHS:
            crop = bytes(memoryview(embedder.align(photograph, detector.detect(photograph)[0])).cast("B"))
            paths.append(folder / f"{photograph.stem}.ppm")
            paths[-1].write_bytes(b"P6 %d %d 255\n" % (embedder.side, embedder.side) + crop)
    return paths


def growth(calls: int, folder: Path) -> Dict[str, int]:
    """By how many KiB a process grows over so many verifications, by language."""
    pictures = small_pictures(folder)
    arguments = [DETECTOR, EMBEDDER, *pictures, WARM_UP, calls]
    program = compiled(TESTS / "growth.c", folder / "growth", "-lfacenet")
    return {
        "C": int(output(program, *arguments)),
        "Python": int(output(sys.executable, TESTS / "growth.py", *arguments)),
    }


def started(program: Path) -> Cost:
    """What a program costs from its start to its end."""
    begin = time.perf_counter()
    process = os.posix_spawn(str(program), [str(program)], ENVIRONMENT)
    _, status, usage = os.wait4(process, 0)
    elapsed = time.perf_counter() - begin
    if status != 0:
        raise RuntimeError(f"{program.name} ended with status {status}")
    return Cost(elapsed * 1000, (usage.ru_utime + usage.ru_stime) * 1000)


def median(costs: Sequence[Cost]) -> Cost:
    return Cost(statistics.median(cost.wall for cost in costs), statistics.median(cost.processor for cost in costs))


def start_up(times: int, folder: Path) -> Tuple[Cost, Cost]:
    """The median cost of a program with the library and of one without, run by turns."""
    linked = compiled(TESTS / "start.c", folder / "linked", "-DLINKED", "-lfacenet")
    plain = compiled(TESTS / "start.c", folder / "plain")
    rounds = [(started(linked), started(plain)) for _ in range(times)]
    return median([first for first, _ in rounds]), median([second for _, second in rounds])


def valgrind(folder: Path) -> str:
    """What valgrind says of the example embed on a photograph; empty where it finds nothing."""
    if not shutil.which("valgrind"):
        return "valgrind is not installed"
    program = compiled(ROOT / "bindings" / "c" / "embed.c", folder / "embed", "-lfacenet")
    command = ["valgrind", "--quiet", "--error-exitcode=9", "--leak-check=full", "--show-leak-kinds=definite"]
    command += ["--errors-for-leak-kinds=definite", str(program), str(PHOTOGRAPHS[0])]
    done = subprocess.run(command, env=ENVIRONMENT, check=False, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stderr or f"status {done.returncode}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Say what many calls leave behind and what a start costs.")
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--starts", type=int, default=500)
    options = parser.parse_args()
    absent = missing()
    if absent:
        print(f"soak: {absent} not present: run `make soak`", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        linked, plain = start_up(options.starts, folder)
        print(f"start, median of {options.starts} by turns: {linked.wall:.2f} ms with the library, {plain.wall:.2f} ms without; "
              f"of the processor {linked.processor:.2f} and {plain.processor:.2f} ms", flush=True)
        grown = growth(options.calls, folder)
        for language, kibibytes in grown.items():
            print(f"{language}: {kibibytes} KiB more after {options.calls} verifications (limit {LIMIT})", flush=True)
        said = valgrind(folder)
        print(f"the example embed under valgrind: {said or 'no errors, nothing lost'}")
    return 1 if said or any(kibibytes >= LIMIT for kibibytes in grown.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
