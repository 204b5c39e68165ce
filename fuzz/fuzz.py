#!/usr/bin/env python3
"""Calls all functions of the C headers with hostile arguments under AddressSanitizer, for a while, from many seeds.

Usage: fuzz/fuzz.py [--seconds N] [--seed FIRST]   environment: SWIFT, FACENET_MODELS, FACENET_SAMPLES
Builds the library with the sanitizer into build/fuzz, replays the seeds of fuzz/seeds.txt, then goes on from FIRST (by
default another one each time) for N seconds. A seed at which the library traps, breaks a promise of the header, reads
or writes where it may not, leaks, or does not return is replayed alone, and what it said is printed.
Closes with `N calls, N seeds, N findings`. Exit status 0: no findings.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Dict, List, Set

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BUILD = ROOT / "build" / "fuzz"
CORPUS = BUILD / "corpus"
PROGRAM = BUILD / "header"
MODELS = Path(os.environ.get("FACENET_MODELS", ROOT / "build" / "models"))
SAMPLES = Path(os.environ.get("FACENET_SAMPLES", ROOT / "build" / "samples"))
SWIFT = os.environ.get("SWIFT", "swift")
SEEDS_A_PROCESS = 20
MOST_FINDINGS = 20
# A refused allocation is an answer that the library must live with. What the calls keep together stays below 6 GB.
SANITIZER = "allocator_may_return_null=1:hard_rss_limit_mb=6000:handle_abort=1:handle_sigill=1:handle_sigtrap=1"


def checked(command: List[str], **environment: str) -> str:
    result = subprocess.run(
        command, cwd=ROOT, env=dict(os.environ, **environment), check=False, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    if result.returncode != 0:
        sys.exit(f"{result.stdout[-4000:]}\nfuzz: {command[0]} ended with status {result.returncode}")
    return result.stdout


def declared_functions() -> Set[str]:
    """The functions of the two headers."""
    headers = "".join(path.read_text("utf-8") for path in (ROOT / "include").glob("*.h"))
    code = re.sub(r"/\*.*?\*/", "", headers, flags=re.DOTALL)
    return set(re.findall(r"^(?!typedef).*\b(facenet_\w+)\(", code, re.MULTILINE))


def missing_functions() -> Set[str]:
    """Those that are never called."""
    sources = "".join(path.read_text("utf-8") for path in HERE.glob("*.[ch]"))
    return {name for name in declared_functions() if not re.search(rf"\b{name}\b", sources)}


def build() -> None:
    """The library with the sanitizer, and the program that calls it, by the same compiler."""
    options = ["--scratch-path", str(BUILD / "swift"), "--configuration", "release", "--sanitize=address"]
    checked([SWIFT, "build", *options, "--product", "FacenetC"], FACENET_SANITIZE="1")
    library = checked([SWIFT, "build", *options, "--show-bin-path"], FACENET_SANITIZE="1").split()[-1]
    clang = Path(os.path.realpath(shutil.which(SWIFT) or SWIFT)).parent / "clang"
    command = [str(clang), "-fsanitize=address", "-fuse-ld=lld", "-std=c11", "-D_GNU_SOURCE", "-g", "-O1"]
    command += ["-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'include'}", str(HERE / "header.c"), "-o", str(PROGRAM)]
    checked([*command, f"-L{library}", "-lFacenetC", f"-Wl,-rpath,{library}", "-pthread", "-lm"])


def make_corpus() -> None:
    """The same files on every machine, or a seed would mean something else."""
    shutil.rmtree(CORPUS, ignore_errors=True)
    python = ROOT / "build" / "venv" / "bin" / "python"
    folders = [str(CORPUS), str(ROOT / "build" / "conformance"), str(SAMPLES)]
    checked([str(python), str(HERE / "corpus.py"), *folders])


class Fuzzer:
    """Runs seeds, each process a range of them, and counts."""

    def __init__(self) -> None:
        self.calls = 0
        self.seeds = 0
        self.successes: "Counter[str]" = Counter()
        self.findings: Dict[int, str] = {}

    def process(self, first: int, count: int, *trace: str) -> "subprocess.CompletedProcess[str]":
        with tempfile.TemporaryDirectory(prefix="facenet-fuzz-") as scratch:
            os.mkfifo(Path(scratch) / "pipe.onnx")
            environment = dict(
                os.environ, ASAN_OPTIONS=SANITIZER, FUZZ_SCRATCH=scratch, FACENET_MODELS=str(MODELS))
            return subprocess.run(
                [str(PROGRAM), str(CORPUS), str(first), str(count), *trace], env=environment, check=False, text=True,
                errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )

    def run(self, first: int, count: int) -> None:
        """Seeds first ... first + count - 1; after a finding, those behind it."""
        result = self.process(first, count)
        begun = [int(seed) for seed in re.findall(r"^seed (\d+)$", result.stdout, re.M)]
        self.seeds += len(begun)
        self.calls += sum(map(int, re.findall(r"^calls (\d+)$", result.stdout, re.M)))
        for name, count_of_successes in re.findall(r"^(facenet_\w+) (\d+)$", result.stdout, re.M):
            self.successes[name] += int(count_of_successes)
        if result.returncode == 0:
            return
        bad = begun[-1] if begun else first
        self.report(bad, result)
        if bad + 1 < first + count:
            self.run(bad + 1, first + count - bad - 1)

    def report(self, seed: int, result: "subprocess.CompletedProcess[str]") -> None:
        alone = self.process(seed, 1, "trace")
        again = f"again when replayed (status {alone.returncode})" if alone.returncode else "not when replayed alone"
        said = alone.stderr if alone.returncode else result.stderr
        self.findings[seed] = f"seed {seed}: status {result.returncode}, {again}\n{said[-6000:]}"
        print(self.findings[seed], flush=True)

    def run_for(self, seconds: float, first: int) -> None:
        """As many ranges of seeds at a time as there are processors, until the time is over."""
        end = time.monotonic() + seconds

        def work(lane: int, lanes: int) -> None:
            seed = first + lane * SEEDS_A_PROCESS
            while time.monotonic() < end and len(self.findings) < MOST_FINDINGS:
                self.run(seed, SEEDS_A_PROCESS)
                seed += lanes * SEEDS_A_PROCESS

        lanes = len(os.sched_getaffinity(0))
        with ThreadPoolExecutor(lanes) as pool:
            list(pool.map(lambda lane: work(lane, lanes), range(lanes)))


def known_seeds() -> List[int]:
    """The first word of each line of seeds.txt."""
    lines = (HERE / "seeds.txt").read_text("utf-8").splitlines()
    return [int(line.split()[0]) for line in lines if line and not line.startswith("#")]


def main() -> int:
    parser = argparse.ArgumentParser(description="call the whole C header with hostile arguments")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=time.time_ns() // 1_000_000 % 10**9 * 1000)
    options = parser.parse_args()
    missing = missing_functions()
    if missing:
        sys.exit(f"fuzz: fuzz/header.c does not call {', '.join(sorted(missing))}")
    build()
    make_corpus()
    fuzzer = Fuzzer()
    for seed in known_seeds():
        fuzzer.run(seed, 1)
    print(f"fuzz: from seed {options.seed} on", flush=True)
    fuzzer.run_for(options.seconds, options.seed)
    refused = sorted(name for name, count in fuzzer.successes.items() if count == 0)
    if refused:
        print(f"no call succeeded of {', '.join(refused)}")
    print(f"{fuzzer.calls} calls, {fuzzer.seeds} seeds, {len(fuzzer.findings)} findings")
    return 1 if fuzzer.findings else 0


if __name__ == "__main__":
    sys.exit(main())
