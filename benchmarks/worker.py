"""One engine with one network in a process of its own, so that no engine disturbs another.

Loads, runs once, and prints one line of JSON; then, for each count that comes in on standard input, runs so often and
prints the seconds of every run, by the clock and of the processor (all threads together). Ends with its input.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any, Dict, List, Tuple

from engines import ENGINES, Engine, limit_threads


def peak_memory() -> float:
    """The most memory that this process ever had in use, in megabytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def measure(engine: Engine, pictures: Any, count: int) -> List[Tuple[float, float]]:
    times = []
    for _ in range(count):
        wall, processor = time.perf_counter(), time.process_time()
        engine.run(pictures)
        times.append((time.perf_counter() - wall, time.process_time() - processor))
    return times


def say(message: Dict[str, Any]) -> None:
    # Engines print to standard output too: the mark tells our lines from theirs.
    print("benchmark " + json.dumps(message), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("model", type=Path)
    parser.add_argument("input", type=Path, help="a .npy file with float32 pictures (N, 3, H, W)")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--outputs", type=Path, help="where to put the outputs, a .npz file")
    options = parser.parse_args()
    limit_threads(options.threads)
    import numpy as np

    pictures = np.load(options.input)
    engine = ENGINES[options.engine](options.model, options.threads)
    outputs = engine.run(pictures)
    say({"memory": peak_memory()})
    if options.outputs:
        np.savez(options.outputs, *outputs)
    for line in sys.stdin:
        times = measure(engine, pictures, int(line))
        say({"times": times, "memory": peak_memory()})


if __name__ == "__main__":
    main()
