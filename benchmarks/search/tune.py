"""Looks for the parameters of `mlann` that Sources/Search/TunedRows.swift holds: `make search-tuning`.

For each number of vectors and each model it builds an index with every setting of a small grid, and measures recall@1
and the time of a query with one thread: benchmarks/search/results/tuning.csv. A row of the table is the fastest setting
that reaches the wanted recall with every model and some of the allowed misses to spare, since other vectors are not
these. With `--read` the table is made again of the measurements that there are.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import time
from collections import defaultdict
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Sequence, Tuple

import vectors
from embeddings import DIMENSIONS
from methods import Ours

import facenet

FOLDER = Path(__file__).resolve().parent
MEASURED = FOLDER / "results" / "tuning.csv"
TABLE = FOLDER.parents[1] / "Sources" / "Search" / "TunedRows.swift"

RECALLS = (0.9, 0.95, 0.99, 0.999)
SPARE = 0.3
"""The share of the misses which a recall allows that must be left."""

PIVOTS = 32
ROUNDS = 3
QUERIES = 4000
GRIDS: Dict[int, Tuple[Sequence[int], Sequence[float], Sequence[int]]] = {
    1000: ((1,), (1,), (4, 6, 8, 12, 16, 24, 32, 48, 64)),
    4096: ((1, 16), (0.3, 0.5, 0.75, 1), (6, 12, 24, 40, 64, 96)),
    10_000: ((1, 64), (0.2, 0.3, 0.4, 0.56, 0.75, 1), (8, 16, 24, 40, 64, 96, 160)),
    32_768: ((64, 160), (0.15, 0.2, 0.3, 0.4, 0.56, 0.75), (12, 24, 48, 80, 120, 200)),
    100_000: ((316,), (0.1, 0.15, 0.2, 0.25, 0.32, 0.38, 0.56), (24, 48, 80, 120, 160, 240, 400)),
    1_000_000: ((2000,), (0.06, 0.1, 0.16, 0.3), (100, 300, 800)),
}
"""By the number of vectors: partitions, the share of them that is probed, vectors examined."""


@dataclass(frozen=True, order=True)
class Setting:
    """What a row of the table says."""

    count: int
    partitions: int
    probed: int
    examined: int


@dataclass(frozen=True)
class Measured:
    """What was found with a setting, or by a method that compares everything."""

    model: str
    kind: str
    count: int
    partitions: int
    probed: int
    examined: int
    recall: float
    """recall@1"""

    microseconds: float
    """Of the processor for one query on its own: the least of some rounds."""

    @property
    def setting(self) -> Setting:
        return Setting(self.count, self.partitions, self.probed, self.examined)


def settings(count: int) -> List[Setting]:
    parts = itertools.product(*GRIDS[count])
    return sorted({Setting(count, many, max(1, round(share * many)), most) for many, share, most in parts})


def measure(data: vectors.Vectors, model: str, setting: Setting, kind: str = "mlann") -> Measured:
    """One index, built and searched for the nearest, one query after the other."""
    options = dict(pivots=PIVOTS, partitions=setting.partitions, probed=setting.probed, examined=setting.examined)
    with facenet.Index(data.gallery.shape[1], kind=kind, **(options if kind == "mlann" else {})) as index:
        index.add(data.gallery, range(len(data.gallery)))
        keys, _ = index.search(data.queries, 1)
        best = float("inf")
        for _ in range(ROUNDS):
            start = time.thread_time()
            for query in data.queries[:200]:
                index.search(query, 1)
            best = min(best, (time.thread_time() - start) / 200)
    recall = vectors.recall(keys, data.truth, 1)
    return Measured(model, kind, *asdict(setting).values(), round(recall, 5), round(1e6 * best, 2))


def measurements(sizes: Sequence[int]) -> Iterator[Measured]:
    for count in sizes:
        for model in DIMENSIONS:
            data = vectors.make(model, count, QUERIES)
            for kind in ("flat", "flat8"):
                yield measure(data, model, Setting(count, 0, 0, 0), kind)
            for setting in settings(count):
                yield measure(data, model, setting)


def rows(found: Sequence[Measured]) -> Iterator[Tuple[float, Optional[Setting], Setting]]:
    """For each number of vectors and each wanted recall the fastest setting that reaches it; none where none does."""
    for count in sorted({one.count for one in found}):
        together: Dict[Setting, List[Measured]] = defaultdict(list)
        for one in found:
            if one.count == count and one.kind == "mlann":
                together[one.setting].append(one)
        for wanted in RECALLS:
            able = [
                (sum(one.microseconds for one in each), setting)
                for setting, each in together.items()
                if min(one.recall for one in each) >= wanted + SPARE * (1 - wanted)
            ]
            if able:
                yield wanted, min(able)[1]


def table(found: Sequence[Measured]) -> str:
    lines = [
        f"    Row(count: {one.count}, recall: {wanted}, pivots: {PIVOTS}, partitions: {one.partitions}, "
        f"probed: {one.probed}, examined: {one.examined}),"
        for wanted, one in rows(found)
    ]
    return "\n".join(
        [
            "// `make search-tuning` writes it, from benchmarks/search/results/tuning.csv.",
            "",
            "extension Tuning {",
            "  /// In the order of counts, of equal ones in that of recalls.",
            "  static let rows: [Row] = [",
            *lines,
            "  ]",
            "}",
            "",
        ]
    )


def read(path: Path) -> List[Measured]:
    with path.open(newline="") as file:
        return [
            Measured(row["model"], row["kind"], *(int(row[name]) for name in ("count", "partitions", "probed", "examined")),
                     float(row["recall"]), float(row["microseconds"]))
            for row in csv.DictReader(file)
        ]  # fmt: skip


def write(found: Sequence[Measured], path: Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Measured)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(map(asdict, found))


def main(words: Optional[Sequence[str]] = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, GRIDS)), help="numbers of vectors; default: %(default)s")
    parser.add_argument("--read", action="store_true", help="measure nothing; make the table of what was measured")
    options = parser.parse_args(words)
    found = read(MEASURED) if MEASURED.is_file() else []
    if not options.read:
        sizes = [int(size) for size in options.sizes.split(",")]
        found = [one for one in found if one.count not in sizes]
        for one in measurements(sizes):
            print(*asdict(one).values(), sep="  ", flush=True)
            found.append(one)
        found.sort(key=lambda one: (one.count, one.model, one.kind, one.setting))
        write(found, MEASURED)
    TABLE.write_text(table(found))
    print(f"written: {TABLE}")


if __name__ == "__main__":
    main()
