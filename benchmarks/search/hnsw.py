#!/usr/bin/env python3
"""Prints how the plugin index-hnsw does beside the built-in kinds of index, in place: the table of docs/plugins.md.

Usage: hnsw.py [SIZE] [MODEL] [KIND:RECALL ...]   default: 100000 dlib, all kinds at 0.99
The gallery and the 1000 queries are people drawn like those of LFW (population.py). One query at a time, one thread.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import List, Sequence

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bindings" / "python"))
sys.path.insert(0, str(ROOT / "benchmarks" / "search"))

import facenet  # noqa: E402
from population import Array, load  # noqa: E402

QUERIES = 1000
NEAREST = 10
ROUNDS = 3


def measured(kind: str, recall: float, gallery: Array, queries: Array) -> List[object]:
    """Seconds of the processor to build, the least microseconds a query of some rounds, and keys found, (Q, 10)."""
    with facenet.Index(gallery.shape[1], kind=kind, recall=recall) as index:
        began = time.process_time()
        index.add(gallery, np.arange(len(gallery)))
        build = time.process_time() - began
        rounds = []
        for _ in range(ROUNDS):
            began = time.process_time()
            found = [index.search(query, nearest=NEAREST)[0][0] for query in queries]
            rounds.append(1e6 * (time.process_time() - began) / len(queries))
    return [build, min(rounds), np.array(found)]


def main(arguments: Sequence[str]) -> None:
    size = int(arguments[0]) if arguments else 100_000
    model = arguments[1] if len(arguments) > 1 else "dlib"
    kinds = [kind.split(":") for kind in arguments[2:]] or [[kind, "0.99"] for kind in ("flat8", "mlann", "hnsw")]
    facenet.load_plugin(ROOT / "build" / "plugins" / "index-hnsw.so")
    people = load(model).draw(size // 2, 3, seed=1)
    gallery, queries = people[:, :2].reshape(-1, people.shape[2]), people[:QUERIES, 2]
    print("| kind, recall asked | µs a query | recall@1 | recall@10 | build, s |\n|---|---|---|---|---|")
    truth = None
    for kind, asked in [["flat", "1"], *kinds]:
        build, microseconds, found = measured(kind, float(asked), gallery, queries)
        truth = found if truth is None else truth
        first = (found[:, 0] == truth[:, 0]).mean()
        ten = np.mean([len(np.intersect1d(a, b)) / NEAREST for a, b in zip(found, truth)])
        print(f"| {kind}, {asked} | {microseconds:.0f} | {first:.3f} | {ten:.3f} | {build:.1f} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
