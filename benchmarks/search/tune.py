"""Looks for the parameters of `mlann` that Sources/Search/Tuning.swift holds: `make search-tuning`.

For each number of vectors and each model it builds an index with every setting of a small grid, and prints recall@1 and
the time of a query with one thread. A row of the table is the fastest setting that reaches the wanted recall and a
margin with every model, since other vectors are not these; it is copied into Tuning.swift by hand.
"""

from __future__ import annotations

import argparse
import itertools
import time
from typing import Dict, List, Optional, Sequence, Tuple

import numpy as np
import vectors
from embeddings import DIMENSIONS
from methods import Ours  # noqa: F401: finds the package facenet of this repository

import facenet

Setting = Tuple[int, int, int]
"""Partitions, those that are probed, vectors examined."""

PIVOTS = 32
ROUNDS = 5
GRIDS: Dict[int, Tuple[Sequence[int], Sequence[float], Sequence[int]]] = {
    1000: ((1,), (1,), (16, 24, 32, 48)),
    4096: ((1, 16), (0.5, 0.75, 1), (24, 40, 64)),
    10_000: ((1, 32, 64), (0.4, 0.56, 0.75), (40, 64, 96)),
    100_000: ((316, 632), (0.25, 0.32, 0.38), (80, 120, 160)),
    1_000_000: ((2000,), (0.12, 0.16, 0.2), (200, 300)),
}
"""By the number of vectors: partitions, the share of them that is probed, vectors examined."""


def settings(size: int) -> List[Setting]:
    found = [(parts, max(1, round(share * parts)), most) for parts, share, most in itertools.product(*GRIDS[size])]
    return sorted(set(found))


def measure(data: vectors.Vectors, setting: Setting) -> Tuple[float, float]:
    """recall@1, and microseconds of the processor for one query: the least of some rounds."""
    partitions, probed, examined = setting
    with facenet.Index(
        data.gallery.shape[1], kind="mlann", pivots=PIVOTS, partitions=partitions, probed=probed, examined=examined
    ) as index:
        index.add(data.gallery, np.arange(len(data.gallery)))
        keys, _ = index.search(data.queries, 1)
        best = float("inf")
        for _ in range(ROUNDS):
            start = time.thread_time()
            index.search(data.queries, 1)
            best = min(best, (time.thread_time() - start) / len(data.queries))
    return vectors.recall(keys, data.truth, 1), 1e6 * best


def main(words: Optional[Sequence[str]] = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recall", type=float, default=0.99, help="wanted recall@1; default: 0.99")
    parser.add_argument("--margin", type=float, default=0.003, help="added to it; default: 0.003")
    parser.add_argument("--sizes", default="1000,4096,10000,100000", help=f"of {','.join(map(str, GRIDS))}")
    options = parser.parse_args(words)
    for size in map(int, options.sizes.split(",")):
        galleries = {model: vectors.make(model, size) for model in DIMENSIONS}
        fit = []
        for setting in settings(size):
            found = {model: measure(data, setting) for model, data in galleries.items()}
            texts = [f"{model} recall {recall:.3f} {spent:.1f} us" for model, (recall, spent) in found.items()]
            print(f"{size} vectors, partitions {setting[0]}, probed {setting[1]}, examined {setting[2]}:", *texts, sep="  ")
            if min(recall for recall, _ in found.values()) >= options.recall + options.margin:
                fit.append((sum(spent for _, spent in found.values()), setting))
        print(f"{size} vectors: partitions, probed, examined = {min(fit)[1] if fit else 'none of these'}", flush=True)


if __name__ == "__main__":
    main()
