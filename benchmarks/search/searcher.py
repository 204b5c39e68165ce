"""One method with one gallery in a process of its own, so that no method disturbs another.

Answers each line of JSON that comes in on standard input with one: `build`, `recall`, `time`, `change` and `save`, as
the functions of these names say. Ends with its input.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Dict, Optional

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np  # noqa: E402
from methods import METHODS  # noqa: E402
from vectors import NEAREST, recall  # noqa: E402

BATCH = 32


def resident() -> int:
    """The bytes that this process itself has filled: without files that are mapped."""
    ctypes.CDLL(None).malloc_trim(0)
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))


class Searcher:
    """A method and the vectors of a folder."""

    def __init__(self, name: str, folder: Path) -> None:
        self.gallery = np.load(folder / "gallery.npy", mmap_mode="r")
        self.queries, self.truth = np.load(folder / "queries.npy"), np.load(folder / "truth.npy")
        self.method = METHODS[name]()
        self.folder = folder
        # Everything is loaded and has run once, so that what follows grows by the index alone.
        self.method.build(np.array(self.gallery[:256]), self.method.settings[0], 1)

    def build(self, setting: Optional[float], threads: int) -> Dict[str, Any]:
        """Builds with so many threads: seconds by the clock and of the processor, and bytes a vector."""
        bound = os.sched_getaffinity(0)
        if threads > 1:
            os.sched_setaffinity(0, range(os.cpu_count() or 1))
        self.method.index = None
        before, wall, processor = resident(), time.perf_counter(), time.process_time()
        self.method.build(self.gallery, setting, threads)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        os.sched_setaffinity(0, bound)
        return {"wall": wall, "processor": processor, "bytes": (resident() - before) / len(self.gallery)}

    def recall(self, setting: Optional[float], seconds: float, known: int) -> Dict[str, Any]:
        """Recall over all queries, or as many as the time allows; and the seconds of a query in a batch."""
        self.method.adjust(setting)
        start, found = time.process_time(), []
        for place in self.places(BATCH):
            found.append(self.method.search(self.queries[place], NEAREST))
            if time.process_time() - start > seconds:
                break
        taken, keys = time.process_time() - start, np.concatenate(found)
        order = np.concatenate(list(self.places(BATCH)))[: len(keys)]
        truth, strangers = self.truth[order], order >= known
        return {
            "one": recall(keys, truth, 1),
            "ten": recall(keys, truth, NEAREST),
            "strangers": recall(keys[strangers], truth[strangers], 1) if strangers.any() else None,
            "queries": len(keys),
            "seconds": taken / len(keys),
        }

    def places(self, batch: int) -> Any:
        """The queries in an order that mixes known and unknown, by batches."""
        order = np.random.default_rng(1).permutation(len(self.queries))
        return (order[start : start + batch] for start in range(0, len(order), batch))

    def time(self, batch: int, seconds: float) -> Dict[str, Any]:
        """The processor's seconds of a query, in batches of so many, over at least one batch."""
        places = list(self.places(batch))
        batches = [np.ascontiguousarray(self.queries[place]) for place in places if len(place) == batch]
        search, count, start = self.method.search, 0, time.process_time()
        while True:
            search(batches[count % len(batches)], NEAREST)
            count += 1
            taken = time.process_time() - start
            if taken > seconds:
                return {"seconds": taken / (count * batch), "queries": count * batch}

    def change(self, count: int) -> Dict[str, Any]:
        """The processor's seconds of adding one vector, and of removing one; None where a method cannot."""
        first, vectors = len(self.gallery), self.queries[np.arange(count) % len(self.queries)]
        start = time.process_time()
        for row in range(count):
            self.method.add(vectors[row : row + 1], first + row)
        added, start = (time.process_time() - start) / count, time.process_time()
        try:
            for row in reversed(range(count)):
                self.method.remove(first + row)
        except (RuntimeError, NotImplementedError):
            return {"add": added, "remove": None}
        return {"add": added, "remove": (time.process_time() - start) / count}

    def save(self) -> Dict[str, Any]:
        """Bytes a vector of the saved index."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            path = Path(folder) / "index"
            self.method.save(path)
            return {"bytes": path.stat().st_size / len(self.gallery)}


def say(message: Dict[str, Any]) -> None:
    # Packages print to standard output too: the mark tells our lines from theirs.
    print("benchmark " + json.dumps(message), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("method", choices=METHODS)
    parser.add_argument("folder", type=Path, help="where gallery.npy, queries.npy and truth.npy lie")
    options = parser.parse_args()
    searcher = Searcher(options.method, options.folder)
    answers: Dict[str, Callable[..., Dict[str, Any]]] = {
        name: getattr(searcher, name) for name in ("build", "recall", "time", "change", "save")
    }
    method = searcher.method
    say({"memory": resident() / 2**20, "settings": list(method.settings), "rebuilds": method.rebuilds})
    for line in sys.stdin:
        question = json.loads(line)
        say(answers[question.pop("do")](**question))


if __name__ == "__main__":
    main()
